"""Light of the synthetic world: a fixed set of directional lights, so that shading has no noise."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from lca.geometry.directions import RADIANCE_LIGHTS, fibonacci_directions

LAMP_PATCHES = 4
"""A lamp is drawn as so many patches: one for each of the 2x2 samples of a pixel, for a soft edge of its shadow."""


@dataclass(frozen=True)
class Light:
    """An environment cut into equal patches of the sphere, and perhaps one lamp.

    `directions` are unit vectors from the person to the light, `radiance` is linear RGB of each patch. A uniform
    radiance of 1 shows a white matte surface at exactly 1 (see `irradiance`). The last `lamps` rows are patches of the lamp.
    """

    directions: Float[np.ndarray, "lights 3"]
    radiance: Float[np.ndarray, "lights 3"]
    lamps: int = 0

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
        return Light(self.directions, (self.radiance * (level / max(mean, 1e-6))).astype(np.float32), self.lamps)

    def with_lamp(
        self, direction: Float[np.ndarray, "3"], colour: Float[np.ndarray, "3"], radius: float = 0.02
    ) -> "Light":
        """This environment and a distant lamp of `radius` radians; a white matte surface that faces it gains `colour`."""
        towards = direction / np.linalg.norm(direction)
        side = np.cross(towards, [1.0, 0.0, 0.0] if abs(towards[1]) > 0.9 else [0.0, 1.0, 0.0])
        side /= np.linalg.norm(side)
        corners = [(1, 0), (0, 1), (-1, 0), (0, -1)]
        patches = np.stack([towards + radius * (a * side + b * np.cross(towards, side)) for a, b in corners])
        patches /= np.linalg.norm(patches, axis=1, keepdims=True)
        before, after = len(self.directions), len(self.directions) + LAMP_PATCHES
        lamp = np.repeat(np.asarray(colour)[None] * after / (4 * LAMP_PATCHES), LAMP_PATCHES, 0)
        return Light(
            np.concatenate([self.directions, patches]).astype(np.float32),
            np.concatenate([self.radiance * (after / before), lamp]).astype(np.float32),
            LAMP_PATCHES,
        )

    def record(self) -> dict[str, Float[np.ndarray, "..."]]:
        """What a capture keeps: `radiance` (32, 3) of the environment alone, and `lamp_direction`, `lamp_colour` (3,)."""
        count, lamps = len(self.directions), self.lamps
        around = np.zeros((RADIANCE_LIGHTS, 3), np.float32)
        if count > lamps:
            around = self.radiance[: count - lamps] * np.float32((count - lamps) / count)
        towards, colour = np.zeros(3, np.float32), np.zeros(3, np.float32)
        if lamps:
            towards = self.directions[-lamps:].mean(0)
            towards = towards / np.linalg.norm(towards)
            colour = self.radiance[-lamps:].sum(0) * np.float32(4 / count)
        return {"radiance": around, "lamp_direction": towards, "lamp_colour": colour}


def single_lamp(direction: Float[np.ndarray, "3"], colour: Float[np.ndarray, "3"]) -> Light:
    """A lamp in the dark: hard shadows."""
    return Light(direction[None].astype(np.float32), (np.asarray(colour)[None] / 4).astype(np.float32), 1)


def studio_light() -> Light:
    """A soft, even studio: bright from above and the front, a little less from behind and below."""
    directions = fibonacci_directions()
    strength = 1.0 + 0.55 * directions[:, 1] + 0.3 * directions[:, 2]
    return Light(directions, np.repeat(strength[:, None], 3, 1).astype(np.float32)).exposed()
