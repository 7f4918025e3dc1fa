"""Evenly spread directions: those in which the light of an environment is kept."""

import numpy as np
from jaxtyping import Float

RADIANCE_LIGHTS = 32
"""Directions in which a capture keeps the light round a person."""


def fibonacci_directions(count: int = RADIANCE_LIGHTS) -> Float[np.ndarray, "count 3"]:
    """`count` evenly spread unit vectors; neighbours in the list lie far apart, so any stride is spread evenly too."""
    index = np.arange(count)
    height = 1 - (2 * index + 1) / count
    angle = index * np.pi * (3 - np.sqrt(5.0))
    radius = np.sqrt(1 - height**2)
    return np.stack([radius * np.sin(angle), height, radius * np.cos(angle)], 1).astype(np.float32)
