"""Post-training of heads: they learn from their stage, the base stays to the bit, and what is measured has its controls."""

from dataclasses import replace
from functools import partial

import numpy as np
import pytest
import torch

from lca.data.batch import make_example
from lca.data.sources import WorldRecording, open_source
from lca.errors import UserError
from lca.model import garment
from lca.model.checkpoint import load_model, save_model, with_heads
from lca.model.rig import Rig
from lca.tracking.comparison import compare
from lca.training.evaluate import Evaluation, evaluate_model
from lca.training.experiment import experiment
from lca.training.garment_probe import (
    REFINED_SCORES,
    SCORES,
    garment_mask,
    is_loose,
    plainly_skinned,
    probe_garments,
    probe_skirts,
    probe_trousers,
    refined_garments,
)
from lca.training.head_losses import COVERED, coverage
from lca.training.probes import Subject
from lca.training.refine import RefineConfig
from lca.training.relight_probe import ONE_LIGHT, probe_relight
from tests.world.captures import built

QUIET = ("--trainer.accelerator=cpu", "--trainer.enable_progress_bar=false", "--trainer.enable_model_summary=false")
STAGES = {"garments": "runway", "relight": "lightstage"}


@pytest.fixture(scope="module")
def base(network, tmp_path_factory):
    path = tmp_path_factory.mktemp("base") / "model.safetensors"
    save_model(network, path)
    return path


@pytest.fixture(scope="module")
def trained(base, tmp_path_factory):
    """One after the other, as in the configs: the model file of a few steps of each head."""
    path = base
    for head, stage in STAGES.items():
        folder = tmp_path_factory.mktemp(head)
        path = experiment(
            "heads",
            f"configs/small_{head}.yaml",
            f"--model.init={path}",
            f"--data.folders=[{built(stage)}]",
            "--data.weights=null",
            "--data.batch_size=1",
            "--data.targets=2",
            f"--trainer.default_root_dir={folder}",
            "--trainer.max_steps=2",
            "--trainer.limit_val_batches=0",
            *QUIET,
        ).fit()
    return path


def test_only_the_heads_learn(base, trained):
    before, after = load_model(base), load_model(trained)
    assert after.config == replace(before.config, garments=True, relight=True)
    for name, value in before.state_dict().items():
        assert torch.equal(value, after.state_dict()[name]), name
    assert after.garments is not None and after.garments.out.weight.any() and after.relight is not None


def test_a_head_must_be_one_that_there_is(base, tmp_path):
    with pytest.raises(UserError, match="valid config"):
        experiment("heads", "configs/small_garments.yaml", f"--model.init={base}", "--model.head=shoes", *QUIET)


def subject(stage, photos, targets):
    recording = open_source(built(stage), "test")[0]
    shown, wanted = recording.photos(photos), recording.photos(targets)
    return Subject(recording, make_example(shown, wanted, np.random.default_rng(0), exact=True), shown, wanted)


def test_garments_are_measured_inside_the_garment(trained):
    runway = subject("runway", [0, 5], [18, 29])
    assert isinstance(runway.recording, WorldRecording)
    mask = garment_mask(runway.recording, runway.wanted)
    share = mask.sum((1, 2, 3)) / runway.wanted.mask.sum((1, 2, 3))
    assert ((share > 0.1) & (share < 0.8)).all(), "some of the person, not all"
    scores = probe_garments(load_model(trained), runway)
    gain = float(scores["psnr"]) - float(scores["psnr_plain"])
    assert tuple(scores) == SCORES and float(scores["gain"]) == pytest.approx(gain)
    assert probe_garments(bare(trained), runway) == {}


def bare(trained):
    """The same model without its heads."""
    return with_heads(load_model(trained), garments=False, relight=False)


def test_wild_people_are_asked_by_what_they_wear(trained):
    wild, model = subject("wild", [0, 1], [2, 3]), load_model(trained)
    asked = {True: probe_skirts, False: probe_trousers}
    assert asked[is_loose(wild.wanted)](model, wild) and asked[not is_loose(wild.wanted)](model, wild) == {}


def test_light_is_measured_against_its_controls(trained):
    model, stage = load_model(trained), subject("lightstage", [0, 14], [2, 4, 5, 30])
    scores = probe_relight(model, stage)
    numbers = {name: float(score) for name, score in scores.items()}
    assert numbers["gain"] == pytest.approx(numbers["psnr"] - numbers["psnr_none"], abs=1e-4)
    assert numbers["gain"] > 1 and numbers["right_light_share"] >= 0.75, "even an untrained head knows where a lamp is"
    assert probe_relight(model, subject("lightstage", [2], [0]))["right_light_share"] == ONE_LIGHT
    assert probe_relight(bare(trained), stage) == {}


def test_a_refined_avatar_is_relit_too():
    stage, short = subject("lightstage", [0, 14], [2, 4]), RefineConfig(align=2, steps=2)
    lit = compare(load_model(), stage, short).groups["relight_refined"]
    assert float(lit["gain"]) > 1 and float(lit["gain"]) == pytest.approx(
        float(lit["psnr"]) - float(lit["psnr_none"]), abs=1e-4
    )


def test_a_refined_avatar_keeps_its_garment(tmp_path):
    short = partial(compare, config=RefineConfig(align=2, steps=2))
    asked = Evaluation(built("runway"), photos=2, targets=2, split="all", people=2, compare=short)
    scores = evaluate_model(load_model(), asked, tmp_path)["garments_refined"]
    assert tuple(scores)[: len(REFINED_SCORES) - 1] == REFINED_SCORES[:-1] and scores["people"] == 2
    assert scores["gain"] == pytest.approx(scores["psnr"] - scores["psnr_plain"], abs=1e-3) and scores["gain"] != 0
    low, high = scores["interval95"]["gain"]
    assert low <= scores["gain"] <= high and 0 <= scores["holes"] < 1


def test_of_a_model_without_the_head_nothing_is_said(trained):
    model, runway = bare(trained), subject("runway", [0, 5], [18, 29])
    assert refined_garments(model, model.reconstruct(runway.example.photos), runway) == {}


def test_plain_skinning_is_that_of_the_body_where_a_garment_hangs(loud, photos, monkeypatch):
    monkeypatch.setattr(garment, "LOOSE", -1.0)  # an untrained network sees no skirt
    avatar = loud.reconstruct(photos)
    kept = torch.arange(len(avatar.canonical)).repeat_interleave(2)
    rows = Rig(avatar.rig.joints, avatar.rig.parents, avatar.rig.skin_indices[kept], avatar.rig.skin_weights[kept])
    split = replace(avatar, canonical=avatar.canonical[kept], rig=rows, sources=kept)
    plain = plainly_skinned(loud.garments, loud.template, split)
    assert torch.equal(plain.rig.skin_weights, loud.template.skin_weights[kept])
    assert torch.equal(plain.rig.skin_indices, loud.template.skin_indices[kept])
    assert not torch.equal(rows.skin_weights, plain.rig.skin_weights)
    mouth = int((~torch.isin(kept, loud.garments.nodes.followers)).nonzero()[0])
    rows.skin_weights[mouth] = torch.tensor([1.0] + [0.0] * 7)  # what is not a garment's keeps what it has
    assert torch.equal(
        plainly_skinned(loud.garments, loud.template, split).rig.skin_weights[mouth], rows.skin_weights[mouth]
    )


def test_photos_of_the_light_stage_are_lit_all_round():
    recording = open_source(built("lightstage"), "test")[0]
    takeable = recording.takeable or ()
    shown = recording.photos(takeable)
    assert 0 < len(takeable) < len(recording) and shown.radiance.amax((1, 2)).min() > 0
    assert open_source(built("wild"), "test")[0].takeable is None


def test_coverage_pulls_from_any_distance_and_skips_who_wears_none():
    points = torch.zeros(2, 5, 3, requires_grad=True)
    cloth = torch.stack([torch.tensor([[0.3, 0.0, 0.0]]).expand(20, 3), torch.full((20, 3), torch.nan)])
    loss = coverage(points, cloth)
    assert float(loss.detach()) == pytest.approx((0.3 - COVERED) / 2)
    loss.backward()
    assert points.grad is not None and points.grad[0, :, 0].sum() < 0 and not points.grad[1].any()
