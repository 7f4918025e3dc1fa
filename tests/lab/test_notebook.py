"""How notebooks begin: where paths start, how a mistake looks, and what of it git sees."""

import os
import shutil
import subprocess
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook, new_output

from lca.lab.notebook import top
from tests.house.tree import ROOT, files, name, nothing_breaks_it
from tests.kernel import execute

MISTAKE = """
from lca.errors import UserError
try:
    {}["colour"]
except KeyError as error:
    raise UserError("expected a colour, got none: name one") from error
"""


def test_every_notebook_begins():
    notebooks = {p: nbformat.read(p, as_version=4) for p in files(".ipynb", under="notebooks")}
    first = {p: next(cell.source for cell in nb.cells if cell.cell_type == "code") for p, nb in notebooks.items()}
    nothing_breaks_it((p, "call begin() in the first code cell") for p, text in first.items() if "begin()" not in text)


def test_no_path_climbs_out_of_the_top():
    climbing = [p for p in files(".ipynb", under="notebooks") if '\\"../' in p.read_text()]
    nothing_breaks_it((p, "relative paths start at the repository's top") for p in climbing)


def test_mistakes_are_one_line_bars_are_bars_and_paths_start_at_the_top(tmp_path):
    cells = [
        "from pathlib import Path\nfrom lca.lab.notebook import begin\nbegin()",
        "print(Path.cwd(), Path('configs/tiny_pretrain.yaml').is_file())",
        MISTAKE,
        "1 / 0",
        "from lca.data.census import census\n_ = census(1, 2)",
        "import datasets\nprint(datasets.are_progress_bars_disabled())",
        "from lightning.pytorch.utilities.rank_zero import rank_zero_info\nrank_zero_info('stopped')",
    ]
    notebook = new_notebook(cells=[new_code_cell(cell) for cell in cells])
    execute(notebook, tmp_path, timeout=60, allow_errors=True)
    _, printed, told, fault, bar, quiet, lightning = (cell.outputs for cell in notebook.cells)
    assert printed[0].text.strip() == f"{ROOT} True"
    (error,) = told
    assert error.ename == "UserError" and len(error.traceback) == 1
    assert error.traceback[0].endswith("expected a colour, got none: name one")
    assert len(fault[0].traceback) > 1  # what is no mistake of the user keeps its traceback
    assert {output.output_type for output in bar} == {"display_data"}  # a bar, and no lines of stderr
    assert quiet[0].text.strip() == "True"  # those of tiny worlds that are read are over before they are seen
    assert lightning == []


def test_what_a_notebook_may_call_shows_a_bar_there():
    plain = [p for p in files(".py", under="lca") if "commands" not in p.parts and "from tqdm import" in p.read_text()]
    nothing_breaks_it((p, "import tqdm from tqdm.auto") for p in plain)


def test_the_top_is_that_of_the_notebooks_own_repository(tmp_path):
    inside = tmp_path / "notebooks" / "mine"
    inside.mkdir(parents=True)
    (tmp_path / "configs").mkdir()
    (tmp_path / "configs" / "tiny_pretrain.yaml").touch()
    assert top(inside) == tmp_path
    assert top(Path("/")) == ROOT


@pytest.fixture
def clone(tmp_path):
    """A clone with one notebook, after what `make lab` does to it: (folder, git, what was said)."""
    for file in (".gitattributes", ".gitignore"):
        shutil.copy(ROOT / file, tmp_path / file)
    shutil.copytree(ROOT / "notebooks", tmp_path / "notebooks", ignore=shutil.ignore_patterns("figures"))
    (tmp_path / ".venv").symlink_to(ROOT / ".venv")
    nowhere = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull, "GIT_DIR": str(tmp_path / ".git")}
    environment = {**os.environ, **nowhere, "GIT_WORK_TREE": str(tmp_path)}

    def ask(*command):
        return subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=True).stdout

    ask("git", "init", "-q")
    (tmp_path / ".git/info/exclude").write_text(".venv\n")
    said = [ask("sh", str(ROOT / "tools/strip_outputs.sh")) for _ in range(2)]
    ask("git", "add", ".")
    ask("git", "-c", "user.name=a", "-c", "user.email=a@b", "commit", "-qm", "all")
    return tmp_path, ask, said


@pytest.mark.skipif(not shutil.which("git"), reason="needs git")
def test_a_notebook_that_was_run_leaves_git_clean(clone):
    folder, ask, said = clone
    assert "without outputs" in said[0] and said[1] == ""  # once
    path = folder / "notebooks/00_tour.ipynb"
    notebook = nbformat.read(path, as_version=4)
    code = next(cell for cell in notebook.cells if cell.cell_type == "code")
    code.outputs, code.execution_count = [new_output("stream", text="done")], 3
    code.metadata["execution"] = {"iopub.status.busy": "now"}
    notebook.metadata.language_info = {"name": "python", "version": "3.99", "file_extension": ".py", "mimetype": "x"}
    nbformat.write(notebook, path)
    for run in ("notebooks/runs/mine", "notebooks/out", "runs/mine", "out"):
        (folder / run).mkdir(parents=True)
        (folder / run / "model.safetensors").touch()
    assert ask("git", "diff") == ""
    ask("git", "add", ".")  # until then git compares sizes, and says that the notebook may have changed
    assert ask("git", "status", "--porcelain") == ""
    code.source += "\n1"
    nbformat.write(notebook, path)
    assert name(ROOT / "notebooks/00_tour.ipynb") in ask("git", "status", "--porcelain")
