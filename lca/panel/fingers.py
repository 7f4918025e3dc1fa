"""A finger's curl and spread, read from theta and written into it; the convention is that of `lca.motion.joints.hand`."""

import numpy as np
from scipy.spatial.transform import Rotation

from lca.motion.joints import JOINTS
from lca.panel.blend import numbers
from lca.panel.state import Numbers

FINGERS = ("thumb", "index", "middle", "ring", "pinky")
SPREADS = {"index": -1.0, "middle": -1.0, "ring": 1.0, "pinky": 1.0, "thumb": -1.0}
"""Sign of the rotation about y (left hand) that moves a finger away from the line between middle and ring finger."""
KNUCKLES = (1.0, 1.15, 0.7)
"""How much the three joints of a finger bend for one unit of curl."""
THUMB_AXES = ((0.5, 0.35, -0.3), 0.45, 0.7)
"""Of the thumb, per unit of curl: x, y, z of its first joint, y of the second, y of the third."""
CURLS = dict.fromkeys(FINGERS[1:], (-0.2, 1.6)) | {"thumb": (-0.4, 1.1)}
"""Range of the curl: radians of the knuckle (1.5 is a fist); the thumb's has no unit (1 is folded into the palm)."""
WIDEST = 0.45
"""Largest spread, radians."""


def read_finger(theta: Numbers, side: str, finger: str) -> tuple[float, float]:
    """(curl, spread): exact for a hand that was made of them, the nearest reading for any other."""
    first, _, third = _turns(theta, side, finger)
    if finger == "thumb":
        curl = third.as_rotvec()[1] / THUMB_AXES[2]
        across = (first * _thumb(curl)[0].inv()).as_euler("xyz", suppress_warnings=True)[1]
    else:
        z, across, _ = first.as_euler("zyx", suppress_warnings=True)
        curl = -z
    return float(curl), float(across * SPREADS[finger])


def write_finger(theta: Numbers, side: str, finger: str, curl: float, spread: float) -> Numbers:
    """Theta with this finger set; every other joint stays."""
    across = Rotation.from_euler("y", spread * SPREADS[finger])
    turns = _thumb(curl) if finger == "thumb" else [Rotation.from_euler("z", -k * curl) for k in KNUCKLES]
    turns = [across * turns[0], *turns[1:]]
    changed = np.reshape(np.array(theta), (-1, 3))
    for place, turn in zip(_places(side, finger), turns, strict=True):
        changed[place] = turn.as_rotvec() * _mirror(side)
    return numbers(changed)


def _thumb(curl: float) -> list[Rotation]:
    x, y, z = (curl * share for share in THUMB_AXES[0])
    first = Rotation.from_euler("xyz", [x, y, z])
    return [first, *(Rotation.from_euler("y", curl * share) for share in THUMB_AXES[1:])]


def _places(side: str, finger: str) -> list[int]:
    return [JOINTS.index(f"{side}_{finger}{k}") for k in (1, 2, 3)]


def _turns(theta: Numbers, side: str, finger: str) -> list[Rotation]:
    """The three rotations, mirrored to the left side."""
    vectors = np.reshape(np.array(theta), (-1, 3))[_places(side, finger)] * _mirror(side)
    return [Rotation.from_rotvec(vector) for vector in vectors]


def _mirror(side: str) -> np.ndarray:
    return np.array([1.0, 1.0, 1.0]) if side == "left" else np.array([1.0, -1.0, -1.0])
