"""Jaw and eyes as actions and gaze, against what our own body does."""

import pytest
import torch

from lca.geometry.body_file import load_body
from lca.geometry.face_joints import JAW_OPEN, JAW_SIDEWAYS, LOOK, actions_of_jaw, psi_of_eyes, psi_of_looks
from lca.geometry.rotations import axis_angle_to_matrix, matrix_to_axis_angle
from lca.geometry.skinning import gaze

NAMES = load_body().expression_names


def test_eyes_keep_their_direction_and_lose_their_torsion():
    psi = (torch.rand(20, 4, dtype=torch.float64) - 0.5) * 2
    torch.testing.assert_close(psi_of_eyes(gaze(psi)), psi)
    torsion = axis_angle_to_matrix(torch.tensor([0.0, 0.0, 0.4], dtype=torch.float64))
    rolled = matrix_to_axis_angle(axis_angle_to_matrix(gaze(psi)) @ torsion)
    torch.testing.assert_close(psi_of_eyes(rolled), psi)


def jaw_points():
    """Rest points of the lower jaw about its joint, and how the actions move them."""
    body = load_body()
    held = (body.skin_weights * (body.skin_indices == 22)).sum(1) > 0.7
    moves = body.expression_directions[held]
    return body.template[held] - body.joint_template[22], moves[..., NAMES.index("jawOpen")]


def test_an_open_jaw_is_the_action_that_moves_the_chin_as_far():
    points, moves = jaw_points()

    def error(angle):
        turned = points @ axis_angle_to_matrix(torch.tensor([angle, 0.0, 0.0])).T
        return (turned - points - moves).norm(dim=1).mean()

    assert error(JAW_OPEN) < 0.2 * moves.norm(dim=1).mean()
    assert error(JAW_OPEN) < min(error(0.8 * JAW_OPEN), error(1.2 * JAW_OPEN))
    body = load_body()
    chin = body.landmarks["chin"]
    reach = (body.template[chin] - body.joint_template[22])[2] * torch.tensor(JAW_SIDEWAYS).sin()
    aside = body.expression_directions[chin, 0, NAMES.index("jawLeft")]
    torch.testing.assert_close(reach, aside, rtol=0.03, atol=0)


@pytest.mark.parametrize(
    ("jaw", "expected"),
    [
        ((JAW_OPEN / 2, 0, 0), {"jawOpen": 0.5}),
        ((1.0, 0, 0), {"jawOpen": 1.0}),
        ((-0.2, 0, 0.3), {}),
        ((0, JAW_SIDEWAYS / 4, 0), {"jawLeft": 0.25}),
        ((0, -JAW_SIDEWAYS / 4, 0), {"jawRight": 0.25}),
    ],
)
def test_jaw_actions(jaw, expected):
    actions = actions_of_jaw(torch.tensor([jaw], dtype=torch.float32))[0]
    found = {name: round(value, 4) for name, value in zip(NAMES, actions.tolist(), strict=True) if value}
    assert found == expected


@pytest.mark.parametrize(
    ("action", "eye", "axis", "sign"),
    [
        ("eyeLookOutLeft", 0, 0, 1),
        ("eyeLookInLeft", 0, 0, -1),
        ("eyeLookInRight", 1, 0, 1),
        ("eyeLookOutRight", 1, 0, -1),
        ("eyeLookUpLeft", 0, 1, 1),
        ("eyeLookDownRight", 1, 1, -1),
    ],
)
def test_looks_turn_their_own_eye(action, eye, axis, sign):
    actions = torch.zeros(1, 52)
    actions[0, NAMES.index(action)] = 1.0
    forward = axis_angle_to_matrix(gaze(psi_of_looks(actions)))[0, :, :, 2]
    assert forward[eye, axis].item() == pytest.approx(sign * torch.tensor(LOOK).sin().item(), abs=1e-5)
    torch.testing.assert_close(forward[1 - eye], torch.tensor([0.0, 0.0, 1.0]))
