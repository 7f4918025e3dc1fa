"""Desks outlive their pages: who reloads a page finds person, pose, motion, light and camera as they were.

A page names its desk by a word that its tab keeps. A desk that nobody sits at draws nothing, ends a recording, and goes on with
the films it owes; after `KEPT` seconds it is closed.
"""

import asyncio
import threading
from collections.abc import Callable, Sequence
from typing import Any

from lca.panel.desk import Desk, Send

KEPT = 600.0
"""Seconds that a desk waits for its page to come back."""
MOST_EMPTY = 8
"""Desks that wait; when one more page leaves, the one that has waited longest is closed."""
LONGEST_FILM = 3600.0
"""Seconds that films of a page that has gone may take, while the server runs."""
NewDesk = Callable[[Send], Desk]


class Seat:
    """A desk, and the page that sits at it, if one does."""

    def __init__(self, new_desk: NewDesk):
        self.page: Send | None = None
        self.missed: dict[str, Any] | None = None
        self.closing: asyncio.TimerHandle | None = None
        self.desk = new_desk(self.send)

    def send(self, message: dict[str, Any], buffers: Sequence[bytes]) -> None:
        """To the page, from any thread; while there is none, the last line that was said waits for it."""
        if self.page is not None:
            self.page(message, list(buffers))
        elif message["kind"] == "message":
            self.missed = message


class Seats:
    """All desks of a server; every method is called on its loop's thread."""

    def __init__(self, new_desk: NewDesk):
        self.new_desk = new_desk
        self.known: dict[str, Seat] = {}
        self.all: set[Seat] = set()

    def take(self, name: str, page: Send) -> Seat:
        """The seat of this name if nobody sits there, else a new one; without a name it is nobody else's."""
        seat = self.known.get(name)
        if seat is None or seat.page is not None:
            seat = Seat(self.new_desk)
            self.all.add(seat)
            if name:
                self.known.setdefault(name, seat)
        if seat.closing is not None:
            seat.closing.cancel()
        seat.page, seat.closing = page, None
        if seat.missed is not None:
            page(seat.missed, [])
            seat.missed = None
        return seat

    def leave(self, seat: Seat) -> None:
        """Its page has gone: for good, or to come back."""
        seat.page = None
        seat.desk.lose()
        seat.closing = asyncio.get_running_loop().call_later(KEPT, self._end, seat)
        waiting = [each for each in self.all if each.closing is not None]
        if seat not in self.known.values():
            self._end(seat)
        elif len(waiting) > MOST_EMPTY:
            self._end(min(waiting, key=lambda each: each.closing.when() if each.closing else 0.0))

    async def close(self) -> None:
        """End every desk."""
        for seat in list(self.all):
            await asyncio.to_thread(seat.desk.close)

    def _end(self, seat: Seat) -> None:
        """Close a desk, away from the server's thread: it may have to wait for a picture, or for a film."""
        if seat.closing is not None:
            seat.closing.cancel()
        seat.closing = None
        self.known = {name: each for name, each in self.known.items() if each is not seat}
        threading.Thread(target=self._wait, args=(seat,), name="lca-closing", daemon=True).start()

    def _wait(self, seat: Seat) -> None:
        seat.desk.close(LONGEST_FILM)
        self.all.discard(seat)
