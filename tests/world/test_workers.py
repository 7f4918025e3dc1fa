"""Processes that draw a world: they do not hear Ctrl-C."""

import signal
from concurrent.futures import ThreadPoolExecutor

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
