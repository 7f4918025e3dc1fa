"""Light of the synthetic world: a fixed set of directional lights, so that shading has no noise."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

LIGHTS = 32


@dataclass(frozen=True)
class Light:
    """An environment cut into equal patches of the sphere.

    `directions` are unit vectors from the person to the light, `radiance` is linear RGB of each patch. A uniform
    radiance of 1 shows a white matte surface at exactly 1 (see `irradiance`).
    """

    directions: Float[np.ndarray, "lights 3"]
    radiance: Float[np.ndarray, "lights 3"]

    def irradiance(self, normals: Float[np.ndarray, "points 3"]) -> Float[np.ndarray, "points 3"]:
        """Unshadowed light on surfaces facing `normals`, divided by pi: 4 / lights * sum of radiance * cos."""
        cosines = np.clip(normals @ self.directions.T, 0, None)
        return cosines @ self.radiance * (4 / len(self.directions))

    def exposed(self, level: float = 0.85) -> "Light":
        """Scaled as a camera's meter would: surfaces standing upright receive a mean luminance of `level`."""
        angles = np.linspace(0, 2 * np.pi, 16, endpoint=False)
        upright = np.stack([np.sin(angles), np.full(16, 0.25), np.cos(angles)], 1)
        upright /= np.linalg.norm(upright, axis=1, keepdims=True)
        mean = float((self.irradiance(upright) @ np.array([0.2126, 0.7152, 0.0722])).mean())
        return Light(self.directions, (self.radiance * (level / max(mean, 1e-6))).astype(np.float32))


def fibonacci_directions(count: int = LIGHTS) -> Float[np.ndarray, "count 3"]:
    """`count` evenly spread unit vectors; neighbours in the list lie far apart, so any stride is spread evenly too."""
    index = np.arange(count)
    height = 1 - (2 * index + 1) / count
    angle = index * np.pi * (3 - np.sqrt(5.0))
    radius = np.sqrt(1 - height**2)
    return np.stack([radius * np.sin(angle), height, radius * np.cos(angle)], 1).astype(np.float32)


def studio_light() -> Light:
    """A soft, even studio: bright from above and the front, a little less from behind and below."""
    directions = fibonacci_directions()
    strength = 1.0 + 0.55 * directions[:, 1] + 0.3 * directions[:, 2]
    return Light(directions, np.repeat(strength[:, None], 3, 1).astype(np.float32)).exposed()
