"""Notebooks only call: short cells, no outputs, one picture each, and they run."""

import json
import re

import nbformat
import pytest
from nbclient import NotebookClient

from tests.house.tree import ROOT, files, name

NOTEBOOKS = files(".ipynb", under="notebooks")
FIGURES = ROOT / "notebooks" / "figures"
each = pytest.mark.parametrize("path", NOTEBOOKS, ids=name)


def cells(path, kind):
    return [cell for cell in json.loads(path.read_text())["cells"] if cell["cell_type"] == kind]


def source(cell):
    return "".join(cell["source"])


def test_there_is_a_tour():
    assert (ROOT / "notebooks/00_tour.ipynb") in NOTEBOOKS


@each
def test_numbered_and_with_its_picture(path):
    assert re.fullmatch(r"\d\d_[a-z_]+\.ipynb", path.name)
    assert (FIGURES / f"{path.stem}.png").is_file()


@each
def test_opens_with_title_picture_and_needs(path):
    opening = source(json.loads(path.read_text())["cells"][0])
    assert opening.startswith("# ")
    assert f"figures/{path.stem}.png" in opening
    assert re.search(r"\*\*Needs\*\*.*minute.*CPU", opening), "say minutes, CPU or GPU, data card"


@each
def test_stored_without_outputs(path):
    for cell in cells(path, "code"):
        assert cell["outputs"] == [] and cell["execution_count"] is None, "run nbstripout (make hooks does it for you)"


@each
def test_cells_are_short_and_only_call(path):
    for cell in cells(path, "code"):
        text = source(cell)
        assert len(text.splitlines()) <= 15, text
        assert not re.search(r"^\s*(class |def .*:\s*$)|sys\.path|^\s*[!%]", text, re.MULTILINE), text


@each
def test_runs(path, monkeypatch):
    monkeypatch.setenv("LCA_FAST", "1")
    notebook = nbformat.read(path, as_version=4)
    NotebookClient(notebook, timeout=300, resources={"metadata": {"path": str(path.parent)}}).execute()
    pictures = [
        o for c in notebook.cells if c.cell_type == "code" for o in c.outputs if "image/png" in o.get("data", {})
    ]
    assert pictures, "a notebook shows something"
