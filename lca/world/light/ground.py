"""The shadow that a person throws on the floor."""

import numpy as np
from jaxtyping import Float32
from numpy import ndarray

from lca.world.light.backdrop import GROUND_REACH
from lca.world.light.directional import Light
from lca.world.light.renderer import Tracer

CELLS = 40
ABOVE = 0.004
"""Metres over the floor from which the lights are looked for."""
BOUNCED = 0.12
"""Share of light that reaches the floor round every obstacle."""
LUMINANCE = np.array([0.2126, 0.7152, 0.0722], np.float32)


def ground_shade(
    tracer: Tracer, light: Light, floor: float, stand: tuple[float, float]
) -> Float32[ndarray, "cells cells"]:
    """Share of light that reaches the floor on a grid of +-GROUND_REACH metres about `stand` (x, z); rows along z."""
    weights = (light.radiance @ LUMINANCE) * np.clip(light.directions[:, 1], 0, None)
    falling = weights > 0.01 * weights.sum()
    if not falling.any():
        return np.ones((CELLS, CELLS), np.float32)
    weights, towards = weights[falling], light.directions[falling]
    line = ((np.arange(CELLS) + 0.5) / CELLS * 2 - 1) * GROUND_REACH
    x, z = np.meshgrid(line + stand[0], line + stand[1])
    points = np.stack([x, np.full_like(x, floor + ABOVE), z], -1).reshape(-1, 3).astype(np.float32)
    origins, rays = np.repeat(points, len(towards), 0), np.tile(towards, (len(points), 1))
    blocked = tracer.blocked(origins, np.ascontiguousarray(rays, np.float32)).reshape(len(points), -1)
    dark = (blocked * weights).sum(1) / weights.sum()
    return (1 - (1 - BOUNCED) * dark).reshape(CELLS, CELLS).astype(np.float32)
