"""The acts of the motion library: each maker turns a generator and moments in time into a moving person.

Random choices are drawn as functions of time, so that the same seed is the same movement at any frame rate.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from lca.motion.curves import Curve, eased, keyed, schedule, wander
from lca.motion.faces import Actions, blinking, face_of, feeling, looking, speaking
from lca.motion.gait import STRIDE_SECONDS, crouching, cycles, lifts, sitting, stepped, walking
from lca.motion.gestures import (
    arms_between_poses,
    beating,
    hands_between_shapes,
    hanging,
    in_rhythm,
    reaching,
    signing,
)
from lca.motion.posture import SIDED, SIDES, Posture, at_rest, plus


@dataclass(frozen=True)
class Act:
    """What a maker makes. `upright` is 1 where the person is free to turn round, `walks` is 1 where the feet already step."""

    posture: Posture
    actions: Actions
    psi: Float[np.ndarray, "frames 4"]
    upright: Curve
    walks: Curve


Maker = Callable[[np.random.Generator, Curve, float], Act]
"""Random generator, moments in seconds, length in seconds -> act."""


def idle(rng: np.random.Generator, times: Curve, seconds: float) -> Posture:
    """Standing: breath, sway, the weight now on one leg and now on the other."""
    posture = at_rest(len(times))
    breath = np.sin(2 * math.pi * (times / rng.uniform(3.2, 4.8) + rng.random()))
    moves = schedule(rng, seconds, (1.5, 4.0), (0.7, 1.2))
    side = keyed(times, moves, rng.uniform(-1, 1, len(moves) + 1))
    offsets: Posture = {
        "bend": rng.normal(0.02, 0.05) + 0.012 * breath + wander(rng, times, 0.015, 4.0),
        "twist": rng.normal(0, 0.06) + wander(rng, times, 0.03, 4.0),
        "lean": -0.05 * side + wander(rng, times, 0.015, 3.0),
        "roll": 0.04 * side,
        "tilt": rng.normal(0, 0.05) + wander(rng, times, 0.03, 3.0),
    }
    for name, sign in (("left", 1.0), ("right", -1.0)):
        bent = 0.3 * np.clip(sign * side, 0, None) ** 1.5
        offsets |= {f"{name}_knee": bent, f"{name}_flex": 0.55 * bent}
    return plus(posture, offsets)


def standing(
    rng: np.random.Generator,
    times: Curve,
    seconds: float,
    hands: Posture,
    face: Actions | None = None,
    glances: float = 0.25,
) -> Act:
    """Who stands: posture of the arms, what the face does; gaze and head wander."""
    psi, look, nod = looking(rng, times, seconds, glances)
    calm = feeling(rng, times, seconds, (0.1, 0.5)) if face is None else face
    posture = plus(idle(rng, times, seconds) | hands, {"look": look, "nod": nod})
    ones = np.ones(len(times))
    return Act(posture, face_of(calm, blinking(rng, times, seconds), psi), psi, ones, 0 * ones)


def replaced(act: Act, posture: Posture, upright: Curve, walks: Curve) -> Act:
    """The same face over another body."""
    return Act(posture, act.actions, act.psi, upright, walks)


def walk(rng: np.random.Generator, times: Curve, seconds: float) -> Act:
    """Walking with a personal stride, with a halt in one of three; arms swing, or do something of their own."""
    act = standing(rng, times, seconds, hanging(rng, times))
    stride = rng.uniform(0.45, 1.0) * np.ones(len(times))
    if rng.random() < 0.33:
        halt = rng.uniform(0.2, 0.8) * seconds
        stride = stride * (1 - eased((times - halt) / 0.8) * eased((halt + rng.uniform(1.4, 2.5) - times) / 0.8))
    gait = walking(cycles(rng, times, STRIDE_SECONDS * rng.uniform(0.85, 1.15)), stride)
    if rng.random() < 0.3:
        gait |= arms_between_poses(rng, times, seconds)
    sway = {name: act.posture[name] for name in ("tilt", "look", "nod")}
    body = act.posture | gait
    return replaced(act, body | plus(sway, {"look": gait["look"]}), act.upright, np.minimum(1, 4 * stride))


def turn(rng: np.random.Generator, times: Curve, seconds: float) -> Act:
    """Standing, arms between everyday poses: made for turning round in small steps."""
    arms = arms_between_poses(rng, times, seconds) if rng.random() < 0.6 else hanging(rng, times)
    return standing(rng, times, seconds, hanging(rng, times) | arms, glances=0.15)


def reach(rng: np.random.Generator, times: Curve, seconds: float) -> Act:
    """Reaching up, ahead, aside, and down to the floor."""
    hands, depth = reaching(rng, times, seconds)
    act = standing(rng, times, seconds, hands, glances=0.1)
    crouch = crouching(depth)
    body = act.posture | {name: crouch[name] for name in crouch if "_" in name}
    body = plus(body, {name: crouch[name] for name in crouch if "_" not in name})
    return replaced(act, body, 1 - np.minimum(1, 2 * depth), act.walks)


def squat(rng: np.random.Generator, times: Curve, seconds: float) -> Act:
    """Knee bends, arms stretched ahead, before the chest, or doing something else."""
    moves = schedule(rng, seconds, (0.1, 0.6), (0.8, 1.4))
    depth = rng.uniform(0.5, 1.05, len(moves) + 1)
    depth[::2] = rng.uniform(0.0, 0.12, len(depth[::2]))
    down = keyed(times, moves, depth)
    hands = hanging(rng, times)
    if rng.random() < 0.7:
        for side in SIDES:
            swing, elbow = (1.35, 0.15) if rng.random() < 0.5 else (0.9, 1.5)
            hands[f"{side}_swing"] = hands[f"{side}_swing"] + swing * np.minimum(1, 1.2 * down)
            hands[f"{side}_elbow"] = SIDED["elbow"][0] + elbow * np.minimum(1, 1.2 * down)
    act = standing(rng, times, seconds, hands, glances=0.12)
    crouch = crouching(down)
    sway = {name: act.posture[name] for name in ("tilt", "look", "twist")}
    return replaced(act, act.posture | crouch | sway, 1 - np.minimum(1, 2 * down), act.walks)


def sit(rng: np.random.Generator, times: Curve, seconds: float) -> Act:
    """Sits down on something that is not there, stays, talks or looks about, stands up."""
    start, still = rng.uniform(0.0, 0.15) * seconds, rng.uniform(0.5, 0.75) * seconds
    lasts = rng.uniform(1.1, 1.6)
    rises = start + lasts + max(0.0, still - 2 * lasts)
    down, up = (times - start) / lasts, (times - rises) / lasts
    depth = eased(down) - eased(up)
    leaning = eased(2 * down) - eased(2 * down - 1) + eased(2 * up) - eased(2 * up - 1)
    free = beating(rng, times, seconds) if rng.random() < 0.4 else {}
    hands = hanging(rng, times) | hands_between_shapes(rng, times, seconds)
    for side in SIDES:
        lap = {"lower": 1.25, "swing": 0.5, "rotate": -0.15, "elbow": 0.75, "forearm": -0.9}
        for name, angle in lap.items():
            key = f"{side}_{name}"
            hands[key] = hands[key] + depth * (free.get(key, angle) - hands[key])
    act = standing(rng, times, seconds, hands)
    seat = sitting(depth, leaning, rng.uniform(0, 1))
    sway = {name: act.posture[name] for name in ("tilt", "look", "twist")}
    return replaced(act, act.posture | seat | sway, 1 - np.minimum(1, 2 * depth), act.walks)


def dance(rng: np.random.Generator, times: Curve, seconds: float) -> Act:
    """A bounce on the beat, hips, side steps, arms in patterns."""
    beat = times * rng.uniform(95, 128) / 60 + rng.random()
    act = standing(rng, times, seconds, in_rhythm(rng, times, beat, seconds), feeling(rng, times, seconds))
    bounce = (0.5 - 0.5 * np.cos(2 * math.pi * beat)) * (0.6 + wander(rng, times, 0.2, 3.0))
    crouch = crouching(rng.uniform(0.06, 0.18) + rng.uniform(0.05, 0.16) * bounce)
    hips, turns, wide = rng.uniform(0.03, 0.12), rng.uniform(0.0, 0.3), rng.uniform(0.0, 0.22)
    sway = np.sin(math.pi * beat)
    swings: Posture = {
        "roll": hips * sway,
        "lean": -1.2 * hips * sway,
        "twist": turns * np.sin(math.pi * beat + rng.uniform(0, 3)),
        "nod": rng.uniform(0, 0.1) * np.cos(2 * math.pi * beat),
        "tilt": rng.uniform(0, 0.12) * sway,
    }
    swings |= {f"{side}_spread": wide * height for side, height in lifts(beat / 2).items()}
    effort = rng.uniform(0.3, 0.9) * np.ones(len(times)) if rng.random() < 0.8 else 0 * times
    body = stepped(plus(act.posture | crouch, swings), beat / 2, effort)
    return replaced(act, body, act.upright, np.ones(len(times)))


def sign(rng: np.random.Generator, times: Curve, seconds: float) -> Act:
    """Sign-like sequences of both hands, with the mouth and brows that go with them."""
    face = 0.7 * speaking(rng, times, seconds) + 0.6 * feeling(rng, times, seconds)
    return standing(rng, times, seconds, signing(rng, times, seconds), face.astype(np.float32), glances=0.08)


def talk(rng: np.random.Generator, times: Curve, seconds: float) -> Act:
    """Talking to somebody, with hands that underline it."""
    face = speaking(rng, times, seconds) + 0.4 * feeling(rng, times, seconds)
    act = standing(rng, times, seconds, beating(rng, times, seconds), face.astype(np.float32), glances=0.18)
    stress = {"nod": wander(rng, times, 0.05, 0.9), "tilt": wander(rng, times, 0.03, 1.4)}
    return replaced(act, plus(act.posture, stress), act.upright, act.walks)


def feelings(rng: np.random.Generator, times: Curve, seconds: float) -> Act:
    """One strong expression after another."""
    hands = beating(rng, times, seconds) if rng.random() < 0.5 else arms_between_poses(rng, times, seconds)
    return standing(rng, times, seconds, hanging(rng, times) | hands, feeling(rng, times, seconds, (0.6, 1.0)), 0.15)


def look(rng: np.random.Generator, times: Curve, seconds: float) -> Act:
    """Glances far to all sides, the head follows."""
    hands = hanging(rng, times) | hands_between_shapes(rng, times, seconds)
    return standing(rng, times, seconds, hands, glances=0.55)
