"""What every test shares: one seed, and markers skipped where their device is missing."""

import os
import random
import shutil
import sys

import numpy
import pytest

if "PYTEST_XDIST_WORKER" in os.environ:
    # several processes with several threads each wait for one another
    os.environ.setdefault("OMP_NUM_THREADS", "1")


@pytest.fixture(autouse=True)
def seed():
    """Every test starts from the same random state, whichever ran before it."""
    random.seed(0)
    numpy.random.seed(0)
    if "torch" in sys.modules:
        sys.modules["torch"].manual_seed(0)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skip `gpu` tests without CUDA and `browser` tests without chromium."""
    if any(item.get_closest_marker("gpu") for item in items):
        import torch

        skip_marked(items, "gpu", torch.cuda.is_available(), "needs a CUDA device")
    skip_marked(items, "browser", bool(shutil.which("chromium")), "needs chromium")


def skip_marked(items: list[pytest.Item], marker: str, available: bool, reason: str) -> None:
    """Skip every item that carries `marker` unless what it needs is available."""
    for item in items:
        if not available and item.get_closest_marker(marker):
            item.add_marker(pytest.mark.skip(reason=reason))
