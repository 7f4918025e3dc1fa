import json

import numpy as np
import pytest
import torch
from PIL import Image

from lca.data.batch import choose_frames, crop_nearest
from lca.formats.photos import square_box
from lca.training.evaluate import evaluate_model, summarise
from tests.world.captures import built


def test_report_and_contact_sheet(network, tmp_path):
    report = evaluate_model(network, built("wild"), tmp_path, photos=2, targets=1)
    assert report == json.loads((tmp_path / "report.json").read_text())
    keys = {"psnr_fg", "ssim_fg", "l1_fg", "psnr_face", "psnr_hands", "people", "interval95", "baseline_part_means"}
    assert keys | {"margin_over_part_means", "known_shape", "stature_unknown", "perceptual"} <= set(report)
    assert report["people"] == 1
    with Image.open(tmp_path / "contact_sheet.png") as sheet:
        assert sheet.size == (256 * (2 + 2 + 2), 256)


def test_too_many_views(network, tmp_path):
    with pytest.raises(ValueError, match="expected at most 6 views for captures of 8 frames, got 7"):
        evaluate_model(network, built("wild"), tmp_path, photos=7, targets=2)


def test_interval_holds_the_mean_and_narrows_with_agreement():
    def scores(values):
        return [{"psnr_fg": v, "baseline_part_means": v - 3.0} for v in values]

    wide, narrow = summarise(scores([18.0, 22.0, 26.0, 20.0])), summarise(scores([21.4, 21.5, 21.6, 21.5]))
    for report in (wide, narrow):
        low, high = report["interval95"]
        assert low <= report["psnr_fg"] <= high
        assert report["margin_over_part_means"] == pytest.approx(3.0)
    assert wide["interval95"][1] - wide["interval95"][0] > 5 * (narrow["interval95"][1] - narrow["interval95"][0])


def test_frames_are_chosen_once_each():
    photos, targets = choose_frames(np.random.default_rng(0), 8, 4, 3)
    assert len({*photos, *targets}) == 7


def test_square_boxes_and_nearest_crops():
    box = square_box(torch.tensor([[2.0, 1.0, 4.0, 9.0]]), margin=0.0)
    assert box.tolist() == [[-1.0, 1.0, 7.0, 9.0]]
    maps = torch.arange(100.0).view(1, 1, 10, 10)
    inside = crop_nearest(maps, torch.tensor([[2.0, 1.0, 6.0, 5.0]]), 4)
    assert torch.equal(inside[0, 0], maps[0, 0, 1:5, 2:6])
    outside = crop_nearest(maps, torch.tensor([[-4.0, 0.0, 0.0, 4.0]]), 4)
    assert outside.abs().max() == 0
