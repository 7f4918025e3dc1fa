"""Running notebooks: nbclient, which may miss that a reply has come, made to look again."""

from pathlib import Path
from queue import Empty
from time import monotonic
from typing import Any

from nbclient import NotebookClient
from nbformat import NotebookNode

AGAIN = 1.0
"""Seconds after which one looks whether a reply has come unnoticed."""


class Watchful(NotebookClient):
    """pyzmq is told once that a socket has news. nbclient sends the state of widgets on the socket on which it waits for a reply;
    news that comes meanwhile is lost, and it waits until the cell's time is over."""

    async def async_start_new_kernel_client(self) -> Any:
        """A client that asks for replies again and again."""
        client = await super().async_start_new_kernel_client()
        once = client.shell_channel.get_msg

        async def get_msg(timeout: float | None = None) -> dict[str, Any]:
            end = float("inf") if timeout is None else monotonic() + timeout
            while True:
                try:
                    return await once(timeout=max(0.0, min(AGAIN, end - monotonic())))
                except Empty:
                    if monotonic() >= end:
                        raise

        client.shell_channel.get_msg = get_msg
        return client


def execute(notebook: NotebookNode, folder: Path, timeout: int, allow_errors: bool = False) -> None:
    """Run all cells in a folder, outputs into `notebook`; at most `timeout` seconds a cell.

    Raises:
        nbclient.exceptions.CellExecutionError, CellTimeoutError: a cell fails, or takes longer.
    """
    where = {"metadata": {"path": str(folder)}}
    Watchful(notebook, timeout=timeout, allow_errors=allow_errors, resources=where).execute()
