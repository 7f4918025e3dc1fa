"""A camera in somebody's hand: it is carried about a person, follows, shakes, tilts and may zoom."""

import math
from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Float
from numpy import ndarray

from lca.geometry.camera import Camera, look_at
from lca.motion.curves import Curve, eased, settled, wander
from lca.world.stages.framing import rolled

DISTANCES = (1.9, 5.0)
"""Metres between camera and person."""
LAG = 0.25
"""Seconds by which the hand follows the person."""


@dataclass(frozen=True)
class HandHeld:
    """One place, direction, roll (radians) and focal length (in picture heights) per moment; `centre` is where the optical axis
    meets the picture, as shares of its size."""

    eyes: Float[ndarray, "frames 3"]
    aims: Float[ndarray, "frames 3"]
    rolls: Float[ndarray, " frames"]
    focals: Float[ndarray, " frames"]
    centre: Float[ndarray, "2"]
    closer: bool
    """Whether the legs are cut on purpose."""

    def camera(self, index: int, size: int) -> Camera:
        """The camera of one moment."""
        eye, aim = (torch.from_numpy(axis[index]).float() for axis in (self.eyes, self.aims))
        matrix = rolled(look_at(eye, aim), float(self.rolls[index]))
        focal = float(self.focals[index]) * size
        x, y = (self.centre * size).tolist()
        intrinsics = torch.tensor([[focal, 0.0, x], [0.0, focal, y], [0.0, 0.0, 1.0]], dtype=torch.float32)
        return Camera(matrix, intrinsics, size, size)


def hand_held(
    rng: np.random.Generator,
    times: Curve,
    path: Float[ndarray, "frames 3"],
    floor: float,
    tall: float,
    start: float,
    sweep: float,
) -> HandHeld:
    """A camera that is carried by `sweep` radians about a person `tall` metres who moves along `path` (the pelvis, metres).

    `times` are seconds, at least 30 a second; `start` is the azimuth at the beginning. The whole person fills 60 to 90% of the
    picture's height most of the time; in one capture of seven the camera is closer and the legs are cut.
    """
    seconds = max(float(times[-1]), 1e-3)
    azimuths = start + sweep * sweeping(rng, times, seconds) + wander(rng, times, 0.04, 3.0)
    distance = math.exp(rng.uniform(*np.log(DISTANCES)))
    distances = np.clip(distance * np.exp(wander(rng, times, 0.05, 5.0)), 1.7, 6.0)
    height = rng.uniform(0.7, 1.8) + (rng.uniform(-0.6, 1.2) if rng.random() < 0.15 else 0.0)
    heights = floor + np.clip(height + wander(rng, times, 0.06, 3.5), 0.2, 3.0)
    followed = np.stack([settled(path[:, axis], times, LAG) for axis in (0, 2)], 1)
    around = np.stack([np.sin(azimuths), np.cos(azimuths)], 1)
    eyes = np.stack([followed[:, 0], heights, followed[:, 1]], 1)
    eyes[:, [0, 2]] += distances[:, None] * around
    closer = bool(rng.random() < 1 / 7)
    fill = rng.uniform(1.1, 1.6) if closer else rng.uniform(0.6, 0.9)
    zoom = 1 + (rng.uniform(-0.2, 0.3) * eased(times / seconds) if rng.random() < 0.15 else 0 * times)
    spare = 0.0 if closer else min(0.06, (1 / fill - 1) / 2)
    middle = floor + tall * (1 - 0.42 / fill if closer else 0.5 + spare * rng.uniform(-1, 1))
    shake, drift = rng.uniform(0.0, 0.012), rng.uniform(0.01, 0.05)
    aims = np.stack([followed[:, 0], np.full(len(times), middle), followed[:, 1]], 1)
    for axis in range(3):
        aims[:, axis] += wander(rng, times, drift, 2.5) + distances * wander(rng, times, shake, 0.45)
    rolls = rng.normal(0, 0.02) + wander(rng, times, 0.015, 2.5)
    centre = 0.5 + np.array([rng.uniform(-0.1, 0.1), 0.0 if closer else rng.uniform(-0.02, 0.02)])
    return HandHeld(eyes, aims, rolls, fill * distance / tall * zoom, centre, closer)


def sweeping(rng: np.random.Generator, times: Curve, seconds: float) -> Curve:
    """How much of the way round is done, 0 to 1, at a wavering pace."""
    rate = np.clip(1 + wander(rng, times, 0.3, 0.6 * seconds), 0.35, 2)
    done = np.concatenate([[0.0], np.cumsum((rate[1:] + rate[:-1]) / 2)])
    return done / max(done[-1], 1e-9)
