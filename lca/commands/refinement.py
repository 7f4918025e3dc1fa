"""Refinement at a terminal: a bar while it runs, words on poses that are not good, and Ctrl-C that keeps the best so far."""

import argparse
import signal
import time
from contextlib import ExitStack
from typing import Any

from lca.ranges import InRange
from lca.stopping import Wishes

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


def refined(model, pictures, people, stature: float | None, seconds: float | None) -> tuple[Any, dict[str, float]]:
    """Solve and refine, and print what there is to say: (`Likeness`, seconds of each part: solved, refined)."""
    from tqdm import tqdm

    from lca.tracking.likeness import Draft, Enough, Progress, Watcher, refine_on_photos
    from lca.tracking.words import pose_lines

    marks, wishes = [time.perf_counter()], Wishes(signal.SIGINT)
    with tqdm(desc="refine", unit="step", delay=0.1) as bar, ExitStack() as listening:

        def solved(start: Draft) -> None:
            marks.append(time.perf_counter())
            for line in pose_lines(pictures, start.solution):
                bar.write(line)
            listening.enter_context(wishes)

        def stepped(progress: Progress) -> None:
            bar.total = progress.total
            bar.update(progress.step - bar.n)
            if wishes.asked:
                bar.write(f"stopped after step {progress.step} of {progress.total}: the best so far is kept")
                raise Enough

        likeness = refine_on_photos(model, pictures, people, stature, seconds, Watcher(solved, stepped))
    marks.append(time.perf_counter())
    return likeness, {"solved": marks[1] - marks[0], "refined": marks[2] - marks[1]}
