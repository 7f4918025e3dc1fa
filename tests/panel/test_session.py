"""The drawing thread: newest wins, few in flight, full size after rest, and gone when there is nothing to do."""

import threading
import time

import pytest

from lca.panel import session as module
from lca.panel.session import WINDOW, Session


class Browser:
    """Gets frames; answers each at once, or not at all; drawing can be held up."""

    def __init__(self, answers=True, linger=0.2):
        self.answers, self.frames, self.errors, self.drawing = answers, [], [], threading.Event()
        self.drawing.set()
        self.session = Session(self.draw, self.send, self.errors.append, linger)

    def draw(self, job, scale):
        self.drawing.wait(10)
        if isinstance(job, Exception):
            raise job
        return str(job).encode()

    def send(self, number, job, scale, picture):
        self.frames.append((number, job, scale, picture))
        if self.answers:
            self.session.acknowledge(number)

    @property
    def jobs(self):
        return [job for _, job, _, _ in self.frames]


def until(condition, seconds=90.0):
    """Wait for a condition; machines are slow, so long."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.002)


@pytest.fixture
def browser():
    made = Browser()
    yield made
    made.drawing.set()
    made.session.close()


def test_newest_wins_and_nothing_queues_up(browser):
    browser.drawing.clear()
    browser.session.submit(0)
    until(lambda: browser.session._waiting is None)
    for job in range(1, 100):
        browser.session.submit(job)
    browser.drawing.set()
    until(lambda: 99 in browser.jobs)
    assert browser.jobs == [0, 99]


def test_jobs_from_many_threads_end_with_the_last(browser):
    threads = [threading.Thread(target=browser.session.submit, args=(k,)) for k in range(30)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    browser.session.submit("last")
    until(lambda: "last" in browser.jobs)
    assert browser.jobs[-1] == "last"
    numbers = [number for number, *_ in browser.frames]
    assert numbers == sorted(numbers)


def test_a_browser_that_does_not_answer_gets_a_window_and_no_more():
    browser = Browser(answers=False)
    for job in range(10):
        browser.session.submit(job)
        until(lambda: browser.session._waiting is None or len(browser.frames) == WINDOW)
    assert len(browser.frames) == WINDOW
    until(lambda: not browser.session.busy)
    browser.session.acknowledge(browser.frames[-1][0])
    until(lambda: browser.jobs[-1] == 9)
    browser.session.close()


def test_no_thread_when_nothing_moves(browser):
    browser.session.submit("a")
    until(lambda: browser.jobs == ["a"] and browser.session.quiet and not browser.session.busy)
    browser.session.submit("b")
    until(lambda: browser.jobs == ["a", "b"])


def test_slow_pictures_are_halved_while_they_move_and_drawn_in_full_at_rest(browser, monkeypatch):
    monkeypatch.setattr(module, "SLOW", -1.0)
    browser.session.submit("a")
    until(lambda: browser.jobs == ["a"])
    browser.session.submit("b", moving=True)
    until(lambda: len(browser.frames) == 3)
    assert [(job, scale) for _, job, scale, _ in browser.frames] == [("a", 1.0), ("b", 0.5), ("b", 1.0)]


def test_fast_pictures_move_at_full_size(browser):
    browser.session.submit("a", moving=True)
    until(lambda: not browser.session.busy)
    assert [scale for *_, scale, _ in browser.frames] == [1.0]


def test_playing_asks_until_there_is_no_more(browser):
    moments = iter(range(5))
    browser.session.play(lambda: next(moments, None), 100.0)
    until(lambda: not browser.session.busy)
    assert browser.jobs == [0, 1, 2, 3, 4] and not browser.session.playing


def test_playing_stops_when_the_browser_has_gone():
    browser = Browser(answers=False)
    browser.session.play(lambda: "moment", 200.0)
    until(lambda: not browser.session.busy)
    assert len(browser.frames) == WINDOW and not browser.session.playing


def test_who_comes_back_gets_the_last_picture():
    browser = Browser(answers=False)
    for job in "abc":
        browser.session.submit(job)
        until(lambda: job == browser.jobs[-1] if browser.jobs else False)  # noqa: B023
    browser.session.detach()
    until(lambda: not browser.session.busy)
    browser.session.attach()
    until(lambda: len(browser.frames) == 4)
    assert browser.jobs[-1] == "c"
    browser.session.close()


def test_an_error_is_reported_and_the_next_picture_drawn(browser):
    browser.session.submit(ValueError("no picture"))
    until(lambda: browser.errors)
    browser.session.submit("fine")
    until(lambda: browser.jobs == ["fine"])
    assert str(browser.errors[0]) == "no picture"


def test_close_ends_the_thread_even_while_playing(browser):
    browser.session.play(lambda: "moment", 200.0)
    until(lambda: browser.frames)
    browser.session.close()
    assert not browser.session.busy
    browser.session.submit("late")
    assert not browser.session.busy


def test_two_sessions_do_not_meet():
    first, second = Browser(), Browser()
    for browser, job in ((first, "a"), (second, "b")):
        browser.session.submit(job)
    until(lambda: first.jobs == ["a"] and second.jobs == ["b"])
    first.session.close()
    second.session.submit("c")
    until(lambda: second.jobs[-1] == "c")
    second.session.close()
