"""Where the 33 landmarks lie on the body."""

import numpy as np
import pytest

from lca.geometry.body_file import load_body
from lca.geometry.joint_names import BODY_JOINTS
from lca.tracking.body_landmarks import NAMES
from lca.tracking.body_points import load_body_points
from lca.tracking.kinematics import KinematicSkeleton

LIKE = {"nose": "nose", "left_eye": "left_eye", "left_heel": "left_heel"}
"""Landmarks, and those of our own body that they mean."""


def test_landmarks_hang_on_the_joints_of_their_limbs():
    held = dict(zip(NAMES, (BODY_JOINTS[joint] for joint in load_body_points().joints), strict=True))
    assert held["left_knee"] == "left_knee" and held["right_foot_index"] == "right_ankle"
    assert held["left_index"] == "left_wrist" and held["mouth_right"] == held["right_ear"] == "head"


def test_a_mirror_image_has_the_landmarks_of_the_other_side():
    points, mirror = load_body_points(), [NAMES.index(other_side(name)) for name in NAMES]
    np.testing.assert_allclose(points.offsets, points.offsets[mirror] * [-1, 1, 1], atol=1e-6)
    assert (points.error > 0.005).all() and (points.error < 0.05).all()


@pytest.mark.parametrize(("name", "own"), LIKE.items())
def test_they_lie_where_the_body_has_the_same_feature(name, own):
    body = load_body()
    points = load_body_points().on(KinematicSkeleton.of(body, 10))
    apart = points.rest[NAMES.index(name)] - body.template[body.landmarks[own]].numpy()
    assert np.linalg.norm(apart) < 0.05


def other_side(name):
    swap = {"left": "right", "right": "left"}
    return "_".join(swap[part] if part in swap else part for part in name.split("_"))
