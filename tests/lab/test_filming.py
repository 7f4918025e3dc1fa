"""A film begins in front of the person, and stays with them."""

import math
from dataclasses import replace

import pytest
import torch

from lca.lab.filming import facing, film_cameras, steps_along
from lca.lab.playing import drive
from lca.motion.named import named_motion
from tests.lab.test_playing import Doll


def walking(azimuth: float, seconds: float = 4.0, speed: float = 1.5):
    """Somebody who faces and walks towards an azimuth, with a swing in the step."""
    motion = named_motion("walk", seconds, 20.0)
    theta = motion.theta.clone()
    theta[:, :3] = torch.tensor([0.0, azimuth, 0.0])
    time = torch.arange(len(motion)) / motion.fps
    ahead = torch.tensor([math.sin(azimuth), 0.0, math.cos(azimuth)])
    way = speed * time[:, None] * ahead + 0.03 * torch.sin(20.0 * time)[:, None] * torch.tensor([1.0, 1.0, 0.0])
    return replace(motion, theta=theta, translation=way)


@pytest.mark.parametrize("azimuth", [0.0, 1.2, -2.5])
def test_the_camera_stands_in_front_of_the_person(azimuth):
    motion = walking(azimuth)
    assert facing(motion) == pytest.approx(azimuth, abs=1e-5)
    matrix = film_cameras(Doll(), motion, "walk", 64)[0].camera_from_world
    towards = -matrix[:3, :3].T @ matrix[:3, 3] - motion.translation[0]  # from the person to the camera
    assert math.atan2(float(towards[0]), float(towards[2])) == pytest.approx(azimuth, abs=0.15)


def test_who_lies_is_seen_from_where_the_world_faces():
    motion = walking(0.0)
    motion.theta[:, :3] = torch.tensor([-math.pi / 2, 0.0, 0.0])
    assert facing(motion) == 0.0


def test_a_person_who_walks_far_stays_as_large_and_in_the_middle():
    doll, motion = Doll(), walking(math.pi / 2, seconds=8.0)  # twelve metres
    heights = {}
    for follow in (True, False):
        cameras = film_cameras(doll, motion, "walk", 64, 0.0, follow)
        seen = [camera.project(posed.means)[:, :2] for camera, posed in zip(cameras, drive(doll, motion), strict=True)]
        for points in seen:
            assert points.min() > 0 and points.max() < 64
        heights[follow] = min(float(points[:, 1].max() - points[:, 1].min()) for points in seen)
        if follow:
            assert max(abs(float(points[:, 0].mean()) - 32) for points in seen) < 4
    assert heights[True] > 45 > 3 * heights[False]


def test_a_following_camera_does_not_sway_with_the_step():
    motion = walking(0.0)
    way = steps_along(motion)
    assert way[:, 1].abs().max() == 0  # it keeps its height
    assert way[10:-10, 0].abs().max() < 0.01 < motion.translation[:, 0].abs().max()
    torch.testing.assert_close(way[:, 2], motion.translation[:, 2], atol=1e-3, rtol=0)


def test_one_frame_has_nowhere_to_go():
    motion = walking(0.0, seconds=0.05)
    assert len(motion) == 1 and not steps_along(motion).any()
