"""Where captures come from: folders of the world, or a real dataset through its adapter.

A new dataset is one file with a class that satisfies `Source`, and a line in `open_source`.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

import numpy as np

from lca.data.datasets import load_world
from lca.data.neuman import FittedBody, NeumanCapture
from lca.data.sample import Capture
from lca.formats.rows import Rows


@runtime_checkable
class Recording(Protocol):
    """One capture on disk, of which some frames are to be decoded."""

    def __len__(self) -> int:
        """Number of frames."""
        ...

    @property
    def takeable(self) -> Sequence[int] | None:
        """Frames that a person could bring as photos; None: all of them."""
        ...

    def photos(self, frames: Sequence[int]) -> Capture:
        """Frames with all that is known of them."""
        ...

    def targets(self, frames: Sequence[int]) -> Capture:
        """Frames to be reconstructed: their canonical maps may be left out."""
        ...


@runtime_checkable
class Source(Protocol):
    """The captures of one split of a dataset."""

    def __len__(self) -> int:
        """Number of captures."""
        ...

    def __getitem__(self, index: int, /) -> Recording:
        """One of them."""
        ...


class WorldRecording:
    """A row of `load_world`."""

    def __init__(self, row: Mapping[str, Any]):
        self.row = row

    def __len__(self) -> int:
        return len(self.row["image"])

    @property
    def takeable(self) -> Sequence[int] | None:
        """All but the pictures of a light stage in which one lamp shines in the dark."""
        if self.row["stage"] != "lightstage":
            return None
        return np.flatnonzero(np.asarray(self.row["radiance"]).any((1, 2))).tolist()

    def photos(self, frames: Sequence[int]) -> Capture:
        """Frames with all their truth."""
        return Capture.read(self.row, frames)

    def targets(self, frames: Sequence[int]) -> Capture:
        """Frames without canonical maps, which no target needs."""
        return Capture.read({**self.row, "canonical": (), "face_canonical": ()}, frames)


class WorldSource:
    """One split of a folder that `lca world build` wrote; `most` keeps the first captures only."""

    def __init__(self, folder: str | Path, split: str, most: int | None = None):
        self.rows = Rows(load_world(folder, split).data.table)
        self.count = len(self.rows) if most is None else min(most, len(self.rows))
        self.opened_as = folder, split, most

    def __reduce__(self):
        """To another process goes the folder's name, not its bytes."""
        return WorldSource, self.opened_as

    def __len__(self) -> int:
        return self.count

    def __getitem__(self, index: int) -> WorldRecording:
        return WorldRecording(self.rows[index])


def open_source(folder: str | Path, split: str, body: FittedBody | None = None, most: int | None = None) -> Source:
    """The captures of a folder: a person filmed in NeuMan's layout if it looks like one, a world folder otherwise.

    Args:
        folder: Where the data lies.
        split: train, validation or test.
        body: The SMPL-X body that real captures were fitted with; the world does without.
        most: The first captures only.

    Raises:
        UserError: what is missing or damaged (see `lca.formats.shards` and `lca.data.neuman`).
    """
    if (Path(folder) / "smplx_optimized").is_dir():
        return [NeumanCapture(folder, split, body)]
    return WorldSource(folder, split, most)
