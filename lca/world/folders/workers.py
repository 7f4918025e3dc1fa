"""Who draws: several processes, or this one. The arithmetic is the same, for each has one thread."""

import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future, ProcessPoolExecutor
from contextlib import contextmanager
from typing import Any

from threadpoolctl import threadpool_limits

ONE_THREAD: dict[str, str] = dict.fromkeys(
    ("OMP_NUM_THREADS", "NUMBA_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1"
)


@contextmanager
def pool(workers: int) -> Iterator[Executor]:
    """As many fresh processes; for one worker this process itself, which has nothing to start and to load."""
    if workers == 1:
        yield Here()
        return
    before = {name: os.environ.get(name) for name in ONE_THREAD}
    os.environ.update(ONE_THREAD)
    executor = ProcessPoolExecutor(workers, multiprocessing.get_context("spawn"), initializer=start_worker)
    try:
        with deaf():
            executor.submit(int)  # the processes start with the first task
        yield executor
    finally:
        executor.shutdown(wait=True, cancel_futures=True)
        for name, value in before.items():
            os.environ.pop(name) if value is None else os.environ.update({name: value})


class Here(Executor):
    """This process: each task is done when its result is asked for."""

    def submit(self, fn: Callable, /, *args: Any, **kwargs: Any) -> Future:
        """A result to ask for, once."""
        return Postponed(lambda: fn(*args, **kwargs))


class Postponed(Future):
    """The result of a call that waits to be made."""

    def __init__(self, call: Callable[[], Any]):
        super().__init__()
        self.call = call

    def result(self, timeout: float | None = None) -> Any:
        """Make the call with one thread, in numpy, numba and torch."""
        import torch

        threads = torch.get_num_threads()
        torch.set_num_threads(1)
        try:
            with threadpool_limits(1):
                return self.call()
        finally:
            torch.set_num_threads(threads)


@contextmanager
def deaf() -> Iterator[None]:
    """Processes that start within the block never hear Ctrl-C, not even while they import; only the main thread can see to it."""
    before = signal.getsignal(signal.SIGINT)
    able = threading.current_thread() is threading.main_thread()
    if able:
        signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        if able:
            signal.signal(signal.SIGINT, before)


def start_worker() -> None:
    """One thread in torch too; the parent alone hears Ctrl-C; and an end when it ends: killed, it cannot tell its workers."""
    import torch

    signal.signal(signal.SIGINT, signal.SIG_IGN)
    torch.set_num_threads(1)
    threading.Thread(target=end_with_parent, daemon=True).start()


def end_with_parent() -> None:
    """Wait for the parent process, then leave at once."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
