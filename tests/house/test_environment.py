"""The ways to set up (pip, conda, CI) agree with the one lock."""

import os
import re
import shutil
import signal
import subprocess
import time
import tomllib
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name
from packaging.version import Version

from tests.house.tree import ROOT, nothing_breaks_it

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
DIRECT = [Requirement(r) for r in PROJECT["dependencies"] + PROJECT["optional-dependencies"]["dev"]]
LOCK = {
    canonicalize_name(r.name): r
    for line in (ROOT / "requirements.lock").read_text().splitlines()
    if line.strip() and not line.startswith("#")
    for r in [Requirement(line)]
}


def conda():
    """The dependencies of environment.yml: (conda's, pip's)."""
    entries = yaml.safe_load((ROOT / "environment.yml").read_text())["dependencies"]
    pip = [line for entry in entries if isinstance(entry, dict) for line in entry["pip"]]
    return [entry for entry in entries if isinstance(entry, str)], pip


def pinned(requirement):
    """The one version that the lock allows, or none."""
    pins = [*LOCK[canonicalize_name(requirement.name)].specifier] if canonicalize_name(requirement.name) in LOCK else []
    return Version(pins[0].version) if [pin.operator for pin in pins] == ["=="] else None


def test_lock_pins_one_version_of_what_the_project_asks_for():
    nothing_breaks_it((r.name, "the lock pins one version") for r in DIRECT if pinned(r) is None)


def test_lock_pins_versions_that_the_project_allows():
    pins = [(r, version) for r in DIRECT if (version := pinned(r))]
    wrong = [(r, version) for r, version in pins if not r.specifier.contains(version)]
    nothing_breaks_it((r.name, f"expected {r.specifier}, got {version}") for r, version in wrong)


def test_lock_has_no_torchvision_and_no_cuda():
    # torchvision beside a CPU torch breaks transformers; CUDA packages come with the torch of the machine's index
    assert [n for n in LOCK if re.match(r"torchvision|nvidia|triton|cuda", n)] == []


def test_conda_installs_the_lock():
    packages, pip = conda()
    assert pip == ["-r requirements.lock"]
    assert (ROOT / pip[0].split()[1]).is_file()
    assert "pip" in packages


def test_conda_python_is_a_python_of_the_project():
    (python,) = (p for p in conda()[0] if p.startswith("python="))
    version = python.split("=")[1]
    assert SpecifierSet(PROJECT["requires-python"]).contains(version)
    tools = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]
    assert tools["pyright"]["pythonVersion"] == version
    assert tools["ruff"]["target-version"] == "py" + version.replace(".", "")


def test_pre_commit_downloads_nothing():
    hooks = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text())
    assert [r["repo"] for r in hooks["repos"]] == ["local"]
    assert all(h["entry"].startswith(".venv/bin/") for r in hooks["repos"] for h in r["hooks"])


def test_ci_is_a_runnable_script_that_checks_and_tests():
    script = ROOT / ".ci/run"
    assert os.access(script, os.X_OK)
    subprocess.run(["bash", "-n", script], check=True)
    assert "make check" in script.read_text() and "make test" in script.read_text()


STUB = """#!/bin/sh
# A Python that notes what it is asked to do; venv makes an environment whose Python is the same stub.
echo "$*" >> "$LOG"
case "$*" in
  *ensurepip*) exit "${NO_VENV:-0}";;
  *version_info*) echo "${VERSION:-3.11 True}";;
  *"-m venv"*) mkdir -p .venv/bin && cp "$0" .venv/bin/python;;
  *"lca networks"*) exit "${NO_NETWORKS:-0}";;
  *"-m pip"*) sleep "${SLOW:-0}"; exit "${NO_PIP:-0}";;
esac
"""


@pytest.fixture
def clone(tmp_path, monkeypatch):
    """A fresh clone as far as `make env` is concerned, and a way to run it: -> (folder, run, what Python was asked)."""
    (tmp_path / "tools").mkdir()
    for file in ("Makefile", "pyproject.toml", "requirements.lock", "tools/make_env.sh"):
        shutil.copy(ROOT / file, tmp_path / file)
    stub, log = tmp_path / "python", tmp_path / "log"
    stub.write_text(STUB)
    stub.chmod(0o755)
    monkeypatch.setenv("LOG", str(log))
    command = ["make", "-C", str(tmp_path), "env", f"PYTHON={stub}"]

    def start(**settings):
        environment = {**os.environ, **settings}
        return subprocess.Popen(command, env=environment, stdout=-1, stderr=-1, text=True, start_new_session=True)

    def asked():
        lines = log.read_text().splitlines() if log.exists() else []
        log.unlink(missing_ok=True)
        return [word for line in lines for word in ("venv", "pip", "lca networks") if f"-m {word}" in line]

    return tmp_path / ".venv", start, asked


def finish(process):
    """(exit code, what it said)."""
    output, errors = process.communicate(timeout=30)
    return process.returncode, output + errors


def test_env_is_built_once(clone):
    folder, start, asked = clone
    assert finish(start())[0] == 0 and (folder / ".ready").exists()
    assert asked() == ["venv", "pip", "pip", "lca networks"]
    assert finish(start())[0] == 0 and asked() == []


def test_env_follows_the_lock_without_starting_afresh(clone):
    folder, start, asked = clone
    finish(start())
    asked()
    os.utime(folder / ".ready", (1, 1))
    assert finish(start())[0] == 0 and asked() == ["pip", "pip", "lca networks"]


def test_env_is_ready_without_the_networks_and_says_so(clone):
    folder, start, _ = clone
    code, said = finish(start(NO_NETWORKS="2"))
    assert code == 0 and (folder / ".ready").exists() and "lca networks fetches them later" in said


def test_interrupted_env_is_built_afresh(clone):
    folder, start, asked = clone
    running = start(SLOW="20")
    while not (folder / "bin/python").exists():
        assert running.poll() is None
        time.sleep(0.05)
    os.killpg(running.pid, signal.SIGTERM)
    finish(running)
    assert not (folder / ".ready").exists()
    (folder / "half_a_package").touch()
    asked()
    assert finish(start())[0] == 0 and asked() == ["venv", "pip", "pip", "lca networks"]
    assert not (folder / "half_a_package").exists()


@pytest.mark.skipif(not shutil.which("flock"), reason="needs flock")
def test_two_runs_take_turns(clone):
    _, start, asked = clone
    first, second = start(SLOW="0.4"), start(SLOW="0.4")
    assert finish(first)[0] == 0 and finish(second)[0] == 0
    assert asked() == ["venv", "pip", "pip", "lca networks"]


@pytest.mark.parametrize(
    ("setting", "says"),
    [
        ({"NO_VENV": "1"}, "apt install python3-venv"),
        ({"VERSION": "3.9 False"}, "expected Python 3.11 or newer, got 3.9"),
    ],
)
def test_unfit_python_says_what_to_do(clone, setting, says):
    folder, start, asked = clone
    code, said = finish(start(**setting))
    assert code != 0 and says in said
    assert not folder.exists() and asked() == []


def test_failed_install_is_not_ready(clone):
    folder, start, _ = clone
    assert finish(start(NO_PIP="1"))[0] != 0
    assert not (folder / ".ready").exists()


@pytest.mark.skipif("PYTEST_XDIST_WORKER" not in os.environ, reason="one process alone takes the threads that it likes")
@pytest.mark.skipif(
    not Path("/proc/self/environ").is_file(), reason="the system does not say how a process was started"
)
def test_one_of_several_test_processes_was_started_with_few_threads():
    """numpy's BLAS asks when it is loaded: what is said later comes too late, and processes wait for one another."""
    assert b"OMP_NUM_THREADS=" in Path("/proc/self/environ").read_bytes()
