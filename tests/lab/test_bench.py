"""Creating and driving, measured with the shipped model."""

import pytest
from PIL import Image

from lca.formats.photos import MOST_PHOTOS
from lca.lab import bench
from lca.lab.bench import bench_create, bench_drive
from lca.lab.peak_memory import STATUS, large_photos, needed
from lca.model.checkpoint import SHIPPED
from lca.training.refine import RefineConfig

PARTS = ("read", "cut_out", "reconstruct", "solve", "first_picture", "refine")


@pytest.mark.slow
@pytest.mark.skipif(not SHIPPED.is_file(), reason="needs the shipped checkpoint")
def test_create_and_drive(monkeypatch):
    monkeypatch.setattr(bench, "peak_memory", lambda checkpoint: 1.5)
    created, driven = bench_create(None, 1, RefineConfig(align=2, steps=2)), bench_drive(None)
    assert created["photos"] == 4 and created["seconds"] > created["reconstruct_seconds"] > 0
    assert all(created[f"{part}_seconds"] > 0 for part in PARTS) and created["peak_memory_gb"] == 1.5
    assert created["front_end_seconds_per_photo"] > 0
    assert driven["size"] == 512 and driven["gaussians"] == created["gaussians"]
    assert driven["fps"] == pytest.approx(1e3 / (driven["drive_ms"] + driven["render_ms"]), rel=0.02)


def test_where_memory_is_unknown_nothing_is_said(monkeypatch, tmp_path):
    monkeypatch.setattr("lca.lab.peak_memory.STATUS", tmp_path / "status")
    assert bench.peak_memory(None) is None


@pytest.mark.skipif(not STATUS.is_file(), reason="the system does not say how much memory is used")
def test_memory_is_measured_from_photos_to_a_refined_avatar(tmp_path):
    paths = large_photos(tmp_path, (160, 240))
    assert len(paths) == MOST_PHOTOS
    with Image.open(paths[-1]) as photo:
        assert photo.size == (160, 240)
    assert 2e8 < needed(paths[:1], None) < 8e9
