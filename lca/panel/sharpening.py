"""An avatar that sharpens while one looks: refinement beside the panel, which always goes first."""

import time
from collections.abc import Callable
from typing import Protocol, runtime_checkable

import torch

from lca.model.avatar import Avatar
from lca.panel.tasks import Stopped, Tasks
from lca.tracking.likeness import Enough
from lca.training.refine import Progress

EVERY = 1.0
"""Seconds from one better avatar to the next."""
PATIENCE = 0.25
"""Seconds that a step waits for pictures that somebody asked for; a motion that plays asks for them all the time."""
PAUSE = 0.004
PHOTOS = "photos"
"""Name of the task."""
SHARPENING = "sharpening"
"""What is being done, on the page."""


@runtime_checkable
class Shown(Protocol):
    """What shows the avatar."""

    tasks: Tasks
    threads: int
    """Of torch, that draw."""

    @property
    def busy(self) -> bool:
        """Whether somebody waits for a picture."""
        ...

    def sharpen(self, avatar: Avatar) -> None:
        """Show a better avatar of the same person."""
        ...


class Sharpening:
    """Called after each step of a refinement: gives way to the hand, shows a better avatar now and then, ends when asked to.

    Within `with`, from the first step on, refinement and drawing have half of torch's threads each: threads that share a core
    wait for one another.
    """

    def __init__(self, shown: Shown, tell: Callable[[int, int, str], None]):
        """`tell(done, whole, what)` reports progress."""
        self.shown, self.tell = shown, tell
        self.began = self.due = 0.0
        self.last: Progress | None = None
        self.stopped = False

    def __enter__(self) -> "Sharpening":
        self.threads = self.shown.threads
        return self

    def __exit__(self, *error: object) -> None:
        self.shown.threads = self.threads
        torch.set_num_threads(self.threads)

    def __call__(self, progress: Progress) -> None:
        """Raises: Enough: nobody wants more."""
        if self.last is None:
            self.began = self.due = time.monotonic()
            self.shown.threads = max(1, self.threads // 2)
            torch.set_num_threads(self.shown.threads)
        self.last = progress
        try:
            self.shown.tasks.check(PHOTOS)
        except Stopped as stop:
            self.stopped = True
            raise Enough from stop
        if time.monotonic() >= self.due:
            self.tell(progress.step, progress.total, SHARPENING)
            self.shown.sharpen(progress.avatar())
            self.due = time.monotonic() + EVERY
        self._give_way()

    def words(self) -> str:
        """How it went."""
        if self.last is None:
            return "not sharpened, as no photo's pose was found"
        took = f"in {time.monotonic() - self.began:.0f} s"
        return f"sharpened until stopped, {took}" if self.stopped else f"sharpened {took}"

    def _give_way(self) -> None:
        until = time.monotonic() + PATIENCE
        while self.shown.busy and time.monotonic() < until:
            time.sleep(PAUSE)
