"""Refinement in known poses: photos stand where the truth says, and report.json has both avatars with their differences."""

from functools import partial

import pytest

from lca.data.sources import open_source
from lca.model.checkpoint import load_model
from lca.render import render
from lca.tracking.tracked import SCORES, known_views, probe_tracked
from lca.training.evaluate import Evaluation, evaluate_model, example_at
from lca.training.refine import RefineConfig
from lca.training.refining.views import overlap
from tests.world.captures import built

SHORT = partial(probe_tracked, config=RefineConfig(align=2, steps=8))


@pytest.fixture(scope="module")
def model():
    return load_model()


def test_the_body_stands_in_each_photo_as_it_does_in_truth(model):
    example, shown, _ = example_at(0, open_source(built("wild"), "train")[0], 2, 1)
    avatar = model.reconstruct(example.photos, example.betas)
    for view in known_views(avatar, shown):
        drive = view.signals
        posed = avatar.drive(drive.theta, drive.eps, drive.psi, drive.translation)
        assert overlap(render(posed, view.body.camera).alpha, view.body.mask) > 0.85


def test_a_bare_body_is_optimised_beside_the_models_avatar(model, tmp_path):
    asked = Evaluation(built("wild"), photos=2, targets=1, split="train", people=1, probes={"tracked": SHORT})
    report = evaluate_model(model, asked, tmp_path)
    found = report["tracked"]
    names = {f"{who}_{score}" for who in ("feed_forward", "refined", "optimised") for score in SCORES}
    assert names & set(found) >= {"feed_forward_psnr_fg", "refined_psnr_fg", "optimised_psnr_fg", "refined_psnr_around"}
    assert found["gain"] == pytest.approx(found["refined_psnr_fg"] - found["feed_forward_psnr_fg"], abs=2e-3)
    assert found["over_optimised"] == pytest.approx(found["refined_psnr_fg"] - found["optimised_psnr_fg"], abs=2e-3)
    assert found["optimised_psnr_fg"] > report["baseline_mean_colour"] + 1.0, "the photos give it colours"
    assert found["feed_forward_psnr_fg"] == pytest.approx(report["psnr_fg"], abs=2e-3)
