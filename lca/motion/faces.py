"""Faces in motion: blinks, glances, speech and feelings over the 52 facial actions."""

import numpy as np
from jaxtyping import Float32
from numpy import ndarray

from lca.geometry.body_file import load_body
from lca.motion.curves import Curve, eased, keyed, schedule, wander
from lca.motion.expressions import EXPRESSIONS, VISEMES, actions_of, blended, following_lids, gaze

CLOSING, SHUT, OPENING = 0.09, 0.04, 0.17
"""Seconds of a blink."""
Actions = Float32[ndarray, "frames 52"]


def blinking(rng: np.random.Generator, times: Curve, seconds: float) -> Curve:
    """How far the lids are closed, 0 to 1: a blink every two to six seconds, now and then two in a row."""
    closed, moment = np.zeros(len(times)), rng.uniform(-2.0, 3.0)
    while moment < seconds:
        down = eased((times - moment) / CLOSING)
        up = eased((times - moment - CLOSING - SHUT) / OPENING)
        closed = np.maximum(closed, down - up)
        moment += 0.4 if rng.random() < 0.1 else rng.uniform(2.0, 6.0)
    return closed


def looking(
    rng: np.random.Generator, times: Curve, seconds: float, reach: float, hold: tuple[float, float] = (0.4, 2.6)
) -> tuple[Float32[ndarray, "frames 4"], Curve, Curve]:
    """Glances `reach` radians to the sides: eyes jump, the head follows with a part of the way -> psi, head yaw, head nod.

    When the head arrives the eyes give back what it has taken over, as the gaze stays on its target.
    """
    jumps = schedule(rng, seconds, hold, (0.05, 0.09))
    aims = rng.normal(0, (reach, 0.5 * reach), (len(jumps) + 1, 2))
    aims[rng.random(len(aims)) < 0.35] = 0.0
    part, follow = rng.uniform(0.3, 0.6), jumps + np.array([0.04, 0.35])
    eyes, head = keyed(times, jumps, aims), part * keyed(times, follow, aims)
    yaw, pitch = (eyes - head).T
    far = max(0.0, rng.normal(0.012, 0.012))
    tremble = [wander(rng, times, 0.006, 0.7) for _ in range(2)]
    psi = gaze(np.clip(yaw + tremble[0], -0.6, 0.6), np.clip(pitch + tremble[1], -0.45, 0.4), far)
    return psi, head[:, 0], -head[:, 1]


def speaking(rng: np.random.Generator, times: Curve, seconds: float) -> Actions:
    """Four to eight mouth shapes a second, with pauses, and brows that rise now and then."""
    count = 5 + int(seconds / 0.11)
    starts = np.cumsum(rng.uniform(0.11, 0.24, count) + (rng.random(count) < 0.12) * rng.uniform(0.3, 0.9, count))
    moves = np.stack([starts, starts + rng.uniform(0.11, 0.17, count)], 1)
    shapes = np.concatenate([actions_of(1, viseme) for viseme in VISEMES])
    chosen = rng.integers(len(VISEMES), size=count + 1)
    values = shapes[chosen] * rng.uniform(0.45, 1.15, (count + 1, 1))
    values[1:][np.diff(starts, append=np.inf) > 0.3] *= 0.1  # a pause closes the mouth
    stress = np.clip(wander(rng, times, 0.35, 1.3), 0, 1)
    brows = actions_of(len(times), {"browInnerUp": 0.5 * stress, "browOuterUp": 0.6 * stress})
    return (keyed(times, moves, values) + brows).astype(np.float32)


def feeling(
    rng: np.random.Generator, times: Curve, seconds: float, strength: tuple[float, float] = (0.4, 1.0)
) -> Actions:
    """Feelings and free combinations of actions that come, stay for a second and go."""
    moves = schedule(rng, seconds, (0.5, 1.8), (0.22, 0.6))
    values = np.concatenate([feeling_of_a_moment(rng, rng.uniform(*strength)) for _ in range(len(moves) + 1)])
    return keyed(times, moves, values).astype(np.float32)


def feeling_of_a_moment(rng: np.random.Generator, strength: float) -> Float32[ndarray, "1 52"]:
    """A rest face, a feeling that is a little stronger on one side, or some arbitrary actions."""
    names = load_body().expression_names
    kind = rng.choice(["rest", "named", "arbitrary"], p=[0.2, 0.45, 0.35])
    if kind == "rest":
        return np.zeros((1, len(names)), np.float32)
    if kind == "arbitrary":
        chosen = rng.choice(len(names), rng.integers(2, 8), replace=False)
        return np.isin(np.arange(len(names)), chosen)[None].astype(np.float32) * np.float32(strength)
    weights = actions_of(1, blended({str(rng.choice([name for name in EXPRESSIONS if name != "blink"])): strength}))
    left = np.array([name.endswith("Left") for name in names])
    right = np.array([name.endswith("Right") for name in names])
    skew = rng.normal(0, 0.12)
    return np.clip(weights * (1 + skew * left - skew * right), 0, 1).astype(np.float32)


def face_of(actions: ndarray, blink: Curve, psi: Float32[ndarray, "frames 4"]) -> Actions:
    """Actions with blinks over them (wide or narrowed eyes yield) and lids that follow the gaze; in [0, 1]."""
    names = load_body().expression_names
    eyes = np.array([name.startswith(("eyeWide", "eyeSquint", "eyeBlink")) for name in names])
    open_eyes = np.where(eyes, actions * (1 - blink[:, None]), actions)
    return following_lids((open_eyes + actions_of(len(blink), {"eyeBlink": blink})).astype(np.float32), psi)
