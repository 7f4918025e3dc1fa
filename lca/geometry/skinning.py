"""Linear blend skinning: how 55 joint rotations move points, and Gaussians, of the rest pose.

Joint order is SMPL-X's: 0 pelvis, 1-21 body, 22 jaw, 23 / 24 left / right eye, 25-39 left hand, 40-54 right hand. Every function
is differentiable; leading batch axes broadcast.

Convention: a joint's axis-angle turns its bone in the frame of its parent; in the T-pose every frame is the world's (x to the
person's left, y up, z forward). So, with a > 0 in radians:

    lower the left / right arm from the T-pose      shoulder  (0, 0, -a) / (0, 0, +a)
    swing the left / right arm forward              shoulder  (0, -a, 0) / (0, +a, 0)
    bend the left / right elbow (forearm forward)   elbow     (0, -a, 0) / (0, +a, 0)
    curl the left / right index, middle, ring,
    pinky towards the palm (palms face down)        finger    (0, 0, -a) / (0, 0, +a)
    raise a leg forward, bend a knee                hip       (-a, 0, 0),  knee  (+a, 0, 0)
    lean forward, nod                               spine, neck, head  (+a, 0, 0)
    turn to the person's left                       spine, neck, head, pelvis  (0, +a, 0)
    point a toe down                                ankle     (+a, 0, 0)
"""

from functools import lru_cache

import torch
from einops import rearrange
from jaxtyping import Float, Int
from torch import Tensor

from lca.geometry.gaussians import Gaussians
from lca.geometry.rotations import (
    axis_angle_to_matrix,
    axis_angle_to_quat_wxyz,
    matrix_to_quat_wxyz,
    quat_multiply,
    quat_wxyz_to_axis_angle,
)

JOINTS = 55


def gaze(psi: Float[Tensor, "*batch 4"]) -> Float[Tensor, "*batch 2 3"]:
    """Axis-angle of (left, right) eye from yaw towards the person's left and pitch up: pitch first, then yaw."""
    yaw, pitch = rearrange(psi, "... (eye angle) -> angle ... eye", angle=2)
    zero = torch.zeros_like(yaw)
    turn = axis_angle_to_quat_wxyz(torch.stack([zero, yaw, zero], -1))
    lift = axis_angle_to_quat_wxyz(torch.stack([-pitch, zero, zero], -1))
    return quat_wxyz_to_axis_angle(quat_multiply(turn, lift))


def full_pose(
    theta: Float[Tensor, "*batch 156"],
    psi: Float[Tensor, "*batch 4"] | None = None,
    jaw: Float[Tensor, "*batch 3"] | None = None,
) -> Float[Tensor, "*batch 55 3"]:
    """Axis-angle of all joints; without `psi` the eyes look ahead, without `jaw` the jaw rests (actions open it)."""
    joints = rearrange(theta, "... (joint xyz) -> ... joint xyz", xyz=3)
    jaw = torch.zeros_like(joints[..., 0, :]) if jaw is None else jaw
    eyes = torch.zeros_like(joints[..., :2, :]) if psi is None else gaze(psi)
    return torch.cat([joints[..., :22, :], jaw[..., None, :], eyes, joints[..., 22:, :]], -2)


@lru_cache
def levels_of(parents: tuple[int, ...]) -> tuple[tuple[tuple[tuple[int, int, int], ...], ...], tuple[int, ...]]:
    """Depth by depth: (joint, its parent, the parent's place in the level above); and where each joint ends up."""
    levels, above, order = [], [0], [0]
    while len(order) < len(parents):
        here = [joint for joint, parent in enumerate(parents) if parent in above]
        levels.append(tuple((joint, parents[joint], above.index(parents[joint])) for joint in here))
        order += here
        above = here
    return tuple(levels), tuple(order.index(joint) for joint in range(len(parents)))


def joint_transforms(
    pose: Float[Tensor, "*#batch 55 3"],
    joints: Float[Tensor, "*#batch 55 3"],
    parents: tuple[int, ...],
    translation: Float[Tensor, "*#batch 3"] | None = None,
) -> Float[Tensor, "*batch 55 4 4"]:
    """`posed_from_rest` of every joint: rotate about `joints` (rest, metres) along the chain, then move by `translation`."""
    pose, joints = torch.broadcast_tensors(pose, joints)
    levels, order = levels_of(parents)
    local = axis_angle_to_matrix(pose)
    rotation, position = local[..., :1, :, :], joints[..., :1, :]
    rotations, positions = [rotation], [position]
    for level in levels:  # all joints of one depth at once
        children, above, slots = (list(column) for column in zip(*level, strict=True))
        bone = joints[..., children, :] - joints[..., above, :]
        position = position[..., slots, :] + (rotation[..., slots, :, :] @ bone[..., None])[..., 0]
        rotation = rotation[..., slots, :, :] @ local[..., children, :, :]
        rotations.append(rotation)
        positions.append(position)
    rotation = torch.cat(rotations, -3)[..., list(order), :, :]
    position = torch.cat(positions, -2)[..., list(order), :]
    offset = position - (rotation @ joints[..., None])[..., 0]
    if translation is not None:
        offset = offset + translation[..., None, :]
    affine = torch.cat([rotation.expand(*offset.shape, 3), offset[..., None]], -1)
    bottom = torch.tensor([0.0, 0.0, 0.0, 1.0]).to(affine).expand(*affine.shape[:-2], 1, 4)
    return torch.cat([affine, bottom], -2)


def skin_points(
    points: Float[Tensor, "*#batch points 3"],
    transforms: Float[Tensor, "*#batch joints 4 4"],
    indices: Int[Tensor, "*#batch points influences"],
    weights: Float[Tensor, "*#batch points influences"],
) -> Float[Tensor, "*batch points 3"]:
    """Linear blend skinning of rest points (metres) by `posed_from_rest` of the joints that `indices` name.

    All batch axes broadcast: one body in many poses, or weights of one person each. Differentiable in everything but the
    indices.

    Raises:
        UserError: the sizes differ, or an index names no joint.
    """
    if _fusable(points, transforms, weights):
        from lca.geometry.skinning_cpu import skin_fused

        return skin_fused(points, points.new_empty(0, 0), transforms, indices, weights)[0]
    return skin_points_plain(points, transforms, indices, weights)


def skin_gaussians(
    gaussians: Gaussians,
    transforms: Float[Tensor, "*#batch joints 4 4"],
    indices: Int[Tensor, "*#batch gaussians influences"],
    weights: Float[Tensor, "*#batch gaussians influences"],
) -> Gaussians:
    """Pose a canonical set: means as `skin_points`, orientations by the nearest rotation of the blend; the rest stays."""
    if _fusable(gaussians.means, gaussians.quats_wxyz, transforms, weights):
        from lca.geometry.skinning_cpu import skin_fused

        return _posed(gaussians, *skin_fused(gaussians.means, gaussians.quats_wxyz, transforms, indices, weights))
    return skin_gaussians_plain(gaussians, transforms, indices, weights)


def _fusable(*tensors: Tensor) -> bool:
    return all(x.device.type == "cpu" and x.dtype == torch.float32 for x in tensors)


def _posed(gaussians: Gaussians, means: Tensor, quats_wxyz: Tensor) -> Gaussians:
    """Posed Gaussians from what skinning changes."""
    return Gaussians(
        means,
        quats_wxyz,
        gaussians.scales.expand_as(means),
        gaussians.opacities.expand(means.shape[:-1]),
        gaussians.colors.expand(*means.shape[:-1], gaussians.colors.shape[-1]),
    )


def skin_points_plain(points: Tensor, transforms: Tensor, indices: Tensor, weights: Tensor) -> Tensor:
    """The twin of `skin_points` in plain torch: any device, any precision, and the oracle of the kernel."""
    return skin(points, blend(transforms, indices, weights))


def skin_gaussians_plain(gaussians: Gaussians, transforms: Tensor, indices: Tensor, weights: Tensor) -> Gaussians:
    """The twin of `skin_gaussians`."""
    blended = blend(transforms, indices, weights)
    turn = matrix_to_quat_wxyz(nearest_rotation(blended[..., :3]))
    return _posed(gaussians, skin(gaussians.means, blended), quat_multiply(turn, gaussians.quats_wxyz))


def blend(
    transforms: Float[Tensor, "*#batch joints 4 4"],
    indices: Int[Tensor, "*#batch points influences"],
    weights: Float[Tensor, "*#batch points influences"],
) -> Float[Tensor, "*batch points 3 4"]:
    """One affine transform a point: the weighted mean of those of the joints that hold it."""
    flat = rearrange(transforms[..., :3, :], "... joint row column -> ... joint (row column)")
    indices, weights = torch.broadcast_tensors(indices.long(), weights)
    dense = weights.new_zeros(*weights.shape[:-1], flat.shape[-2]).scatter_add(-1, indices, weights)
    return rearrange(dense @ flat, "... point (row column) -> ... point row column", row=3)


def skin(
    points: Float[Tensor, "*#batch points 3"], blended: Float[Tensor, "*#batch points 3 4"]
) -> Float[Tensor, "*batch points 3"]:
    """Move rest points (metres) by transforms of their own."""
    return (blended[..., :3] * points[..., None, :]).sum(-1) + blended[..., 3]


def nearest_rotation(matrix: Float[Tensor, "*batch 3 3"]) -> Float[Tensor, "*batch 3 3"]:
    """Polar factor of a blend of rotations: two Newton steps M <- (M + M^-T) / 2 (Higham 1986), smooth and without an SVD."""
    for _ in range(2):
        a, b, c = matrix.unbind(-2)
        cofactors = torch.stack([torch.linalg.cross(b, c), torch.linalg.cross(c, a), torch.linalg.cross(a, b)], -2)
        determinant = (a * cofactors[..., 0, :]).sum(-1)[..., None, None]
        matrix = (matrix + cofactors / determinant) / 2
    return matrix
