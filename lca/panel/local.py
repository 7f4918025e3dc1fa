"""The panel's server in a thread of this process: for the benchmark, and for tests that look at both sides."""

import asyncio
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager

from lca.panel.app import NewDesk, serve
from lca.panel.desk import Desk, Send


@contextmanager
def served(new_desk: NewDesk) -> Iterator[tuple[str, list[Desk]]]:
    """Serve until the block ends: (address, the desks of the pages that were opened)."""
    desks: list[Desk] = []

    def remember(send: Send) -> Desk:
        desks.append(new_desk(send))
        return desks[-1]

    address: Future[str] = Future()
    stop: Future[Callable[[], object]] = Future()
    thread = threading.Thread(target=_run, args=(remember, address, stop), name="lca-server", daemon=True)
    thread.start()
    try:
        yield address.result(60), desks
    finally:
        stop.result(60)()
        thread.join(60)


def _run(new_desk: NewDesk, address: "Future[str]", stop: "Future[Callable[[], object]]") -> None:
    async def whole() -> None:
        loop, task = asyncio.get_running_loop(), asyncio.current_task()
        assert task is not None
        stop.set_result(lambda: loop.call_soon_threadsafe(task.cancel))
        await serve(new_desk, "panel", 0, address.set_result)

    try:
        asyncio.run(whole())
    except asyncio.CancelledError:
        pass
