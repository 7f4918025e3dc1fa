"""The benchmarks: one JSON object each, with the fields that others quote."""

import json

import pytest

import lca.__main__ as cli
from lca.commands import bench
from lca.data.bench import bench as load
from lca.data.bench import memory
from lca.data.drawn import drawn
from lca.data.sample import Capture
from tests.world.captures import built


def measured(capsys, *arguments):
    assert cli.main(["bench", *arguments]) == 0
    (line,) = capsys.readouterr().out.splitlines()
    return json.loads(line)


def test_one_object_on_one_line(monkeypatch, capsys):
    monkeypatch.setitem(bench.MEASURES, "render", lambda args: {"20k_512": {"forward_fps": 1.0}})
    assert measured(capsys, "render") == {"20k_512": {"forward_fps": 1.0}}


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["bench", "create", "--repeats", "0"], "--repeats from 1 to 1000, got 0"),
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


def test_where_a_network_runs_its_number_format_is_said(monkeypatch, capsys):
    asked = []
    monkeypatch.setattr("lca.lab.bench.bench_create", lambda checkpoint, repeats: {"photos": 4, "repeats": repeats})
    monkeypatch.setattr("lca.training.bench.bench", lambda repeats: {"step_seconds": 0.5, "device": "cuda:0"})
    for word in ("bf16", "fp32"):
        monkeypatch.setenv("LCA_NUMBER_FORMAT", word)
        asked.append(measured(capsys, "create", "--repeats", "3"))
        asked.append(measured(capsys, "train"))
    assert [report["number_format"] for report in asked] == ["bf16", "bf16", "fp32", "fp32"]
    assert asked[0]["repeats"] == 3 and asked[0]["device"] == "cpu" and asked[0]["threads"] >= 1
    assert asked[1]["device"] == "cuda:0"


def test_every_part_has_a_measure():
    assert list(bench.MEASURES) == list(bench.SUMMARIES)


def test_load_compares_reading_with_pillow():
    report = load(built("wild"), processes=1, samples=2)
    assert report["ratio"] == pytest.approx(report["samples_per_second"] / report["pillow_samples_per_second"], rel=0.1)
    assert 0 < report["example_ratio"] < report["ratio"]
    assert memory(built("wild"), samples=2)["growth_mb"] < 100


@pytest.mark.slow
def test_captured_rows_are_rows_of_the_world():
    capture = Capture.read(drawn("wild", 0), [0, 1])
    assert len(capture) == 2 and 0.02 < float(capture.mask.mean()) < 0.9
