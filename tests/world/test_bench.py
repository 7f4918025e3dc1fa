"""The benches of the world: every stage, cloth, light."""

from concurrent.futures import ThreadPoolExecutor

from lca.world.folders import bench
from lca.world.stages.capture import STAGES


def test_every_stage_is_measured(monkeypatch):
    monkeypatch.setattr(bench, "pictures_of", lambda stage, index: 4 + index)
    monkeypatch.setattr(bench, "cloth", lambda repeats: 7.5)
    monkeypatch.setattr(bench, "shading", lambda repeats: {"ratio": 25.0})
    monkeypatch.setattr(bench, "pool", ThreadPoolExecutor)
    report = bench.bench(repeats=2, processes=2)
    assert set(report) == {f"{stage}_256" for stage in STAGES} | {"cloth_ms", "shade", "processes"}
    rates = report["runway_256"]
    assert rates["pictures"] == 6 + 7 + 8 + 9 and rates["pictures_per_second"] > 0 and report["cloth_ms"] == 7.5


def test_a_frame_of_cloth_takes_milliseconds():
    assert 0.5 < bench.cloth(1, frames=4) < 500


def test_the_fused_kernel_is_the_faster_one():
    report = bench.shading(1)
    assert report["ratio"] > 1 and report["numpy_ms"] > report["fused_ms"] > 0
