"""The command line: quick, lazy, and one line for a mistake."""

import os
import signal
import subprocess
import sys
import time

import pytest

import lca.__main__ as cli
from lca import __version__
from lca.errors import UserError
from lca.formats.atomic import writing


def run(*arguments):
    """`python -m lca ...` as a user types it."""
    return subprocess.run([sys.executable, "-m", "lca", *arguments], capture_output=True, text=True)


def offer(monkeypatch, function):
    """Make `lca demo` run `function`."""

    def add_command(subparsers):
        parser = subparsers.add_parser("demo")
        parser.add_argument("--number", type=int, default=1)
        parser.set_defaults(run=function)

    module = type(sys)("offered")
    module.__dict__["add_command"] = add_command
    monkeypatch.setitem(sys.modules, "offered", module)
    monkeypatch.setitem(cli.COMMANDS, "demo", ("offered", "add_command", "a test"))


def test_sigterm_leaves_nothing_half_written(monkeypatch, capsys, tmp_path):
    def write(_):
        with writing(tmp_path / "film.mp4") as temporary:
            temporary.write_bytes(b"half")
            os.kill(os.getpid(), signal.SIGTERM)
            time.sleep(10)

    offer(monkeypatch, write)
    before = signal.signal(signal.SIGTERM, signal.SIG_DFL)
    try:
        assert cli.main(["demo"]) == 143
        assert signal.getsignal(signal.SIGTERM) is signal.SIG_DFL
    finally:
        signal.signal(signal.SIGTERM, before)
    assert capsys.readouterr().err == "lca: ended by SIGTERM\n" and list(tmp_path.iterdir()) == []


def test_help_names_every_command_and_imports_nothing_heavy():
    show = "import sys, lca.__main__ as cli\ntry: cli.main(['--help'])\nfinally: print(sorted(sys.modules))"
    shown = subprocess.run([sys.executable, "-c", show], capture_output=True, text=True, check=True).stdout
    assert all(f"    {command}" in shown for command in cli.COMMANDS)
    assert not any(f"'{heavy}'" in shown for heavy in ("torch", "numpy", "numba", "lightning", "lca.model"))


def test_version():
    assert run("--version").stdout == f"lca {__version__}\n"


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ([], "required: COMMAND"),
        (["creat"], "invalid choice: 'creat'"),
        (["--verbos"], "required: COMMAND"),
        (["demo", "--numbr", "3"], "unrecognized arguments: --numbr 3"),
        (["demo", "--number", "three"], "invalid int value: 'three'"),
    ],
)
def test_mistyped_command_line_is_one_line(monkeypatch, capsys, arguments, says):
    offer(monkeypatch, lambda parsed: 0)
    with pytest.raises(SystemExit) as left:
        cli.main(arguments)
    shown = capsys.readouterr().err
    assert left.value.code == 2
    assert says in shown and "--help" in shown
    assert shown.count("\n") == 1


@pytest.mark.parametrize(
    ("error", "code", "line"),
    [
        (UserError("expected a photo,\n got a cat"), 2, "lca: error: expected a photo, got a cat\n"),
        (FileNotFoundError(2, "No such file", "x.jpg"), 2, "lca: error: x.jpg: No such file\n"),
        (KeyboardInterrupt(), 130, "lca: interrupted\n"),
    ],
)
def test_error_is_one_line_and_a_code(monkeypatch, capsys, error, code, line):
    def fail(parsed):
        raise error

    offer(monkeypatch, fail)
    assert cli.main(["demo"]) == code
    assert capsys.readouterr().err == line


def test_a_fault_of_the_program_keeps_its_traceback(monkeypatch):
    offer(monkeypatch, lambda parsed: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        cli.main(["demo"])


def test_command_gets_its_arguments_and_gives_its_code(monkeypatch):
    offer(monkeypatch, lambda parsed: parsed.number)
    assert cli.main(["demo", "--number", "0"]) == 0
    assert cli.main(["demo", "--number", "7"]) == 7


@pytest.mark.parametrize("command", sorted(cli.COMMANDS))
def test_every_command_has_help(command, capsys):
    with pytest.raises(SystemExit) as left:
        cli.main([command, "--help"])
    assert left.value.code == 0
    assert "usage: " in capsys.readouterr().out
