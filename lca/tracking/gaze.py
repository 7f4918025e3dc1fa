"""Where the eyes look, from the irises among a face's landmarks."""

import torch
from jaxtyping import Float
from torch import Tensor
from torch.nn import functional as F

from lca.tracking.face_landmarks import BROW, CHIN, LEFT_EYE, RIGHT_EYE

EYES = ((473, LEFT_EYE, 362), (468, RIGHT_EYE, 133))
"""Landmarks of the person's left and right eye: middle of the iris, outer corner, inner corner."""
WIDTH_OVER_RADIUS = 2.4
"""Width of an open eye over the radius at which its iris turns: 29 mm over 12 mm."""
REST = 0.055
"""How far the iris is above the line between the corners when the eye looks ahead, in widths of the eye."""
FARTHEST = (0.7, 0.5)
"""Radians, yaw and pitch beyond which nobody looks."""


def psi_of_irises(points: Float[Tensor, "478 3"]) -> Float[Tensor, "4"]:
    """Landmarks of a face -> psi, radians: both eyes look where they look on average, as one eye alone is read too badly.

    Convention: that of `lca.geometry.skinning.gaze`, left yaw, left pitch, right yaw, right pitch.
    """
    left_up_forward, upright = face_frame(points)
    offsets = torch.stack([_offset(upright, *eye) for eye in EYES]).mean(0) @ left_up_forward.mT
    across, above = offsets[0], offsets[1] - REST
    yaw, pitch = (
        (WIDTH_OVER_RADIUS * value).clamp(-0.99, 0.99).asin().clamp(-most, most)
        for value, most in zip((across, above), FARTHEST, strict=True)
    )
    return torch.stack([yaw, pitch, yaw, pitch])


def face_frame(points: Float[Tensor, "478 3"]) -> tuple[Float[Tensor, "3 3"], Float[Tensor, "478 3"]]:
    """Rows: the person's left, up, forward, of unit length; and the points in the same axes as these (y up, z to the camera)."""
    upright = points * torch.tensor([1.0, -1.0, -1.0])
    left = F.normalize(upright[LEFT_EYE] - upright[RIGHT_EYE], dim=0, eps=1e-6)
    up = upright[BROW] - upright[CHIN]
    up = F.normalize(up - (up @ left) * left, dim=0, eps=1e-6)
    return torch.stack([left, up, torch.linalg.cross(left, up)]), upright


def _offset(points: Float[Tensor, "478 3"], iris: int, outer: int, inner: int) -> Float[Tensor, "3"]:
    """From the middle between an eye's corners to its iris, in widths of the eye."""
    return (points[iris] - (points[outer] + points[inner]) / 2) / (points[outer] - points[inner]).norm().clamp(min=1e-6)
