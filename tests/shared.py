"""A folder that all processes of one test run share: what is dear to make is made once."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

FOLDER = "LCA_TESTS_SHARED"
"""The variable that names the run's folder to all of its processes; `conftest` makes the folder and removes it."""


@contextmanager
def shared(name: str) -> Iterator[Path]:
    """A path of the run, by name; one process at a time is inside."""
    path = Path(os.environ[FOLDER]) / name
    with path.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # given back when the file is closed
        yield path
