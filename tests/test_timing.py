"""Durations."""

from lca import timing


def test_seconds_is_the_median_without_the_first_call(monkeypatch):
    now, calls = [0.0], []

    def call():
        calls.append(len(calls))
        now[0] += (100.0, 3.0, 1.0, 2.0)[calls[-1]]

    monkeypatch.setattr(timing.time, "perf_counter", lambda: now[0])
    assert timing.seconds(call, 3) == 2.0
    assert len(calls) == 4
