"""The numbers of a capture: shape, unit and range of each column, checked in this one place.

`lca.data.sample.Capture` checks every capture that enters training here, whatever dataset it comes from; `lca world verify`
checks every row of a folder. Axes and frames are those of `lca.geometry`.
"""

import math
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float
from numpy import ndarray

from lca.errors import UserError
from lca.formats.captures import RADIANCE_LIGHTS

SLACK = 1e-4
"""By how much single precision may leave a range."""
RIGID = 1e-3
"""Largest error of a rotation matrix's R R^T - 1."""


@dataclass(frozen=True)
class Numbers:
    """One column: what it holds of each frame (of the capture if not `per_frame`), its unit, least and largest value.

    Real captures lack what `may_be_unknown`: such a column is NaN throughout.
    """

    shape: tuple[int, ...]
    unit: str
    low: float
    high: float
    per_frame: bool = True
    may_be_unknown: bool = False


POSE = Numbers((156,), "radians", -4 * math.pi, 4 * math.pi)
PLACE = Numbers((3,), "metres", -1e3, 1e3)
VIEW = Numbers((4, 4), "metres", -1e3, 1e3)
LENS = Numbers((3, 3), "pixels", -1e6, 1e6)
BOX = Numbers((4,), "pixels", -1e6, 1e6)
SHAPE = Numbers((100,), "standard deviations", -50.0, 50.0, per_frame=False)
COLUMNS = {
    "betas": SHAPE,
    "tracked_betas": SHAPE,
    "camera_from_world": VIEW,
    "tracked_camera_from_world": VIEW,
    "intrinsics": LENS,
    "face_intrinsics": LENS,
    "theta": POSE,
    "tracked_theta": POSE,
    "translation": PLACE,
    "tracked_translation": PLACE,
    "actions": Numbers((52,), "share", 0.0, 1.0, may_be_unknown=True),
    "psi": Numbers((4,), "radians", -math.pi / 2, math.pi / 2),
    "body_box": BOX,
    "face_box": BOX,
    "radiance": Numbers((RADIANCE_LIGHTS, 3), "linear RGB", 0.0, 1e6, may_be_unknown=True),
    "time": Numbers((), "seconds", 0.0, 1e6),
    "tracked_confidence": Numbers((), "share", 0.0, 1.0),
    "lamp_direction": Numbers((3,), "unit vector", -1.0, 1.0),
    "lamp_colour": Numbers((3,), "linear RGB", 0.0, 1e6),
}
CIRCUMSTANCES = ("time", "tracked_confidence", "lamp_direction", "lamp_colour")
"""Columns that only the world knows: `lca.data.circumstances` has them."""
CAPTURE_COLUMNS = tuple(name for name in COLUMNS if name not in CIRCUMSTANCES)


def fault(name: str, values: Float[ndarray, "..."], frames: int) -> str | None:
    """What is wrong with a column of a capture of `frames` frames, in words; None if nothing is."""
    column = COLUMNS[name]
    shape = (frames, *column.shape) if column.per_frame else column.shape
    if values.shape != shape:
        return f"expected {name} of shape {shape}, got {values.shape}"
    low, high = values.min(), values.max()
    if column.may_be_unknown and np.isnan(low) and np.isnan(values).all():
        return None
    if not (low >= column.low - SLACK and high <= column.high + SLACK):  # NaN fails both
        return (
            f"expected {name} from {column.low:g} to {column.high:g} {column.unit}, "
            f"got {'NaN' if np.isnan(low) else f'{low:g} to {high:g}'}"
        )
    if column is VIEW and not rigid(values):
        return (
            f"expected {name} of rigid 4 x 4 matrices, got a rotation that stretches or another last row than 0 0 0 1"
        )
    if column is LENS and not pinhole(values):
        return f"expected {name} [[f, s, x], [0, f, y], [0, 0, 1]] with positive focal lengths, got something else"
    if column is BOX and (values[:, 2:] < values[:, :2]).any():
        return f"expected {name} x0 y0 x1 y1 with x0 <= x1 and y0 <= y1, got them the other way round"
    return None


def rigid(matrices: Float[ndarray, "frames 4 4"]) -> bool:
    """Whether all of them are a rotation and a translation."""
    turn = matrices[:, :3, :3]
    error = np.abs(turn @ turn.transpose(0, 2, 1) - np.eye(3, dtype=turn.dtype)).max()
    return bool(error < RIGID and (matrices[:, 3] == (0, 0, 0, 1)).all() and (np.linalg.det(turn) > 0).all())


def pinhole(matrices: Float[ndarray, "frames 3 3"]) -> bool:
    """Whether all of them are upper triangular with positive focal lengths."""
    focal, last = matrices[:, (0, 1), (0, 1)], np.array((0, 0, 1), matrices.dtype)
    return bool((focal > 0).all() and (matrices[:, 1, 0] == 0).all() and (np.abs(matrices[:, 2] - last) < SLACK).all())


def check(name: str, values: Float[ndarray, "..."], frames: int, identity: str) -> None:
    """Raises: UserError: a column of the capture of `identity` is not what `COLUMNS` says."""
    wrong = fault(name, values, frames)
    if wrong:
        raise UserError(f"{wrong} in the capture of {identity}: build or prepare it again")
