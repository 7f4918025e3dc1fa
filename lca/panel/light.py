"""The light of the panel: a sky by name or from a file, and a lamp that a hand holds; neither is the light of the photos.

A handle in the picture stands for the lamp. In its middle the lamp is where the camera is; half a picture away it shines from the
side, in the corners from behind. Once let go, the lamp stays where it is in the world: the camera orbits, and the handle moves.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

import torch
from torch.nn import functional as F

from lca.geometry.camera import Camera
from lca.geometry.illumination import Illumination, lamp
from lca.geometry.skies import SKIES

BRIGHTEST = 10.0
"""Of a lamp: what a white surface shows that faces it, linear."""
DIM = 0.15
"""Of the studio round a lamp that stands alone."""
HANDLE = (0.3, 0.25)
"""Where a lamp is that has just been switched on: shares of the picture."""

Direction = tuple[float, float, float]


@dataclass(frozen=True, eq=False)
class Found:
    """The environment of a file; equal to itself alone."""

    light: Illumination


Skies = Mapping[str, Found | None]
"""What there is to choose from: names of `SKIES`, and of files."""
NAMED: Skies = dict.fromkeys(SKIES)


@dataclass(frozen=True)
class Lighting:
    """A name of `SKIES`, or of the file in which `found` was, turned by `azimuth` (radians, towards the person's left), and the
    unit direction (world axes) to a lamp of `strength`; None is none of them."""

    sky: str | None = None
    azimuth: float = 0.0
    lamp: Direction | None = None
    strength: float = 1.5
    found: Found | None = None

    @property
    def own(self) -> bool:
        """Whether it is another light than that of the photos."""
        return self.sky is not None or self.lamp is not None

    def illumination(self) -> Illumination | None:
        """As light; None is that of the photos. A lamp without a sky stands in a dim studio."""
        if not self.own:
            return None
        around = (
            _turned(self.sky, self.azimuth, self.found) if self.sky else _turned("studio", self.azimuth).brightened(DIM)
        )
        if self.lamp is None:
            return around
        return around + lamp(torch.tensor(self.lamp), torch.full((3,), self.strength))


@lru_cache(maxsize=8)
def _turned(sky: str, azimuth: float, found: Found | None = None) -> Illumination:
    return (SKIES[sky].light() if found is None else found.light).turned(azimuth)


def lamp_at(x: float, y: float, camera: Camera) -> Direction:
    """The direction (world axes) to the lamp whose handle is at (x, y), shares of a square picture, each from 0 to 1."""
    right, up = 2 * x - 1, 1 - 2 * y
    radius = math.hypot(right, up)
    angle = radius * math.pi / 2
    across = math.sin(angle) / radius if radius else 0.0
    towards = torch.tensor([across * right, -across * up, -math.cos(angle)]).to(camera.camera_from_world)
    a, b, c = F.normalize(camera.camera_from_world[:3, :3].T @ towards, dim=0).tolist()
    return a, b, c


def handle_of(towards: Direction, camera: Camera) -> tuple[float, float]:
    """Where the handle of a lamp is in a camera's picture, the inverse of `lamp_at`; what lies beyond its edge is on it."""
    a, b, c = (camera.camera_from_world[:3, :3] @ torch.tensor(towards).to(camera.camera_from_world)).tolist()
    across = math.hypot(a, b)
    radius = math.atan2(across, -c) / (math.pi / 2)
    right, up = (radius * a / across, -radius * b / across) if across > 1e-6 else (radius, 0.0)
    beyond = max(1.0, abs(right), abs(up))
    return (1 + right / beyond) / 2, (1 - up / beyond) / 2
