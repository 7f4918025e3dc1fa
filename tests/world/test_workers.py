"""Who draws a world: processes that do not hear Ctrl-C, none of which starts for nothing; or this one, as one of them would."""

import os
import signal
from concurrent.futures import ThreadPoolExecutor

import pytest
import torch
from threadpoolctl import threadpool_info

from lca.world.folders import builder, workers


def test_workers_are_deaf_to_ctrl_c_from_their_first_moment(monkeypatch):
    heard = []

    class Started(ThreadPoolExecutor):
        def submit(self, task, *arguments):
            heard.append(signal.getsignal(signal.SIGINT))
            return super().submit(task, *arguments)

    monkeypatch.setattr(workers, "ProcessPoolExecutor", lambda workers, context, initializer: Started(workers))
    before = signal.getsignal(signal.SIGINT)
    with workers.pool(2) as executor:
        executor.submit(int)
    assert heard == [signal.SIG_IGN, before] and signal.getsignal(signal.SIGINT) is before


def test_no_process_without_a_capture_to_draw(tmp_path, monkeypatch):
    def counted(workers):
        raise LookupError(f"{workers} started")

    monkeypatch.setattr(builder, "pool", counted)
    with pytest.raises(LookupError, match=r"^1 started"):  # each takes seconds to start
        builder.build(builder.Build("wild", 1, seed=6), tmp_path, workers=8)


def state(number: int) -> tuple[int, int, int, set[int]]:
    """What a task was given, and where and with how many threads it runs."""
    return number, os.getpid(), torch.get_num_threads(), {each["num_threads"] for each in threadpool_info()}


def test_one_worker_is_this_process_with_one_thread_when_results_are_asked_for(monkeypatch):
    monkeypatch.setattr("os.getpid", lambda: 7)
    before, threads = torch.get_num_threads(), 3
    torch.set_num_threads(threads)
    try:
        with workers.pool(1) as executor:
            assert list(executor.map(state, [4, 5])) == [(4, 7, 1, {1}), (5, 7, 1, {1})]
            waiting = executor.submit([].pop)
            with pytest.raises(IndexError):
                waiting.result()
        assert torch.get_num_threads() == threads
    finally:
        torch.set_num_threads(before)
