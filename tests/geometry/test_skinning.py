"""Skinning: against matrices multiplied by hand, gradients in double precision, Gaussians that turn with their points."""

import pytest
import torch

from lca.geometry.body_file import load_body
from lca.geometry.gaussians import Gaussians
from lca.geometry.rotations import axis_angle_to_matrix, matrix_to_quat_wxyz, quat_wxyz_to_matrix
from lca.geometry.skinning import (
    full_pose,
    gaze,
    joint_transforms,
    nearest_rotation,
    skin_gaussians,
    skin_gaussians_plain,
    skin_points,
    skin_points_plain,
)

DOUBLE = torch.float64


def chain(pose: torch.Tensor, joints: torch.Tensor, parents: tuple[int, ...], joint: int) -> torch.Tensor:
    """4x4 of one joint, the textbook way: product of `translate(joint) rotate translate(-joint)` from the root."""
    matrix = torch.eye(4, dtype=pose.dtype)
    matrix[:3, :3] = axis_angle_to_matrix(pose[joint])
    matrix[:3, 3] = joints[joint] - matrix[:3, :3] @ joints[joint]
    return matrix if parents[joint] < 0 else chain(pose, joints, parents, parents[joint]) @ matrix


def rigid(rotation: torch.Tensor, offset: torch.Tensor) -> torch.Tensor:
    """4 x 4 of a rotation and an offset; batch axes broadcast."""
    offset = offset.expand(*rotation.shape[:-2], 3)
    top = torch.cat([rotation, offset[..., None]], -1)
    return torch.cat([top, torch.tensor([0.0, 0.0, 0.0, 1.0]).to(top).expand(*top.shape[:-2], 1, 4)], -2)


def test_transforms_are_the_product_along_the_chain():
    body = load_body()
    pose, joints = 0.7 * torch.randn(55, 3, dtype=DOUBLE), body.joint_template.double()
    transforms = joint_transforms(pose, joints, body.parents)
    for joint in range(55):
        torch.testing.assert_close(transforms[joint], chain(pose, joints, body.parents, joint))


def test_translation_moves_everything_and_rest_pose_nothing():
    body = load_body()
    move = torch.tensor([0.3, -0.2, 1.0])
    transforms = joint_transforms(torch.zeros(55, 3), body.joint_template, body.parents, move)
    torch.testing.assert_close(transforms[:, :3, :3], torch.eye(3).expand(55, 3, 3))
    torch.testing.assert_close(transforms[:, :3, 3], move.expand(55, 3), atol=1e-6, rtol=0)


@pytest.mark.parametrize("skin", [skin_points, skin_points_plain])
def test_points_against_a_loop(skin):
    transforms, points = torch.randn(5, 4, 4), torch.randn(7, 3)
    indices = torch.tensor([[i % 5, (i + 2) % 5] for i in range(7)])
    weights = torch.tensor([[0.25, 0.75]]).repeat(7, 1)
    moved = skin(points, transforms, indices, weights)
    for i in range(7):
        first, second = transforms[indices[i], :3]
        matrix = 0.25 * first + 0.75 * second
        torch.testing.assert_close(moved[i], matrix @ torch.cat([points[i], torch.ones(1)]))


def test_batches_broadcast():
    body = load_body()
    pose = 0.5 * torch.randn(2, 3, 55, 3)
    transforms = joint_transforms(pose, body.joint_template, body.parents)
    one = joint_transforms(pose[1, 2], body.joint_template, body.parents)
    for skin in (skin_points, skin_points_plain):
        posed = skin(body.template, transforms, body.skin_indices, body.skin_weights)
        assert posed.shape == (2, 3, len(body.template), 3)
        alone = skin(body.template, one, body.skin_indices, body.skin_weights)
        torch.testing.assert_close(posed[1, 2], alone, atol=1e-5, rtol=0)


def test_gradients_in_double_precision():
    body = load_body().to(DOUBLE)
    some = torch.arange(0, len(body.template), 2000)
    theta = (0.3 * torch.randn(156, dtype=DOUBLE)).requires_grad_()
    psi = (0.2 * torch.randn(4, dtype=DOUBLE)).requires_grad_()
    move = torch.randn(3, dtype=DOUBLE).requires_grad_()
    weights = body.skin_weights[some].requires_grad_()
    points, joints = body.template[some].requires_grad_(), body.joint_template.requires_grad_()

    def posed(theta, psi, move, joints, points, weights):
        transforms = joint_transforms(full_pose(theta, psi), joints, body.parents, move)
        return skin_points(points, transforms, body.skin_indices[some], weights)

    assert torch.autograd.gradcheck(posed, (theta, psi, move, joints, points, weights))


def test_gradients_at_the_rest_pose():
    body = load_body().to(DOUBLE)
    theta, psi = torch.zeros(156, dtype=DOUBLE, requires_grad=True), torch.zeros(4, dtype=DOUBLE, requires_grad=True)
    assert torch.autograd.gradcheck(
        lambda t, p: joint_transforms(full_pose(t, p), body.joint_template, body.parents)[[15, 23, 28]], (theta, psi)
    )


def test_gradients_of_gaussians_whose_weights_are_their_own():
    """Two people in two poses; means, quaternions, transforms and weights."""
    turns = axis_angle_to_matrix(0.4 * torch.randn(2, 2, 3, 3, dtype=DOUBLE))
    transforms = rigid(turns, torch.randn(2, 2, 3, 3, dtype=DOUBLE))
    indices, weights = torch.randint(0, 3, (2, 1, 2, 3)), torch.rand(2, 1, 2, 3, dtype=DOUBLE)
    means, quats = torch.randn(2, 1, 2, 3, dtype=DOUBLE), torch.randn(2, 1, 2, 4, dtype=DOUBLE)
    leaves = [x.requires_grad_() for x in (means, quats, transforms, weights / weights.sum(-1, keepdim=True))]

    def posed(means, quats, transforms, weights):
        rest = torch.ones_like(means), torch.ones_like(means[..., 0]), torch.ones_like(means)
        out = skin_gaussians(Gaussians(means, quats, *rest), transforms, indices, weights)
        return out.means, out.quats_wxyz

    assert torch.autograd.gradcheck(posed, leaves)


@pytest.mark.parametrize(("index", "eye"), [(0, 0), (2, 1)])
def test_gaze_signs(index: int, eye: int):
    """Yaw towards the person's left is +x, pitch up is +y; the other eye keeps looking ahead."""
    psi = torch.zeros(4)
    psi[index], psi[index + 1] = 0.4, 0.2
    ahead = torch.tensor([0.0, 0.0, 1.0])
    looks = axis_angle_to_matrix(gaze(psi)) @ ahead
    cosine = torch.cos(torch.tensor(0.2))
    expected = torch.stack(
        [torch.sin(torch.tensor(0.4)) * cosine, torch.sin(torch.tensor(0.2)), torch.cos(torch.tensor(0.4)) * cosine]
    )
    torch.testing.assert_close(looks[eye], expected)
    torch.testing.assert_close(looks[1 - eye], ahead)


def test_nearest_rotation_is_the_polar_factor():
    near = 0.5 * (axis_angle_to_matrix(0.7 * torch.randn(50, 3)) + axis_angle_to_matrix(0.4 * torch.randn(50, 3)))
    near = near[torch.linalg.svdvals(near)[:, -1] > 0.8]
    u, _, v = torch.linalg.svd(near)
    assert len(near) > 20
    torch.testing.assert_close(nearest_rotation(near), u @ v, atol=1e-3, rtol=0)


@pytest.mark.parametrize("skin", [skin_gaussians, skin_gaussians_plain])
def test_gaussians_turn_with_their_points(skin):
    """Under one rigid motion the covariance is R S R^T and the mean moves along."""
    count = 6
    quats = torch.nn.functional.normalize(torch.randn(count, 4), dim=-1)
    cloud = Gaussians(torch.randn(count, 3), quats, torch.rand(count, 3), torch.rand(count), torch.rand(count, 3))
    turn = axis_angle_to_matrix(torch.tensor([0.3, -0.8, 0.5]))
    motion = rigid(turn, torch.tensor([0.1, 0.2, 0.3])).expand(2, 1, 4, 4)
    posed = skin(cloud, motion, torch.zeros(count, 1, dtype=torch.int64), torch.ones(count, 1))
    torch.testing.assert_close(posed.means[1], cloud.means @ turn.T + torch.tensor([0.1, 0.2, 0.3]))

    def covariance(gaussians: Gaussians) -> torch.Tensor:
        axes = quat_wxyz_to_matrix(gaussians.quats_wxyz) * gaussians.scales[..., None, :]
        return axes @ axes.mT

    torch.testing.assert_close(covariance(posed)[0], turn @ covariance(cloud) @ turn.T, atol=1e-5, rtol=0)
    assert posed.opacities.shape == (2, count) and posed.colors.shape == (2, count, 3)


def test_rest_pose_returns_the_canonical_gaussians():
    body = load_body()
    count = len(body.template)
    quats = matrix_to_quat_wxyz(axis_angle_to_matrix(torch.randn(count, 3)))
    cloud = Gaussians(body.template, quats, torch.rand(count, 3), torch.rand(count), torch.rand(count, 3))
    transforms = joint_transforms(torch.zeros(55, 3), body.joint_template, body.parents)
    posed = skin_gaussians(cloud, transforms, body.skin_indices, body.skin_weights)
    for ours, theirs in zip(posed.tensors(), cloud.tensors(), strict=True):
        torch.testing.assert_close(ours, theirs, atol=1e-5, rtol=0)
