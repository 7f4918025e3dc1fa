"""`lca evaluate`: any folder, any split; mistakes are one line."""

import json

import pytest
import torch

from lca.model.checkpoint import load_model, save_model, with_heads
from lca.tracking.comparison import compare
from lca.tracking.tracked import probe_tracked
from tests.data.neuman_capture import write_capture, write_smplx
from tests.world.captures import built


def test_a_world_folder(tmp_path, checkpoint, lca):
    options = ["--checkpoint", checkpoint, "--views", 2, "--targets", 1, "--split", "all", "--people", 2]
    code, out, error = lca("evaluate", "--data", built("wild"), *options, "--out", tmp_path)
    assert code == 0 and "people: 100%" in error
    report = json.loads(out)
    assert report == json.loads((tmp_path / "report.json").read_text())
    assert report["people"] == 2 and report["split"] == "all"
    assert {"psnr_fg", "shape_predicted", "stature_unknown"} <= set(report["interval95"])
    assert (tmp_path / "contact_sheet.png").is_file()


@pytest.fixture(scope="module")
def with_both_heads(checkpoint, tmp_path_factory):
    """A model file: untrained too."""
    path = tmp_path_factory.mktemp("heads") / "heads.safetensors"
    save_model(with_heads(load_model(checkpoint), garments=True, relight=True), path)
    return path


@pytest.mark.parametrize(
    ("stage", "targets", "group", "names"),
    [
        ("lightstage", 6, "relight", ("gain", "gain_over_albedo", "right_light_share")),
        ("runway", 2, "garments", ("gain", "gain_shuffled", "hole_ratio")),
    ],
)
def test_what_emerges_is_in_the_report_with_intervals(tmp_path, with_both_heads, lca, stage, targets, group, names):
    options = ["--checkpoint", with_both_heads, "--views", 1, "--targets", targets, "--split", "all", "--out", tmp_path]
    code, _, error = lca("evaluate", "--data", built(stage), *options)
    assert code == 0, error
    found = json.loads((tmp_path / "report.json").read_text())[group]
    assert found["people"] == 3
    for name in names:
        low, high = found["interval95"][name]
        assert low - 1e-3 <= found[name] <= high + 1e-3, name


def test_a_real_capture_with_its_body(tmp_path, checkpoint, lca):
    truth = write_capture(tmp_path / "citron")
    smplx = write_smplx(tmp_path / "smplx.npz", truth.body)
    options = ["--checkpoint", checkpoint, "--views", 1, "--targets", 1, "--split", "train", "--out", tmp_path / "out"]
    code, out, _ = lca("evaluate", "--data", tmp_path / "citron", "--smplx", smplx, *options)
    assert code == 0 and json.loads(out)["people"] == 1 and "NaN" not in out
    code, _, error = lca("evaluate", "--data", tmp_path / "citron", *options)
    assert code == 2 and "--smplx" in error and error.count("\n") == 1


def test_refinement_is_measured_when_asked_for(tmp_path, checkpoint, lca, monkeypatch):
    asked = []
    monkeypatch.setattr(
        "lca.training.evaluate.evaluate_model",
        lambda model, what, out: asked.append((what.compare, dict(what.probes))) or {},
    )
    for options in ([], ["--refine"], ["--tracked"]):
        options = ["--checkpoint", checkpoint, *options, "--out", tmp_path]
        assert lca("evaluate", "--data", built("wild"), *options)[0] == 0
    assert asked == [(None, {}), (compare, {}), (None, {"tracked": probe_tracked})]


def test_attention_is_measured_and_drawn_when_asked_for(tmp_path, checkpoint, lca):
    options = ["--checkpoint", checkpoint, "--views", 2, "--targets", 1, "--attention", "--out", tmp_path]
    code, out, _ = lca("evaluate", "--data", built("wild"), *options)
    assert code == 0 and 0 < json.loads(out)["attention"]["mass"] < 1
    assert (tmp_path / "attention.png").is_file()


def test_drawings_are_measured_by_the_yardstick_that_is_named(tmp_path, checkpoint, lca):
    options = ["--checkpoint", checkpoint, "--views", 2, "--targets", 1, "--out", tmp_path / "out"]
    code, out, _ = lca("evaluate", "--data", built("stylised"), *options)
    (style,) = json.loads(out)["stylised"].values()
    assert code == 0 and style["people"] == 1 and "wild" not in style and (tmp_path / "out/stylised.png").is_file()
    code, _, error = lca("evaluate", "--data", built("stylised"), "--yardstick", tmp_path / "nowhere", *options)
    assert code == 2 and "does not exist" in error and error.count("\n") == 1


@pytest.mark.skipif(torch.cuda.is_available(), reason="a machine without CUDA is what this is about")
def test_no_cuda_is_one_line(tmp_path, checkpoint, lca, monkeypatch):
    options = ["--checkpoint", checkpoint, "--device", "cuda", "--out", tmp_path / "out"]
    code, _, error = lca("evaluate", "--data", built("wild"), *options)
    assert code == 2 and "expected a CUDA device for --device cuda" in error and error.count("\n") == 1
    assert not (tmp_path / "out").exists()
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    for name in ("--refine", "--tracked"):
        code, _, error = lca("evaluate", "--data", built("wild"), *options, name)
        assert code == 2 and f"expected --device cpu beside {name}, got cuda" in error and error.count("\n") == 1


@pytest.mark.parametrize("option", [["--split", "dev"], ["--device", "tpu"]])
def test_unknown_choices_are_one_line(tmp_path, lca, option):
    code, _, error = lca("evaluate", "--data", tmp_path, "--out", tmp_path, *option)
    assert code == 2 and "invalid choice" in error and error.count("\n") == 1
