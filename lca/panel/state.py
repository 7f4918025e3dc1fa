"""What the panel shows: one immutable state. Every change gives a new one, so undo, threads and JSON are simple.

Numbers are tuples, not tensors: states compare, hash and travel between threads as values. Axes and units of theta, psi and
actions are those of `lca.geometry`.
"""

import math
from dataclasses import dataclass, field, replace

import torch
from jaxtyping import Float
from torch import Tensor

from lca.geometry.camera import Camera, orbit
from lca.panel.light import Lighting

Numbers = tuple[float, ...]

SHAPES = 10
"""Shape coefficients that have a slider."""
DISTANCES = (0.35, 12.0)
HIGHEST = 1.5
"""Radians above or below the person that a camera may stand; at pi / 2 it would have no upright."""
PICTURES = ("colour", "depth", "normals")
GAZES = ("sliders", "camera", "pointer")
SIZES = (128, 256, 384, 512, 768, 1024)


@dataclass(frozen=True)
class Pose:
    """One moment of a person: theta (156, radians), psi (4, radians), actions (52, 0 to 1), translation (3, metres)."""

    theta: Numbers = (0.0,) * 156
    psi: Numbers = (0.0,) * 4
    actions: Numbers = (0.0,) * 52
    translation: Numbers = (0.0,) * 3

    def tensors(self) -> tuple[Float[Tensor, "156"], Float[Tensor, "4"], Float[Tensor, "52"], Float[Tensor, "3"]]:
        """(theta, psi, actions, translation)."""
        theta, psi, actions, translation = (
            torch.tensor(numbers, dtype=torch.float32)
            for numbers in (self.theta, self.psi, self.actions, self.translation)
        )
        return theta, psi, actions, translation


@dataclass(frozen=True)
class Viewpoint:
    """An orbiting camera: angles in radians, distance and target in metres (see `lca.geometry.camera.orbit`)."""

    azimuth: float = 0.0
    elevation: float = 0.05
    distance: float = 3.6
    target: tuple[float, float, float] = (0.0, -0.15, 0.0)
    field_of_view: float = 0.6

    def orbited(self, right: float, down: float) -> "Viewpoint":
        """After a drag by shares of the picture's height: the person turns with the hand, half a turn a height."""
        elevation = min(HIGHEST, max(-HIGHEST, self.elevation + math.pi * down))
        azimuth = math.remainder(self.azimuth - math.pi * right, 2 * math.pi)
        return replace(self, azimuth=azimuth, elevation=elevation)

    def zoomed(self, factor: float, right: float = 0.0, down: float = 0.0) -> "Viewpoint":
        """`factor` times as far away, within `DISTANCES`; what is seen `right` and `down` of the middle (shares of the picture's
        height) stays there, if it is as far away as the target."""
        nearer = replace(self, distance=min(DISTANCES[1], max(DISTANCES[0], self.distance * factor)))
        slip = 1 - self.distance / nearer.distance
        return nearer.panned(slip * right, slip * down) if right or down else nearer

    def panned(self, right: float, down: float) -> "Viewpoint":
        """After a drag by shares of the picture's height: the point under the pointer stays under it."""
        tall = 2 * self.distance * math.tan(self.field_of_view / 2)
        across, upward = self.camera(1).camera_from_world[:2, :3].tolist()
        x, y, z = (
            point - tall * (right * side + down * up)
            for point, side, up in zip(self.target, across, upward, strict=True)
        )
        return replace(self, target=(x, y, z))

    def camera(self, size: int) -> Camera:
        """The pinhole camera of a square picture."""
        return orbit(self.azimuth, self.elevation, self.distance, self.target, self.field_of_view, size)

    @property
    def eye(self) -> tuple[float, float, float]:
        """Where the camera stands (world, metres)."""
        x, y, z = self.camera(1).eye.tolist()
        return x, y, z


@dataclass(frozen=True)
class Look:
    """How the picture is made: what it shows, its size in pixels, what is drawn over it."""

    background: str = "#ffffff"
    size: int = 512
    picture: str = "colour"
    skeleton: bool = False
    anchors: bool = False


@dataclass(frozen=True)
class State:
    """Everything that the panel can change.

    `shape` is added to each avatar's own betas. `held` are channels that keep their value while a motion plays. `keys` are
    two poses to blend between (None: not set). `eyes` says who turns the eyes: the sliders, or a point that they look at. `cast`
    numbers the people that the panel has shown: who they are is the desk's to know, and no part of a file.
    """

    pose: Pose = field(default_factory=Pose)
    shape: Numbers = (0.0,) * SHAPES
    view: Viewpoint = field(default_factory=Viewpoint)
    look: Look = field(default_factory=Look)
    light: Lighting = field(default_factory=Lighting)
    eyes: str = "sliders"
    point: tuple[float, float, float] = (0.0, 0.6, 3.0)
    motion: str | None = None
    time: float = 0.0
    held: tuple[tuple[str, float], ...] = ()
    keys: tuple[Pose | None, Pose | None] = (None, None)
    cast: int = 0

    def holding(self, channel: str, value: float) -> "State":
        """With one more channel kept while a motion plays."""
        kept = tuple(pair for pair in self.held if pair[0] != channel)
        return replace(self, held=(*kept, (channel, value)))
