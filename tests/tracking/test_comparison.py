"""Feed-forward and refined avatars of the same photos, measured side by side."""

from dataclasses import replace
from functools import partial

import numpy as np
import pytest
import torch
from PIL import Image

from lca.data.sources import open_source
from lca.model.checkpoint import load_model
from lca.tracking import comparison
from lca.tracking.comparison import NO_POSE, compare, placed
from lca.tracking.likeness import draft
from lca.training.evaluate import Evaluation, evaluate_model, portray
from lca.training.refine import RefineConfig
from tests.data.neuman_capture import write_capture, write_smplx
from tests.world.captures import built

SHORT = partial(compare, config=RefineConfig(align=2, steps=6))
OF_AVATARS = {
    "psnr_fg",
    "psnr_face",
    "psnr_hands",
    "ssim_fg",
    "sharpness",
    "sharpness_face",
    "unseen_psnr",
    "photos_psnr",
    "photos_inner_psnr",
    "psnr_around",
}
ABOUT = {"people", "interval95"}


@pytest.fixture(scope="module")
def evaluated(tmp_path_factory):
    """Two people, refined for a moment."""
    folder, model = tmp_path_factory.mktemp("evaluated"), load_model()
    asked = Evaluation(built("wild"), photos=2, targets=1, split="all", people=2, compare=SHORT)
    return evaluate_model(model, asked, folder), folder


def test_the_report_has_both_avatars_and_the_solver(evaluated):
    report, _ = evaluated
    for name in ("feed_forward", "refined"):
        missing = {entry["what"].removeprefix(f"{name}: ") for entry in report["left_out"]}
        assert set(report[name]) - ABOUT >= OF_AVATARS - missing and {"psnr_fg", "photos_psnr"} <= set(report[name])
        assert report[name]["people"] == 2 and "psnr_fg" in report[name]["interval95"]
    assert report["feed_forward"]["psnr_fg"] == pytest.approx(report["shape_predicted"], abs=1e-3)
    for name in ("photos_psnr", "photos_inner_psnr"):
        assert report["refined"][name] > report["feed_forward"][name]
    assert report["refined"]["photos_inner_psnr"] > report["refined"]["photos_psnr"]
    assert 0.2 < report["sharpness_ceiling"]["sharpness"] < 0.8
    assert set(report["solver"]) == {"pixels", "aligned_pixels", "shown_pixels", "cm", "solved", *ABOUT}
    assert 0 < report["solver"]["pixels"] < 40 and report["solver"]["aligned_pixels"] != report["solver"]["pixels"]
    assert {"psnr_fg", "shape_predicted", "margin_over_part_means"} <= set(report)


def test_too_few_people_for_retrieval_are_said(evaluated):
    report, _ = evaluated
    assert "identity" not in report
    assert {"what": "identity", "reason": "2 of the 50 people that retrieval needs", "people": []} in report["left_out"]


def test_the_sheet_has_a_column_for_the_refined(evaluated):
    with Image.open(evaluated[1] / "contact_sheet.png") as sheet:
        assert sheet.size == (256 * (2 + 3 + 3), 2 * (256 + 2 * 18))


def test_without_a_pose_it_says_why(monkeypatch):
    def unsolved(*given):
        start = draft(*given)
        return replace(start, views=(), used=())

    monkeypatch.setattr(comparison, "draft", unsolved)
    recording = open_source(built("wild"), "test")[0]
    portrait = portray(load_model(), Evaluation(built("wild"), photos=1, targets=1, compare=compare), 0, recording)
    assert portrait.comparison is not None
    groups = portrait.comparison.groups
    assert groups["solver"].pop("solved") == 0.0 and set(groups["solver"].values()) == {NO_POSE}
    assert groups["refined"]["photos_psnr"] == NO_POSE and np.isfinite(groups["refined"]["psnr_fg"])


def test_of_a_real_capture_what_is_unknown_is_said(tmp_path):
    body = write_smplx(tmp_path / "smplx.npz", write_capture(tmp_path / "citron").body)
    asked = Evaluation(tmp_path / "citron", photos=1, targets=1, split="train", smplx=body, compare=SHORT)
    report = evaluate_model(load_model(), asked, tmp_path / "out")
    photos = {"photos_psnr", "photos_inner_psnr"}
    assert set(report["refined"]) == {"psnr_fg", "ssim_fg", "psnr_around", "sharpness", *photos, *ABOUT}
    reasons = {entry["what"]: entry["reason"] for entry in report["left_out"]}
    assert "actions are unknown" in reasons["refined: sharpness_face"]
    assert "maps are unknown" in reasons["feed_forward: unseen_psnr"]


def test_only_the_given_rows_change():
    values = torch.arange(6.0).view(3, 2)
    assert placed(values, [0, 2], -torch.ones(2, 2)).tolist() == [[-1, -1], [2, 3], [-1, -1]]
