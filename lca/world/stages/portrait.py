"""The portrait stage: somebody who talks and feels, filmed from near and from the front by a hand-held camera in any light.

What faces do takes many faces to learn, and a wild video shows the front of one in a quarter of its frames; here nearly all do.
Light, film, surroundings and tracking are the wild stage's.
"""

from dataclasses import replace

import numpy as np
import torch

from lca.motion.curves import settled
from lca.motion.posed import joints_at
from lca.motion.sequences import DENSE, sequence
from lca.world.light.environment import wild_kind
from lca.world.person.people import HEAD, Person
from lca.world.stages.filming import Taken, stature
from lca.world.stages.handheld import LAG, hand_held
from lca.world.stages.wild import SECONDS, Scenario, filmed

FRAMES = 16
"""Of a video, evenly spread."""
ACTS = {"feelings": 0.4, "talk": 0.3, "look": 0.1, "walk": 0.05, "reach": 0.05, "dance": 0.05, "sign": 0.05}
"""How often an act of the motion library is one of a video's two."""
ASIDE, TURN = 0.6, 0.8
"""Radians: how far aside of the person's front the camera is at first, and how far people turn at most."""
AFTER = 1.5
"""The camera goes round with them by up to so much of their turn."""
CLOSER = (2.4, 4.0)
"""How much larger than on the wild stage people are in the picture: head, shoulders, some of the trunk."""
BELOW = 0.1
"""Metres below the head's joint, at which the camera aims."""


def portrait(rng: np.random.Generator, person: Person, size: int) -> Taken:
    """Sixteen frames of somebody's face, and as much of the body as is about it."""
    floor, tall = stature(person)
    shape = torch.from_numpy(np.asarray(person.betas, np.float32))
    acts = tuple(str(name) for name in rng.choice(list(ACTS), 2, replace=False, p=list(ACTS.values())))
    kind, heading, turning = wild_kind(rng), rng.uniform(-np.pi, np.pi), rng.uniform(-TURN, TURN)
    motion = sequence(acts, rng, rng.uniform(*SECONDS), DENSE, shape, heading, turning)
    head = joints_at(motion, shape, np.arange(len(motion)))[:, HEAD].astype(float)
    times = np.arange(len(motion)) / DENSE
    start, sweep = heading + rng.uniform(-ASIDE, ASIDE), turning * rng.uniform(0.0, AFTER)
    hand = hand_held(rng, times, head, floor, tall, start, sweep)
    up = settled(head[:, 1], times, LAG) - BELOW - hand.aims[:, 1].mean()
    aims = hand.aims + up[:, None] * np.array([0.0, 1.0, 0.0])
    nearer = replace(hand, aims=aims, focals=hand.focals * rng.uniform(*CLOSER), closer=True)
    moments = np.linspace(0, len(motion) - 2, FRAMES).astype(np.int64)
    return filmed(rng, person, size, Scenario(acts, kind, floor, motion, nearer, moments))
