"""People made of exact points: a posed body in front of cameras, and what a perfect network would say of it."""

from dataclasses import dataclass

import numpy as np
import pytest
import torch

from lca.geometry.body_file import load_body
from lca.geometry.camera import Camera
from lca.geometry.rotations import axis_angle_to_matrix, matrix_to_axis_angle
from lca.model.template import Template, TemplateConfig
from lca.motion.poses import random_motion
from lca.tracking.observe import Framing, Observations, Sight
from lca.tracking.solution import PoseTruth, placed_body

SIZE = 512
FOCAL = 1.2 * SIZE


@dataclass(frozen=True)
class Acted:
    """A person in several photos: what is seen, and what is true."""

    observations: Observations
    truth: PoseTruth
    stature: float


@pytest.fixture(scope="session")
def template():
    return Template(TemplateConfig(anchors=128, per_anchor=16), load_body())


@pytest.fixture(scope="session")
def act(template):
    """act(photos, noise, outliers, told_focal) -> Acted; the same every time."""

    def make(photos=4, noise=0.0, outliers=0.0, told_focal=1.0):
        rng = np.random.default_rng(photos)
        betas = torch.zeros(100)
        betas[:6] = torch.from_numpy(rng.normal(0, 0.8, 6)).float()
        theta = random_motion(rng, photos, betas, 0.0, 0.0).theta
        down = torch.diag(torch.tensor([1.0, -1.0, -1.0]))  # world axes seen by a camera in front
        for k in range(photos):
            heading = axis_angle_to_matrix(torch.tensor([0.1 * rng.normal(), rng.uniform(-3, 3), 0.0]))
            theta[k, :3] = matrix_to_axis_angle(down @ heading @ axis_angle_to_matrix(theta[k, :3]))
        pelvis = load_body().joint_template[0]
        place = torch.tensor([[0.1, 0.2, 3.5]]).repeat(photos, 1) - pelvis
        sights = tuple(seen(template, betas, theta[k], place[k], rng, noise, outliers) for k in range(photos))
        box = torch.tensor([[0.0, 0.0, SIZE, SIZE]]).repeat(photos, 1)
        size = torch.full((photos, 2), float(SIZE))
        framing = Framing(box, box, size, torch.full((photos,), told_focal * FOCAL))
        exact = Framing(box, box, size, torch.full((photos,), FOCAL)).intrinsics()
        camera = Camera(torch.eye(4).repeat(photos, 1, 1), exact, SIZE, SIZE)
        observations = Observations(sights, framing, torch.zeros(100))
        return Acted(observations, PoseTruth(theta, place, betas, camera, box), float(template.stature(betas)))

    return make


def seen(template, betas, theta, place, rng, noise, outliers):
    """Every second Gaussian with its pixel; `noise` in metres of canonical points, `outliers` a share of nonsense."""
    points = placed_body(template, betas, theta, place)[0][::2]
    pixels = FOCAL * points[:, :2] / points[:, 2:] + SIZE / 2
    canonical = template.points[::2] + noise * torch.from_numpy(rng.normal(size=points.shape)).float()
    wrong = torch.from_numpy(rng.random(len(points)) < outliers)
    canonical[wrong] = template.points[torch.from_numpy(rng.integers(0, len(template.points), int(wrong.sum())))]
    count = len(points)
    error, share = torch.full((count,), max(noise, 0.005)), torch.full((count,), 190.0 / count)
    mask = torch.ones(64, 64, dtype=torch.bool)
    mask[[0, -1]], mask[:, [0, -1]] = False, False
    return Sight(pixels.float(), canonical, error, share, mask, torch.tensor([0.0, 0.0, SIZE, SIZE]))
