"""Cameras frame what they are named after, and a motion plays frame by frame."""

from types import SimpleNamespace

import pytest
import torch

from lca.geometry.gaussians import Gaussians
from lca.lab.playing import body_camera, drive, face_camera, play, still
from lca.model.avatar import Avatar
from lca.motion.named import named_motion


class Doll(Avatar):
    """400 Gaussians, 1.7 m tall and 0.5 m wide; the uppermost tenth is the face; it only follows the translation."""

    def __init__(self):
        object.__setattr__(self, "canonical", self.drive(torch.zeros(156), translation=torch.zeros(3)))
        object.__setattr__(self, "face_anchors", torch.tensor([0.0] * 9 + [1.0]))
        object.__setattr__(self, "tokens", torch.zeros(10, 1))
        object.__setattr__(self, "driver", SimpleNamespace(per_anchor=40))
        object.__setattr__(self, "sources", None)

    def eps_from_actions(self, actions):
        return actions.mean(-1, keepdim=True)

    def drive(self, theta, eps=None, psi=None, translation=None):
        assert translation is not None
        height = torch.linspace(-0.85, 0.85, 400)
        means = torch.stack([0.25 * torch.sin(90 * height), height, 0.1 * torch.cos(50 * height)], -1) + translation
        quats = torch.tensor([1.0, 0, 0, 0]).expand(400, 4)
        return Gaussians(means, quats, torch.full((400, 3), 0.02), torch.full((400,), 0.9), torch.zeros(400, 3))


@pytest.mark.parametrize("size", [64, (64, 128), (128, 64)])
@pytest.mark.parametrize("azimuth", [0.0, 1.5])
def test_whole_body_is_in_the_picture_and_fills_it(size, azimuth):
    doll, motion = Doll(), named_motion("walk", 1.0, 10.0)
    camera = body_camera(doll, motion, size, azimuth)
    for gaussians in drive(doll, motion):
        x, y, _ = camera.project(gaussians.means).unbind(-1)
        assert x.min() > 0 and x.max() < camera.width and y.min() > 0 and y.max() < camera.height
        assert max((x.max() - x.min()) / camera.width, (y.max() - y.min()) / camera.height) > 0.65


def test_face_camera_looks_at_the_face():
    doll, motion = Doll(), still(named_motion("face", 1.0, 10.0), 0)
    camera = face_camera(doll, motion, 64)
    means = next(drive(doll, motion)).means[360:]
    x, y, _ = camera.project(means).mean(0)
    assert abs(x - 32) < 6 and abs(y - 32) < 6
    assert (camera.project(means)[:, 1] > 0).all()


def test_play_gives_one_picture_a_frame_over_the_background():
    doll, motion = Doll(), named_motion("turntable", 1.0, 3.0)
    red = torch.tensor([1.0, 0.0, 0.0])
    pictures = list(play(doll, motion, body_camera(doll, motion, 64), red))
    assert len(pictures) == 3
    assert pictures[0].shape == (3, 64, 64)
    assert pictures[0][:, 0, 0].tolist() == [1, 0, 0]
    assert pictures[0].min(0).values.max() < 0.1


def test_still_is_one_frame():
    motion = named_motion("walk", 1.0, 10.0)
    one = still(motion, 4)
    assert len(one) == 1 and torch.equal(one.theta[0], motion.theta[4])
