"""Everything that a panel writes for other programs, by the name that its menu has for it.

Each is written beside the panel, after what was asked for before, into the panel's folder. It is of the first person (pictures
and films: of both), with the body that the sliders have made; what moves is the chosen motion, with the channels that are held.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from lca.errors import UserError
from lca.formats.atomic import new_file
from lca.geometry.motion import Motion
from lca.geometry.resampling import resampled
from lca.lab.exporting import SPLATS, write_page, write_rigged
from lca.lab.filming import FACES
from lca.lab.playing import frames_of
from lca.model.avatar import Avatar
from lca.panel.changes import PanelScene, at_time, one_of
from lca.panel.errands import ERRANDS, FILM, Errand, Panel, bar, tell, write_picture
from lca.panel.files import MOTION_FILES
from lca.panel.frames import background_of
from lca.panel.recorder import FPS, LONGEST, motion_of_poses, write_film
from lca.panel.state import State

RATE, MOST_SECONDS = 30.0, 30.0
"""Frames a second, and seconds, of the motion of a page or a rig."""
Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Order:
    """What is exported: who was there, and the state, when it was asked for; `progress` takes (done, all)."""

    scene: PanelScene
    state: State
    progress: Progress

    @property
    def avatar(self) -> Avatar:
        """The first person, with the body of the sliders."""
        return self.scene.people[0].shaped(self.state.shape)

    def motion(self, seconds: float | None = None) -> Motion:
        """The chosen motion, or its first `seconds`, as it is shown.

        Raises:
            UserError: none is chosen.
        """
        if self.state.motion is None:
            raise UserError("expected a motion to export, got none; choose one in the list of motions")
        motion = self.scene.motions[self.state.motion]
        frames = range(len(motion) if seconds is None else min(len(motion), math.ceil(seconds * motion.fps) + 1))
        if not self.state.held:
            return frames_of(motion, frames)
        moments = (at_time(self.state, k / motion.fps, self.scene) for k in frames)
        return motion_of_poses([moment.pose for moment in moments], motion.fps)

    def beginning(self) -> Motion:
        """So much of the motion as a page or a rig holds, at their rate."""
        motion = resampled(self.motion(MOST_SECONDS), RATE)
        return frames_of(motion, range(min(len(motion), round(MOST_SECONDS * RATE))))


@dataclass(frozen=True)
class Export:
    """How files of one kind are named, and what writes one."""

    stem: str
    suffix: str
    write: Callable[[Path, Order], None]


def _picture(path: Path, order: Order) -> None:
    write_picture(path, order.scene.people, order.state)


def _film(path: Path, order: Order) -> None:
    motion = order.motion(LONGEST)
    count = max(1, round(min(len(motion) / motion.fps, LONGEST) * FPS))
    states = [at_time(order.state, k / FPS, order.scene) for k in range(count)]
    write_film(path, order.scene.people, states, order.progress)


def _splats(suffix: str, path: Path, order: Order) -> None:
    SPLATS[suffix](path, order.scene.people[0].posed(order.state))


def _rigged(path: Path, order: Order) -> None:
    write_rigged(path, order.avatar, None if order.state.motion is None else order.beginning())


def _avatar(path: Path, order: Order) -> None:
    order.avatar.save(path)


def _page(path: Path, order: Order) -> None:
    view = order.state.motion if order.state.motion in FACES else "turntable"
    write_page(path, order.avatar, order.beginning(), view, "avatar", background_of(order.state))


def _motion(suffix: str, path: Path, order: Order) -> None:
    MOTION_FILES[suffix](path, order.motion())


EXPORTS: dict[str, Export] = {
    "picture .png": Export("snapshot", ".png", _picture),
    "film .mp4": Export("film", ".mp4", _film),
    "player page .html": Export("page", ".html", _page),
    **{f"splats {suffix}": Export("splats", suffix, partial(_splats, suffix)) for suffix in SPLATS},
    "rigged .glb": Export("rigged", ".glb", _rigged),
    "avatar .avatar": Export("person", ".avatar", _avatar),
    **{f"motion {suffix}": Export("motion", suffix, partial(_motion, suffix)) for suffix in MOTION_FILES},
}
"""Name in the menu -> what it writes."""


def export(panel: Panel, message: Mapping[str, Any], buffers: Sequence[bytes]) -> None:
    """what: a name of EXPORTS, written beside everything else"""
    name = one_of(message, "what", EXPORTS)
    chosen = EXPORTS[name]

    def progress(done: int, whole: int) -> None:
        panel.tasks.check(FILM)
        tell(panel, done, whole, f"writing {name}", keeps=True)

    order = Order(panel.scene, panel.state, progress)

    def work() -> None:
        with bar(panel), new_file(panel.folder, chosen.stem, chosen.suffix) as path:
            progress(0, 1)
            chosen.write(path, order)
        panel.say(f"wrote {path}")

    panel.tasks.queue(FILM, work)


LONG_WORK: dict[str, Errand] = {**ERRANDS, "export": export}
"""kind -> what is done beside the panel."""
