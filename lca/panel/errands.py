"""What a panel does with files: photos in, pictures, films, splats and states out. Long ones run beside the panel."""

import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lca.errors import UserError
from lca.formats.atomic import writing
from lca.formats.gltf import write_glb
from lca.formats.motion import read_motion
from lca.formats.ply import write_ply
from lca.formats.splat_file import write_splat
from lca.formats.spz import write_spz
from lca.panel.changes import one_of
from lca.panel.channels import channels
from lca.panel.frames import as_jpeg, as_png, frame
from lca.panel.library import poses
from lca.panel.motions import motion_of
from lca.panel.recorder import write_film
from lca.panel.state import Look, State, Viewpoint
from lca.panel.state_file import parse, write_state
from lca.panel.upload import create_avatar

if TYPE_CHECKING:
    import lca.panel.desk

THUMBNAIL, THUMBNAIL_VIEW = Look(size=128), Viewpoint(azimuth=0.3)
"""How poses of the library are shown."""

SPLATS = {".ply": write_ply, ".splat": write_splat, ".spz": write_spz, ".glb": write_glb}
"""Writers of splat files."""
Errand = Callable[["lca.panel.desk.Desk", Mapping[str, Any], Sequence[bytes]], None]


def snapshot(desk: "lca.panel.desk.Desk", message: Mapping[str, Any], buffers: Sequence[bytes]) -> None:
    """Write the present as a PNG."""
    path = free_path(desk.folder, "snapshot", ".png")
    with writing(path) as temporary:
        temporary.write_bytes(as_png(frame(desk.scene.people, desk.state)))
    desk.say(f"wrote {path}")


def splats(desk: "lca.panel.desk.Desk", message: Mapping[str, Any], buffers: Sequence[bytes]) -> None:
    """suffix: write the first person's Gaussians as they stand, for other viewers"""
    suffix = one_of(message, "suffix", SPLATS)
    path = free_path(desk.folder, "splats", suffix)
    SPLATS[suffix](path, desk.scene.people[0].posed(desk.state))
    desk.say(f"wrote {path}")


def save(desk: "lca.panel.desk.Desk", message: Mapping[str, Any], buffers: Sequence[bytes]) -> None:
    """Write the state as JSON."""
    path = free_path(desk.folder, "state", ".json")
    write_state(path, desk.state, [person.name for person in desk.scene.people])
    desk.say(f"wrote {path}")


def load(desk: "lca.panel.desk.Desk", message: Mapping[str, Any], buffers: Sequence[bytes]) -> None:
    """One buffer: a state that `save` wrote."""
    if len(buffers) != 1:
        raise UserError(f"expected one file, got {len(buffers)}; choose a state that the panel saved")
    names = [person.name for person in desk.scene.people]
    state = parse(buffers[0], names, list(channels()), list(desk.scene.motions))
    desk.restore(state)
    desk.say("state loaded")


def film(desk: "lca.panel.desk.Desk", states: Sequence[State]) -> None:
    """Write what was recorded as an .mp4, beside everything else."""
    people = desk.scene.people
    path = free_path(desk.folder, "film", ".mp4")

    def progress(done: int, whole: int) -> None:
        desk.tasks.check()
        tell(desk, done, whole, "writing the film")

    def work() -> None:
        count = write_film(path, people, states, progress)
        desk.say(f"wrote {path}: {count} frames")

    desk.tasks.start("film", work)


def photos(desk: "lca.panel.desk.Desk", message: Mapping[str, Any], buffers: Sequence[bytes]) -> None:
    """names, and one buffer each: photos of one person become the (first) avatar of the panel"""
    names = message.get("names")
    if not isinstance(names, list) or len(names) != len(buffers):
        raise UserError(f"expected one name for each of {len(buffers)} photos, got {names!r}; choose the photos again")
    files = [(str(name), content) for name, content in zip(names, buffers, strict=True)]

    def progress(done: int, whole: int, what: str) -> None:
        desk.tasks.check()
        tell(desk, done, whole, what)

    def work() -> None:
        try:
            avatar = create_avatar(files, progress, desk.checkpoint)
        finally:
            tell(desk, 1, 1, "")
        others = [person.avatar for person in desk.scene.people[1:]]
        path = free_path(desk.folder, "person", ".avatar")
        avatar.save(path)
        desk.replace_avatars([avatar, *others])
        desk.say(f"{len(avatar.canonical)} Gaussians from {len(files)} photos; wrote {path}")

    desk.tasks.start("photos", work)


def motion(desk: "lca.panel.desk.Desk", message: Mapping[str, Any], buffers: Sequence[bytes]) -> None:
    """names, and one buffer each: a motion file, or a .bvh and its mapping, joins the motions that the panel offers"""
    names = message.get("names")
    if not isinstance(names, list) or len(names) != len(buffers) or len(names) not in (1, 2):
        raise UserError(
            f"expected one motion file, got {names!r}; choose a .npz, .bvh, .json or .csv (a .bvh may bring a mapping .json)"
        )
    files = sorted(zip(map(str, names), buffers, strict=True), key=lambda file: Path(file[0]).suffix.lower() == ".json")

    def work() -> None:
        with tempfile.TemporaryDirectory(prefix="lca-motion-") as folder:
            paths = {Path(folder) / f"{place}{Path(name).suffix}": name for place, (name, _) in enumerate(files)}
            for path, (_, content) in zip(paths, files, strict=True):
                path.write_bytes(content)
            try:
                first, *mapping = paths
                file = read_motion(first, mapping=mapping[0] if mapping else None)
            except UserError as error:
                told = str(error)
                for path, name in paths.items():
                    told = told.replace(str(path), name)
                raise UserError(told) from error
        name = files[0][0]
        desk.offer(name, motion_of(file))
        desk.say("; ".join([name, *file.lines()]))

    desk.tasks.start("motion", work)


def thumbnails(desk: "lca.panel.desk.Desk", message: Mapping[str, Any], buffers: Sequence[bytes]) -> None:
    """Small pictures of the pose library, one message each."""
    if desk.tasks.running("thumbnails"):
        return
    people = desk.scene.people[:1]

    def work() -> None:
        for name, pose in poses().items():
            desk.tasks.check()
            picture = frame(people, State(pose=pose, view=THUMBNAIL_VIEW, look=THUMBNAIL))
            desk.send({"kind": "thumbnail", "name": name}, [as_jpeg(picture)])

    desk.tasks.start("thumbnails", work)


ERRANDS: dict[str, Errand] = {
    "snapshot": snapshot,
    "splats": splats,
    "save": save,
    "load": load,
    "photos": photos,
    "motion file": motion,
    "thumbnails": thumbnails,
}
"""kind -> what it does."""


def tell(desk: "lca.panel.desk.Desk", done: int, whole: int, what: str) -> None:
    """Progress on the page."""
    desk.send({"kind": "progress", "done": done, "whole": whole, "text": what}, [])


def free_path(folder: Path, stem: str, suffix: str) -> Path:
    """The first of `stem_001`, `stem_002` ... that does not exist yet."""
    number = 1
    while (path := folder / f"{stem}_{number:03d}{suffix}").exists():
        number += 1
    return path
