"""Named motions and random poses: they loop, stand on the floor, and move what they name."""

import numpy as np
import pytest
import torch

from lca.errors import UserError
from lca.geometry.body import PARTS
from lca.geometry.body_file import load_body
from lca.motion.contact import hands_clear
from lca.motion.joints import JOINTS, arm, hand, leg, theta_of, turn
from lca.motion.named import MOTIONS, named_motion
from lca.motion.poses import random_motion

BODY = load_body()


def vertex(theta, landmark, **drive):
    """Where a landmark goes, mean shape."""
    posed = BODY.posed(torch.zeros(1), torch.from_numpy(theta)[0], torch.zeros(3), **drive)
    return posed[BODY.landmarks[landmark]]


def test_turn_applies_its_axes_in_the_order_named():
    quarter = np.pi / 2
    moved = theta_of(1, {"pelvis": turn("zx", quarter, quarter)})
    x_axis = torch.tensor([1.0, 0.0, 0.0])
    from lca.geometry.rotations import axis_angle_to_matrix

    # z takes x to y, then x takes y to z
    assert torch.allclose(
        axis_angle_to_matrix(torch.from_numpy(moved[0, :3])) @ x_axis, torch.tensor([0.0, 0.0, 1.0]), atol=1e-6
    )


@pytest.mark.parametrize("side, sign", [("left", 1), ("right", -1)])
def test_limbs_move_the_way_their_words_say(side, sign):
    rest = theta_of(1)
    finger = f"{side}_middle"
    lowered = vertex(theta_of(1, arm(side, np.pi / 2)), finger)
    assert lowered[1] < vertex(rest, finger)[1] - 0.5
    swung = vertex(theta_of(1, arm(side, np.pi / 2, swing=0.5)), finger)
    assert swung[2] > lowered[2] + 0.2
    bent = vertex(theta_of(1, arm(side, np.pi / 2, elbow=1.5)), finger)
    assert bent[2] > lowered[2] + 0.2 and bent[1] > lowered[1] + 0.1
    inward = vertex(theta_of(1, arm(side, np.pi / 2, twist=-0.5, elbow=1.5)), finger)
    assert sign * inward[0] < sign * bent[0] - 0.1
    curled = vertex(theta_of(1, hand(side, [1.4] * 4)), finger)
    assert curled[1] < vertex(rest, finger)[1] - 0.02
    heel = f"{side}_heel"
    assert vertex(theta_of(1, leg(side, knee=1.2)), heel)[2] < vertex(rest, heel)[2] - 0.2
    assert vertex(theta_of(1, leg(side, flex=0.6)), heel)[2] > vertex(rest, heel)[2] + 0.2


def test_the_hand_spreads():
    rest, fan = theta_of(1), theta_of(1, hand("left", [0.0] * 4, spread=0.3))

    def width(theta):
        return (vertex(theta, "left_index") - vertex(theta, "left_pinky")).norm()

    assert width(fan) > 1.2 * width(rest)


@pytest.mark.parametrize("name", MOTIONS)
def test_named_motions_loop_smoothly_with_feet_on_the_floor(name):
    motion = named_motion(name, seconds=4.0, fps=30.0)
    assert len(motion) == 120 and motion.fps == 30.0
    joints = motion.theta.reshape(120, 52, 3)[:, 1:]  # the root of the turntable wraps round
    step = (joints.roll(-1, 0) - joints).abs().max()
    assert step < 0.45, "no joint jumps, the last frame to the first neither"
    posed = BODY.posed(torch.zeros(120, 1), motion.theta, motion.translation, motion.psi, motion.actions)
    foot = posed[:, BODY.part_labels == PARTS.index("foot"), 1].min(1).values
    assert (foot + 1).abs().max() < 0.015, "soles of the mean person are at y = -1"
    assert motion.actions.min() >= 0 and motion.actions.max() <= 1


def test_walking_swings_arms_against_legs():
    theta = named_motion("walk", 2.3, 30.0).theta.reshape(-1, 52, 3)
    hip, shoulder = [theta[:, JOINTS.index(name), 0] for name in ("left_hip", "left_shoulder")]
    assert torch.corrcoef(torch.stack([hip, shoulder]))[0, 1] < -0.8


def test_motions_name_what_they_move():
    names, gaze = BODY.expression_names, named_motion("gaze").psi
    assert gaze.max() > 0.3 and gaze.min() < -0.3
    face = named_motion("face").actions.max(0).values
    for action in ("mouthSmileLeft", "eyeBlinkRight", "jawOpen", "browInnerUp", "mouthPucker"):
        assert face[names.index(action)] > 0.7, action
    fingers = named_motion("hands").theta[:, 66:].reshape(-1, 30, 3).norm(dim=-1).max(0).values
    assert (fingers > 0.3).sum() >= 24


@pytest.mark.parametrize(
    "arguments, message",
    [
        (("dance", 1.0, 30.0), "expected a motion among turntable.*got 'dance'"),
        (("walk", 0.0, 30.0), "at least one frame"),
    ],
)
def test_bad_motions(arguments, message):
    with pytest.raises(UserError, match=message):
        named_motion(*arguments)


def test_random_poses_vary_and_stand_and_repeat():
    betas = torch.randn(100) * 0.7
    motion = random_motion(np.random.default_rng(1), 24, betas, heading=0.5, sway=0.2)
    again = random_motion(np.random.default_rng(1), 24, betas, heading=0.5, sway=0.2)
    assert torch.equal(motion.theta, again.theta) and torch.equal(motion.actions, again.actions)
    posed = BODY.posed(betas.expand(24, -1), motion.theta, motion.translation)
    soles = posed[:, BODY.part_labels == PARTS.index("foot"), 1].min(1).values
    floor = BODY.rest(betas)[0][:, 1].min()
    assert (soles - floor).abs().max() < 0.02
    assert motion.theta.reshape(24, 52, 3)[:, [16, 18, 1, 22]].std(0).norm(dim=-1).min() > 0.1
    assert (motion.actions.max(1).values > 0.2).float().mean() > 0.5
    assert all(hands_clear(theta[None], betas) for theta in motion.theta)


def test_a_hand_in_the_belly_is_noticed():
    inside = theta_of(1, arm("left", 1.9))
    assert not hands_clear(torch.from_numpy(inside), torch.zeros(1))
    assert hands_clear(torch.from_numpy(theta_of(1)), torch.zeros(1))
