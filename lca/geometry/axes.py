"""Worlds with other axes: which way is up, and how their motions stand in ours (y up, see `lca.geometry`)."""

import torch
from jaxtyping import Float
from torch import Tensor

from lca.geometry.rotations import axis_angle_to_matrix, matrix_to_axis_angle

UPRIGHT: dict[str, tuple[tuple[int, int, int], ...]] = {
    "y": ((1, 0, 0), (0, 1, 0), (0, 0, 1)),
    "z": ((1, 0, 0), (0, 0, 1), (0, -1, 0)),
    "-y": ((1, 0, 0), (0, -1, 0), (0, 0, -1)),
    "-z": ((1, 0, 0), (0, 0, -1), (0, 1, 0)),
}
"""Axis that points up in the other world -> rows of the rotation into ours; x stays. "-y" is an OpenCV camera's frame."""


def upright(up: str) -> Float[Tensor, "3 3"]:
    """The rotation (double precision) from a world whose `up` axis is a key of UPRIGHT to ours."""
    return torch.tensor(UPRIGHT[up], dtype=torch.float64)


def stand_up(
    root: Float[Tensor, "frames 3"], translation: Float[Tensor, "frames 3"], pelvis: Float[Tensor, "3"], up: str
) -> tuple[Float[Tensor, "frames 3"], Float[Tensor, "frames 3"]]:
    """Root (axis-angle) and translation (metres) of a person, from a world whose axis `up` points up to ours.

    A body turns about its `pelvis` (where it rests, metres), so the pelvis takes part in the change of the translation.
    """
    if up == "y":
        return root, translation
    return turned(root, translation, pelvis, upright(up).to(root))


def turned(
    root: Float[Tensor, "frames 3"],
    translation: Float[Tensor, "frames 3"],
    pelvis: Float[Tensor, "3"],
    turn: Float[Tensor, "3 3"],
) -> tuple[Float[Tensor, "frames 3"], Float[Tensor, "frames 3"]]:
    """The same in a world that `turn` carries theirs into."""
    return matrix_to_axis_angle(turn @ axis_angle_to_matrix(root)), (translation + pelvis) @ turn.T - pelvis
