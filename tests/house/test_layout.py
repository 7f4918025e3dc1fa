"""Where things stand and how large they may grow."""

import ast
import re
from collections import Counter

import pytest

from tests.house.tree import ROOT, files, name, nothing_breaks_it

PYTHON = files(".py")
ELSEWHERE = [p for p in PYTHON if p != ROOT / "tests/house/test_layout.py"]
"""Python files but this one, which names what it forbids."""
PACKAGES = sorted(p.parent for p in (ROOT / "lca").glob("*/__init__.py"))
TOP = {"lca", "tests", "tools", "notebooks", "configs", "data_cards"}
FILES = {"environment.yml", "README.md", "pyproject.toml", "requirements.lock", "Makefile", "LICENSE", ".ci/run"}
LARGEST = {"lca/assets": 26e6, "data_cards/pictures": 300e3, "notebooks/figures": 150e3, "requirements.lock": 100e3}
"""bytes allowed under a path; 200 kB elsewhere"""


def test_top_level_is_the_prescribed_one():
    assert TOP <= {p.name for p in ROOT.iterdir() if p.is_dir()}
    assert [f for f in sorted(FILES) if not (ROOT / f).is_file()] == []


def containing(pattern, paths):
    """(file, what of it matches) of each file that contains `pattern`."""
    found = ((p, re.search(pattern, p.read_text())) for p in paths)
    return [(p, match[0]) for p, match in found if match]


def test_python_files_are_short():
    lengths = {p: len(p.read_text().splitlines()) for p in PYTHON}
    nothing_breaks_it((p, f"split the file: at most 300 lines, got {n}") for p, n in lengths.items() if n > 300)


def test_files_are_named_after_their_idea():
    vague = [p for p in PYTHON if re.search(r"(^|_)(utils?|helpers?|misc|common|v\d)$", p.stem)]
    nothing_breaks_it((p, "name the file after its idea") for p in vague)


def test_annotations_are_read_at_run_time():
    late = containing(r"from __future__ import annotations", ELSEWHERE)
    nothing_breaks_it((p, "jaxtyping reads annotations at run time") for p, _ in late)


def test_nothing_is_left_open():
    nothing_breaks_it((p, f"says {word}") for p, word in containing(r"\b(TODO|FIXME|XXX)\b", ELSEWHERE))


def test_packages_have_tests():
    mirrors = {p: ROOT / "tests" / p.name for p in PACKAGES}
    nothing_breaks_it((p, f"has no {name(m)}") for p, m in mirrors.items() if not list(m.glob("test_*.py")))


def test_packages_say_what_they_are():
    silent = [p for p in PACKAGES if not (p / "__init__.py").read_text().startswith('"""')]
    nothing_breaks_it((p, "its __init__.py opens with a docstring") for p in silent)


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


def test_no_path_of_one_machine():
    texts = files(".py", ".md", ".yml", ".yaml", ".toml", ".ipynb", "Makefile", "run")
    nothing_breaks_it((p, f"names {path}") for p, path in containing(r"/(home|root|Users|work|workspace)/\w+", texts))


def test_a_broken_rule_is_told_file_by_file():
    nothing_breaks_it([])
    with pytest.raises(pytest.fail.Exception, match=r"(?s)broken by\nREADME\.md: too long\nnumpy: too old$"):
        nothing_breaks_it([(ROOT / "README.md", "too long"), ("numpy", "too old")])


def test_a_class_name_means_one_thing():
    classes = [(node.name, name(path)) for path in files(".py", under="lca") for node in ast.walk(ast.parse(path.read_text()))
               if isinstance(node, ast.ClassDef)]  # fmt: skip
    times = Counter(word for word, _ in classes)
    nothing_breaks_it((path, f"another file has a class {word} too") for word, path in classes if times[word] > 1)
