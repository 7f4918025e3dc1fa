"""What becomes of a recording: a motion to choose from at once, and files of it, as a film, as a motion, or both."""

from collections.abc import Sequence
from itertools import count

from lca.formats.atomic import new_file
from lca.geometry.motion import Motion
from lca.panel.errands import FILM, Panel, bar, film, tell
from lca.panel.files import MOTION_FILES
from lca.panel.recorder import StateRecording

FILES = ("film", "motion files", "film and motion files")
"""What a recording may be written as."""


def keep(panel: Panel, recording: StateRecording, wanted: str) -> None:
    """Offer the recording as a motion by a new name, and write it as `wanted` (one of FILES) beside everything else.

    Raises:
        UserError: nothing was recorded.
    """
    states, moved = recording.sampled(), recording.motion(panel.scene.people[0])
    name = next(name for name in map("recording {}".format, count(1)) if name not in panel.scene.motions)
    panel.offer(lambda scene: scene.with_motion(name, moved))
    panel.say(f"{len(moved) / moved.fps:.1f} s recorded: {name} is in the list of motions")
    if wanted != "film":
        write(panel, "recording", moved)
    if wanted != "motion files":
        film(panel, states)


def write(panel: Panel, stem: str, motion: Motion, suffixes: Sequence[str] = tuple(MOTION_FILES)) -> None:
    """Write a motion as files, beside everything else."""

    def work() -> None:
        with bar(panel):
            paths = []
            for done, suffix in enumerate(suffixes):
                panel.tasks.check(FILM)
                tell(panel, done, len(suffixes), f"writing the motion as {suffix}", keeps=True)
                with new_file(panel.folder, stem, suffix) as path:
                    MOTION_FILES[suffix](path, motion)
                paths.append(path)
        panel.say(f"wrote {', '.join(map(str, paths))}: {len(motion)} frames at {motion.fps:g} fps")

    panel.tasks.queue(FILM, work)
