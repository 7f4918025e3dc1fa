"""Imports point backwards, heavy or licensed libraries have one door each, and importing does nothing."""

import subprocess
import sys
from collections import defaultdict

import pytest

from tests.house.tree import ROOT, files, imports, name

PACKAGE = files(".py", under="lca")
LEVELS = [
    {"errors", "assets", "__init__"},
    {"geometry"},
    {"motion", "render", "formats"},
    {"matting", "model", "world"},
    {"data"},
    {"training", "tracking"},
    {"lab"},
    {"panel"},
    {"commands", "__main__"},
]
LEVEL = {part: level for level, parts in enumerate(LEVELS) for part in parts}
ONE_DOOR = ("gsplat", "smplx", "ipywidgets", "anywidget", "plotly", "embreex")


def part(path):
    """geometry for lca/geometry/camera.py, errors for lca/errors.py."""
    return path.relative_to(ROOT / "lca").parts[0].removesuffix(".py")


def uses(path):
    """The parts of lca that a file imports."""
    for module, _ in imports(path):
        words = module.split(".")
        if words[0] == "lca":
            yield words[1] if len(words) > 1 and words[1] in LEVEL else "__init__"


@pytest.mark.parametrize("path", PACKAGE, ids=name)
def test_imports_point_backwards(path):
    assert part(path) in LEVEL, "give the new part of lca its level in this test"
    # a command line beside its package (lca/commands/world.py) is still of its package
    assert [used for used in uses(path) if LEVEL[used] > LEVEL[part(path)]] == []


def test_parts_of_one_level_do_not_import_each_other_in_a_circle():
    graph = defaultdict(set)
    for path in PACKAGE:
        graph[part(path)] |= {used for used in uses(path) if used != part(path)}

    def reaches(start):
        seen, frontier = set(), set(graph[start])
        while frontier:
            seen |= frontier
            frontier = {further for node in frontier for further in graph[node]} - seen
        return seen

    assert {start for start in list(graph) if start in reaches(start)} == set()


def test_the_model_never_renders():
    assert [name(p) for p in files(".py", under="lca/model") if "render" in uses(p)] == []


@pytest.mark.parametrize("library", ONE_DOOR)
def test_one_door(library):
    doors = {p: at_once for p in PACKAGE for module, at_once in imports(p) if module.split(".")[0] == library}
    assert len(doors) <= 1, f"{library} is imported in one file only: {[name(p) for p in doors]}"
    assert not any(doors.values()), f"import {library} inside the function that needs it"


WATCH = """
import importlib, os, sys, sysconfig
package, modules = sys.argv[1], sys.argv[2:]
standard = tuple({sysconfig.get_path(k) for k in ("stdlib", "platstdlib")})
effects = []

def caller(frame):
    while frame is not None:
        file = frame.f_code.co_filename
        if "site-packages" in file or not (file.startswith(standard) or file.startswith("<")):
            return file
        frame = frame.f_back
    return ""

def watch(event, arguments):
    writes = event == "open" and isinstance(arguments[2], int) and arguments[2] & (os.O_WRONLY | os.O_RDWR | os.O_CREAT)
    if writes or event in ("os.mkdir", "socket.connect", "subprocess.Popen", "os.remove", "os.rename"):
        where = caller(sys._getframe(1))
        if where.startswith(package):
            effects.append(f"{where}: {event} {arguments[0]}")

sys.dont_write_bytecode = True
sys.addaudithook(watch)
for module in modules:
    importlib.import_module(module)
torch = sys.modules.get("torch")
if torch is not None and torch.cuda.is_initialized():
    effects.append("CUDA initialised")
print("\\n".join(effects + [f"imported {m}" for m in ONE_DOOR if m in sys.modules]))
"""


def test_importing_has_no_effects():
    modules = [name(p).removesuffix(".py").replace("/", ".").removesuffix(".__init__") for p in PACKAGE]
    script = WATCH.replace("ONE_DOOR", repr(ONE_DOOR))
    command = [sys.executable, "-W", "error", "-c", script, str(ROOT / "lca"), *modules]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT)
    assert done.returncode == 0, done.stderr[-2000:]
    assert done.stdout.split("\n") == ["", ""]
