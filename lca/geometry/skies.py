"""Lights by name: skies and rooms that everybody knows, in numbers; each is exposed as a camera's meter would."""

import math
from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor
from torch.nn import functional as F

from lca.geometry.directions import fibonacci_directions
from lca.geometry.illumination import Illumination, projected

EXPOSED = 0.85
"""Mean luminance that upright white surfaces show."""
LUMINANCE = (0.2126, 0.7152, 0.0722)
PATCHES = 1024

Rgb = tuple[float, float, float]


@dataclass(frozen=True)
class Sky:
    """Linear RGB of what is above, at the horizon and below, a soft glow in one direction, and a lamp in the same direction.

    Angles in radians: `azimuth` 0 is in front of the person (+z), growing towards its left; `sharp` is how narrow the glow is.
    """

    zenith: Rgb
    horizon: Rgb
    ground: Rgb
    azimuth: float = 0.0
    elevation: float = 0.8
    glow: Rgb = (0.0, 0.0, 0.0)
    sharp: float = 6.0
    lamp: Rgb = (0.0, 0.0, 0.0)

    def radiance(self, directions: Float[Tensor, "lights 3"]) -> Float[Tensor, "lights 3"]:
        """What comes from each direction, without the lamp."""
        zenith, horizon, ground, glow = map(torch.tensor, (self.zenith, self.horizon, self.ground, self.glow))
        height = directions[:, 1:2]
        sky = torch.where(height > 0, horizon + (zenith - horizon) * height.clamp(min=0).sqrt(), ground)
        return sky + glow * torch.exp(self.sharp * (directions @ self.towards - 1))[:, None]

    @property
    def towards(self) -> Float[Tensor, "3"]:
        """Unit vector to glow and lamp."""
        across = math.cos(self.elevation)
        return torch.tensor(
            [math.sin(self.azimuth) * across, math.sin(self.elevation), math.cos(self.azimuth) * across]
        )

    def light(self) -> Illumination:
        """As light, exposed."""
        directions = torch.from_numpy(fibonacci_directions(PATCHES))
        around = projected(directions, self.radiance(directions))
        return exposed(Illumination(around, self.towards[None], torch.tensor(self.lamp)[None]))


def exposed(light: Illumination, level: float = EXPOSED) -> Illumination:
    """Scaled as a camera's meter would: upright surfaces show a mean luminance of `level`."""
    angles = torch.arange(16) / 16 * 2 * math.pi
    upright = F.normalize(torch.stack([angles.sin(), torch.full((16,), 0.25), angles.cos()], -1), dim=-1)
    lamps = (upright @ light.directions.mT).clamp(min=0) @ light.colours
    mean = (light.irradiance(upright) + lamps).mean(0) @ torch.tensor(LUMINANCE)
    return light.brightened(level / float(mean.clamp(min=1e-6)))


SKIES = {
    "studio": Sky((1.5, 1.5, 1.5), (1.0, 1.0, 1.0), (0.55, 0.55, 0.55), 0.0, 0.7, (0.4, 0.4, 0.4), 2.0),
    "sun": Sky(
        (0.45, 0.65, 1.05), (0.85, 0.95, 1.05), (0.32, 0.3, 0.26), 0.7, 0.8, (0.5, 0.45, 0.4), 16.0, (1.9, 1.75, 1.5)
    ),
    "overcast": Sky((1.7, 1.75, 1.8), (0.95, 1.0, 1.05), (0.4, 0.4, 0.38)),
    "sunset": Sky(
        (0.3, 0.36, 0.6), (1.0, 0.62, 0.42), (0.2, 0.16, 0.15), 1.1, 0.16, (1.9, 0.8, 0.3), 5.0, (2.4, 1.25, 0.5)
    ),
    "window": Sky((0.28, 0.26, 0.24), (0.24, 0.22, 0.2), (0.16, 0.14, 0.12), -1.35, 0.3, (2.4, 2.6, 2.9), 4.0),
    "candle": Sky(
        (0.03, 0.025, 0.02), (0.1, 0.06, 0.03), (0.1, 0.06, 0.03), 0.5, -0.1, (1.8, 0.95, 0.35), 3.0, (0.7, 0.36, 0.12)
    ),
    "night": Sky(
        (0.05, 0.07, 0.16), (0.1, 0.12, 0.22), (0.05, 0.05, 0.07), -0.9, 0.9, (0.25, 0.3, 0.5), 4.0, (0.55, 0.7, 1.2)
    ),
    "neon": Sky(
        (0.06, 0.03, 0.1), (0.55, 0.1, 0.55), (0.1, 0.05, 0.16), 1.5, 0.1, (2.2, 0.15, 1.2), 3.0, (0.05, 0.7, 1.1)
    ),
}
"""Name -> sky."""
