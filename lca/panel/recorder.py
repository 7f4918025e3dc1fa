"""What was shown, kept: states with their times, drawn again at full size as a film, or taken as a motion."""

import bisect
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np
import torch
from einops import rearrange
from jaxtyping import Float
from PIL import Image
from torch import Tensor

from lca.errors import UserError
from lca.formats.video import write_video
from lca.geometry.motion import Motion
from lca.panel.blend import blended
from lca.panel.frames import frame
from lca.panel.person import PanelPerson
from lca.panel.state import Pose, State

FPS = 24.0
STEADY = 0.2
"""Seconds between two pictures up to which the second goes on with the movement of the first."""
LONGEST = 120.0
"""Seconds after which a recording keeps no more states."""


class StateRecording:
    """States as they were shown, with the seconds since the first."""

    def __init__(self):
        self.times: list[float] = []
        self.states: list[State] = []
        self._began = 0.0

    def note(self, now: float, state: State) -> None:
        """One more state at `now` on any clock that runs forward."""
        if not self.times:
            self._began = now
        if now - self._began <= LONGEST:
            self.times.append(now - self._began)
            self.states.append(state)

    def sampled(self, fps: float = FPS) -> list[State]:
        """The state shown at each frame of a film.

        Raises:
            UserError: nothing was recorded.
        """
        if not self.times:
            raise UserError("expected something to record, got no picture: move something before you stop")
        count = max(1, round(self.times[-1] * fps))
        places = (bisect.bisect_right(self.times, index / fps) - 1 for index in range(count))
        return [self.states[max(0, place)] for place in places]

    def motion(self, person: PanelPerson, fps: float = FPS) -> Motion:
        """What the person did at each frame of the film: between two pictures of one movement, on the way from one to the other.

        Raises:
            UserError: nothing was recorded.
        """
        frames = len(self.sampled(fps))
        return motion_of_poses([self._pose(person, index / fps) for index in range(frames)], fps)

    def _pose(self, person: PanelPerson, time: float) -> Pose:
        place = max(0, bisect.bisect_right(self.times, time) - 1)
        before = person.shown(self.states[place])
        gap = self.times[min(place + 1, len(self.times) - 1)] - self.times[place]
        if not 0 < gap <= STEADY:
            return before
        return blended(before, person.shown(self.states[place + 1]), (time - self.times[place]) / gap)


def motion_of_poses(poses: Sequence[Pose], fps: float) -> Motion:
    """Poses, one a frame."""
    parts = [
        torch.tensor([getattr(pose, name) for pose in poses]) for name in ("theta", "translation", "actions", "psi")
    ]
    return Motion(*parts, fps=fps)


def write_film(
    path: Path, people: Sequence[PanelPerson], states: Sequence[State], progress: Callable[[int, int], None]
) -> int:
    """Draw the states in full and write them as an .mp4 of `FPS`; `progress` is told (done, all) after each frame."""

    def pictures() -> Iterator[Float[Tensor, "3 height width"]]:
        for done, state in enumerate(states, 1):
            yield _tensor(frame(people, state))
            progress(done, len(states))

    return write_video(path, pictures(), FPS)


def _tensor(picture: Image.Image) -> Float[Tensor, "3 height width"]:
    return rearrange(torch.from_numpy(np.array(picture)), "height width channel -> channel height width").float() / 255
