"""What every test shares: one seed, a folder of the run, and markers skipped where their device is missing."""

import os
import random
import shutil
import sys
import tempfile
from collections import Counter

import numpy
import pytest

from tests.shared import FOLDER


@pytest.fixture(autouse=True)
def seed():
    """Every test starts from the same random state, whichever ran before it."""
    random.seed(0)
    numpy.random.seed(0)
    if "torch" in sys.modules:
        sys.modules["torch"].manual_seed(0)


def pytest_configure(config: pytest.Config) -> None:
    """The process that was started makes the run's folder; those that it starts inherit its name, and one thread each."""
    if not hasattr(config, "workerinput"):
        os.environ[FOLDER] = tempfile.mkdtemp(prefix="lca-tests-")
        if config.getoption("numprocesses", None):
            # several processes with several threads each wait for one another; said here, because numpy asks when it is loaded
            os.environ.setdefault("OMP_NUM_THREADS", "1")


def pytest_unconfigure(config: pytest.Config) -> None:
    """It also removes it."""
    if not hasattr(config, "workerinput") and FOLDER in os.environ:
        shutil.rmtree(os.environ.pop(FOLDER), ignore_errors=True)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log):
    """Ours for `--dist loadfile`."""
    if config.getvalue("dist") == "loadfile":
        from tests.scheduling import Scheduling

        return Scheduling(config, log)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Skip `gpu` tests without CUDA and `browser` tests without chromium. Of several processes none is to end with a long file
    while the others have nothing left: files with most `slow` tests come first."""
    if hasattr(config, "workerinput"):
        slow = Counter(item.path for item in items if item.get_closest_marker("slow"))
        items.sort(key=lambda item: -slow[item.path])
    if any(item.get_closest_marker("gpu") for item in items):
        import torch

        skip_marked(items, "gpu", torch.cuda.is_available(), "needs a CUDA device")
    skip_marked(items, "browser", bool(shutil.which("chromium")), "needs chromium")


def skip_marked(items: list[pytest.Item], marker: str, available: bool, reason: str) -> None:
    """Skip every item that carries `marker` unless what it needs is available."""
    for item in items:
        if not available and item.get_closest_marker(marker):
            item.add_marker(pytest.mark.skip(reason=reason))
