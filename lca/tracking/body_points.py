"""Where on the body the 33 landmarks lie, measured on people of the world (tools/build_body_points.py).

A network's "shoulder" or "hip" is no joint of the skeleton, but centimetres beside it, towards where annotators see one. Each
landmark hangs on one joint; its place in that joint's rest frame is fitted to many posed people whose pictures show it.
"""

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
from jaxtyping import Float, Int
from numpy import ndarray

from lca.geometry.joint_names import BODY_JOINTS
from lca.tracking.body_landmarks import NAMES
from lca.tracking.kinematics import KinematicSkeleton, Points

BODY_POINTS = Path(__file__).parent.parent / "assets" / "body_points.npz"
HEAD = BODY_JOINTS.index("head")
"""The joint that holds the face."""
HELD_BY = {
    **dict.fromkeys(("shoulder", "elbow", "wrist", "hip", "knee", "ankle")),
    **dict.fromkeys(("pinky", "index", "thumb"), "wrist"),
    **dict.fromkeys(("heel", "foot_index"), "ankle"),
}
"""Which joint holds a landmark of that name; None: the joint of the same name. All others are the head's."""


@dataclass(frozen=True)
class BodyPoints:
    """The joint that holds each landmark, its offset from that joint in rest pose, and how far landmarks stray from it in the
    picture (median), metres."""

    joints: Int[ndarray, "landmarks"]
    offsets: Float[ndarray, "landmarks 3"]
    error: Float[ndarray, "landmarks"]

    def on(self, skeleton: KinematicSkeleton) -> Points:
        """As points of a body, which nothing but their joints hold."""
        return Points(
            skeleton.joints[self.joints] + self.offsets,
            skeleton.shape_directions[self.joints].astype(np.float32),
            self.joints[:, None],
            np.ones((len(self.joints), 1), np.float32),
            np.zeros((len(self.joints), 3)),
        )


@lru_cache(maxsize=1)
def holding_joints() -> Int[ndarray, "33"]:
    """The joint that holds each landmark."""
    numbers = {name: number for number, name in enumerate(BODY_JOINTS)}
    joints = []
    for name in NAMES:
        side, _, rest = name.partition("_")
        joints.append(numbers[f"{side}_{HELD_BY[rest] or rest}"] if rest in HELD_BY else HEAD)
    return np.array(joints)


@lru_cache(maxsize=1)
def load_body_points() -> BodyPoints:
    """The shipped measurement, in the order of `NAMES`."""
    with np.load(BODY_POINTS, allow_pickle=False) as file:
        return BodyPoints(holding_joints(), *(file[name].astype(np.float64) for name in ("offsets", "error")))
