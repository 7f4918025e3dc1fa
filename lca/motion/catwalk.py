"""A walk that makes cloth move: steps towards the audience, a fast turn on the spot, steps on.

It is an act like those of `lca.motion.acts`, but not of the library: it turns by itself, and faster than feet can hold the floor.
"""

import math

import numpy as np

from lca.motion.acts import Act, replaced, standing
from lca.motion.curves import Curve, eased
from lca.motion.gait import STRIDE_SECONDS, cycles, stepped, walking
from lca.motion.gestures import hanging
from lca.motion.posture import SIDES, plus

TURN_RATE = (4.0, 5.0)
"""Radians per second on average; the fastest moment is nearly twice as fast."""
STEP_SECONDS = 0.6
"""Two of the small steps of the turn."""
LIFTED = 0.15, 0.35
"""Radians by which the arms are lifted off the cloth, and off flaring cloth on top of it."""


def catwalk(rng: np.random.Generator, times: Curve, seconds: float) -> Act:
    """Walk, one full turn or one and a half to either side in about a second and a half, walk on."""
    middle, turned = seconds * rng.uniform(0.45, 0.55), math.pi * rng.choice([-3, -2, 2, 3])
    progress = (times - middle) * rng.uniform(*TURN_RATE) / abs(turned) + 0.5
    spinning = eased(4 * (progress + 0.1)) * eased(4 * (1.1 - progress))
    act = standing(rng, times, seconds, hanging(rng, times))
    cycle = cycles(rng, times, STRIDE_SECONDS * rng.uniform(0.85, 1.1))
    gait = walking(cycle, (1 - spinning) * rng.uniform(0.8, 1.0))
    gait["yaw"] = gait["yaw"] + turned * eased(progress)
    sway = {name: act.posture[name] for name in ("tilt", "look", "nod")}
    body = act.posture | gait | plus(sway, {"look": gait["look"]})
    lift = {f"{side}_lower": -LIFTED[0] - LIFTED[1] * spinning for side in SIDES}
    body = stepped(plus(body, lift), cycles(rng, times, STEP_SECONDS), 0.6 * spinning)
    return replaced(act, body, 1 - spinning, np.ones(len(times)))
