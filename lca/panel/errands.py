"""What a panel does with files: photos, motions and lights in, pictures, films and states out. Long ones run beside the panel.

An errand knows of its panel what `Panel` says; the desk is one.
"""

import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

from lca.errors import UserError
from lca.formats.atomic import new_file, writing
from lca.formats.hdri import read_hdri
from lca.formats.motion import read_motion
from lca.model.avatar import Avatar
from lca.panel.changes import Message, PanelScene
from lca.panel.channels import channels
from lca.panel.frames import as_jpeg, as_png, frame
from lca.panel.library import poses
from lca.panel.light import Lighting
from lca.panel.motions import motion_of
from lca.panel.person import PanelPerson
from lca.panel.recorder import write_film
from lca.panel.sharpening import PHOTOS, Sharpening
from lca.panel.state import Look, State, Viewpoint
from lca.panel.state_file import parse, write_state
from lca.panel.tasks import Stopped, Tasks
from lca.panel.upload import Audience, create_avatar
from lca.tracking.likeness import Draft
from lca.tracking.words import made_of

FILM = "film"
THUMBNAIL, THUMBNAIL_VIEW = Look(size=128), Viewpoint(azimuth=0.3)
"""How poses of the library are shown."""
Send = Callable[[dict[str, Any], list[bytes]], None]
"""Takes a message and its buffers to the page."""


@runtime_checkable
class Panel(Protocol):
    """Whose errand it is: what is shown, where files are kept, and what can be asked to be shown instead."""

    folder: Path
    checkpoint: Path | None
    tasks: Tasks
    threads: int
    """Of torch, that draw."""
    scene: PanelScene
    send: Send

    @property
    def state(self) -> State:
        """The present."""
        ...

    def say(self, text: str, level: str = "info", about: str = "") -> None:
        """A line on the page, which goes with what it is about."""
        ...

    def restore(self, state: State) -> None:
        """Show another present."""
        ...

    @property
    def busy(self) -> bool:
        """Whether somebody waits for a picture."""
        ...

    def replace_avatars(self, avatars: Sequence[Avatar]) -> None:
        """Show other people."""
        ...

    def sharpen(self, avatar: Avatar) -> None:
        """Show a better avatar of the first person."""
        ...

    def offer(self, wider: Callable[[PanelScene], PanelScene], choice: Message | None = None) -> None:
        """Have more to choose from, and choose it by a message."""
        ...


Errand = Callable[[Panel, Mapping[str, Any], Sequence[bytes]], None]


def snapshot(panel: Panel, message: Mapping[str, Any], buffers: Sequence[bytes]) -> None:
    """Write the present as a PNG."""
    with new_file(panel.folder, "snapshot", ".png") as path:
        write_picture(path, panel.scene.people, panel.state)
    panel.say(f"wrote {path}")


def write_picture(path: Path, people: Sequence[PanelPerson], state: State) -> None:
    """Write what a state shows as a PNG."""
    with writing(path) as temporary:
        temporary.write_bytes(as_png(frame(people, state)))


def save(panel: Panel, message: Mapping[str, Any], buffers: Sequence[bytes]) -> None:
    """Write the state as JSON."""
    with new_file(panel.folder, "state", ".json") as path:
        write_state(path, panel.state, [person.name for person in panel.scene.people])
    panel.say(f"wrote {path}")


def load(panel: Panel, message: Mapping[str, Any], buffers: Sequence[bytes]) -> None:
    """One buffer: a state that `save` wrote."""
    if len(buffers) != 1:
        raise UserError(f"expected one file, got {len(buffers)}; choose a state that the panel saved")
    names = [person.name for person in panel.scene.people]
    state = parse(buffers[0], names, list(channels()), list(panel.scene.motions), panel.scene.skies)
    panel.scene.takes(state.light)
    panel.restore(state)
    panel.say("state loaded")


def film(panel: Panel, states: Sequence[State]) -> None:
    """Write what was recorded as an .mp4, beside everything else and after the films that are not written yet."""
    people = panel.scene.people

    def progress(done: int, whole: int) -> None:
        panel.tasks.check(FILM)
        tell(panel, done, whole, "writing the film", keeps=True)

    def work() -> None:
        with bar(panel), new_file(panel.folder, "film", ".mp4") as path:
            count = write_film(path, people, states, progress)
        panel.say(f"wrote {path}: {count} frames")

    panel.tasks.queue(FILM, work)


def photos(panel: Panel, message: Mapping[str, Any], buffers: Sequence[bytes]) -> None:
    """names, and one buffer each: photos of one person become the (first) avatar of the panel"""
    names = message.get("names")
    if not isinstance(names, list) or len(names) != len(buffers):
        raise UserError(f"expected one name for each of {len(buffers)} photos, got {names!r}; choose the photos again")
    files = [(str(name), content) for name, content in zip(names, buffers, strict=True)]
    sharpening = Sharpening(panel, partial(tell, panel))

    def progress(done: int, whole: int, what: str) -> None:
        panel.tasks.check(PHOTOS)
        tell(panel, done, whole, what)

    def work() -> None:
        def drafted(start: Draft) -> None:
            panel.tasks.check(PHOTOS)
            start.avatar.save(path)
            panel.replace_avatars([start.avatar, *(person.avatar for person in panel.scene.people[1:])])

        notes = lambda lines: panel.send({"kind": "notes", "lines": lines}, [])
        audience = Audience(progress, notes, drafted, sharpening)
        with bar(panel), sharpening, new_file(panel.folder, "person", ".avatar") as path:
            likeness = create_avatar(files, audience, panel.checkpoint)
            if sharpening.last is not None:
                likeness.avatar.save(path)
                panel.sharpen(likeness.avatar)
        panel.say(f"{made_of(likeness.avatar, len(files))}, {sharpening.words()}; wrote {path}")

    panel.tasks.start(PHOTOS, work)


def stop(panel: Panel, message: Mapping[str, Any], buffers: Sequence[bytes]) -> None:
    """End the work whose progress is shown; an avatar that sharpens stays as sharp as it is."""
    running = [name for name in (PHOTOS, FILM) if panel.tasks.running(name)]
    if running:
        panel.say("stopping")  # before it can have stopped
    for name in running:
        panel.tasks.stop(name)


def motion(panel: Panel, message: Mapping[str, Any], buffers: Sequence[bytes]) -> None:
    """names, and one buffer each: a motion file, or a .bvh and its mapping, joins the motions that the panel offers"""
    names = message.get("names")
    if not isinstance(names, list) or len(names) != len(buffers) or len(names) not in (1, 2):
        raise UserError(
            f"expected one motion file, got {names!r}; choose a .npz, .bvh, .json or .csv (a .bvh may bring a mapping .json)"
        )
    files = sorted(zip(map(str, names), buffers, strict=True), key=lambda file: Path(file[0]).suffix.lower() == ".json")

    def work() -> None:
        with as_files(files) as (first, *mapping):
            file = read_motion(first, mapping=mapping[0] if mapping else None)
        name, moved = files[0][0], motion_of(file)
        panel.offer(lambda scene: scene.with_motion(name, moved), {"kind": "motion", "name": name})
        account, *notes = file.lines()
        panel.send({"kind": "notes", "lines": notes}, [])
        panel.say(f"{name}: {account}", about="motion")

    panel.tasks.queue("motion", work)


def light(panel: Panel, message: Mapping[str, Any], buffers: Sequence[bytes]) -> None:
    """names, and one buffer: an .hdr or .exr joins the lights that the panel offers, and is chosen"""
    names = message.get("names")
    if not isinstance(names, list) or not len(names) == len(buffers) == 1:
        raise UserError(f"expected one environment, got {names!r}; choose an .hdr or .exr")
    name = str(names[0])
    panel.scene.takes(Lighting(name))

    def work() -> None:
        with as_files([(name, buffers[0])]) as (path,):
            found = read_hdri(path)
        panel.offer(lambda scene: scene.with_sky(name, found), {"kind": "light", "sky": name})
        panel.say(f"{name} is in the list of lights")

    panel.tasks.queue("light", work)


@contextmanager
def as_files(files: Sequence[tuple[str, bytes]]) -> Iterator[list[Path]]:
    """What a browser sent (name, bytes), as the command line reads it; messages name files as the user knows them."""
    with tempfile.TemporaryDirectory(prefix="lca-panel-") as folder:
        paths = {Path(folder) / f"{place}{Path(name).suffix}": name for place, (name, _) in enumerate(files)}
        for path, (_, content) in zip(paths, files, strict=True):
            path.write_bytes(content)
        try:
            yield list(paths)
        except UserError as error:
            told = str(error)
            for path, name in paths.items():
                told = told.replace(str(path), name)
            raise UserError(told) from error


def thumbnails(panel: Panel, message: Mapping[str, Any], buffers: Sequence[bytes]) -> None:
    """Small pictures of the pose library, one message each."""
    if panel.tasks.running("thumbnails"):
        return
    people = panel.scene.people[:1]

    def work() -> None:
        for name, pose in poses().items():
            panel.tasks.check("thumbnails")
            picture = frame(people, State(pose=pose, view=THUMBNAIL_VIEW, look=THUMBNAIL))
            panel.send({"kind": "thumbnail", "name": name}, [as_jpeg(picture)])

    panel.tasks.start("thumbnails", work)


ERRANDS: dict[str, Errand] = {
    "snapshot": snapshot,
    "save": save,
    "load": load,
    "photos": photos,
    "stop": stop,
    "motion file": motion,
    "light file": light,
    "thumbnails": thumbnails,
}
"""kind -> what it does."""


@contextmanager
def bar(panel: Panel) -> Iterator[None]:
    """Work whose progress is on the page: the bar goes when it ends, and who stopped it hears so."""
    try:
        yield
    except Stopped:
        panel.say("stopped")
        raise
    finally:
        tell(panel, 1, 1, "")


def tell(panel: Panel, done: int, whole: int, what: str, keeps: bool = False) -> None:
    """Progress on the page; `keeps`: of a file that the page should not be closed before."""
    panel.send({"kind": "progress", "done": done, "whole": whole, "text": what, "keeps": keeps}, [])
