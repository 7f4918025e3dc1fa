"""Imports point backwards, heavy or licensed libraries have one door each, and importing does nothing."""

import ast
import subprocess
import sys
from collections import defaultdict
from functools import cache
from graphlib import CycleError, TopologicalSorter

from tests.house.tree import ROOT, files, imports, name, nothing_breaks_it, parsed

PACKAGE = files(".py", under="lca")
LEVELS = [
    {"errors", "precision", "ranges", "stopping", "timing", "kernels", "assets", "__init__"},
    {"geometry"},
    {"motion", "render", "formats"},
    {"matting", "model", "world"},
    {"data"},
    {"training", "tracking"},
    {"studies", "lab"},
    {"panel"},
    {"commands", "__main__"},
]
LEVEL = {part: level for level, parts in enumerate(LEVELS) for part in parts}
ONE_DOOR = (
    *("gsplat", "smplx", "ipywidgets", "anywidget", "plotly", "embreex", "ai_edge_litert", "pi_heif", "OpenEXR"),
    "ray",
)


def part(path):
    """geometry for lca/geometry/camera.py, errors for lca/errors.py."""
    return path.relative_to(ROOT / "lca").parts[0].removesuffix(".py")


def uses(path):
    """The parts of lca that a file imports."""
    for module, _ in imports(path):
        words = module.split(".")
        if words[0] == "lca":
            yield words[1] if len(words) > 1 and words[1] in LEVEL else "__init__"


def test_every_part_has_a_level():
    unknown = [p for p in PACKAGE if part(p) not in LEVEL]
    nothing_breaks_it((p, "give the new part of lca its level in this test") for p in unknown)


def test_imports_point_backwards():
    placed = [p for p in PACKAGE if part(p) in LEVEL]
    forwards = [(p, used) for p in placed for used in uses(p) if LEVEL[used] > LEVEL[part(p)]]
    nothing_breaks_it((p, f"lca.{used} comes after lca.{part(p)}") for p, used in forwards)


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


def doors():
    """(library, file, when the file is imported?) of every import of a library that has one door."""
    found = [(module.split(".")[0], p, at_once) for p in PACKAGE for module, at_once in imports(p)]
    return [door for door in found if door[0] in ONE_DOOR]


def test_one_door():
    found = doors()
    shared = {library: sorted({name(p) for used, p, _ in found if used == library}) for library in ONE_DOOR}
    nothing_breaks_it(
        (x, f"is imported in one file only, not in {paths}") for x, paths in shared.items() if len(paths) > 1
    )


def test_doors_open_only_when_used():
    early = [(p, library) for library, p, at_once in doors() if at_once]
    nothing_breaks_it((p, f"import {library} inside the function that needs it") for p, library in early)


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


ROOMS = ("body", "paint", "garments", "hair", "cloth", "person", "light", "stages", "folders")
"""Of lca/world: each imports only itself and those before it."""
KNOW_THE_WORLD = (
    *("lca/world/", "lca/data/", "lca/studies/"),
    *("lca/commands/world.py", "lca/commands/matting.py", "lca/commands/bench.py"),
)


@cache
def imported_files():
    """(file, file) for every import inside lca, late ones too, but not those under `if TYPE_CHECKING`."""
    own = {name(path).removesuffix(".py").removesuffix("/__init__").replace("/", "."): name(path) for path in PACKAGE}
    found = []
    for path in PACKAGE:
        nodes = list(ast.walk(parsed(path)))
        tests = [node for node in nodes if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test)]
        for_types = {inner for test in tests for statement in test.body for inner in ast.walk(statement)}
        for node in nodes:
            if node not in for_types and isinstance(node, ast.Import | ast.ImportFrom):
                package = node.module if isinstance(node, ast.ImportFrom) else None
                for alias in node.names:
                    module = f"{package}.{alias.name}" if f"{package}.{alias.name}" in own else package or alias.name
                    if module in own:
                        found.append((name(path), own[module]))
    return found


def room(path):
    """paint for lca/world/paint/skin.py, nothing for a file of no room."""
    words = path.split("/")
    return words[2] if words[:2] == ["lca", "world"] and len(words) > 3 else ""


def test_rooms_of_the_world_import_one_way():
    assert {room(name(path)) for path in PACKAGE} == {"", *ROOMS}, (
        "give the new room of lca/world its place in this test"
    )
    inside = [(path, used) for path, used in imported_files() if room(path) and room(used)]
    assert [(path, used) for path, used in inside if ROOMS.index(room(path)) < ROOMS.index(room(used))] == []


def test_only_data_studies_and_a_few_commands_import_the_world():
    users = [(path, used) for path, used in imported_files() if used.startswith("lca/world/")]
    assert [(path, used) for path, used in users if not path.startswith(KNOW_THE_WORLD)] == []


def test_no_files_import_each_other_in_a_circle():
    graph, circle = defaultdict(set), []
    for path, used in imported_files():
        graph[path].add(used)
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as found:
        circle = found.args[1]
    assert circle == []
