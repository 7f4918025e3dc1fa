"""A film of what was shown: states with their times, drawn again at full size when the recording stops."""

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
from lca.panel.frames import frame
from lca.panel.person import PanelPerson
from lca.panel.state import State

FPS = 24.0
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
