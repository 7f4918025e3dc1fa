"""Arms and hands over time: from pose to pose, reaching, in rhythm, and before the chest as in signing."""

import math

import numpy as np
from jaxtyping import Float
from numpy import ndarray

from lca.motion.curves import Curve, keyed, schedule, wander
from lca.motion.posture import SIDED, SIDES, Posture

ARM = ("lower", "swing", "rotate", "elbow", "forearm")

GESTURES: dict[str, tuple[tuple[float, ...], float, float]] = {
    "rest": ((0.25, 0.3, 0.35, 0.4), 0.05, 0.2),
    "flat": ((0.05, 0.05, 0.05, 0.05), 0.0, 0.0),
    "fan": ((0.0, 0.0, 0.0, 0.0), 0.3, -0.3),
    "fist": ((1.4, 1.45, 1.45, 1.4), 0.0, 1.0),
    "point": ((0.0, 1.4, 1.45, 1.45), 0.0, 0.9),
    "victory": ((0.0, 0.0, 1.4, 1.4), 0.25, 1.0),
    "thumb up": ((1.4, 1.45, 1.45, 1.4), 0.0, -0.4),
    "horns": ((0.0, 1.4, 1.4, 0.0), 0.15, 0.9),
    "pinch": ((0.75, 0.2, 0.15, 0.1), 0.05, 0.8),
    "claw": ((0.7, 0.75, 0.75, 0.7), 0.2, 0.3),
}
"""Hands: curl of index, middle, ring, pinky; spread; thumb."""

ARMS: dict[str, tuple[float, list[tuple[float, float]]]] = {
    "hang": (0.38, [(1.0, 1.36), (-0.4, 0.4), (-0.5, 0.5), (0.05, 0.5), (-0.6, 0.6)]),
    "bent": (0.22, [(1.0, 1.35), (-0.1, 0.8), (-0.5, 0.5), (0.7, 1.9), (-0.8, 0.8)]),
    "across": (0.12, [(1.1, 1.35), (0.0, 0.9), (-1.2, -0.4), (1.2, 2.3), (-0.9, 0.3)]),
    "hip": (0.06, [(0.75, 0.95), (-0.4, -0.3), (-0.8, -0.6), (1.4, 1.7), (-0.8, -0.4)]),
    "raised": (0.12, [(-0.9, 0.3), (-0.1, 0.5), (-0.3, 1.2), (0.1, 1.5), (-0.6, 0.6)]),
    "out": (0.1, [(0.2, 0.9), (-0.2, 0.9), (-0.6, 0.6), (0.0, 0.9), (-0.8, 0.8)]),
}
"""How often, and the ranges of `arm`'s lower, swing, twist, elbow, forearm."""
SIGNING = [(1.05, 1.3), (0.25, 0.85), (-0.75, 0.05), (1.5, 2.2), (-1.1, 0.3)]
BEATING = [(1.1, 1.32), (0.1, 0.6), (-0.5, 0.1), (0.9, 1.7), (-0.7, 0.3)]
"""Ranges of an arm in sign language, and of one that underlines speech."""
REACHES: dict[str, tuple[list[tuple[float, float]], tuple[float, float]]] = {
    "up": ([(-0.9, -0.3), (0.1, 0.5), (-0.2, 0.4), (0.05, 0.5), (-0.4, 0.4)], (0.0, 0.0)),
    "shelf": ([(1.15, 1.35), (1.9, 2.5), (-0.2, 0.3), (0.05, 0.5), (-0.3, 0.3)], (0.0, 0.0)),
    "ahead": ([(1.15, 1.4), (1.1, 1.6), (-0.3, 0.3), (0.05, 0.4), (-0.5, 0.5)], (0.0, 0.15)),
    "side": ([(-0.1, 0.5), (-0.1, 0.4), (-0.3, 0.3), (0.05, 0.4), (-0.5, 0.5)], (0.0, 0.1)),
    "low": ([(1.2, 1.4), (0.7, 1.2), (-0.2, 0.2), (0.05, 0.4), (-0.3, 0.3)], (0.45, 0.95)),
}
"""Where a hand reaches: ranges of the arm, and of how deep the person crouches."""


def drawn(rng: np.random.Generator, ranges: list[tuple[float, float]], count: int) -> Float[ndarray, "count angles"]:
    """Random angles within ranges."""
    low, high = np.array(ranges).T
    return rng.uniform(low, high, (count, len(ranges)))


def arm_tracks(side: str, values: Float[ndarray, "frames 5"]) -> Posture:
    """Five angles of an arm by name."""
    return {f"{side}_{name}": values[:, column] for column, name in enumerate(ARM)}


def hand_tracks(side: str, values: Float[ndarray, "frames 6"]) -> Posture:
    """Four curls, spread and thumb of a hand by name."""
    return {f"{side}_curl": values[:, :4], f"{side}_fan": values[:, 4], f"{side}_thumb": values[:, 5]}


def hand_shapes(rng: np.random.Generator, count: int, at_rest: float) -> Float[ndarray, "count 6"]:
    """Named hand shapes with jitter of every finger; `at_rest` of them are loose."""
    names = np.where(rng.random(count) < at_rest, "rest", rng.choice(list(GESTURES), count))
    rows = np.array([[*GESTURES[name][0], *GESTURES[name][1:]] for name in names])
    return rows + rng.normal(0, 0.06, rows.shape)


def arms_between_poses(
    rng: np.random.Generator, times: Curve, seconds: float, hold: tuple[float, float] = (0.4, 2.2)
) -> Posture:
    """Each arm, on its own, goes from one everyday pose to another."""
    posture: Posture = {}
    for side in SIDES:
        moves = schedule(rng, seconds, hold, (0.5, 1.2))
        kinds = rng.choice(list(ARMS), len(moves) + 1, p=[share for share, _ in ARMS.values()])
        poses = np.concatenate([drawn(rng, ARMS[kind][1], 1) for kind in kinds])
        posture |= arm_tracks(side, keyed(times, moves, poses))
    return posture


def hands_between_shapes(
    rng: np.random.Generator,
    times: Curve,
    seconds: float,
    hold: tuple[float, float] = (0.3, 1.6),
    at_rest: float = 0.45,
) -> Posture:
    """Each hand, on its own, goes from one shape to another."""
    posture: Posture = {}
    for side in SIDES:
        moves = schedule(rng, seconds, hold, (0.26, 0.5))
        shapes = hand_shapes(rng, len(moves) + 1, at_rest)
        posture |= hand_tracks(side, keyed(times, moves, shapes))
    return posture


def hanging(rng: np.random.Generator, times: Curve) -> Posture:
    """Both arms hang and sway a little, fingers are loose."""
    posture: Posture = {}
    for side in SIDES:
        base = np.array([SIDED[name][0] for name in ARM]) + rng.normal(0, (0.05, 0.08, 0.15, 0.08, 0.15))
        sway = np.stack([wander(rng, times, 0.02, 3.0) for _ in ARM], 1)
        posture |= arm_tracks(side, base + sway)
        curls = hand_shapes(rng, 1, 1.0) + wander(rng, times, 0.04, 2.5)[:, None] * [1, 1, 1, 1, 0.2, 0.5]
        posture |= hand_tracks(side, curls)
    return posture


def beating(rng: np.random.Generator, times: Curve, seconds: float) -> Posture:
    """Hands that underline speech: short strokes before the body, open hands; sometimes one of them hangs."""
    posture = hanging(rng, times)
    for side in SIDES if rng.random() < 0.7 else (str(rng.choice(SIDES)),):
        moves = schedule(rng, seconds, (0.1, 0.9), (0.3, 0.6))
        strokes = drawn(rng, BEATING, len(moves) + 1)
        strokes[rng.random(len(strokes)) < 0.2] = [SIDED[name][0] for name in ARM]
        posture |= arm_tracks(side, keyed(times, moves, strokes))
        posture |= hand_tracks(side, keyed(times, moves, hand_shapes(rng, len(moves) + 1, 0.5)))
    return posture


def signing(rng: np.random.Generator, times: Curve, seconds: float) -> Posture:
    """Sign-like: both hands before the chest take two or three shapes a second, at new places, with small circles."""
    posture: Posture = {}
    moves = schedule(rng, seconds, (0.05, 0.35), (0.25, 0.45))
    for side in SIDES:
        places = drawn(rng, SIGNING, len(moves) + 1)
        circle = 2 * math.pi * (times / rng.uniform(0.5, 0.9) + rng.random())
        round_and_round = 0.05 * np.stack(
            [0 * times, np.sin(circle), np.cos(circle), 0.5 * np.sin(circle), 0 * times], 1
        )
        posture |= arm_tracks(side, keyed(times, moves, places) + round_and_round)
        spelling = schedule(rng, seconds, (0.04, 0.2), (0.25, 0.36))
        posture |= hand_tracks(side, keyed(times, spelling, hand_shapes(rng, len(spelling) + 1, 0.05)))
    return posture


def reaching(rng: np.random.Generator, times: Curve, seconds: float) -> tuple[Posture, Curve]:
    """Hands go up, to a shelf, ahead, aside or to the floor, one at a time or together -> posture, depth of the crouch."""
    posture, moves = hanging(rng, times), schedule(rng, seconds, (0.15, 0.8), (0.7, 1.2))
    count = len(moves) + 1
    goals = [REACHES[name] for name in rng.choice(list(REACHES), count)]
    depth = np.array([rng.uniform(*crouch) for _, crouch in goals])
    busy = rng.random((count, 2)) < 0.65
    busy[~busy.any(1), rng.integers(2)] = True
    busy[0], depth[0] = False, 0.0
    turned = 0.0
    for column, side in enumerate(SIDES):
        free = np.array([SIDED[name][0] for name in ARM])
        arms = np.where(busy[:, column, None], [drawn(rng, ranges, 1)[0] for ranges, _ in goals], free)
        shapes = np.where(busy[:, column, None], hand_shapes(rng, count, 0.2), hand_shapes(rng, count, 1.0))
        posture |= arm_tracks(side, keyed(times, moves, arms)) | hand_tracks(side, keyed(times, moves, shapes))
        turned = turned + (1 if side == "right" else -1) * busy[:, column]
    posture["twist"] = keyed(times, moves, 0.22 * turned * rng.uniform(0.4, 1.2, count))
    posture["look"] = keyed(times, moves - 0.1, -0.3 * turned * rng.uniform(0.3, 1.2, count))
    return posture, keyed(times, moves, depth)


def in_rhythm(rng: np.random.Generator, times: Curve, beat: Curve, seconds: float) -> Posture:
    """Arms and hands that swing with the beat about centres that change every few beats."""
    posture: Posture = {}
    moves = schedule(rng, seconds, (1.2, 2.6), (0.6, 1.0))
    mirrored = rng.random() < 0.5
    kinds = rng.choice(["bent", "raised", "out", "hang"], len(moves) + 1)
    for side in SIDES:
        centres = np.concatenate([drawn(rng, ARMS[kind][1], 1) for kind in kinds])
        sizes = rng.uniform(0.02, 0.3, (len(moves) + 1, 5)) * [0.7, 1.0, 0.6, 1.0, 0.8]
        phase = rng.random(5) + (0.5 if mirrored and side == "right" else 0.0)
        swing = np.sin(2 * math.pi * (beat[:, None] / rng.choice([1, 2, 2, 4], 5) + phase))
        posture |= arm_tracks(side, keyed(times, moves, centres) + keyed(times, moves, sizes) * swing)
    return posture | hands_between_shapes(rng, times, seconds, (0.5, 2.0), 0.35)
