"""The control panel: an avatar in your hands, in a notebook or on a page of its own.

    state, history, blend, state_file     what is shown: immutable values, no threads, no pixels
    aim, faces, mirror, shapes            cameras, expressions, the other side, names of shapes
    light                                 a sky and a lamp, by hand
    channels, limits, fingers, eyes       a slider is a number read from a state and written into a new one
    person, frames, overlays              state -> picture
    session, playback                     newest state wins: one thread, a few frames in flight
    recorder, recordings                  what was done, kept as a motion, a film, files
    files, tasks, errands, exports        files in and out, long work beside the panel
    upload, sharpening                    photos become a person, who is refined while one looks
    desk                                  messages in, states and pictures out
    casts                                 the people that a desk has shown
    widget, plain, app                    three hosts of one desk: a notebook, any ipywidgets front end, a local page
    seats                                 a page that is reloaded finds its desk again

The page itself is `lca/assets/panel`: plain JavaScript, one file an idea, joined by `page.py`.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from lca.geometry.motion import Motion
from lca.model.avatar import Avatar

FOLDER = Path("out/panel")


def panel(
    avatar: Avatar | str | Path,
    other: Avatar | str | Path | None = None,
    motions: Mapping[str, Motion] | None = None,
    folder: str | Path = FOLDER,
) -> Any:
    """A control panel for an avatar (or its file); with `other`, two people side by side, driven together.

    `motions` are offered beside the named ones. What is saved goes to `folder`. In a notebook the value of a cell shows it;
    `.close()` ends it.

    Raises:
        UserError: an avatar file is missing or damaged.
    """
    from lca.panel.motions import Offered
    from lca.panel.widget import new_widget

    return new_widget(_loaded(avatar, other), Offered(motions), Path(folder), titles=_titles(avatar, other))


def plain_panel(
    avatar: Avatar | str | Path,
    other: Avatar | str | Path | None = None,
    motions: Mapping[str, Motion] | None = None,
    folder: str | Path = FOLDER,
) -> Any:
    """`panel` with stock ipywidgets only, for a front end where `panel` stays empty; show its `.box`.

    Raises:
        UserError: an avatar file is missing or damaged.
    """
    from lca.panel.motions import Offered
    from lca.panel.plain import PlainPanel

    return PlainPanel(_loaded(avatar, other), Offered(motions), Path(folder))


def _loaded(*avatars: Avatar | str | Path | None) -> list[Avatar]:
    return [a if isinstance(a, Avatar) else Avatar.load(a) for a in avatars if a is not None]


def _titles(*avatars: Avatar | str | Path | None) -> list[str]:
    """What people call them: their files' names."""
    return ["avatar" if isinstance(a, Avatar) else Path(a).stem for a in avatars if a is not None]
