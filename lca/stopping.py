"""Ctrl-C and SIGTERM in long work: the first is a wish, granted as soon as what is in hand is done and saved.

A second Ctrl-C ends the work at once.
"""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

HEARD = (signal.SIGINT, signal.SIGTERM)


class StoppedBySignal(SystemExit):
    """Work that ended because it was asked to; its `code` is the shell's: 130 after Ctrl-C, 143 after SIGTERM."""

    def __init__(self, number: int, message: str):
        """Take the signal, and what is left behind in a few words."""
        super().__init__(128 + number)
        self.message = message

    def __str__(self) -> str:
        return self.message


@contextmanager
def tidy_end() -> Iterator[None]:
    """While a `with` block runs SIGTERM ends it as an exception does, so that nothing half-written stays; a second one kills.

    Raises:
        StoppedBySignal: SIGTERM came, and nobody in the block listens to it.
    """

    def end(number: int, frame: FrameType | None) -> None:
        signal.signal(number, signal.SIG_DFL)
        raise StoppedBySignal(number, "ended by SIGTERM")

    ours = threading.current_thread() is threading.main_thread() and signal.getsignal(signal.SIGTERM) is signal.SIG_DFL
    if ours:
        signal.signal(signal.SIGTERM, end)
    try:
        yield
    finally:
        if ours:
            signal.signal(signal.SIGTERM, signal.SIG_DFL)


class Wishes:
    """Listens while a `with` block runs; afterwards signals do what they did before."""

    def __init__(self, *heard: signal.Signals):
        """Choose which signals are wishes; all of `HEARD` if none is named."""
        self.heard = heard or HEARD
        self.asked: int | None = None
        """The signal that came first."""
        self.before = {}

    def __enter__(self) -> "Wishes":
        self.asked = None
        self.before = {number: signal.getsignal(number) for number in self.heard}
        self.listen()
        return self

    def __exit__(self, *_: object) -> None:
        if threading.current_thread() is threading.main_thread():
            for number, handler in self.before.items():
                signal.signal(number, handler or signal.SIG_DFL)

    def listen(self) -> None:
        """Take signals from whoever took them meanwhile; one that the shell ignores for us stays ignored.

        Only the main thread can, within a `with` block: elsewhere nothing is heard.
        """
        if self.before and threading.current_thread() is threading.main_thread():
            for number in self.heard:
                if self.before[number] is not signal.SIG_IGN:
                    signal.signal(number, self._note)

    def grant(self, done: str) -> None:
        """Raises: StoppedBySignal, if a signal has asked for it; `done` says what is left behind."""
        if self.asked is not None:
            raise StoppedBySignal(self.asked, done)

    def _note(self, number: int, frame: FrameType | None) -> None:
        if self.asked is not None and number == signal.SIGINT:
            raise KeyboardInterrupt
        self.asked = self.asked or number
