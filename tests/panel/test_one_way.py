"""The files of the panel import one another in one direction, and errands run without a desk."""

from dataclasses import dataclass, field
from graphlib import TopologicalSorter
from pathlib import Path

from lca.panel.changes import PanelScene
from lca.panel.errands import ERRANDS, Panel
from lca.panel.exports import export
from lca.panel.motions import Offered
from lca.panel.person import PanelPerson
from lca.panel.state import Look, State, Viewpoint
from lca.panel.tasks import Tasks
from tests.house.tree import files, imports


def test_no_file_of_the_panel_leads_back_to_itself():
    room = {f"lca.panel.{path.stem}": path for path in files(".py", under="lca/panel") if path.stem != "__init__"}
    used = {name: {".".join(module.split(".")[:3]) for module, _ in imports(path)} for name, path in room.items()}
    order = list(TopologicalSorter({name: modules & set(room) for name, modules in used.items()}).static_order())
    assert order.index("lca.panel.errands") < order.index("lca.panel.desk")  # a circle would have raised CycleError


@dataclass
class Notepad:
    """A panel without clock, history and pictures."""

    folder: Path
    scene: PanelScene
    state: State
    checkpoint: Path | None = None
    busy: bool = False
    threads: int = 1
    told: list = field(default_factory=list)
    tasks: Tasks = field(default_factory=lambda: Tasks(lambda error: None))

    def send(self, message, buffers):
        self.told.append(message)

    def say(self, text, level="info", about=""):
        self.told.append(text)

    def restore(self, state):
        self.state = state

    def replace_avatars(self, avatars):
        self.scene = PanelScene(tuple(map(PanelPerson, avatars)), self.scene.motions, self.scene.home)

    def sharpen(self, avatar):
        self.replace_avatars([avatar, *(person.avatar for person in self.scene.people[1:])])

    def offer(self, wider, choice=None):
        self.scene = wider(self.scene)


def test_errands_need_no_desk(avatar, tmp_path):
    panel = Notepad(tmp_path, PanelScene((PanelPerson(avatar),), Offered(), Viewpoint()), State(look=Look(size=128)))
    assert isinstance(panel, Panel)
    for kind in ("save", "snapshot"):
        ERRANDS[kind](panel, {}, [])
    export(panel, {"what": "splats .ply"}, [])
    panel.tasks.close(60.0)
    saved, panel.state = panel.state, State(eyes="camera")
    ERRANDS["load"](panel, {}, [(tmp_path / "state_001.json").read_bytes()])
    assert panel.state == saved and panel.told[-1] == "state loaded"
    assert {path.suffix for path in tmp_path.iterdir()} == {".json", ".png", ".ply"}
