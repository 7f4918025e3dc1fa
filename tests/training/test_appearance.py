"""Sharpness, and pixels that no photo shows."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from scipy.spatial import KDTree
from torch.nn import functional as F

from lca.data.sources import open_source
from lca.geometry.camera import orbit
from lca.geometry.gaussians import Gaussians
from lca.render import render
from lca.training.appearance import NO_INSIDE, REACH, filtered, grown, sharpness, surface_points, unseen
from tests.world.captures import built

MASK = torch.zeros(1, 1, 32, 32)
MASK[..., 4:28, 4:28] = 1.0


def number(score):
    assert isinstance(score, float)
    return score


@pytest.fixture(scope="module")
def recording():
    return open_source(built("wild"), "test")[0]


def test_sharpness_falls_with_blur_and_rises_with_noise():
    truth = torch.rand(1, 3, 32, 32)
    blurred = F.avg_pool2d(truth, 3, 1, 1)
    assert number(sharpness(truth, truth, MASK)) == pytest.approx(1.0)
    assert number(sharpness(blurred, truth, MASK)) < 0.4
    assert number(sharpness(truth + 0.3 * torch.randn_like(truth), truth, MASK)) > 1.2


def test_outlines_are_no_detail():
    truth = torch.rand(1, 3, 32, 32)
    outline = MASK - F.pad(torch.ones(1, 1, 22, 22), (5, 5, 5, 5))
    assert number(sharpness(truth + 9.0 * outline, truth, MASK)) == pytest.approx(1.0)
    assert sharpness(truth, truth, MASK * 0.5) == NO_INSIDE


def test_the_truth_is_filtered_as_the_rasteriser_does():
    """A Gaussian without size and an impulse become the same spot."""
    camera = orbit(0.0, size=33)
    middle = camera.unproject(torch.full((33, 33), 3.0))[16, 16]
    point = Gaussians(
        middle[None], torch.tensor([[1.0, 0, 0, 0]]), torch.full((1, 3), 1e-6), torch.tensor([0.8]), torch.ones(1, 3)
    )
    spot, impulse = render(point, camera, torch.zeros(3)).image, torch.zeros(1, 3, 33, 33)
    impulse[..., 16, 16] = 1.0
    spread = filtered(impulse)[0]
    assert spread.sum() == pytest.approx(3.0, abs=1e-4) and spread[0, 16, 17] / spread[0, 16, 16] > 0.1
    torch.testing.assert_close(spot / spot.max(), spread / spread.max(), atol=0.005, rtol=0)


def test_a_grown_mask_is_wider_all_round():
    around = grown(MASK)
    assert around[0, 0, 2:30, 2:30].all() and around.sum() == 28 * 28


def test_what_a_photo_shows_is_seen(recording):
    frames = recording.photos(range(len(recording)))
    lost = unseen(frames, frames)
    assert lost is not None and lost.sum() == 0


def test_the_other_side_is_unseen(recording):
    shown, wanted = recording.photos([0]), recording.photos([len(recording) // 2])
    lost = unseen(shown, wanted)
    assert lost is not None and float(lost.sum() / wanted.mask.sum()) > 0.5
    far = (lost[..., ::2, ::2] > 0) & wanted.canonical_mask
    points = wanted.canonical.permute(0, 2, 3, 1)[far[:, 0]].numpy()
    assert KDTree(surface_points(shown.canonical, shown.canonical_mask)).query(points)[0].min() > REACH


def test_a_surface_is_known_between_pixels_but_not_across_a_jump():
    maps = torch.zeros(1, 3, 2, 3)
    maps[0, 0] = torch.tensor([0.0, 0.03, 0.5])
    maps[0, 1] = torch.tensor([[0.0], [0.03]])
    points = surface_points(maps, torch.ones(1, 1, 2, 3, dtype=torch.bool))
    assert len(points) == 6 + 16 and np.median(points[6:, 0]) == pytest.approx(0.015)
    assert points[6:].max() == pytest.approx(0.03)


def test_without_maps_nothing_is_known_to_be_unseen(recording):
    frames = recording.photos([0])
    names = ("canonical_16bit", "face_canonical_16bit")
    blank = replace(frames, **{name: torch.zeros_like(getattr(frames, name)) for name in names})
    assert unseen(blank, frames) is None and unseen(frames, blank) is None
