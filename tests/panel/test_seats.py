"""Desks outlive their pages for a while, and no longer."""

import asyncio
from typing import Any, cast

import pytest

from lca.panel import seats
from lca.panel.seats import Seats
from tests.panel.test_session import until


class Stub:
    """A desk that only says what became of it."""

    def __init__(self, send):
        self.send, self.told = send, []

    def lose(self):
        self.told.append("lost")

    def close(self, patience=30.0):
        self.told.append("closed")


@pytest.fixture
def heard():
    """What a page has heard."""
    return []


def run(script):
    """Run `script(seats)` on a loop, as the server does."""

    async def whole():
        return await script(Seats(cast(Any, Stub)))

    return asyncio.run(whole())


def test_a_page_finds_its_desk_and_what_was_said_meanwhile(heard):
    async def script(all_seats):
        page = lambda message, buffers: heard.append(message["text"])
        seat = all_seats.take("mine", page)
        assert all_seats.take("mine", page) is not seat, "another tab with the same name"
        all_seats.leave(seat)
        for text in ("wrote a", "wrote b"):
            seat.send({"kind": "message", "text": text}, [])
        seat.send({"kind": "frame", "text": "nobody looks"}, [])
        again = all_seats.take("mine", page)
        seat.send({"kind": "message", "text": "welcome"}, [])
        return again is seat, seat.desk.told, seat.closing

    assert run(script) == (True, ["lost"], None)
    assert heard == ["wrote b", "welcome"]


def test_a_desk_whose_page_stays_away_is_closed(monkeypatch):
    monkeypatch.setattr(seats, "KEPT", 0.05)

    async def script(all_seats):
        seat = all_seats.take("mine", print)
        all_seats.leave(seat)
        await asyncio.to_thread(until, lambda: seat.desk.told == ["lost", "closed"])
        await asyncio.to_thread(until, lambda: not all_seats.all)
        return all_seats.take("mine", print) is seat

    assert run(script) is False


def test_only_so_many_desks_wait_and_those_without_a_name_do_not(monkeypatch):
    monkeypatch.setattr(seats, "MOST_EMPTY", 2)

    async def script(all_seats):
        taken = [all_seats.take(name, print) for name in ("", "a", "b", "c")]
        for seat in taken:
            all_seats.leave(seat)
        await asyncio.to_thread(until, lambda: len(all_seats.all) == 2)
        waiting = [list(seat.desk.told) for seat in taken]
        await all_seats.close()
        return waiting, [seat.desk.told for seat in taken]

    waiting, ended = run(script)
    assert waiting == [["lost", "closed"], ["lost", "closed"], ["lost"], ["lost"]]
    assert ended == [["lost", "closed"]] * 4
