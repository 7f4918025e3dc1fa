"""Landmarks of the face hold the head where a photo has it: hair and hats larger than the network made them would drag it off."""

from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor

from lca.geometry.camera import Camera

NEAREST = 4
"""Gaussians whose mean stands for a landmark."""
NOISE = 0.001
"""Metres: standard deviation of a landmark in a photo, beside a pixel and its stray."""


@dataclass(frozen=True)
class Landmarks:
    """Points of the face in one photo: where they lie on the body (`canonical`, metres), where the photo shows them (`pixels` of
    the body's crop), and how far they stray (`error`, metres)."""

    canonical: Float[Tensor, "points 3"]
    pixels: Float[Tensor, "points 2"]
    error: Float[Tensor, "points"]

    def astray(self, points: Float[Tensor, "points 3"], camera: Camera) -> Tensor:
        """Mean cost (Cauchy's) of posed points that `camera`, that of the body's crop, sees elsewhere; depth is free."""
        seen = camera.project(points)
        off = (seen[:, :2] - self.pixels) * seen[:, 2:].detach() / camera.intrinsics[0, 0]
        return torch.log1p(off.square().sum(-1) / self.error**2).mean()
