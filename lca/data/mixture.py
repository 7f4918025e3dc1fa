"""Which capture is example i: a function of (seed, i) alone, so that a stream can start anywhere, on any rank.

The frames of the capture are chosen in `lca.data.batch.choose_frames`.
"""

from collections.abc import Callable, Sequence

import numpy as np

from lca.errors import UserError

BLOCK = 240
"""Examples within which weights hold exactly (to one example a source)."""


class Passes:
    """An endless stream over `size` things, reshuffled every pass; item i is found without the items before it."""

    def __init__(self, size: int, *key: int):
        self.size, self.key = size, key
        self.visit, self.order = -1, np.empty(0, np.int64)

    def __getitem__(self, index: int) -> int:
        visit, place = divmod(index, self.size)
        if visit != self.visit:
            self.visit, self.order = visit, np.random.default_rng((*self.key, visit)).permutation(self.size)
        return int(self.order[place])


class InTurn:
    """Every capture once, one source after the other."""

    def __init__(self, sizes: Sequence[int]):
        self.ends = np.cumsum(sizes)

    def __call__(self, index: int) -> tuple[int, int]:
        """Example -> (source, capture of that source)."""
        return located(self.ends, index)


class Shuffled:
    """All captures in one hat: a source counts by its size."""

    def __init__(self, sizes: Sequence[int], seed: int):
        self.ends, self.passes = np.cumsum(sizes), Passes(sum(sizes), seed)

    def __call__(self, index: int) -> tuple[int, int]:
        """Example -> (source, capture of that source)."""
        return located(self.ends, self.passes[index])


class Weighted:
    """Sources by weight, whatever their size; each source in passes of its own."""

    def __init__(self, sizes: Sequence[int], weights: Sequence[float], seed: int):
        self.seed, self.counts = seed, shares(weights)
        self.passes = [Passes(size, seed, 3, source) for source, size in enumerate(sizes)]
        self.block, self.slots = -1, np.empty(0, np.int64)

    def __call__(self, index: int) -> tuple[int, int]:
        """Example -> (source, capture of that source)."""
        block, place = divmod(index, BLOCK)
        if block != self.block:
            slots = np.repeat(np.arange(len(self.counts)), self.counts)
            self.block, self.slots = block, np.random.default_rng((self.seed, 4, block)).permutation(slots)
        source = int(self.slots[place])
        earlier = block * int(self.counts[source]) + int((self.slots[:place] == source).sum())
        return source, self.passes[source][earlier]


def mixture(sizes: Sequence[int], weights: Sequence[float] | None, seed: int) -> Callable[[int], tuple[int, int]]:
    """The order of examples from sources of these sizes; without weights a source counts by its size.

    Raises:
        UserError: weights that are not one positive number for each source.
    """
    if weights is None:
        return Shuffled(sizes, seed)
    return Weighted(sizes, checked_weights(weights, len(sizes)), seed)


def located(ends: np.ndarray, place: int) -> tuple[int, int]:
    """Place in the concatenation -> (source, place in the source)."""
    source = int(np.searchsorted(ends, place, side="right"))
    return source, place - int(ends[source - 1] if source else 0)


def checked_weights(weights: Sequence[float], sources: int) -> list[float]:
    """The weights, if they are one positive number for each source. Raises: UserError."""
    if len(weights) != sources or not all(np.isfinite(w) and w > 0 for w in weights):
        raise UserError(f"expected one positive weight for each of {sources} folders, got {list(weights)}")
    return [float(w) for w in weights]


def shares(weights: Sequence[float]) -> np.ndarray:
    """How many of BLOCK examples each source gets: rounded by largest remainder, at least one each."""
    if len(weights) > BLOCK:
        raise UserError(f"expected at most {BLOCK} folders with weights, got {len(weights)}")
    exact = np.asarray(weights) / np.sum(weights) * BLOCK
    counts = np.maximum(np.floor(exact), 1).astype(np.int64)
    while missing := BLOCK - int(counts.sum()):
        step = int(np.sign(missing))
        owed = np.where(counts + step < 1, -np.inf, step * (exact - counts))
        counts[np.argmax(owed)] += step
    return counts
