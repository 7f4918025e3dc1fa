"""The numbers of a capture: shape, unit and range of each column, checked in this one place.

`lca.data.sample.Capture` checks every capture that enters training here, whatever dataset it comes from; `lca world verify`
checks every row of a folder. Axes and frames are those of `lca.geometry`.
"""

import math
from dataclasses import dataclass
from typing import no_type_check

import numpy as np
from jaxtyping import Float
from numba import njit
from numpy import ndarray

from lca.errors import UserError
from lca.formats.captures import CLOTH, CLOTH_COLUMNS, CLOTH_RINGS, RADIANCE_LIGHTS

SLACK = 1e-4
"""By how much single precision may leave a range."""
RIGID = 1e-3
"""Largest error of a rotation matrix's R R^T - 1."""


@dataclass(frozen=True)
class Numbers:
    """One column: what it holds of each frame (of the capture if not `per_frame`), its unit, least and largest value.

    Real captures lack what `may_be_unknown`: such a column is NaN throughout. Stages that do not promise what `may_be_absent`
    have no frame of it.
    """

    shape: tuple[int, ...]
    unit: str
    low: float
    high: float
    per_frame: bool = True
    may_be_unknown: bool = False
    may_be_absent: bool = False


POSE = Numbers((156,), "radians", -4 * math.pi, 4 * math.pi)
PLACE = Numbers((3,), "metres", -1e3, 1e3)
VIEW = Numbers((4, 4), "metres", -1e3, 1e3)
LENS = Numbers((3, 3), "pixels", -1e6, 1e6)
BOX = Numbers((4,), "pixels", -1e6, 1e6)
GARMENT = Numbers((CLOTH_RINGS * CLOTH_COLUMNS, 3), "metres", -1e3, 1e3, may_be_absent=True)
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
    "lamp_direction": Numbers((3,), "unit vector", -1.0, 1.0, may_be_unknown=True),
    "lamp_colour": Numbers((3,), "linear RGB", 0.0, 1e6, may_be_unknown=True),
    "time": Numbers((), "seconds", 0.0, 1e6),
    "tracked_confidence": Numbers((), "share", 0.0, 1.0),
    **dict.fromkeys(CLOTH, GARMENT),
}
CIRCUMSTANCES = ("time", "tracked_confidence")
"""Columns that only the world knows: `lca.data.circumstances` has them."""
CAPTURE_COLUMNS = tuple(name for name in COLUMNS if name not in (*CIRCUMSTANCES, *CLOTH))


def fault(name: str, values: Float[ndarray, "..."], frames: int) -> str | None:
    """What is wrong with a column of a capture of `frames` frames, in words; None if nothing is."""
    column = COLUMNS[name]
    if column.may_be_absent and len(values) == 0:
        return None
    shape = (frames, *column.shape) if column.per_frame else column.shape
    if values.shape != shape:
        return f"expected {name} of shape {shape}, got {values.shape}"
    if not within(values.ravel(), column.low - SLACK, column.high + SLACK):
        if column.may_be_unknown and np.isnan(values).all():
            return None
        low, high = values.min(), values.max()
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
    if column is BOX and not ordered(values):
        return f"expected {name} x0 y0 x1 y1 with x0 <= x1 and y0 <= y1, got them the other way round"
    return None


@njit(cache=True)
@no_type_check
def within(values, low, high):
    """Whether all numbers of a row are in a range; NaN is not. Every sample of training passes here twenty times: numpy
    takes six times as long."""
    for value in values:
        if not (low <= value <= high):
            return False
    return True


@njit(cache=True)
@no_type_check
def rigid(matrices):
    """Whether all (frames, 4, 4) are a rotation and a translation."""
    for matrix in matrices:
        turn = matrix[:3, :3]
        for i in range(3):
            for j in range(3):
                product = turn[i, 0] * turn[j, 0] + turn[i, 1] * turn[j, 1] + turn[i, 2] * turn[j, 2]
                if not abs(product - (i == j)) < RIGID:
                    return False
            if matrix[3, i] != 0:
                return False
        area_x = turn[1, 1] * turn[2, 2] - turn[1, 2] * turn[2, 1]
        area_y = turn[1, 2] * turn[2, 0] - turn[1, 0] * turn[2, 2]
        area_z = turn[1, 0] * turn[2, 1] - turn[1, 1] * turn[2, 0]
        if matrix[3, 3] != 1 or turn[0, 0] * area_x + turn[0, 1] * area_y + turn[0, 2] * area_z < 0:
            return False
    return True


@njit(cache=True)
@no_type_check
def pinhole(matrices):
    """Whether all (frames, 3, 3) are [[f, s, x], [0, f, y], [0, 0, 1]] with positive focal lengths."""
    for matrix in matrices:
        if not (matrix[0, 0] > 0 and matrix[1, 1] > 0) or matrix[1, 0] != 0:
            return False
        if abs(matrix[2, 0]) >= SLACK or abs(matrix[2, 1]) >= SLACK or abs(matrix[2, 2] - 1) >= SLACK:
            return False
    return True


@njit(cache=True)
@no_type_check
def ordered(boxes):
    """Whether all (frames, 4) end where they begin or after."""
    for box in boxes:
        if box[2] < box[0] or box[3] < box[1]:
            return False
    return True


def check(name: str, values: Float[ndarray, "..."], frames: int, identity: str) -> None:
    """Raises: UserError: a column of the capture of `identity` is not what `COLUMNS` says."""
    wrong = fault(name, values, frames)
    if wrong:
        raise UserError(f"{wrong} in the capture of {identity}: build or prepare it again")
