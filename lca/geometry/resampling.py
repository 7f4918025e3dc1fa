"""A motion at another frame rate."""

import math
from dataclasses import replace

import torch
from einops import rearrange
from jaxtyping import Float
from torch import Tensor

from lca.geometry.motion import Motion
from lca.geometry.rotations import axis_angle_to_quat_wxyz, quat_wxyz_to_axis_angle

STRAIGHT = 1e-4
"""Sine of the angle below which the arc between two quaternions is its chord, to rounding."""
SAME = 5e-4
"""Rates that differ by less are one rate: files round their frame time."""
SLACK = 1e-3
"""By how much of a step the last instant may lie behind the last frame, for the same reason."""


def slerp(
    first: Float[Tensor, "*#batch 4"], second: Float[Tensor, "*#batch 4"], fraction: Float[Tensor, "*#batch 1"]
) -> Float[Tensor, "*batch 4"]:
    """Unit quaternions on the shorter arc from `first` (fraction 0) to `second` (1), at constant speed."""
    cosine = (first * second).sum(-1, keepdim=True)
    second = torch.where(cosine < 0, -second, second)
    angle = cosine.abs().clamp(max=1).acos()
    straight = angle.sin() < STRAIGHT
    sine = torch.where(straight, torch.ones_like(angle), angle.sin())
    before = torch.where(straight, 1 - fraction, ((1 - fraction) * angle).sin() / sine)
    after = torch.where(straight, fraction, (fraction * angle).sin() / sine)
    return torch.nn.functional.normalize(before * first + after * second, dim=-1)


def between(
    values: Float[Tensor, "frames channels"], position: Float[Tensor, " new_frames"]
) -> Float[Tensor, "new_frames channels"]:
    """Values at fractional frame numbers, linear from frame to frame."""
    low, high, fraction = neighbours(len(values), position)
    fraction = fraction.to(values)
    return (1 - fraction) * values[low] + fraction * values[high]


def resampled(motion: Motion, fps: float) -> Motion:
    """The same movement at `fps` frames per second, from its first frame to at most its last.

    Joints turn at constant speed along the shorter arc (quaternion slerp); translation, actions and gaze change linearly.
    Nothing is smoothed: a lower rate picks instants. At the motion's own rate nothing changes.
    """
    if abs(motion.fps / fps - 1) < SAME:
        return replace(motion, fps=fps)
    position = positions(len(motion), motion.fps, fps)
    low, high, fraction = neighbours(len(motion), position)
    quats = axis_angle_to_quat_wxyz(rearrange(motion.theta, "frame (joint xyz) -> frame joint xyz", xyz=3))
    turned = slerp(quats[low], quats[high], fraction[:, None].to(quats))
    return Motion(
        rearrange(quat_wxyz_to_axis_angle(turned), "frame joint xyz -> frame (joint xyz)"),
        between(motion.translation, position),
        between(motion.actions, position),
        between(motion.psi, position),
        fps,
    )


def positions(frames: int, own_fps: float, fps: float) -> Float[Tensor, " new_frames"]:
    """Frame numbers, in double precision, of the instants k / fps within `frames` frames at `own_fps`."""
    step = 1.0 if abs(own_fps / fps - 1) < SAME else own_fps / fps
    count = math.floor((frames - 1) / step + SLACK) + 1
    return (torch.arange(count, dtype=torch.float64) * step).clamp(max=frames - 1)


def neighbours(frames: int, position: Float[Tensor, " new_frames"]) -> tuple[Tensor, Tensor, Tensor]:
    """The frames before and after each position, and the way from one to the other as a column in [0, 1]."""
    low = position.floor().long()
    return low, (low + 1).clamp(max=frames - 1), (position - low)[:, None]
