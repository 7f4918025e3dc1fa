"""`lca bench load`: how fast samples are read, against Pillow decoding the same bytes in the same processes.

Reading and decoding take turns, sample by sample, so that whatever else the machine does meets both alike.
"""

import io
import os
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from lca.data.allocator import keep_freed_memory
from lca.data.batch import choose_frames, make_example
from lca.data.sources import WorldRecording, WorldSource
from lca.errors import UserError
from lca.world.folders.workers import pool

PHOTOS, TARGETS = 4, 2
OF_TARGETS = ("image", "mask", "face", "face_mask")
OF_PHOTOS = (*OF_TARGETS, "canonical", "face_canonical")
"""Columns that are decoded."""
WARM_UP = 3
"""Samples of each process that do not count."""


@dataclass(frozen=True)
class Times:
    """Seconds of one process for some samples: rows to typed captures, captures to an example, Pillow alone."""

    samples: int
    capture: float
    example: float
    pillow: float


def bench(folder: str | Path, processes: int = 2, samples: int = 400, split: str = "train") -> dict[str, Any]:
    """Read `samples` samples in each of `processes` processes; a sample is four photos and two targets of a person.

    `ratio` compares reading (row to typed capture) with Pillow; `example_ratio` adds cutting out and augmentation.

    Raises:
        UserError: a folder that cannot be read, or nothing to do.
    """
    if processes < 1 or samples < 1:
        raise UserError(f"expected at least one process and one sample, got {processes} and {samples}")
    len(WorldSource(folder, split))  # the copy that `datasets` keeps is made before the clock runs
    jobs = [(str(folder), split, samples, process) for process in range(processes)]
    with pool(processes) as executor:
        all_times = list(executor.map(timed, *zip(*jobs, strict=True)))

    def rate(seconds: Callable[[Times], float]) -> float:
        return sum(times.samples / seconds(times) for times in all_times)

    read, pillow = rate(lambda times: times.capture), rate(lambda times: times.pillow)
    whole = rate(lambda times: times.capture + times.example)
    return {
        "samples_per_second": round(read, 1),
        "pillow_samples_per_second": round(pillow, 1),
        "ratio": round(read / pillow, 3),
        "examples_per_second": round(whole, 1),
        "example_ratio": round(whole / pillow, 3),
        "photos": PHOTOS,
        "targets": TARGETS,
        "processes": processes,
        "samples": samples * processes,
    }


def timed(folder: str, split: str, samples: int, process: int) -> Times:
    """What one process measures."""
    keep_freed_memory()  # as loader processes do
    source, rng = WorldSource(folder, split), np.random.default_rng(process)
    rows = []
    for index in range(samples + WARM_UP):
        started = time.perf_counter()
        recording, shown, wanted = drawn(source, rng)
        photos, targets = recording.photos(shown), recording.targets(wanted)
        read = time.perf_counter()
        make_example(photos, targets, rng)
        made = time.perf_counter()
        del photos, targets  # as loaders do: the next sample is read into the memory of this one
        files = files_of(recording, shown, wanted)
        opened = time.perf_counter()
        for file in files:
            Image.open(io.BytesIO(file)).load()
        done = time.perf_counter()
        if index >= WARM_UP:
            rows.append((read - started, made - read, done - opened))
    return Times(samples, *(float(seconds) for seconds in np.sum(rows, 0)))


def drawn(source: WorldSource, rng: np.random.Generator) -> tuple[WorldRecording, list[int], list[int]]:
    """A random person, and frames for photos and targets."""
    recording = source[int(rng.integers(len(source)))]
    return recording, *choose_frames(rng, len(recording), PHOTOS, TARGETS, recording.takeable)


def files_of(recording: WorldRecording, shown: Sequence[int], wanted: Sequence[int]) -> list[bytes]:
    """The picture files that reading a sample decodes."""
    row = recording.row
    chosen = [(name, k) for name in OF_PHOTOS for k in shown] + [(name, k) for name in OF_TARGETS for k in wanted]
    return [row[name][k]["bytes"] for name, k in chosen]


def memory(folder: str | Path, samples: int = 10_000, split: str = "train") -> dict[str, Any]:
    """Resident memory of this process while it makes examples of `samples` samples, after one pass over the folder.

    Raises:
        UserError: a machine that does not say (/proc/self/statm is missing), or a folder that cannot be read.
    """
    source, rng = WorldSource(folder, split), np.random.default_rng(0)
    before, most = 0, 0
    for index in range(len(source) + samples):
        recording = source[index if index < len(source) else int(rng.integers(len(source)))]
        shown, wanted = choose_frames(rng, len(recording), PHOTOS, TARGETS, recording.takeable)
        make_example(recording.photos(shown), recording.targets(wanted), rng)
        before, most = (resident(), 0) if index < len(source) else (before, max(most, resident()))
    megabytes = {"before_mb": before, "most_mb": most, "growth_mb": resident() - before}
    return {"samples": samples, **{name: round(size / 1e6, 1) for name, size in megabytes.items()}}


def resident() -> int:
    """Bytes of this process in memory."""
    statm = Path("/proc/self/statm")
    if not statm.is_file():
        raise UserError("expected /proc/self/statm, which says how much memory is used, got none: measure on Linux")
    return int(statm.read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
