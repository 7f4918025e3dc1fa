"""Attacks on a door, one seeded case at a time, in this process.

A door may answer what it is given in two ways: by a `UserError` of one line, or by finite numbers. Anything else is a fault:
another exception (a traceback), more than ten seconds (a hang), NaN without a word, or a gigabyte of memory. `LCA_FUZZ_CASES`
asks for more cases than the default, `LCA_FUZZ_SEED` for others; a fault names its case, and `LCA_FUZZ_FROM` begins there.
"""

import os
import resource
import signal
import time
import traceback
import warnings
from collections.abc import Callable, Iterable
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

import numpy as np
import pytest

from lca.errors import UserError

SEED, FIRST = int(os.environ.get("LCA_FUZZ_SEED", "0")), int(os.environ.get("LCA_FUZZ_FROM", "0"))
ASKED = os.environ.get("LCA_FUZZ_CASES")
SECONDS = 8.0
"""In CI an attack ends after so many, however many cases are left."""
HANG = 10
"""Seconds of the processor: a machine that is busy otherwise is no hang."""
LONGEST = 2000
"""Characters of a message."""
MEMORY = 2**30
"""Bytes above what the process needed before its first case."""
Enter = Callable[[Random, Path], Iterable[object]]
"""(chance, an empty folder) -> the numbers that came out; damages its input and opens the door."""


class Overdue(BaseException):
    """A case took too long. No `except Exception` on the way hides it."""


@dataclass
class Tally:
    """What came of the cases of one door: how many, and each fault in words."""

    door: str
    cases: int = 0
    taken: int = 0
    most: int = 0
    """Bytes of memory above what the process needed before the first case."""
    faults: dict[str, list[str]] = field(default_factory=lambda: {"traceback": [], "hang": [], "NaN": [], "memory": []})

    def row(self) -> str:
        """A line of the table."""
        return (
            f"| {self.door} | {self.cases} | {self.taken} | "
            + " | ".join(str(len(f)) for f in self.faults.values())
            + f" | {self.most / 2**20:.0f} |"
        )


TALLIES: list[Tally] = []
"""Of every door that was attacked, in order."""
LINES: list[str] = []
"""Of other tables for the end of a run."""
HEAD = (
    "| door | cases | taken | tracebacks | hangs | NaN without a word | over 1 GB | MB above idle |\n"
    + "|---" * 8
    + "|"
)


def attack(door: str, enter: Enter, folder: Path, cases: int) -> None:
    """Open the door for each case and note what comes of it; fails with the faults, if there are any."""
    tally = Tally(door)
    TALLIES.append(tally)
    idle = peak()
    end = time.monotonic() + (SECONDS if ASKED is None else float("inf"))
    for case in range(FIRST, FIRST + (cases if ASKED is None else int(ASKED))):
        if time.monotonic() > end:
            break
        place = folder / str(case)
        place.mkdir()
        kind, what = outcome(enter, Random(f"{door} {SEED} {case}"), place, idle)
        tally.cases += 1
        tally.most = peak() - idle
        tally.taken += kind == "taken"
        if kind in tally.faults:
            tally.faults[kind].append(f"seed {SEED}, case {case}: {kind}: {what}")
        for left in place.glob("*"):
            left.unlink()
        place.rmdir()
    every = [line for lines in tally.faults.values() for line in lines]
    if every:
        pytest.fail("\n".join([f"{door}: {len(every)} faults", *every[:8]]), pytrace=False)


def outcome(enter: Enter, rng: Random, folder: Path, idle: int) -> tuple[str, str]:
    """(taken, refused or the kind of fault, more about it) of one case; `idle` bytes were needed before the first."""
    before = peak()
    try:
        with within(HANG), warnings.catch_warnings():
            warnings.simplefilter("ignore")  # a line of a decoder's on the terminal is no fault
            kept = all(np.isfinite(np.asarray(values)).all() for values in enter(rng, folder))
        kind, what = ("taken", "") if kept else ("NaN", "a result that is not finite")
    except UserError as error:
        fine = "\n" not in str(error) and len(str(error)) <= LONGEST
        kind, what = ("refused", "") if fine else ("traceback", f"a message that is no line: {str(error)[:200]!r}")
    except Overdue:
        kind, what = "hang", f"more than {HANG} s"
    except Exception as error:  # noqa: BLE001  (whatever it is, it is what is looked for)
        last = traceback.extract_tb(error.__traceback__)[-1]
        kind, what = "traceback", f"{last.filename}:{last.lineno}: {type(error).__name__}: {str(error)[:200]}"
    grown = peak() - idle if peak() > before else 0
    return ("memory", f"{grown / 2**20:.0f} MB") if kind in ("taken", "refused") and grown > MEMORY else (kind, what)


@contextmanager
def within(seconds: int):
    """Raises: Overdue: the block takes more seconds of the processor, or waits for ten times as many."""

    def ring(number, frame):
        raise Overdue

    signals = (signal.SIGPROF, signal.SIGALRM)
    before = [signal.signal(number, ring) for number in signals]
    signal.setitimer(signal.ITIMER_PROF, seconds)
    signal.setitimer(signal.ITIMER_REAL, 10 * seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.setitimer(signal.ITIMER_REAL, 0)
        for number, handler in zip(signals, before, strict=True):
            signal.signal(number, handler)


def peak() -> int:
    """The most memory that this process has had, bytes."""
    return 1024 * resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
