"""Legs: walking, stepping round, crouching, sitting; as postures."""

import math

import numpy as np
from jaxtyping import Float
from numpy import ndarray
from scipy.interpolate import CubicSpline

from lca.motion.curves import Curve
from lca.motion.posture import SIDED, Posture

STRIDE_SECONDS = 1.15
GAIT = {
    # per cent of the gait cycle from heel strike: hip flexion, knee flexion, ankle dorsiflexion in degrees
    "cycle": (0, 12, 30, 50, 62, 73, 87, 100),
    "hip": (27, 24, 8, -9, -2, 16, 29, 27),
    "knee": (5, 17, 9, 10, 36, 58, 26, 5),
    "ankle": (1, -4, 6, 10, -16, -4, 2, 1),
}
"""Joint angles of level walking, rounded from the usual gait-laboratory curves."""
FEET = (("left", 0.0), ("right", 0.5))
"""Of each side the offset in the cycle."""
TURN_RATE = 1.2
"""Radians per second: who turns faster than this takes full steps."""


def gait(cycle: Curve, angle: str) -> Curve:
    """One angle of `GAIT` in radians at a point of the gait cycle (any number; it repeats)."""
    curve = CubicSpline(np.array(GAIT["cycle"]) / 100, np.radians(GAIT[angle]), bc_type="periodic")
    return curve(np.mod(cycle, 1.0))


def walking(cycle: Curve, stride: Curve) -> Posture:
    """The whole body of a walker; `stride` is 0 for standing, 1 for full steps, and may change."""
    swing = stride * np.cos(2 * math.pi * cycle)
    over_left = stride * np.sin(2 * math.pi * (cycle - 0.05))
    posture: Posture = {"pitch": 0.02 * stride, "yaw": -0.07 * swing, "roll": -0.03 * over_left}
    posture |= {"bend": 0.05 * stride, "twist": -0.14 * swing, "look": 0.05 * swing}
    for side, offset in FEET:
        hip, knee, ankle = (gait(cycle + offset, angle) for angle in ("hip", "knee", "ankle"))
        rest = {name: SIDED[name][0] for name in ("flex", "knee", "spread", "outward")}
        posture[f"{side}_flex"] = rest["flex"] + stride * (hip - rest["flex"])
        posture[f"{side}_knee"] = rest["knee"] + stride * (knee - rest["knee"])
        level = posture["pitch"] - posture[f"{side}_flex"] + posture[f"{side}_knee"]
        posture[f"{side}_toes"] = stride * (ankle - level)
        posture[f"{side}_spread"] = rest["spread"] - 0.03 * stride
        posture[f"{side}_outward"] = rest["outward"] - 0.02 * stride
        forward = -0.42 * stride * np.cos(2 * math.pi * (cycle + offset - 0.04))
        posture[f"{side}_swing"] = forward
        posture[f"{side}_elbow"] = SIDED["elbow"][0] + 0.1 * stride + 0.45 * np.clip(forward, 0, 1)
    return posture


def lifts(cycle: Curve) -> dict[str, Curve]:
    """Of each side how high its foot is, 0 to 1: one after the other, both on the floor between."""
    return {side: np.clip(np.sin(2 * math.pi * (cycle + offset)) - 0.15, 0, 1) ** 2 for side, offset in FEET}


def stepped(posture: Posture, cycle: Curve, effort: Curve) -> Posture:
    """The posture with small steps on the spot, `effort` from 0 to 1."""
    result = dict(posture)
    for side, height in lifts(cycle).items():
        result[f"{side}_flex"] = posture[f"{side}_flex"] + 0.45 * effort * height
        result[f"{side}_knee"] = posture[f"{side}_knee"] + 0.85 * effort * height
        result[f"{side}_toes"] = posture[f"{side}_toes"] - 0.15 * effort * height
    result["roll"] = posture["roll"] + 0.03 * effort * np.sin(2 * math.pi * cycle)
    return result


def turning_effort(yaw: Curve, times: Curve) -> Curve:
    """How large the steps are that a change of direction takes."""
    if len(times) < 2:
        return np.zeros(len(times))
    rate = np.abs(np.gradient(yaw, times)) / TURN_RATE
    return np.tanh(rate**2 / (rate + 0.15))


def crouching(depth: Curve) -> Posture:
    """Knees bend, hips go back, the trunk leans forward over level feet; `depth` 1 is a deep squat."""
    knee, pitch = SIDED["knee"][0] + 1.8 * depth, 0.28 * depth
    posture: Posture = {"pitch": pitch, "bend": 0.42 * depth, "nod": -0.25 * depth}
    for side in ("left", "right"):
        posture[f"{side}_knee"] = knee
        posture[f"{side}_flex"] = pitch + knee - 0.02 - 0.45 * depth
        posture[f"{side}_spread"] = SIDED["spread"][0] + 0.16 * depth
        posture[f"{side}_outward"] = SIDED["outward"][0] + 0.2 * depth
    return posture


def sitting(depth: Curve, leaning: Curve, height: float) -> Posture:
    """Down to a seat and up again: `depth` 1 is seated, `leaning` how far the trunk is over the feet; shins stay upright.

    `height` 0 is a low stool, 1 a bar stool.
    """
    knee, pitch = SIDED["knee"][0] + (1.62 - 0.4 * height) * depth, 0.18 * leaning - 0.05 * depth
    posture: Posture = {"pitch": pitch, "bend": 0.12 * depth + 0.62 * leaning, "nod": -0.3 * leaning}
    for side in ("left", "right"):
        posture[f"{side}_knee"] = knee
        posture[f"{side}_flex"] = pitch + knee - 0.02 - 0.12 * depth - 0.25 * leaning
        posture[f"{side}_spread"] = SIDED["spread"][0] + 0.12 * depth
    return posture


def cycles(rng: np.random.Generator, times: Curve, period: float) -> Float[ndarray, " frames"]:
    """A cycle that starts anywhere and whose length wavers by a few per cent about `period` seconds."""
    phase = 2 * math.pi * rng.random()
    return rng.random() + times / period + 0.02 * np.sin(2 * math.pi * times / (4.3 * period) + phase)
