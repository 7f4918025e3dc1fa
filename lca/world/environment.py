"""Environment light of the two stages: what shines on a person from where.

Every sampler returns a `Light` on the fixed Fibonacci directions, exposed as a camera's meter would.
"""

import math

import numpy as np
from jaxtyping import Float32
from numpy import ndarray

from lca.world.light import Light, fibonacci_directions

ENVIRONMENTS = ("sun", "overcast", "window", "lamps", "evening")
"""Kinds of the wild stage."""


def lobe(direction: ndarray, sharpness: float) -> Float32[ndarray, " lights"]:
    """A soft light round `direction`: exp(sharpness (cos - 1)), normalised to a mean of 1 over the sphere."""
    cosines = fibonacci_directions() @ (direction / np.linalg.norm(direction))
    strength = np.exp(sharpness * (cosines - cosines.max()))
    return (strength / strength.mean()).astype(np.float32)


def towards(azimuth: float, elevation: float) -> ndarray:
    """Unit vector, angles in radians, azimuth 0 is +z and grows towards +x."""
    return np.array(
        [math.sin(azimuth) * math.cos(elevation), math.sin(elevation), math.cos(azimuth) * math.cos(elevation)]
    )


def tint(rng: np.random.Generator, warmth: float, spread: float = 0.05) -> Float32[ndarray, "3"]:
    """A light colour with mean 1: `warmth` > 0 is orange, < 0 is blue."""
    colour = np.array([1 + warmth, 1.0, 1 - warmth]) + rng.normal(0, spread, 3) * [1, 0.4, 1]
    colour = np.clip(colour, 0.3, 2.0)
    return (colour / colour.mean()).astype(np.float32)


def dome(zenith: ndarray, horizon: ndarray, ground: ndarray) -> Float32[ndarray, "lights 3"]:
    """Sky from horizon to zenith above, one colour below."""
    height = fibonacci_directions()[:, 1:2]
    above = horizon + (zenith - horizon) * np.sqrt(np.clip(height, 0, 1))
    return np.where(height > 0, above, ground).astype(np.float32)


def wild_radiance(rng: np.random.Generator, kind: str) -> Float32[ndarray, "lights 3"]:
    """Radiance of one of `ENVIRONMENTS` before exposure."""
    azimuth = rng.uniform(-math.pi, math.pi)
    if kind == "sun":
        sky = dome(tint(rng, -0.25), tint(rng, -0.08), rng.uniform(0.25, 0.6) * tint(rng, 0.08))
        sun = lobe(towards(azimuth, rng.uniform(0.35, 1.15)), rng.uniform(14, 40))
        return sky + rng.uniform(0.4, 1.3) * sun[:, None] * tint(rng, 0.12)
    if kind == "overcast":
        return dome(
            rng.uniform(1.2, 2.2) * tint(rng, -0.04), tint(rng, -0.02), rng.uniform(0.25, 0.7) * tint(rng, 0.04)
        )
    if kind == "window":
        room = dome(0.9 * tint(rng, 0.05), 0.7 * tint(rng, 0.08), 0.4 * tint(rng, 0.1))
        window = lobe(towards(azimuth, rng.uniform(0.0, 0.5)), rng.uniform(2.0, 8.0))
        return room + rng.uniform(0.4, 1.3) * window[:, None] * tint(rng, -0.1)
    if kind == "lamps":
        radiance = dome(0.7 * tint(rng, 0.1), 0.6 * tint(rng, 0.1), 0.35 * tint(rng, 0.12))
        for _ in range(rng.integers(1, 4)):
            lamp = lobe(towards(rng.uniform(-math.pi, math.pi), rng.uniform(0.5, 1.5)), rng.uniform(5, 20))
            radiance = radiance + rng.uniform(0.2, 0.6) * lamp[:, None] * tint(rng, 0.15)
        return radiance
    low = lobe(towards(azimuth, rng.uniform(0.05, 0.3)), rng.uniform(4, 14))
    sky = dome(0.8 * tint(rng, -0.25), tint(rng, 0.05), 0.4 * tint(rng, 0.0))
    return sky + rng.uniform(0.4, 1.1) * low[:, None] * tint(rng, 0.3)


def wild_light(rng: np.random.Generator) -> Light:
    """Sun, overcast sky, window, lamps or a low evening sun, from any side; exposure varies by about a third of a stop."""
    kind = str(rng.choice(ENVIRONMENTS))
    radiance = wild_radiance(rng, kind).astype(np.float32)
    return Light(fibonacci_directions(), radiance).exposed(float(np.clip(rng.normal(0.85, 0.12), 0.6, 1.15)))


def even_light(rng: np.random.Generator) -> Light:
    """The studio: near white and even, half of the time with a faint ring of soft boxes at head height."""
    directions = fibonacci_directions()
    radiance = (1.0 + 0.25 * directions[:, 1:2]) * tint(rng, 0.0, 0.01)
    if rng.random() < 0.5:
        ring = [lobe(towards(rng.uniform(0, 0.3) + k * math.pi / 2, 0.35), 6.0) for k in range(4)]
        boxes = np.mean(ring, 0)
        radiance = radiance + 0.35 * boxes[:, None]
    return Light(directions, radiance.astype(np.float32)).exposed(0.85)
