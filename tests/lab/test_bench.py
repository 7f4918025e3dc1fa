"""Creating and driving, measured with the shipped model."""

import pytest

from lca.lab.bench import bench_create, bench_drive
from lca.model.checkpoint import SHIPPED


@pytest.mark.slow
@pytest.mark.skipif(not SHIPPED.is_file(), reason="needs the shipped checkpoint")
def test_create_and_drive():
    created, driven = bench_create(None, 1), bench_drive(None)
    assert created["photos"] == 4 and created["seconds"] > created["reconstruct_seconds"] > 0
    assert driven["size"] == 512 and driven["gaussians"] == created["gaussians"]
    assert driven["fps"] == pytest.approx(1e3 / (driven["drive_ms"] + driven["render_ms"]), rel=0.02)
