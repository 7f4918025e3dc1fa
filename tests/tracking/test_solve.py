"""The solver against bodies whose pose, place and shape are known, and what it does with bad input."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from lca.errors import UserError
from lca.geometry.body_file import load_body
from lca.geometry.camera import Camera
from lca.model.template import Template, TemplateConfig
from lca.motion.poses import random_motion
from lca.tracking.observe import Framing, Observations, Sight
from lca.tracking.scene import SceneConfig
from lca.tracking.solution import PoseTruth, placed_body, solver_error
from lca.tracking.solve import SolverConfig, solve

SIDE = 512
POINTS_ALONE = SolverConfig(scene=SceneConfig(outline_weight=0.0, cover_share=0.0))


@pytest.fixture(scope="module")
def template():
    return Template(TemplateConfig(anchors=128, per_anchor=12), load_body())


def staged(template, photos=2, noise=0.0, wrong=0.0, seed=0):
    """(observations, truth) of somebody before a camera: canonical points are exact but for `noise` (metres); a share `wrong` of
    them lies anywhere on the body."""
    torch.manual_seed(seed)
    betas = torch.zeros(100)
    betas[:6] = 0.8 * torch.randn(6)
    theta = random_motion(np.random.default_rng(seed), photos, betas, 0.0, 0.0).theta.clone()
    theta[:, :3] = torch.tensor([torch.pi, 0.0, 0.0]) + 0.2 * torch.randn(photos, 3)
    translation = torch.tensor([0.0, 0.1, 3.0]) + 0.1 * torch.randn(photos, 3)
    intrinsics = torch.tensor([[1.2 * SIDE, 0.0, SIDE / 2], [0.0, 1.2 * SIDE, SIDE / 2], [0.0, 0.0, 1.0]])
    boxes = torch.tensor([0.0, 0.0, SIDE, SIDE]).expand(photos, 4)
    sights = []
    for k in range(photos):
        points, _ = placed_body(template, betas, theta[k], translation[k])
        image = (points @ intrinsics.double().T).float()
        some = torch.randperm(len(points))[:500]
        canonical = template.points[some] + noise * torch.randn(500, 3)
        astray = torch.rand(500) < wrong
        canonical[astray] = template.points[torch.randperm(len(points))[: int(astray.sum())]]
        pixels = image[some, :2] / image[some, 2:]
        sights.append(
            Sight(
                pixels, canonical, torch.full((500,), 0.01 + noise), torch.full((500,), 0.4),
                torch.ones(64, 64, dtype=torch.bool), boxes[k],
            )
        )  # fmt: skip
    framing = Framing(boxes, boxes, torch.full((photos, 2), float(SIDE)))
    camera = Camera(torch.eye(4).expand(photos, 4, 4), intrinsics.expand(photos, 3, 3), SIDE, SIDE)
    return Observations(tuple(sights), framing, torch.zeros(100)), PoseTruth(theta, translation, betas, camera, boxes)


def off(template, observations, truth, **given):
    """Mean error of a solution in pixels of a 256 crop, over photos and Gaussians."""
    return float(solver_error(solve(observations, template, **given), truth, template).mean.mean())


def test_exact_points_give_back_pose_place_and_shape(template):
    observations, truth = staged(template)
    stature = float(template.stature(truth.betas))
    assert off(template, observations, truth, betas=truth.betas, config=POINTS_ALONE) < 1.0
    assert off(template, observations, truth, stature=stature, config=POINTS_ALONE) < 1.5


@pytest.mark.parametrize(("noise", "wrong", "most"), [(0.02, 0.0, 2.5), (0.0, 0.2, 1.5), (0.02, 0.2, 3.0)])
def test_noise_and_points_astray_are_averaged_out(template, noise, wrong, most):
    observations, truth = staged(template, 2, noise, wrong)
    assert off(template, observations, truth, betas=truth.betas, config=POINTS_ALONE) < most


@pytest.mark.parametrize("factor", [0.7, 1.5])
def test_a_focal_length_told_wrong_still_fits_the_picture(template, factor):
    observations, truth = staged(template)
    told = torch.full((2,), factor * 1.2 * SIDE)
    observations = replace(observations, framing=replace(observations.framing, focal=told))
    stature = float(template.stature(truth.betas))
    assert off(template, observations, truth, stature=stature, config=POINTS_ALONE) < 4.0


@pytest.mark.parametrize("photos", [1, 16])
def test_from_one_photo_to_sixteen(template, photos):
    observations, truth = staged(template, photos)
    assert off(template, observations, truth, betas=truth.betas, config=POINTS_ALONE) < 1.5


def test_the_same_photos_give_the_same_solution(template):
    observations, _ = staged(template, noise=0.01)
    first, second = (solve(observations, template, config=POINTS_ALONE) for _ in range(2))
    assert torch.equal(first.theta, second.theta) and torch.equal(first.betas, second.betas)


def test_points_that_fit_no_body_are_said_to(template):
    observations, _ = staged(template, 1, wrong=1.0)
    solution = solve(observations, template, config=POINTS_ALONE)
    assert not solution.confidence[0].startswith("good")
    assert solution.theta.isfinite().all() and solution.translation.isfinite().all()


def test_a_stature_that_nobody_has(template):
    observations, _ = staged(template, 1)
    with pytest.raises(UserError, match="stature"):
        solve(observations, template, stature=17.0)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda o: replace(o, sights=()), "expected 1 to 16 photos, got 0"),
        (lambda o: replace(o, psi=torch.full((2, 4), torch.nan)), "expected finite psi"),
        (lambda o: replace(o, landmarks=torch.zeros(2, 33, 2)), "landmarks and their visibility"),
        (lambda o: replace(o.framing, focal=torch.tensor([-1.0, 0.0])), "expected focal lengths"),
    ],
)
def test_bad_observations_are_told_at_the_door(template, change, message):
    observations, _ = staged(template)
    with pytest.raises(UserError, match=message):
        change(observations)
