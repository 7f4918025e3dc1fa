"""The pose library: poses by name, made of the anatomical words of `lca.motion.joints`."""

from functools import lru_cache

import numpy as np
import torch

from lca.geometry.motion import Motion
from lca.motion.contact import grounded
from lca.motion.joints import Turns, arm, gaze_of_head, hand, leg, theta_of, trunk
from lca.motion.poses import GESTURES
from lca.panel.blend import blended as blend_poses
from lca.panel.blend import numbers
from lca.panel.state import Pose

SAME = 1e-3
"""Share of a frame that no eye tells apart."""
HANGING = (1.24, 0.0, -0.1, 0.22)
"""`arm` of a relaxed stand: lower, swing, twist, elbow."""


def _both(part, *angles, **named) -> Turns:
    """The same for the left and the right side."""
    return part("left", *angles, **named) | part("right", *angles, **named)


def _gesture(side: str, name: str) -> Turns:
    curl, spread, thumb = GESTURES[name]
    return hand(side, np.array(curl), spread, thumb)


def _standing() -> Turns:
    legs = _both(leg, 0.02, 0.04, 0.02, spread=-0.04, outward=0.12)
    return _both(arm, *HANGING) | _gesture("left", "rest") | _gesture("right", "rest") | legs


def _turns() -> dict[str, Turns]:
    """What differs from standing."""
    raised = arm("right", 0.15, 0.2, 0.9, 1.4, -0.4)
    return {
        "standing": {},
        "arms out": _both(arm, 0.0) | _gesture("left", "flat") | _gesture("right", "flat"),
        "arms up": _both(arm, -1.1, 0.1, 0.2, 0.3),
        "wave": raised | _gesture("right", "fan") | gaze_of_head(0.0, -0.15, -0.1),
        "hands on hips": _both(arm, 0.85, -0.35, -0.7, 1.6, -0.6),
        "thumbs up": arm("right", 1.15, 0.5, -0.3, 1.7, -0.2) | _gesture("right", "thumb up"),
        "point": arm("right", 0.25, 1.2, 0.0, 0.1) | _gesture("right", "point") | gaze_of_head(0.0, -0.2),
        "victory": arm("left", 0.9, 0.5, 0.4, 2.1, -0.3) | _gesture("left", "victory"),
        "fists": _both(arm, 1.1, 0.7, -0.3, 1.9, -0.3) | _gesture("left", "fist") | _gesture("right", "fist"),
        "stride": leg("left", 0.5, 0.2, 0.0) | leg("right", -0.25, 0.35, 0.2) | arm("right", 1.25, 0.4, -0.1, 0.4),
        "squat": _both(leg, 1.2, 1.7, 0.45, spread=0.2, outward=0.3) | trunk(0.5) | _both(arm, 0.9, 1.1, 0.0, 0.3),
        "one leg": leg("left", 1.1, 1.5, 0.0) | _both(arm, 0.3, 0.1),
        "bow": trunk(0.9) | gaze_of_head(0.35),
        "look back": trunk(0.0, 0.5) | gaze_of_head(0.0, 0.8),
    }


@lru_cache(maxsize=1)
def poses() -> dict[str, Pose]:
    """Every pose by name, soles on the floor, face and eyes at rest."""
    thetas = {name: theta_of(1, _standing() | turns) for name, turns in _turns().items()}
    thetas["T-pose"] = np.zeros((1, 156), np.float32)
    lift = grounded(torch.from_numpy(np.concatenate(list(thetas.values()))))
    return {
        name: Pose(theta=numbers(theta), translation=numbers(move.numpy()))
        for (name, theta), move in zip(thetas.items(), lift, strict=True)
    }


def pose_at(motion: Motion, time: float) -> Pose:
    """The pose of a motion at `time` (seconds), between its frames if need be; before and after it, its ends."""
    position = min(len(motion) - 1.0, max(0.0, time * motion.fps))
    first = int(position)
    share = position - first
    if share < SAME:
        return _frame(motion, first)
    return blend_poses(_frame(motion, first), _frame(motion, first + 1), share)


def _frame(motion: Motion, frame: int) -> Pose:
    parts = (motion.theta[frame], motion.psi[frame], motion.actions[frame], motion.translation[frame])
    return Pose(*(tuple(part.tolist()) for part in parts))
