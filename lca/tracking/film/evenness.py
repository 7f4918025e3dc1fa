"""Costs over time: people move evenly, and a foot either swings or stands still.

Both are robust (Cauchy's, as `lca.tracking.residuals`): a sudden movement is rare, not forbidden. Unknowns of a frame are
those of `PhotoPose.moved`: root, body, hands, translation.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Float
from numpy import ndarray

from lca.geometry.joint_names import JOINTS
from lca.geometry.rotations import matrix_to_axis_angle
from lca.tracking.film.series import STENCIL, second_difference_bands
from lca.tracking.kinematics import Posture, chains_of
from lca.tracking.posture import BODY, PhotoPose, cross_matrices

FEET = tuple(JOINTS.index(f"{side}_{part}") for side in ("left", "right") for part in ("ankle", "foot"))
"""Joints that stand still while a foot carries."""
QUICK = {"shoulder": 10.0, "elbow": 12.0, "wrist": 12.0, "hip": 10.0, "knee": 14.0, "ankle": 10.0, "head": 6.0}
"""rad/s^2: how fast joints change their speed, about twice what the motion library does; others of the body are `SLOW`."""
SLOW, FINGERS, PLACE = 4.0, 60.0, 3.0
"""rad/s^2 of trunk and root; units of `PosePrior`'s hand components a s^2; m/s^2 of the translation."""
HELD = 1e12
"""Stiffness of what is not to move."""
STANDING = 0.08
"""m/s: the speed at which a foot has lost half of its hold."""


@dataclass(frozen=True)
class Evenness:
    """How much the costs count, each as one observation a group and frame."""

    even: float = 8.0
    stand: float = 1.0


class Band:
    """A Gauss-Newton model of frames of `unknowns` each, of which only neighbours and next but one meet: gradient, and the lower
    half of the hessian in LAPACK's band storage (row: distance from the diagonal)."""

    def __init__(self, frames: int, unknowns: int):
        self.unknowns = unknowns
        self.gradient = np.zeros((frames, unknowns))
        self.lower = np.zeros((2 * unknowns + 1, frames * unknowns))

    def add_block(self, row: int, column: int, block: Float[ndarray, "unknowns unknowns"]) -> None:
        """Add to the coupling of frame `row` with frame `column` <= row."""
        count, start = self.unknowns, column * self.unknowns
        for b in range(count):
            first = b if row == column else 0
            down = (row - column) * count + first - b
            self.lower[down : down + count - first, start + b] += block[first:, b]

    def add_diagonal(self, apart: int, values: Float[ndarray, "pairs unknowns"]) -> None:
        """Couple each unknown of frame k + apart with the same of frame k, for all k."""
        self.lower[apart * self.unknowns, : values.size] += values.reshape(-1)

    def hold(self, frames: int) -> None:
        """Let the first frames stay as they are."""
        self.gradient[:frames] = 0
        self.lower[0, : frames * self.unknowns] += HELD


def scales(fps: float, hands: int) -> tuple[Float[ndarray, " unknowns"], list[slice]]:
    """Of each unknown the change of speed from frame to frame that is usual, and which unknowns are judged together."""
    quick = [next((v for part, v in QUICK.items() if part in JOINTS[1 + j]), SLOW) for j in range(BODY)]
    values = np.repeat([SLOW, *quick], 3)
    usual = np.concatenate([values, np.full(2 * hands, FINGERS), np.full(3, PLACE)]) / fps**2
    starts = [3 * k for k in range(1 + BODY)] + [3 * (1 + BODY) + k * hands for k in range(3)]
    return usual, [slice(a, b) for a, b in zip(starts, [*starts[1:], len(usual)], strict=True)]


def changes_of_speed(poses: Sequence[PhotoPose]) -> Float[ndarray, "triples unknowns"]:
    """Second differences of all unknowns; of the root, differences of its turns from frame to frame."""
    roots = np.stack([pose.root for pose in poses])
    turns = matrix_to_axis_angle(torch.from_numpy(roots[1:] @ roots[:-1].swapaxes(1, 2))).numpy()
    flat = np.stack([np.concatenate([p.body.reshape(-1), p.hands.reshape(-1), p.translation]) for p in poses])
    return np.concatenate([np.diff(turns, axis=0), np.diff(flat, 2, axis=0)], 1)


def uneven(poses: Sequence[PhotoPose], fps: float, weight: float, band: Band | None = None) -> float:
    """Cost of uneven movement, added to `band` if there is one."""
    if len(poses) < 3:
        return 0.0
    change = changes_of_speed(poses)
    usual, groups = scales(fps, poses[0].hands.shape[1])
    per = np.empty_like(change)
    value = 0.0
    for group in groups:
        squared = ((change[:, group] / usual[group]) ** 2).mean(1)
        value += 0.5 * weight * float(np.log1p(squared).sum())
        size = group.stop - group.start
        per[:, group] = weight / (1 + squared)[:, None] / usual[group] ** 2 / size
    if band is not None:
        for i, a in enumerate(STENCIL):
            band.gradient[i : i + len(change)] += a * per * change
        for apart, values in enumerate(second_difference_bands(per)):
            band.add_diagonal(apart, values)
    return value


def sliding(postures: Sequence[Posture], fps: float, weight: float, band: Band | None = None) -> float:
    """Cost of feet that move a little, added to `band` if there is one."""
    places = np.stack([posture.places[list(FEET)] for posture in postures])
    step = np.diff(places, axis=0)
    scale = STANDING / fps
    squared = ((step / scale) ** 2).sum(-1)
    per = weight / (1 + squared) / scale**2
    if band is not None:
        moves = [moved_by(posture) for posture in postures]
        for k in range(len(step)):
            now, later, held = moves[k], moves[k + 1], per[k][:, None, None]
            pull = per[k][:, None] * step[k]
            band.gradient[k] -= np.einsum("fi,fiu->u", pull, now)
            band.gradient[k + 1] += np.einsum("fi,fiu->u", pull, later)
            band.add_block(k, k, np.einsum("fiu,fiv->uv", held * now, now))
            band.add_block(k + 1, k + 1, np.einsum("fiu,fiv->uv", held * later, later))
            band.add_block(k + 1, k, -np.einsum("fiu,fiv->uv", held * later, now))
    return 0.5 * weight * float(np.log1p(squared).sum())


def moved_by(posture: Posture) -> Float[ndarray, "feet 3 unknowns"]:
    """How the places of the feet depend on the unknowns of the pose and the translation."""
    chains, out = chains_of(posture.parents), np.zeros((len(FEET), 3, posture.columns + 3))
    for row, foot in enumerate(FEET):
        above = [joint for joint in chains[foot] if joint >= 0 and posture.used[joint]]
        arms = cross_matrices(posture.places[foot] - posture.places[above])
        for joint, arm in zip(above, arms, strict=True):
            first, used = posture.first[joint], posture.used[joint]
            out[row, :, first : first + used] = -arm @ posture.levers[joint, :, :used]
        out[row, :, posture.columns :] = np.eye(3)
    return out
