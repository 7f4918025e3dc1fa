"""Notebooks only call: short cells, no outputs, one picture each, and they run."""

import json
import re

import nbformat
import pytest

from tests.house.tree import ROOT, files, name, nothing_breaks_it
from tests.kernel import execute

NOTEBOOKS = files(".ipynb", under="notebooks")
FIGURES = ROOT / "notebooks" / "figures"


def cells(path, kind):
    return [cell for cell in json.loads(path.read_text())["cells"] if cell["cell_type"] == kind]


def source(cell):
    return "".join(cell["source"])


def opening(path):
    """The text of the first cell."""
    return source(json.loads(path.read_text())["cells"][0])


CODE = [(path, cell) for path in NOTEBOOKS for cell in cells(path, "code")]


def test_there_is_a_tour():
    assert (ROOT / "notebooks/00_tour.ipynb") in NOTEBOOKS


def test_numbered_in_reading_order():
    wrong = [p for p in NOTEBOOKS if not re.fullmatch(r"\d\d_[a-z_]+\.ipynb", p.name)]
    nothing_breaks_it((p, "expected a name like 00_tour.ipynb") for p in wrong)


def test_each_has_its_picture():
    nothing_breaks_it((p, "draw its figure") for p in NOTEBOOKS if not (FIGURES / f"{p.stem}.png").is_file())


def test_each_opens_with_a_title():
    nothing_breaks_it((p, "no title") for p in NOTEBOOKS if not opening(p).startswith("# "))


def test_each_opens_with_its_picture():
    without = [p for p in NOTEBOOKS if f"figures/{p.stem}.png" not in opening(p)]
    nothing_breaks_it((p, "show its figure in the first cell") for p in without)


def test_each_opens_with_its_needs():
    silent = [p for p in NOTEBOOKS if not re.search(r"\*\*Needs\*\*.*minute.*CPU", opening(p))]
    nothing_breaks_it((p, "say minutes, CPU or GPU, data card") for p in silent)


def test_the_page_for_a_class_names_every_notebook_and_what_it_links_is_there():
    page = (ROOT / "notebooks/README.md").read_text()
    nothing_breaks_it((p, "notebooks/README.md does not name it") for p in NOTEBOOKS if f"]({p.name})" not in page)
    links = set(re.findall(r"\]\(([^)#:]+)[)#]", page))
    nothing_breaks_it((x, "notebooks/README.md links it") for x in links if not (ROOT / "notebooks" / x).exists())
    sections = set(
        re.findall(r"^## (.+)$", "\n".join(source(c) for p in NOTEBOOKS for c in cells(p, "markdown")), re.M)
    )
    plan = page[page.index("## Ninety minutes") : page.index("## The paper's symbols")]
    named = [word for cell in re.findall(r"\.ipynb\), (\*[^|]+)\|", plan) for word in re.findall(r"\*([^*]+)\*", cell)]
    assert len(named) > 5 and [word for word in named if not any(text.startswith(word) for text in sections)] == []


def test_stored_without_outputs():
    run = {p for p, cell in CODE if cell["outputs"] != [] or cell["execution_count"] is not None}
    nothing_breaks_it((p, "run nbstripout (make hooks does it for you)") for p in sorted(run))


def test_cells_are_short():
    long = [(p, source(cell)) for p, cell in CODE if len(source(cell).splitlines()) > 15]
    nothing_breaks_it((p, f"at most 15 lines a cell:\n{text}") for p, text in long)


def test_cells_only_call():
    found = [(p, re.search(r"^\s*(class |def .*:\s*$)|sys\.path|^\s*[!%]", source(c), re.MULTILINE)) for p, c in CODE]
    nothing_breaks_it((p, f"{match[0].strip()!r} belongs in lca/") for p, match in found if match)


@pytest.mark.slow
@pytest.mark.parametrize("path", NOTEBOOKS, ids=name)
def test_runs(path, monkeypatch):
    monkeypatch.setenv("LCA_FAST", "1")
    notebook = nbformat.read(path, as_version=4)
    execute(notebook, path.parent, timeout=300)
    pictures = [
        o for c in notebook.cells if c.cell_type == "code" for o in c.outputs if "image/png" in o.get("data", {})
    ]
    assert pictures, "a notebook shows something"
