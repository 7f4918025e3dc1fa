"""Refinement at a terminal: a bar while it runs, words on poses that are not good, and Ctrl-C that keeps the best so far."""

import argparse
import signal
import time
from typing import Any

from lca.ranges import InRange

LONGEST = 3600.0
"""Seconds of refinement."""


def add_refine_option(parser: argparse.ArgumentParser) -> None:
    """`--refine SECONDS`."""
    parser.add_argument(
        "--refine",
        action=InRange,
        low=0.0,
        high=LONGEST,
        metavar="SECONDS",
        help="sharpen the avatar on its own photos for at most so long; 0: feed-forward only (default: until it stops "
        "by itself, about 20 seconds for four photos on one core)",
    )


class CtrlC:
    """Within the block, once `armed`, Ctrl-C is not an exception but a wish: `asked`. A second one ends the program as ever."""

    armed = asked = False

    def __enter__(self) -> "CtrlC":
        self.before = signal.signal(signal.SIGINT, self._hear)
        return self

    def __exit__(self, *error: object) -> None:
        signal.signal(signal.SIGINT, self.before)

    def _hear(self, number: int, frame: object) -> None:
        if self.asked or not self.armed:
            raise KeyboardInterrupt
        self.asked = True


def refined(model, pictures, people, stature: float | None, seconds: float | None) -> tuple[Any, dict[str, float]]:
    """Solve and refine, and print what there is to say: (`Likeness`, seconds of each part: solved, refined)."""
    from tqdm import tqdm

    from lca.tracking.likeness import Draft, Enough, Progress, Watcher, refine_on_photos
    from lca.tracking.words import pose_lines

    marks = [time.perf_counter()]
    with CtrlC() as ctrl_c, tqdm(desc="refine", unit="step", delay=0.1) as bar:

        def solved(start: Draft) -> None:
            marks.append(time.perf_counter())
            for line in pose_lines(pictures, start.solution):
                bar.write(line)
            ctrl_c.armed = True

        def stepped(progress: Progress) -> None:
            bar.total = progress.total
            bar.update(progress.step - bar.n)
            if ctrl_c.asked:
                bar.write(f"stopped after step {progress.step} of {progress.total}: the best so far is kept")
                raise Enough

        likeness = refine_on_photos(model, pictures, people, stature, seconds, Watcher(solved, stepped))
    marks.append(time.perf_counter())
    return likeness, {"solved": marks[1] - marks[0], "refined": marks[2] - marks[1]}
