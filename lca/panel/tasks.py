"""Long work beside the panel: each task in its own thread, one of a kind at a time, none left when the panel closes.

What is started is asked to stop when the panel closes; what is queued is owed to somebody, and done first.
"""

import threading
import time
from collections import deque
from collections.abc import Callable

from lca.errors import UserError
from lca.panel.session import FAULTS

SOON = 30.0
"""Seconds after which work that was asked to stop is left to itself."""


class Stopped(RuntimeError):
    """The panel closed, or a user stopped it, while a task was running."""


class Tasks:
    """Runs functions in threads; `report` gets what they raise."""

    def __init__(self, report: Callable[[Exception], None]):
        self._report, self._lock, self._closing = report, threading.Lock(), False
        self._running: dict[str, threading.Thread] = {}
        self._unwanted: set[str] = set()
        self._waiting: dict[str, deque[Callable[[], None]]] = {}

    def start(self, name: str, work: Callable[[], None]) -> None:
        """Run `work` beside everything else.

        Raises:
            UserError: the same kind of work is still running.
        """
        with self._lock:
            if name in self._running:
                raise UserError(
                    f"expected one task at a time, got another: {name} is still running; wait for it or stop it"
                )
            self._begin(name, work)

    def queue(self, name: str, work: Callable[[], None]) -> None:
        """Run `work` beside everything else, after what of its kind was given before; it outlives the panel."""
        with self._lock:
            waiting = self._waiting.setdefault(name, deque())
            if name in self._running:
                waiting.append(work)
            else:
                self._begin(name, work)

    def running(self, name: str) -> bool:
        """Whether this kind of work is under way."""
        with self._lock:
            return name in self._running

    def check(self, name: str) -> None:
        """Called by long work of this name now and then.

        Raises:
            Stopped: the work is not wanted any more.
        """
        if name in self._unwanted:
            raise Stopped

    def stop(self, name: str) -> None:
        """Ask work to end at its next `check`, if it is under way."""
        with self._lock:
            if name in self._running:
                self._unwanted.add(name)

    def close(self, patience: float) -> None:
        """Take no more work, and wait for what runs: for queued work so many seconds, for all else until its next `check`."""
        with self._lock:
            self._closing = True
            self._unwanted |= self._running.keys() - self._waiting.keys()
        self._wait(patience)
        with self._lock:
            self._waiting.clear()
            self._unwanted |= self._running.keys()
        self._wait(SOON)

    def _wait(self, seconds: float) -> None:
        """Until nothing runs, at most so long."""
        end = time.monotonic() + seconds
        with self._lock:
            threads = list(self._running.values())
        for thread in threads:
            if thread is not threading.current_thread():
                thread.join(max(0.0, end - time.monotonic()))

    def _begin(self, name: str, work: Callable[[], None]) -> None:
        """Under the lock, with nothing of this kind under way."""
        if not self._closing:
            self._running[name] = threading.Thread(target=self._run, args=(name, work), name=f"lca-{name}", daemon=True)
            self._running[name].start()

    def _run(self, name: str, work: Callable[[], None] | None) -> None:
        while work is not None:
            try:
                work()
            except Stopped:
                pass
            except FAULTS as error:
                self._report(error)
            finally:
                work = self._next(name)

    def _next(self, name: str) -> Callable[[], None] | None:
        """What of this kind waits, or None, and then it runs no more."""
        with self._lock:
            self._unwanted.discard(name)
            waiting = self._waiting.get(name)
            if waiting:
                return waiting.popleft()
            del self._running[name]
            return None
