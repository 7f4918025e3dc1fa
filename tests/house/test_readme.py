"""The README says what is there: its paths exist, its commands run, its code is the code."""

import ast
import importlib
import re

from lca.__main__ import COMMANDS
from tests.house.tree import ROOT, nothing_breaks_it

README = (ROOT / "README.md").read_text()
CODE = re.findall(r"```(\w+)\n(.*?)```", README, re.DOTALL)
PATHS = sorted(set(re.findall(r"\]\(([^)#:]+)\)", README)) | set(re.findall(r'src="([^":]+)"', README)))


def test_linked_paths_exist():
    nothing_breaks_it((path, "README.md links it") for path in PATHS if not (ROOT / path).exists())


def test_configs_exist():
    named = set(re.findall(r"configs/\w+\.yaml", README))
    assert named and [path for path in named if not (ROOT / path).is_file()] == []


def test_commands_exist():
    used = {m for _, code in CODE for m in re.findall(r"^(?:\.venv/bin/)?lca (\w+)", code, re.MULTILINE)}
    assert used and used <= set(COMMANDS)
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    assert set(re.findall(r"\bmake ([a-z]+)", README)) <= targets


def test_python_in_the_readme_names_what_exists():
    for language, code in CODE:
        if language != "python":
            continue
        for node in ast.walk(ast.parse(code)):
            if isinstance(node, ast.ImportFrom) and node.module:
                module = importlib.import_module(node.module)
                assert [a.name for a in node.names if not hasattr(module, a.name)] == []


def test_says_what_it_must():
    words = ("reproduced", "reduced in scale", "not done", "Apache-2.0", "arXiv 2604.02320")
    nothing_breaks_it((word, "README.md does not say it") for word in words if word not in README)


def test_no_number_is_left_open():
    paths = ("README.md", "data_cards/model-small.md")
    nothing_breaks_it((path, "put in what was measured") for path in paths if "FILL" in (ROOT / path).read_text())


def test_every_notebook_is_listed():
    assert [p.name for p in (ROOT / "notebooks").glob("*.ipynb") if f"notebooks/{p.name}" not in README] == []


def test_what_garments_lose_with_their_surroundings_is_said_as_in_the_card():
    """The flattering figure, inside the garment alone, does not stand alone: skirts, wild skirts, trousers."""
    card = (ROOT / "data_cards/model-small.md").read_text()
    (measured,) = re.findall(r"^\|.*\(`gain_around`\)(.*)$", card, re.MULTILINE)
    (told,) = re.findall(r"^\| loose garments .*$", README, re.MULTILINE)
    gains = re.findall(r"([-+]\d\.\d+) dB \(", measured)
    assert len(gains) == 3 and [gain for gain in gains if gain not in told] == []
