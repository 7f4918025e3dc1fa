"""Where on the skeleton the 21 landmarks of a hand lie: on the joints of wrist and fingers, and at the tips beyond them."""

from functools import lru_cache

import numpy as np

from lca.geometry.body_file import load_body
from lca.geometry.joint_names import FINGERS, JOINTS
from lca.tracking.body_points import BodyPoints
from lca.tracking.posture import HANDS

LANDMARK_FINGERS = ("thumb", "index", "middle", "ring", "pinky")
TIP = 0.8
"""Length of a finger's last bone, as a share of the one before."""
STRAY = 0.009
"""Metres: median distance, in the picture, of a landmark that is seen from its joint (ten films of the world, 512 pixels)."""
BONES = 3


@lru_cache(maxsize=2)
def load_hand_points(side: str) -> BodyPoints:
    """Of the "left" or "right" hand, in the order of `HandLandmarks`."""
    rest = load_body().joint_template.double().numpy()
    wrist, first = JOINTS.index(f"{side}_wrist"), HANDS[side == "right"]
    joints, offsets = [wrist], [np.zeros(3)]
    for finger in LANDMARK_FINGERS:
        bones = [first + BONES * FINGERS.index(finger) + bone for bone in range(BONES)]
        joints += [*bones, bones[-1]]
        offsets += [np.zeros(3)] * BONES + [TIP * (rest[bones[-1]] - rest[bones[-2]])]
    return BodyPoints(np.array(joints), np.stack(offsets), np.full(len(joints), STRAY))
