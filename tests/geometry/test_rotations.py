"""Rotations: group axioms, round trips, agreement with scipy, gradients at and near the identity."""

import math

import pytest
import torch
from scipy.spatial.transform import Rotation

from lca.geometry.rotations import (
    axis_angle_to_matrix,
    axis_angle_to_quat_wxyz,
    matrix_to_axis_angle,
    matrix_to_quat_wxyz,
    quat_multiply,
    quat_wxyz_to_axis_angle,
    quat_wxyz_to_matrix,
)

DOUBLE = torch.float64


def vectors(count: int = 200, longest: float = 3.1) -> torch.Tensor:
    """Axis-angle vectors with angles up to `longest`, some of them tiny or zero."""
    direction = torch.nn.functional.normalize(torch.randn(count, 3, dtype=DOUBLE), dim=-1)
    angle = torch.rand(count, 1, dtype=DOUBLE) * longest
    tiny = torch.tensor([0.0, 1e-12, 1e-7, 1e-5, 1e-3], dtype=DOUBLE)[:, None]
    return direction * torch.cat([tiny, angle[5:]])


def test_agrees_with_scipy():
    axis_angle = vectors()
    theirs = Rotation.from_rotvec(axis_angle.numpy())
    torch.testing.assert_close(axis_angle_to_matrix(axis_angle), torch.from_numpy(theirs.as_matrix()))
    quats = torch.from_numpy(theirs.as_quat(canonical=True, scalar_first=True))
    torch.testing.assert_close(matrix_to_quat_wxyz(axis_angle_to_matrix(axis_angle)), quats, atol=1e-9, rtol=0)


def test_matrices_are_rotations():
    matrix = axis_angle_to_matrix(vectors(longest=20.0))
    torch.testing.assert_close(matrix @ matrix.mT, torch.eye(3, dtype=DOUBLE).expand_as(matrix))
    torch.testing.assert_close(torch.linalg.det(matrix), torch.ones(len(matrix), dtype=DOUBLE))


def test_products_identity_and_inverse():
    a, b, c = (axis_angle_to_quat_wxyz(vectors()) for _ in range(3))
    one = torch.tensor([1.0, 0, 0, 0], dtype=DOUBLE).expand_as(a)
    inverse = a * torch.tensor([1.0, -1, -1, -1], dtype=DOUBLE)
    torch.testing.assert_close(quat_multiply(quat_multiply(a, b), c), quat_multiply(a, quat_multiply(b, c)))
    torch.testing.assert_close(quat_multiply(one, a), a)
    torch.testing.assert_close(quat_multiply(a, inverse), one)
    torch.testing.assert_close(
        quat_wxyz_to_matrix(quat_multiply(a, b)), quat_wxyz_to_matrix(a) @ quat_wxyz_to_matrix(b), atol=1e-12, rtol=0
    )


def test_round_trips():
    axis_angle = vectors()
    torch.testing.assert_close(quat_wxyz_to_axis_angle(axis_angle_to_quat_wxyz(axis_angle)), axis_angle)
    torch.testing.assert_close(matrix_to_axis_angle(axis_angle_to_matrix(axis_angle)), axis_angle, atol=1e-9, rtol=0)


def test_half_turns_survive_the_matrix():
    """At angle pi the naive formulas divide by zero; axis and minus axis are the same turn."""
    axis_angle = math.pi * torch.nn.functional.normalize(torch.randn(50, 3, dtype=DOUBLE), dim=-1)
    axis_angle = torch.cat([axis_angle, math.pi * torch.eye(3, dtype=DOUBLE)])
    back = matrix_to_axis_angle(axis_angle_to_matrix(axis_angle))
    torch.testing.assert_close(axis_angle_to_matrix(back), axis_angle_to_matrix(axis_angle), atol=1e-7, rtol=0)


def test_quarter_turn_by_hand():
    turned = axis_angle_to_matrix(torch.tensor([0.0, 0.0, math.pi / 2])) @ torch.tensor([1.0, 0.0, 0.0])
    torch.testing.assert_close(turned, torch.tensor([0.0, 1.0, 0.0]), atol=1e-6, rtol=0)


@pytest.mark.parametrize("function", [axis_angle_to_matrix, axis_angle_to_quat_wxyz])
@pytest.mark.parametrize("scale", [0.0, 1e-9, 1e-4, 1.0])
def test_gradients_everywhere(function, scale: float):
    axis_angle = (scale * torch.randn(4, 3, dtype=DOUBLE)).requires_grad_()
    assert torch.autograd.gradcheck(function, axis_angle)


def test_gradients_of_logarithms():
    near_and_far = vectors(8, 2.5)
    assert torch.autograd.gradcheck(
        lambda x: quat_wxyz_to_axis_angle(axis_angle_to_quat_wxyz(x)), near_and_far.requires_grad_()
    )
    matrix = axis_angle_to_matrix(vectors(8, 2.5)).requires_grad_()
    assert torch.autograd.gradcheck(matrix_to_quat_wxyz, matrix)
