"""Poses in anatomical words: angles at named joints -> theta.

In the T-pose every joint has the axes of the world (x to the person's left, y up, z forward), so the sign of each angle
follows from where the bone points. The functions below write the left side; the right side is its mirror image, an
axis-angle vector (x, -y, -z). Angles are radians; each may be a number or an array of one value per frame.
"""

import numpy as np
from jaxtyping import Float32
from numpy import ndarray
from scipy.spatial.transform import Rotation

from lca.geometry.joint_names import JOINTS

Angle = float | int | list | ndarray
"""Radians: a number, or one per frame."""

Turns = dict[str, ndarray]
"""Axis-angle vectors (frames or 1, 3) of some joints by name."""


def turn(order: str, *angles: Angle) -> ndarray:
    """Rotations about the fixed axes named in `order`, the first applied first -> axis-angle (frames, 3)."""
    columns = np.broadcast_arrays(*[np.atleast_1d(np.asarray(a, np.float64)) for a in angles])
    return Rotation.from_euler(order, np.stack(columns, -1)).as_rotvec()


def sided(side: str, turns: Turns) -> Turns:
    """Turns of the left side, named without a side -> turns of `side` ("left" or "right")."""
    mirror = np.array([1.0, 1.0, 1.0]) if side == "left" else np.array([1.0, -1.0, -1.0])
    return {f"{side}_{name}": vector * mirror for name, vector in turns.items()}


def arm(
    side: str,
    lower: Angle,
    swing: Angle = 0.0,
    twist: Angle = 0.0,
    elbow: Angle = 0.0,
    forearm: Angle = 0.0,
) -> Turns:
    """One arm: `lower` from the T-pose (pi/2 hangs), `swing` forward, `twist` turns the elbow pit outward.

    `elbow` bends; `forearm` turns the palm of a hanging arm forward.
    The collar takes an eighth of the lowering, as shoulders drop with the arms.
    """
    lower = np.asarray(lower)
    return sided(
        side,
        {
            "collar": turn("z", -lower / 8),
            "shoulder": turn("xzx", -np.asarray(twist), -lower * 7 / 8, -np.asarray(swing)),
            "elbow": turn("xy", -np.asarray(forearm) / 2, -np.asarray(elbow)),
            "wrist": turn("x", -np.asarray(forearm) / 2),
        },
    )


def leg(
    side: str,
    flex: Angle = 0.0,
    knee: Angle = 0.0,
    ankle: Angle = 0.0,
    spread: Angle = 0.0,
    outward: Angle = 0.0,
) -> Turns:
    """One leg: hip `flex` forward, `knee` bend, `ankle` toes up, `spread` sideways, `outward` turn of the toes."""
    return sided(
        side,
        {
            "hip": turn("yxz", outward, -np.asarray(flex), spread),
            "knee": turn("x", knee),
            "ankle": turn("xz", -np.asarray(ankle), -np.asarray(spread)),
        },
    )


def trunk(bend: Angle = 0.0, twist: Angle = 0.0, lean: Angle = 0.0) -> Turns:
    """Forward `bend`, `twist` to the person's left and `lean` to the left, shared by three spine joints."""
    third = turn("yzx", np.asarray(twist) / 3, -np.asarray(lean) / 3, np.asarray(bend) / 3)
    return {"spine1": third, "spine2": third, "spine3": third}


def gaze_of_head(nod: Angle = 0.0, yaw: Angle = 0.0, tilt: Angle = 0.0) -> Turns:
    """`nod` down, `yaw` and `tilt` to the person's left, shared by neck (a third) and head."""
    nod, yaw, tilt = np.asarray(nod), np.asarray(yaw), np.asarray(tilt)
    return {
        "neck": turn("yzx", yaw / 3, -tilt / 3, nod / 3),
        "head": turn("yzx", yaw * 2 / 3, -tilt * 2 / 3, nod * 2 / 3),
    }


def hand(side: str, curl: Angle, spread: Angle = 0.0, thumb: Angle = 0.0) -> Turns:
    """Four fingers and a thumb.

    `curl` (..., 4) bends index, middle, ring, pinky towards the palm (1.5 is a fist); `spread` fans them out;
    `thumb` folds the thumb into the palm.
    """
    curl = (
        np.broadcast_to(np.asarray(curl, np.float64), (*np.shape(curl)[:-1], 4)) if np.ndim(curl) else np.full(4, curl)
    )
    turns = {}
    for column, (finger, fan) in enumerate({"index": -1.0, "middle": -0.25, "ring": 0.4, "pinky": 1.0}.items()):
        bend = curl[..., column]
        turns[f"{finger}1"] = turn("zy", -bend, fan * np.asarray(spread) * np.cos(np.clip(bend, 0, 1.5)))
        turns[f"{finger}2"] = turn("z", -1.15 * bend)
        turns[f"{finger}3"] = turn("z", -0.7 * bend)
    fold = np.asarray(thumb)
    turns["thumb1"] = turn("xyz", 0.5 * fold, 0.35 * fold, -0.3 * fold)
    turns["thumb2"] = turn("y", 0.45 * fold)
    turns["thumb3"] = turn("y", 0.7 * fold)
    return sided(side, turns)


def theta_of(frames: int, *parts: Turns, root: Angle = 0.0) -> Float32[ndarray, "frames 156"]:
    """Turns of named joints -> theta; joints that are not named stay as in the T-pose. `root` is an axis-angle."""
    theta = np.zeros((frames, len(JOINTS), 3), np.float32)
    theta[:, 0] = root
    for part in parts:
        for name, vectors in part.items():
            theta[:, JOINTS.index(name)] = vectors
    return theta.reshape(frames, -1)
