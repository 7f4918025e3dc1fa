"""How hanging hair moves with the head: each strand turns about its pivot towards the vertical, without any simulation."""

import math

import numpy as np
from jaxtyping import Float
from scipy.spatial.transform import Rotation

Matrix = Float[np.ndarray, "3 3"]


def heading(turn: Matrix) -> float:
    """Angle about the vertical axis of a rotation (its twist), radians; 0 faces +z."""
    _, y, _, w = Rotation.from_matrix(turn.astype(np.float64)).as_quat()
    return math.remainder(2 * math.atan2(y, w), 2 * math.pi)


def calm_turn(head: Matrix, chest: Matrix) -> Matrix:
    """The turn of hair that hangs: upright, facing half-way between head and chest."""
    start, end = heading(chest), heading(head)
    angle = start + 0.5 * math.remainder(end - start, 2 * math.pi)
    c, s = math.cos(angle), math.sin(angle)
    return np.array([[c, 0.0, s], [0.0, 1.0, 0.0], [-s, 0.0, c]])


def swung(
    rest: Float[np.ndarray, "points 3"],
    pivot: Float[np.ndarray, "points 3"],
    slack: Float[np.ndarray, " points"],
    head: Float[np.ndarray, "4 4"],
    calm: Matrix,
) -> tuple[Float[np.ndarray, "points 3"], Float[np.ndarray, "points 3 3"]]:
    """Points of the T-pose on a head moved by `head` -> places, and the turn of each.

    With slack 0 they are rigid with the head, with slack 1 they hang from their pivot as they did in the T-pose.
    """
    turn = head[:3, :3] + slack[:, None, None] * (calm - head[:3, :3])
    off = rest - pivot
    moved = np.einsum("vij,vj->vi", turn, off)
    length = np.linalg.norm(off, axis=1) / np.maximum(np.linalg.norm(moved, axis=1), 1e-9)
    places = pivot @ head[:3, :3].T + head[:3, 3] + moved * np.clip(length, 0.5, 2.0)[:, None]
    return places.astype(np.float32), turn.astype(np.float32)
