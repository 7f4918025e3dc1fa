"""`lca panel`: serves an avatar on this machine, prints the address, ends with Ctrl-C; mistakes are one line."""

import os
import re
import signal
import subprocess
import sys
import urllib.request

import pytest

from tests.house.tree import ROOT

INTERRUPTIBLE = """
import signal, sys
signal.signal(signal.SIGINT, signal.default_int_handler)
from lca.__main__ import main
sys.exit(main(sys.argv[1:]))
"""
"""The command line even where a shell has told its background jobs to ignore Ctrl-C."""


def test_serves_until_interrupted(avatar, tmp_path):
    words = ["panel", str(avatar), "--no-browser", "--out", str(tmp_path / "out")]
    command = [sys.executable, "-c", INTERRUPTIBLE, *words]
    server = subprocess.Popen(command, stdout=-1, stderr=-1, text=True, cwd=ROOT, env={**os.environ})
    try:
        assert server.stdout is not None
        address = re.search(r"http://127\.0\.0\.1:\d+/\?token=\S+", server.stdout.readline())
        assert address
        with urllib.request.urlopen(address.group(), timeout=60) as page:
            assert "<title>person · avatar panel</title>".encode() in page.read()
    finally:
        server.send_signal(signal.SIGINT)
        _, errors = server.communicate(timeout=60)
    assert server.returncode == 130 and "Traceback" not in errors


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["missing.avatar"], "no such file"),
        (["a", "b", "c"], "one or two avatars, got 3"),
        (["a", "--port", "99999"], "--port from 0 to 65535"),
    ],
)
def test_mistakes_are_one_line(arguments, says, lca):
    code, _, error = lca("panel", *arguments)
    assert code == 2 and says in error and error.count("\n") == 1
