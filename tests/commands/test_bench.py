"""The benchmarks: one JSON object each, with the fields that others quote."""

import json
from concurrent.futures import ThreadPoolExecutor

import pytest

import lca.__main__ as cli
from lca.commands import bench
from lca.data.bench import bench as load
from lca.data.bench import memory
from lca.data.drawn import drawn
from lca.data.sample import Capture
from lca.model.checkpoint import SHIPPED
from lca.world.stages.capture import STAGES
from tests.world.captures import built


def measured(capsys, *arguments):
    assert cli.main(["bench", *arguments]) == 0
    (line,) = capsys.readouterr().out.splitlines()
    return json.loads(line)


def test_seconds_is_the_median_without_the_first_call(monkeypatch):
    now, calls = [0.0], []

    def call():
        calls.append(len(calls))
        now[0] += (100.0, 3.0, 1.0, 2.0)[calls[-1]]

    monkeypatch.setattr(bench.time, "perf_counter", lambda: now[0])
    assert bench.seconds(call, 3) == 2.0
    assert len(calls) == 4


def test_one_object_on_one_line(monkeypatch, capsys):
    monkeypatch.setattr(bench, "render", lambda: {"20k_512": {"forward_fps": 1.0}})
    assert measured(capsys, "render") == {"20k_512": {"forward_fps": 1.0}}


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["bench", "create", "--repeats", "0"], "--repeats of at least 1, got 0"),
        (["bench", "panel", "--seconds", "0"], "--seconds from 1 to 3600, got 0"),
    ],
)
def test_bad_arguments(arguments, says, capsys):
    assert cli.main(arguments) == 2
    assert says in capsys.readouterr().err


def test_panel_without_a_browser_is_one_line(monkeypatch, capsys):
    monkeypatch.setenv("PATH", "")
    assert cli.main(["bench", "panel"]) == 2
    shown = capsys.readouterr().err
    assert "expected chromium on the PATH" in shown and shown.count("\n") == 1


def test_unknown_part_is_one_line(capsys):
    with pytest.raises(SystemExit) as left:
        cli.main(["bench", "everything"])
    shown = capsys.readouterr().err
    assert left.value.code == 2 and shown.count("\n") == 1 and "render" in shown


def test_world_covers_every_stage(monkeypatch, capsys):
    monkeypatch.setattr(bench, "captured", lambda stage, index: {"image": [b""] * (4 + index)})
    monkeypatch.setattr(bench, "cloth", lambda repeats: 7.5)
    monkeypatch.setattr(bench, "shading", lambda repeats: {"ratio": 25.0})
    monkeypatch.setattr("lca.world.build.builder.pool", ThreadPoolExecutor)
    report = measured(capsys, "world", "--repeats", "2")
    assert set(report) == {f"{stage}_256" for stage in STAGES} | {"cloth_ms", "shade", "processes"}
    rates = report["runway_256"]
    assert rates["pictures"] == 6 + 7 + 8 + 9 and rates["pictures_per_second"] > 0 and report["cloth_ms"] == 7.5


def test_a_frame_of_cloth_takes_milliseconds():
    assert 0.5 < bench.cloth(1, frames=4) < 500


def test_load_compares_reading_with_pillow():
    report = load(built("wild"), processes=1, samples=2)
    assert report["ratio"] == pytest.approx(report["samples_per_second"] / report["pillow_samples_per_second"], rel=0.1)
    assert 0 < report["example_ratio"] < report["ratio"]
    assert memory(built("wild"), samples=2)["growth_mb"] < 100


@pytest.mark.slow
def test_captured_rows_are_rows_of_the_world():
    capture = Capture.read(drawn("wild", 0), [0, 1])
    assert len(capture) == 2 and 0.02 < float(capture.mask.mean()) < 0.9


@pytest.mark.slow
@pytest.mark.skipif(not SHIPPED.is_file(), reason="needs the shipped checkpoint")
def test_create_and_drive(capsys):
    created, driven = measured(capsys, "create", "--repeats", "1"), measured(capsys, "drive")
    assert created["photos"] == 4 and created["seconds"] > created["reconstruct_seconds"] > 0
    assert driven["size"] == 512 and driven["gaussians"] == created["gaussians"]
    assert driven["fps"] == pytest.approx(1e3 / (driven["drive_ms"] + driven["render_ms"]), rel=0.02)
