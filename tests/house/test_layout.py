"""Where things stand and how large they may grow."""

import re

import pytest

from tests.house.tree import ROOT, files, name

PYTHON = files(".py")
TOP = {"lca", "tests", "tools", "notebooks", "configs", "data_cards"}
FILES = {"environment.yml", "README.md", "pyproject.toml", "requirements.lock", "Makefile", "LICENSE", ".ci/run"}
LARGEST = {"lca/assets": 26e6, "data_cards/pictures": 300e3, "notebooks/figures": 150e3, "requirements.lock": 100e3}
"""bytes allowed under a path; 200 kB elsewhere"""


def test_top_level_is_the_prescribed_one():
    assert TOP <= {p.name for p in ROOT.iterdir() if p.is_dir()}
    assert [f for f in sorted(FILES) if not (ROOT / f).is_file()] == []


@pytest.mark.parametrize("path", PYTHON, ids=name)
def test_python_file(path):
    text = path.read_text()
    assert len(text.splitlines()) <= 300, "split the file: at most 300 lines"
    assert not re.search(r"(^|_)(utils?|helpers?|misc|common|v\d)$", path.stem), "name the file after its idea"
    if path == ROOT / "tests/house/test_layout.py":
        return
    assert "from __future__ import annotations" not in text, "jaxtyping reads annotations at run time"
    assert not re.search(r"\b(TODO|FIXME|XXX)\b", text)


@pytest.mark.parametrize("package", sorted(p.name for p in (ROOT / "lca").iterdir() if (p / "__init__.py").exists()))
def test_package_has_tests_and_a_docstring(package):
    assert list((ROOT / "tests" / package).glob("test_*.py")), f"tests/{package} mirrors lca/{package}"
    assert (ROOT / "lca" / package / "__init__.py").read_text().startswith('"""')


def test_every_folder_with_code_is_a_package():
    folders = {p.parent for p in files(".py", under="lca")}
    assert [name(f) for f in folders if not (f / "__init__.py").exists()] == []


def test_sizes():
    allowed = {p: max((s for under, s in LARGEST.items() if name(p).startswith(under)), default=200e3) for p in files()}
    assert {name(p): p.stat().st_size for p, size in allowed.items() if p.stat().st_size > size} == {}


def test_total_size_of_what_is_shipped():
    assert sum(p.stat().st_size for p in files(under="lca/assets")) < 60e6


def test_licence():
    text = (ROOT / "LICENSE").read_text()
    assert "Apache License" in text and "Version 2.0" in text
    assert 'license = "Apache-2.0"' in (ROOT / "pyproject.toml").read_text()


@pytest.mark.parametrize("path", files(".py", ".md", ".yml", ".yaml", ".toml", ".ipynb", "Makefile", "run"), ids=name)
def test_no_path_of_one_machine(path):
    assert not re.search(r"/(home|root|Users|work|workspace)/\w", path.read_text())
