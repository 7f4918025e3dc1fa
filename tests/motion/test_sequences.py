"""The motion library: smooth, human, on the floor, the same at any frame rate."""

import math

import numpy as np
import pytest
import torch

from lca.errors import UserError
from lca.geometry.body_file import load_body
from lca.geometry.rotations import axis_angle_to_matrix, matrix_to_axis_angle
from lca.motion.contact import hand_depth, soles
from lca.motion.faces import feeling
from lca.motion.joints import JOINTS
from lca.motion.sequences import SEQUENCES, sequence

BODY = load_body()
FPS = 60.0
MOST = {"elbow": 2.8, "knee": 2.35, "hip": 2.1, "ankle": 0.95, "wrist": 0.7, "shoulder": 3.0, "head": 1.1, "neck": 0.6}
"""Radians that a joint can turn in all."""


def of_joint(motion, name):
    """Axis-angle of one joint over time."""
    return motion.theta[:, 3 * JOINTS.index(name) : 3 * JOINTS.index(name) + 3]


def speeds(motion):
    """Radians per second of every joint between frames: (frames - 1, 52)."""
    turns = axis_angle_to_matrix(motion.theta.double().reshape(len(motion), 52, 3))
    return matrix_to_axis_angle(turns[:-1].mT @ turns[1:]).norm(dim=-1) * motion.fps


@pytest.mark.parametrize("name", SEQUENCES)
def test_movements_are_smooth_and_human(name):
    for seed in range(4):
        motion = sequence(name, seed, 4.0, FPS, 0.7 * torch.randn(100))
        speed = speeds(motion)
        assert speed[:, :22].max() < 14 and speed[:, 22:].max() < 25, "radians per second"
        assert (speed[1:] - speed[:-1]).abs().max() < 5, "no jump of the velocity"
        for joint, most in MOST.items():
            for side in ("left_", "right_") if f"left_{joint}" in JOINTS else ("",):
                assert of_joint(motion, side + joint).norm(dim=-1).max() < most, joint
        for knee in ("left_knee", "right_knee"):
            turn = of_joint(motion, knee)
            assert turn[:, 0].min() >= 0 and turn[:, 1:].abs().max() < 1e-6, "knees are hinges"
        assert motion.actions.min() >= 0 and motion.actions.max() <= 1 and motion.psi.abs().max() < 0.7


@pytest.mark.parametrize("name", SEQUENCES)
def test_feet_hold_the_floor(name):
    betas = 0.7 * torch.randn(100)
    for seed in range(3):
        motion = sequence(name, seed, 4.0, FPS, betas, turning=2.0)
        points, floor = soles(motion.theta, betas)
        points = points + motion.translation[:, None]
        height = points[..., 1] - floor
        assert height.min(1).values.abs().max() < 1e-4
        touching = (height[1:] < 0.003) & (height[:-1] < 0.003)
        slide = (points[1:] - points[:-1])[..., [0, 2]].norm(dim=-1) * FPS
        assert (slide * touching).sum() / touching.sum() < 0.16, "metres per second"
        assert hand_depth(motion.theta, betas).max() < 0.08


def test_one_seed_is_one_movement_at_any_frame_rate():
    fast, slow = [sequence("walk", 7, 3.0, fps, turning=1.0) for fps in (60.0, 20.0)]
    assert len(fast) == 180 and len(slow) == 60 and slow.fps == 20
    turns = [axis_angle_to_matrix(theta.reshape(-1, 3)) for theta in (fast.theta[::3], slow.theta)]
    assert (turns[0] - turns[1]).abs().max() < 0.02
    assert torch.equal(fast.actions[::3], slow.actions)
    again = sequence("walk", 7, 3.0, 60.0, turning=1.0)
    assert torch.equal(again.theta, fast.theta) and torch.equal(again.translation, fast.translation)
    assert not torch.equal(sequence("walk", 8, 3.0, 20.0).theta, slow.theta)


def test_a_person_turns_by_what_is_asked():
    for name in ("turn", "walk", "squat", "sit"):
        motion = sequence(name, 1, 5.0, 30.0, heading=0.4, turning=2.4)
        ahead = axis_angle_to_matrix(motion.theta[:, :3])[:, :, 2]
        azimuth = np.unwrap(torch.atan2(ahead[:, 0], ahead[:, 2]).numpy())
        assert azimuth[0] == pytest.approx(0.4, abs=0.15) and azimuth[-1] == pytest.approx(2.8, abs=0.15), name
    lifted = soles(motion.theta, None)[0][..., 1].max()
    assert lifted > BODY.template[:, 1].min(), "it steps round, it does not spin"


def test_walkers_travel_and_sitters_go_down():
    walked = sequence("walk", 3, 6.0, 30.0).translation
    assert (walked[1:] - walked[:-1])[:, [0, 2]].norm(dim=-1).sum() > 2.0
    for name, drop in (("squat", 0.15), ("sit", 0.2), ("talk", -1)):
        height = sequence(name, 3, 6.0, 30.0).translation[:, 1]
        assert height.max() - height.min() > drop, name
        assert name != "talk" or height.max() - height.min() < 0.05


def test_faces_and_fingers():
    names = BODY.expression_names
    spoken = torch.cat([sequence("talk", s, 6.0, 60.0).actions[:, names.index("jawOpen")] for s in range(3)])
    opened = (spoken[1:-1] > spoken[:-2]) & (spoken[1:-1] >= spoken[2:]) & (spoken[1:-1] > 0.05)
    assert 20 <= opened.sum() <= 120, "some syllables a second"
    times = np.arange(0, 8, 0.1)
    most = np.max([feeling(np.random.default_rng(seed), times, 8.0).max(0) for seed in range(60)], 0)
    assert most.min() > 0.3, f"{names[most.argmin()]} never moves"
    fingers = sequence("sign", 0, 4.0, 30.0).theta[:, 66:].reshape(-1, 30, 3)
    assert (fingers.std(0).norm(dim=-1) > 0.15).sum() >= 24
    glance = sequence("look", 0, 8.0, 60.0)
    assert glance.psi[:, 0].max() - glance.psi[:, 0].min() > 0.4
    lids = torch.stack(
        [sequence("turn", seed, 10.0, 60.0).actions[:, names.index("eyeBlinkLeft")] for seed in range(3)]
    )
    assert ((lids[:, 1:] > 0.9) & (lids[:, :-1] <= 0.9)).sum() in range(4, 20), "about fifteen blinks a minute"


def test_acts_flow_into_each_other():
    motion = sequence(("walk", "sit", "sign"), 5, 9.0, FPS)
    assert speeds(motion)[:, :22].max() < 14
    assert of_joint(motion, "left_knee")[:, 0].max() > 0.9


@pytest.mark.slow
def test_a_thousand_random_acts_are_finite():
    """All of the library one after another, so that what happens once a sequence need not happen for each act."""
    names = list(SEQUENCES)
    for seed in range(math.ceil(1000 / len(names))):
        order = [names[(seed + k) % len(names)] for k in range(len(names))]
        motion = sequence(order, seed, 4.0, 12.0, torch.randn(100), turning=0.1 * seed)
        assert all(
            torch.isfinite(axis).all() for axis in (motion.theta, motion.translation, motion.actions, motion.psi)
        )


@pytest.mark.parametrize(
    "names, seconds, message",
    [
        ("jump", 1.0, "expected motions among walk.*got 'jump'"),
        ((), 1.0, "expected motions among walk"),
        ("walk", 0.0, "at least one frame"),
    ],
)
def test_bad_sequences(names, seconds, message):
    with pytest.raises(UserError, match=message):
        sequence(names, 0, seconds, 30.0)
