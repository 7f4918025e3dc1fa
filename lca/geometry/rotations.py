"""Rotations: axis-angle vectors, 3x3 matrices, unit quaternions w x y z.

Every function is smooth (value and gradient finite) at the identity and works on any batch shape. Convention: active rotations
of column vectors, right-handed; `quat_multiply(a, b)` turns by `b` first.
"""

import torch
from jaxtyping import Float
from torch import Tensor

SMALL = 1e-8  # squared angle below which the series replaces sin(x) / x; its next term is under double precision


def axis_angle_to_quat_wxyz(axis_angle: Float[Tensor, "*batch 3"]) -> Float[Tensor, "*batch 4"]:
    """Exponential map: a vector along the axis, as long as the angle in radians, to a unit quaternion."""
    squared = (axis_angle * axis_angle).sum(-1, keepdim=True)
    near = squared < SMALL
    angle = torch.where(near, torch.ones_like(squared), squared).sqrt()
    sinc = torch.where(near, 0.5 - squared / 48, (angle / 2).sin() / angle)
    cosine = torch.where(near, 1 - squared / 8, (angle / 2).cos())
    return torch.cat([cosine, axis_angle * sinc], -1)


def quat_wxyz_to_matrix(quat_wxyz: Float[Tensor, "*batch 4"]) -> Float[Tensor, "*batch 3 3"]:
    """Any non-zero quaternion (it is normalised here) to a rotation matrix."""
    w, x, y, z = torch.nn.functional.normalize(quat_wxyz, dim=-1).unbind(-1)
    entries = [
        *(1 - 2 * (y * y + z * z), 2 * (x * y - w * z), 2 * (x * z + w * y)),
        *(2 * (x * y + w * z), 1 - 2 * (x * x + z * z), 2 * (y * z - w * x)),
        *(2 * (x * z - w * y), 2 * (y * z + w * x), 1 - 2 * (x * x + y * y)),
    ]
    return torch.stack(entries, -1).unflatten(-1, (3, 3))


def axis_angle_to_matrix(axis_angle: Float[Tensor, "*batch 3"]) -> Float[Tensor, "*batch 3 3"]:
    """Exponential map to a rotation matrix."""
    return quat_wxyz_to_matrix(axis_angle_to_quat_wxyz(axis_angle))


def matrix_to_quat_wxyz(matrix: Float[Tensor, "*batch 3 3"]) -> Float[Tensor, "*batch 4"]:
    """Rotation matrix to a unit quaternion with w >= 0.

    Of the four formulas (one per component) the one with the largest divisor is taken, as Shepperd (1978) does, so that no
    rotation is near a division by zero.
    """
    (a, b, c), (d, e, f), (g, h, i) = (row.unbind(-1) for row in matrix.unbind(-2))
    candidates = torch.stack(
        [
            torch.stack([1 + a + e + i, h - f, c - g, d - b], -1),
            torch.stack([h - f, 1 + a - e - i, b + d, c + g], -1),
            torch.stack([c - g, b + d, 1 - a + e - i, f + h], -1),
            torch.stack([d - b, c + g, f + h, 1 - a - e + i], -1),
        ],
        -2,
    )
    w, x, y, z = candidates.diagonal(dim1=-2, dim2=-1).unbind(-1)
    vector = torch.where(y > x, 2, 1)  # argmax, by comparisons: ten times faster
    vector = torch.where(z > torch.maximum(x, y), 3, vector)
    largest = torch.where(w >= torch.maximum(torch.maximum(x, y), z), 0, vector)
    index = largest[..., None, None].expand(*largest.shape, 1, 4)
    quat_wxyz = torch.nn.functional.normalize(candidates.gather(-2, index)[..., 0, :], dim=-1)
    return torch.where(quat_wxyz[..., :1] < 0, -quat_wxyz, quat_wxyz)


def quat_wxyz_to_axis_angle(quat_wxyz: Float[Tensor, "*batch 4"]) -> Float[Tensor, "*batch 3"]:
    """Logarithm of a unit quaternion: an axis-angle vector no longer than pi."""
    quat_wxyz = torch.where(quat_wxyz[..., :1] < 0, -quat_wxyz, quat_wxyz)
    cosine, vector = quat_wxyz[..., :1], quat_wxyz[..., 1:]
    squared = (vector * vector).sum(-1, keepdim=True)
    near = squared < SMALL
    sine = torch.where(near, torch.ones_like(squared), squared).sqrt()
    scale = torch.where(near, 2 + squared / 3, 2 * torch.atan2(sine, cosine) / sine)
    return vector * scale


def matrix_to_axis_angle(matrix: Float[Tensor, "*batch 3 3"]) -> Float[Tensor, "*batch 3"]:
    """Logarithm of a rotation matrix: an axis-angle vector no longer than pi."""
    return quat_wxyz_to_axis_angle(matrix_to_quat_wxyz(matrix))


def quat_multiply(first: Float[Tensor, "*#batch 4"], second: Float[Tensor, "*#batch 4"]) -> Float[Tensor, "*batch 4"]:
    """Hamilton product `first * second` of w x y z quaternions: `second` turns first."""
    a, b, c, d = first.unbind(-1)
    w, x, y, z = second.unbind(-1)
    product = [
        a * w - b * x - c * y - d * z,
        a * x + b * w + c * z - d * y,
        a * y - b * z + c * w + d * x,
        a * z + b * y - c * x + d * w,
    ]
    return torch.stack(product, -1)
