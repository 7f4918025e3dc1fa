"""Each slider reads what it writes, moves what its label says, and nothing else."""

import math
from dataclasses import fields, replace

import numpy as np
import pytest
import torch

from lca.errors import UserError
from lca.geometry.body_file import load_body
from lca.geometry.skinning import full_pose, joint_transforms, skin
from lca.motion.joints import JOINTS, hand, theta_of
from lca.panel.channels import channels
from lca.panel.fingers import write_finger
from lca.panel.library import poses
from lca.panel.state import Pose, State

POSED = State(pose=replace(poses()["fists"], psi=(0.1, 0.0, 0.2, 0.1)))
HANGING = State(pose=poses()["standing"])
REST = State()
BODY = load_body()
WRIST, HEAD, ANKLE, TOE, TIP = 20, 15, 7, 10, 27


def joints(state):
    transforms = joint_transforms(full_pose(state.pose.tensors()[0]), BODY.joint_template, BODY.parents)
    return skin(BODY.joint_template, transforms[:, :3]) + state.pose.tensors()[3]


def numbers_of(state):
    """Every number that a channel may write."""
    parts = [getattr(state.pose, f.name) for f in fields(Pose)]
    view = (state.view.azimuth, state.view.elevation, state.view.distance)
    light = (state.light.azimuth, state.light.strength)
    return [np.array(part) for part in (*parts, state.shape, view, light)]


@pytest.mark.parametrize("name", list(channels()))
def test_reads_what_was_written_and_leaves_the_rest(name):
    channel = channels()[name]
    for start, share in ((REST, 0.02), (REST, 0.98), (POSED, 0.3), (POSED, 0.98)):
        value = channel.low + share * (channel.high - channel.low)
        changed = channel.set(start, value)
        assert channel.read(changed) == pytest.approx(value, abs=1e-4)
        touched = sum(
            int((~np.isclose(a, b, atol=1e-9)).sum())
            for a, b in zip(numbers_of(start), numbers_of(changed), strict=True)
        )
        assert touched <= (9 if name.endswith(".curl") else 3)
        assert channel.set(changed, channel.read(changed)).pose.theta == pytest.approx(changed.pose.theta, abs=1e-6)


@pytest.mark.parametrize(
    ("channel", "value", "joint", "axis", "sign"),
    [
        ("left_elbow.bend", 90.0, WRIST, 2, 1),
        ("right_elbow.bend", 90.0, WRIST + 1, 2, 1),
        ("left_shoulder.raise", 40.0, WRIST, 1, 1),
        ("right_shoulder.raise", 40.0, WRIST + 1, 1, 1),
        ("left_shoulder.swing_forward", 60.0, WRIST, 2, 1),
        ("right_collar.raise", 20.0, WRIST + 1, 1, 1),
        ("left_hip.raise_forward", 60.0, ANKLE, 2, 1),
        ("right_hip.spread", 30.0, ANKLE + 1, 0, -1),
        ("left_hip.spread", 30.0, ANKLE, 0, 1),
        ("left_hip.turn_out", 40.0, TOE, 0, 1),
        ("right_hip.turn_out", 40.0, TOE + 1, 0, -1),
        ("right_knee.bend", 60.0, ANKLE + 1, 2, -1),
        ("left_ankle.toes_up", 25.0, TOE, 1, 1),
        ("spine1.bend_forward", 30.0, HEAD, 2, 1),
        ("spine2.lean_left", 15.0, HEAD, 0, 1),
        ("neck.nod", 30.0, HEAD, 2, 1),
        ("pelvis.move_up", 0.5, HEAD, 1, 1),
        ("left_wrist.bend_to_palm", 60.0, TIP, 1, -1),
        ("right_wrist.bend_to_palm", 60.0, TIP + 15, 1, -1),
        ("left_index.curl", 1.0, TIP, 1, -1),
        ("right_index.curl", 1.0, TIP + 15, 1, -1),
        ("left_index.spread", 15.0, TIP, 2, 1),
        ("left_pinky.spread", 15.0, TIP + 6, 2, -1),
        ("right_pinky.spread", 15.0, TIP + 21, 2, -1),
    ],
)
def test_moves_what_its_label_says(channel, value, joint, axis, sign):
    moved = joints(channels()[channel].set(REST, value)) - joints(REST)
    assert sign * float(moved[joint, axis]) > 0.004


def test_swinging_a_hanging_arm_brings_it_forward():
    moved = joints(channels()["left_shoulder.swing_forward"].set(HANGING, 45.0)) - joints(HANGING)
    assert float(moved[WRIST, 2]) > 0.25


def test_curls_agree_with_the_hands_of_the_world():
    theta = State().pose.theta
    for side in ("left", "right"):
        for finger in ("index", "middle", "ring", "pinky", "thumb"):
            theta = write_finger(theta, side, finger, 0.8, 0.0)
        wanted = theta_of(1, hand(side, 0.8, 0.0, 0.8))[0]
        own = np.repeat([side in joint and joint[-1].isdigit() for joint in JOINTS], 3)
        own[: 3 * 22] = False
        np.testing.assert_allclose(np.array(theta)[own], wanted[own], atol=1e-6)


def test_eyes_keep_their_vergence():
    psi = channels()["eyes.left"].set(POSED, 20.0).pose.psi
    assert psi[2] - psi[0] == pytest.approx(0.1) and (psi[0] + psi[2]) / 2 == pytest.approx(math.radians(20))


def test_every_action_and_every_finger_has_a_slider():
    named = {name for name, channel in channels().items() if channel.tab == "Face"}
    assert set(BODY.expression_names) < named
    hands = [name for name, channel in channels().items() if channel.tab == "Hands"]
    assert len(hands) == 2 * 5 * 2
    assert len({channel.label for channel in channels().values()}) == len(channels()), "labels tell sliders apart"


@pytest.mark.parametrize("value", [float("nan"), float("inf"), 200.0])
def test_out_of_range(value):
    with pytest.raises(UserError, match="left elbow bend: expected -5 to 150 degrees"):
        channels()["left_elbow.bend"].set(REST, value)


def test_poses_of_the_library_stand_on_the_floor():
    floor = BODY.template[:, 1].min()
    for name, pose in poses().items():
        theta, _, _, translation = pose.tensors()
        vertices = BODY.posed(torch.zeros(1), theta, translation)
        assert float(vertices[:, 1].min()) == pytest.approx(float(floor), abs=0.03), name
