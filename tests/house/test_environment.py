"""The ways to set up (pip, conda, CI) agree with the one lock."""

import os
import re
import subprocess
import tomllib

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name
from packaging.version import Version

from tests.house.tree import ROOT

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


@pytest.mark.parametrize("requirement", DIRECT, ids=lambda r: r.name)
def test_lock_pins_what_the_project_asks_for(requirement):
    pinned = LOCK[canonicalize_name(requirement.name)]
    (pin,) = pinned.specifier
    assert pin.operator == "==", "the lock pins one version"
    assert requirement.specifier.contains(Version(pin.version))


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


def dry_run(folder, *arguments):
    """What `make` would do in a fresh clone (the Makefile and the files that it depends on)."""
    for file in ("Makefile", "pyproject.toml", "requirements.lock"):
        (folder / file).write_text((ROOT / file).read_text())
    return subprocess.run(["make", "-C", folder, *arguments], capture_output=True, text=True)


@pytest.mark.parametrize("target", ["env", "demo", "test", "check", "lab"])
def test_every_target_builds_the_environment_first(target, tmp_path):
    plan = dry_run(tmp_path, "-n", target).stdout
    assert plan.index("-m venv --clear .venv") < plan.index("-r requirements.lock") < plan.index("touch .venv/.ready")


def test_python_without_venv_says_what_to_do(tmp_path):
    python = tmp_path / "python"
    python.write_text('#!/bin/sh\ncase "$*" in *ensurepip*) exit 1;; esac\n')
    python.chmod(0o755)
    done = dry_run(tmp_path, "env", f"PYTHON={python}")
    assert done.returncode != 0
    assert "apt install python3-venv" in done.stderr
    assert not (tmp_path / ".venv").exists()
