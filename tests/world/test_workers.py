"""Processes that draw a world: they do not hear Ctrl-C, and none starts for nothing."""

import signal
from concurrent.futures import ThreadPoolExecutor

import pytest

from lca.world.folders import builder


def test_workers_are_deaf_to_ctrl_c_from_their_first_moment(monkeypatch):
    heard = []

    class Started(ThreadPoolExecutor):
        def submit(self, task, *arguments):
            heard.append(signal.getsignal(signal.SIGINT))
            return super().submit(task, *arguments)

    monkeypatch.setattr(builder, "ProcessPoolExecutor", lambda workers, context, initializer: Started(workers))
    before = signal.getsignal(signal.SIGINT)
    with builder.pool(1) as executor:
        executor.submit(int)
    assert heard == [signal.SIG_IGN, before] and signal.getsignal(signal.SIGINT) is before


def test_no_process_without_a_capture_to_draw(tmp_path, monkeypatch):
    def counted(workers):
        raise LookupError(f"{workers} started")

    monkeypatch.setattr(builder, "pool", counted)
    with pytest.raises(LookupError, match=r"^1 started"):  # each takes seconds to start
        builder.build(builder.Build("wild", 1, seed=6), tmp_path, workers=8)
