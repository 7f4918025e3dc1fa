"""Evaluation of any folder: what is measured of whom, and what is left out with its reason."""

import copy
import json

import numpy as np
import pytest
import torch
from PIL import Image

from lca.data.batch import choose_frames, crop_nearest
from lca.data.sources import open_source
from lca.errors import UserError
from lca.formats.photos import square_box
from lca.training import evaluate
from lca.training.evaluate import Evaluation, evaluate_model, portray
from lca.training.losses import psnr
from lca.training.scores import Portrait, Views, show, truth_of
from tests.data.neuman_capture import write_capture, write_smplx
from tests.world.captures import built

ALWAYS = {"psnr_fg", "ssim_fg", "l1_fg", "shape_predicted", "stature_unknown", "baseline_mean_colour"}
WITH_TRUTH = {"psnr_face", "psnr_hands", "people_with_hands", "baseline_part_means", "margin_over_part_means"}
ABOUT = {"people", "interval95", "photos", "targets", "split", "perceptual", "left_out"}


def test_report_and_contact_sheet(network, tmp_path):
    report = evaluate_model(network, Evaluation(built("wild"), photos=2, targets=1), tmp_path)
    assert report == json.loads((tmp_path / "report.json").read_text())
    assert set(report) == ALWAYS | WITH_TRUTH | ABOUT
    assert report["people"] == 1 and report["interval95"] == {}
    assert report["margin_over_part_means"] == pytest.approx(
        report["psnr_fg"] - report["baseline_part_means"], abs=1e-3
    )
    (lone,) = report["left_out"]
    assert lone["what"].startswith("interval95 of psnr_fg, ")
    with Image.open(tmp_path / "contact_sheet.png") as sheet:
        assert sheet.size == (256 * (2 + 2 + 2), 256 + 2 * 18)


def test_the_shape_is_given_unless_the_score_says_otherwise(network, monkeypatch):
    recording, asked = open_source(built("wild"), "test")[0], []
    reconstruct = network.reconstruct

    def watched(photos, betas=None, stature=None):
        asked.append((photos, betas, stature))
        return reconstruct(photos, betas, stature)

    monkeypatch.setattr(network, "reconstruct", watched)
    portrait = portray(network, Evaluation(built("wild"), photos=2, targets=1), 0, recording)
    (photos, betas, _), (_, unshaped, stature), (_, guessed, untold), (_, given, _) = asked
    truth = recording.photos([0]).betas
    assert torch.equal(betas, truth) and stature == pytest.approx(float(network.template.stature(truth)))
    assert unshaped is guessed is untold is None and torch.equal(given, truth)
    rng = np.random.default_rng((7, 0))
    chosen, targeted = choose_frames(rng, len(recording), 2, 1)
    targets = evaluate.make_example(recording.photos(chosen), recording.photos(targeted), rng, exact=True).targets
    body = show(reconstruct(photos, truth), targets).body
    assert portrait.scores["psnr_fg"] == pytest.approx(float(psnr(body, truth_of(targets).body, targets.mask)))
    assert torch.equal(portrait.shown.body, body)


@pytest.fixture
def glanced(monkeypatch):
    """Instead of measuring, the identities that would be measured."""
    found = []

    def portray(model, evaluation, place, recording, gallery, taken):
        found.append((recording.photos([0]).identity, place))
        blank = Views(*(torch.zeros(1, channels, 8, 8) for channels in (3, 3, 1, 1)))
        return Portrait(found[-1][0], {"psnr_fg": 20.0}, torch.zeros(1, 3, 8, 8), blank, blank)

    monkeypatch.setattr(evaluate, "portray", portray)
    return found


def test_all_splits_come_in_order(network, tmp_path, glanced):
    report = evaluate_model(network, Evaluation(built("wild"), split="all"), tmp_path)
    alone = [name for split in ("train", "validation", "test") for name in identities(built("wild"), split)]
    assert glanced == [(name, 0) for name in alone] and len(alone) == 3, "each at its place in its own split"
    assert report["people"] == 3 and report["split"] == "all" and report["left_out"] == []


def test_a_split_that_a_folder_lacks_is_said(network, tmp_path, glanced):
    report = evaluate_model(network, Evaluation(built("studio"), split="all"), tmp_path)
    assert report["people"] == 1
    assert [entry["what"] for entry in report["left_out"][:2]] == ["split train", "split validation"]
    assert "expected captures of split 'train'" in report["left_out"][0]["reason"]
    with pytest.raises(UserError, match="expected captures of split 'train'"):
        evaluate_model(network, Evaluation(built("studio"), split="train"), tmp_path)


def test_only_the_first_people(network, tmp_path, glanced):
    evaluate_model(network, Evaluation(built("wild"), split="all", people=2), tmp_path)
    assert [name for name, _ in glanced] == identities(built("wild"), "train") + identities(built("wild"), "validation")


def identities(folder, split):
    source = open_source(folder, split)
    return [source[place].photos([0]).identity for place in range(len(source))]


class Cut:
    """A recording of which only the first frames exist."""

    def __init__(self, recording, frames):
        self.recording, self.frames = recording, frames
        self.photos = self.targets = recording.photos

    def __len__(self):
        return self.frames


def test_who_has_too_few_frames_is_left_out_by_name(network, tmp_path, glanced, monkeypatch):
    short, whole = (open_source(built("wild"), split)[0] for split in ("train", "test"))
    monkeypatch.setattr(evaluate, "open_source", lambda *_: [Cut(short, 3), whole])
    report = evaluate_model(network, Evaluation(built("wild"), photos=2, targets=2), tmp_path)
    assert glanced == [(whole.photos([0]).identity, 1)] and report["people"] == 1
    assert report["left_out"][0] == {
        "what": "captures of test",
        "reason": "3 of the 4 frames that views and targets need",
        "people": [short.photos([0]).identity],
    }


def test_nobody_with_enough_frames_is_one_line(network, tmp_path):
    with pytest.raises(
        UserError, match="expected captures of at least 9 frames for 7 views and 2 targets, got none in"
    ):
        evaluate_model(network, Evaluation(built("wild"), photos=7, targets=2), tmp_path)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"split": "dev"}, "expected a split among train, validation, test, all, got 'dev'"),
        ({"photos": 17}, "expected --views from 1 to 16, got 17"),
        ({"targets": 0}, "expected --targets of at least 1, got 0"),
        ({"people": 0}, "expected --people of at least 1, got 0"),
    ],
)
def test_bad_options_are_one_line(options, says):
    with pytest.raises(UserError, match=says):
        Evaluation("data/wild", **options)


def test_a_real_capture_is_measured_as_far_as_it_is_known(network, tmp_path):
    truth = write_capture(tmp_path / "citron")
    evaluation = Evaluation(
        tmp_path / "citron", photos=1, targets=1, split="all", smplx=write_smplx(tmp_path / "smplx.npz", truth.body)
    )
    report = evaluate_model(network, evaluation, tmp_path / "out")
    assert set(report) == ALWAYS | ABOUT, "what is unknown is not in it"
    assert all(np.isfinite(report[name]) for name in ALWAYS)
    left_out = {entry["what"]: entry for entry in report["left_out"]}
    assert {"captures of validation", "captures of test", "psnr_face", "psnr_hands"} <= set(left_out)
    assert "actions are unknown" in left_out["psnr_face"]["reason"]
    assert "maps are unknown" in left_out["psnr_hands"]["reason"] == left_out["baseline_part_means"]["reason"]
    assert left_out["captures of test"]["people"] == left_out["psnr_face"]["people"] == ["citron"]


@pytest.mark.gpu
def test_cuda_measures_the_same(network):
    recording = open_source(built("wild"), "test")[0]
    on_cuda, scores = copy.deepcopy(network).cuda(), []
    for model in (network, on_cuda):
        scores.append(portray(model, Evaluation(built("wild"), photos=2, targets=1), 0, recording).scores)
    assert scores[0].keys() == scores[1].keys()
    for name, score in scores[0].items():
        assert scores[1][name] == (score if isinstance(score, str) else pytest.approx(score, rel=0.02))


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


def test_probes_are_asked_by_stage_and_by_name(network, tmp_path, monkeypatch):
    def frames(model, subject):
        return {"frames": float(len(subject.recording)), "shown": float(len(subject.shown))}

    monkeypatch.setattr(evaluate, "OF_STAGES", {"wild": {"of_wild": frames}, "studio": {"of_studio": frames}})
    asked = Evaluation(built("wild"), photos=2, targets=1, probes={"named": lambda *_: {"gain": "nobody turned"}})
    report = evaluate_model(network, asked, tmp_path)
    assert report["of_wild"] == {"frames": 8.0, "shown": 2.0, "people": 1, "interval95": {}}
    assert report["named"] == {"people": 1, "interval95": {}} and "of_studio" not in report
    assert {"what": "named: gain", "reason": "nobody turned", "people": ["wild-000000"]} in report["left_out"]


def test_photos_may_come_from_another_capture():
    split = open_source(built("wild"), "test")[0], open_source(built("wild"), "train")[0]
    example, shown, wanted = evaluate.example_at(0, split[0], 2, 1, split[1])
    assert shown.identity == split[1].photos([0]).identity and wanted.identity == split[0].photos([0]).identity
    assert len(shown) == 2 and torch.equal(example.betas, wanted.betas)
