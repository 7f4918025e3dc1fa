"""What shines on a person from where: sun, sky, windows, lamps, nights, and the even light of a studio.

Every sampler returns a `Light` on the fixed Fibonacci directions, perhaps with a lamp, exposed as a camera's meter would.
"""

import math
from collections.abc import Callable

import numpy as np
from jaxtyping import Float32
from numpy import ndarray

from lca.geometry.directions import fibonacci_directions
from lca.world.light.directional import Light


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


def sunny(rng: np.random.Generator, azimuth: float) -> Light:
    """A blue sky and the sun, now bare, now through haze."""
    sky = dome(tint(rng, -0.25), tint(rng, -0.08), rng.uniform(0.25, 0.6) * tint(rng, 0.08))
    place, warm = towards(azimuth, rng.uniform(0.35, 1.15)), tint(rng, 0.12)
    glow = sky + rng.uniform(0.1, 0.7) * lobe(place, rng.uniform(8, 30))[:, None] * warm
    return around(glow).with_lamp(place, rng.uniform(0.4, 2.6) * warm, rng.uniform(0.005, 0.06))


def overcast(rng: np.random.Generator, azimuth: float) -> Light:
    """A grey sky, brightest at the zenith."""
    top = rng.uniform(1.2, 2.2) * tint(rng, -0.04)
    return around(dome(top, tint(rng, -0.02), rng.uniform(0.25, 0.7) * tint(rng, 0.04)))


def window(rng: np.random.Generator, azimuth: float) -> Light:
    """A room with light from one side; sometimes the sun comes in."""
    room = dome(0.9 * tint(rng, 0.05), 0.7 * tint(rng, 0.08), 0.4 * tint(rng, 0.1))
    place = towards(azimuth, rng.uniform(0.0, 0.5))
    light = around(room + rng.uniform(0.4, 1.3) * lobe(place, rng.uniform(2.0, 8.0))[:, None] * tint(rng, -0.1))
    return light.with_lamp(place, rng.uniform(0.4, 1.6) * tint(rng, 0.12)) if rng.random() < 0.3 else light


def lamps(rng: np.random.Generator, azimuth: float) -> Light:
    """A room under one to three soft lamps, or with a bare bulb."""
    radiance = dome(0.7 * tint(rng, 0.1), 0.6 * tint(rng, 0.1), 0.35 * tint(rng, 0.12))
    for _ in range(rng.integers(1, 4)):
        lamp = lobe(towards(rng.uniform(-math.pi, math.pi), rng.uniform(0.5, 1.5)), rng.uniform(5, 20))
        radiance = radiance + rng.uniform(0.2, 0.6) * lamp[:, None] * tint(rng, 0.15)
    bulb = towards(azimuth, rng.uniform(0.6, 1.3))
    light = around(radiance)
    return light.with_lamp(bulb, rng.uniform(0.2, 1.0) * tint(rng, 0.15), 0.05) if rng.random() < 0.5 else light


def evening(rng: np.random.Generator, azimuth: float) -> Light:
    """A low, warm sun, or its glow alone."""
    place, warm = towards(azimuth, rng.uniform(0.06, 0.35)), tint(rng, 0.3)
    sky = dome(0.8 * tint(rng, -0.25), tint(rng, 0.05), 0.4 * tint(rng, 0.0))
    light = around(sky + rng.uniform(0.3, 0.9) * lobe(place, rng.uniform(4, 14))[:, None] * warm)
    return light.with_lamp(place, rng.uniform(0.4, 1.8) * warm, 0.02) if rng.random() < 0.7 else light


def night(rng: np.random.Generator, azimuth: float) -> Light:
    """Little light from everywhere, a street lamp or headlights, shop windows of any colour."""
    radiance = rng.uniform(0.2, 0.5) * dome(tint(rng, -0.1, 0.1), tint(rng, 0.1, 0.15), 0.5 * tint(rng, 0.1))
    for _ in range(rng.integers(1, 4)):
        shop = lobe(towards(rng.uniform(-math.pi, math.pi), rng.uniform(-0.1, 0.5)), rng.uniform(4, 16))
        radiance = radiance + rng.uniform(0.1, 0.5) * shop[:, None] * tint(rng, rng.uniform(-0.4, 0.5), 0.3)
    lamp = towards(azimuth, rng.uniform(0.15, 1.2))
    return around(radiance).with_lamp(lamp, rng.uniform(0.3, 1.6) * tint(rng, rng.uniform(0.0, 0.35), 0.1), 0.03)


def around(radiance: Float32[ndarray, "lights 3"]) -> Light:
    """Radiance in the fixed directions."""
    return Light(fibonacci_directions(), np.asarray(radiance, np.float32))


ENVIRONMENTS: dict[str, tuple[float, Callable[[np.random.Generator, float], Light]]] = {
    "sun": (0.25, sunny),
    "overcast": (0.15, overcast),
    "window": (0.2, window),
    "lamps": (0.15, lamps),
    "evening": (0.13, evening),
    "night": (0.12, night),
}
"""Kinds of the wild stage: how often, and the light before exposure with its main source at an azimuth."""


def light_of(rng: np.random.Generator, kind: str) -> Light:
    """Light of one of `ENVIRONMENTS` from any side; exposure varies by about a third of a stop, nights are darker."""
    light = ENVIRONMENTS[kind][1](rng, rng.uniform(-math.pi, math.pi))
    level = rng.uniform(0.35, 0.65) if kind == "night" else np.clip(rng.normal(0.85, 0.12), 0.6, 1.15)
    return light.exposed(float(level))


def wild_kind(rng: np.random.Generator) -> str:
    """One of `ENVIRONMENTS`."""
    return str(rng.choice(list(ENVIRONMENTS), p=[share for share, _ in ENVIRONMENTS.values()]))


def wild_light(rng: np.random.Generator) -> Light:
    """Any light of the wild stage."""
    return light_of(rng, wild_kind(rng))


def even_light(rng: np.random.Generator) -> Light:
    """The studio: near white and even, half of the time with a faint ring of soft boxes at head height."""
    directions = fibonacci_directions()
    radiance = (1.0 + 0.25 * directions[:, 1:2]) * tint(rng, 0.0, 0.01)
    if rng.random() < 0.5:
        ring = [lobe(towards(rng.uniform(0, 0.3) + k * math.pi / 2, 0.35), 6.0) for k in range(4)]
        boxes = np.mean(ring, 0)
        radiance = radiance + 0.35 * boxes[:, None]
    return Light(directions, radiance.astype(np.float32)).exposed(0.85)
