"""A moving body in anatomical words: named angles over time, their limits, and theta.

Motion is composed here, and not in theta, because such angles may be added, blended and limited one by one.
"""

from collections.abc import Iterable

import numpy as np
from jaxtyping import Float32
from numpy import ndarray

from lca.motion.curves import Curve
from lca.motion.joints import arm, gaze_of_head, hand, leg, theta_of, trunk, turn

Posture = dict[str, ndarray]
"""Radians by the names below: (frames,), curls (frames, 4). Names of arms, hands and legs start with left_ or right_."""

CENTRAL: dict[str, tuple[float, float, float]] = {
    "pitch": (0.0, -0.35, 0.9),
    "roll": (0.0, -0.3, 0.3),
    "yaw": (0.0, -np.inf, np.inf),
    "bend": (0.0, -0.35, 1.2),
    "twist": (0.0, -0.8, 0.8),
    "lean": (0.0, -0.45, 0.45),
    "nod": (0.02, -0.6, 0.7),
    "look": (0.0, -1.1, 1.1),
    "tilt": (0.0, -0.45, 0.45),
}
"""Rest, least, most. Pelvis: pitch forward, roll to the person's right, yaw to the left; then `trunk` and `gaze_of_head`."""
SIDED: dict[str, tuple[float, float, float]] = {
    "lower": (1.24, -1.2, 1.45),
    "swing": (0.0, -0.9, 2.6),
    "rotate": (-0.1, -1.3, 1.3),
    "elbow": (0.22, 0.0, 2.45),
    "forearm": (0.0, -1.3, 1.3),
    "curl": (0.28, -0.15, 1.5),
    "fan": (0.05, -0.05, 0.35),
    "thumb": (0.15, -0.4, 1.0),
    "flex": (0.02, -0.6, 1.9),
    "knee": (0.04, 0.0, 2.3),
    "toes": (0.0, -0.7, 0.5),
    "spread": (-0.04, -0.25, 0.6),
    "outward": (0.12, -0.3, 0.6),
}
"""Rest, least, most of `arm` (rotate is its twist), `hand` and `leg`; toes is how far the foot points up from level."""
LOOSE = np.array([-0.06, -0.02, 0.02, 0.06])
"""Curls of resting fingers, index to little, about their mean."""
ANKLE = (-0.75, 0.6)
SIDES = ("left", "right")


def limits(name: str) -> tuple[float, float, float]:
    """Rest, least and most of one named angle."""
    return CENTRAL[name] if name in CENTRAL else SIDED[name.split("_", 1)[1]]


def at_rest(frames: int) -> Posture:
    """Standing with hanging arms and loose fingers."""
    posture = {name: np.full(frames, rest) for name, (rest, _, _) in CENTRAL.items()}
    for side in SIDES:
        posture |= {f"{side}_{name}": np.full(frames, rest) for name, (rest, _, _) in SIDED.items()}
        posture[f"{side}_curl"] = SIDED["curl"][0] + np.repeat(LOOSE[None], frames, 0)
    return posture


def mixed(parts: Iterable[tuple[Curve, Posture]]) -> Posture:
    """Postures weighted by curves that sum to one."""
    total: Posture = {}
    for weight, posture in parts:
        for name, values in posture.items():
            total[name] = total.get(name, 0.0) + (weight if values.ndim == 1 else weight[:, None]) * values
    return total


def plus(*parts: Posture) -> Posture:
    """Angles of the same name added."""
    total: Posture = {}
    for part in parts:
        for name, values in part.items():
            total[name] = total[name] + values if name in total else values
    return total


def softly(values: ndarray, least: float, most: float) -> ndarray:
    """Values that are slowed down in the last twentieth of their range and never leave it: a joint has no hard stop."""
    if np.isinf(most):
        return values
    band = (most - least) / 20
    over, under = values - (most - band), least + band - values
    high = most - band + band * np.tanh(np.clip(over, 0, None) / band)
    low = least + band - band * np.tanh(np.clip(under, 0, None) / band)
    return np.where(over > 0, high, np.where(under > 0, low, values))


def within_limits(posture: Posture) -> Posture:
    """Every angle kept in its range."""
    return {name: softly(values, *limits(name)[1:]) for name, values in posture.items()}


def theta_of_posture(posture: Posture) -> Float32[ndarray, "frames 156"]:
    """Joint rotations of a posture within its limits; feet are level unless `toes` says otherwise."""
    p = within_limits(posture)
    root = turn("xzy", p["pitch"], p["roll"], p["yaw"])
    parts = [trunk(p["bend"], p["twist"], p["lean"]), gaze_of_head(p["nod"], p["look"], p["tilt"])]
    for side in SIDES:
        of = {name: p[f"{side}_{name}"] for name in SIDED}
        ankle = softly(p["pitch"] - of["flex"] + of["knee"] + of["toes"], *ANKLE)
        parts.append(arm(side, of["lower"], of["swing"], of["rotate"], of["elbow"], of["forearm"]))
        parts.append(hand(side, of["curl"], of["fan"], of["thumb"]))
        parts.append(leg(side, of["flex"], of["knee"], ankle, of["spread"], of["outward"]))
    return theta_of(len(root), *parts, root=root)
