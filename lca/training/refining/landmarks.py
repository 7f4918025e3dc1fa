"""Landmarks of the face hold the head where a photo has it: hair and hats larger than the network made them would drag it off."""

from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Bool, Float
from PIL import Image, ImageDraw
from torch import Tensor

from lca.geometry.camera import Camera

NEAREST = 4
"""Gaussians whose mean stands for a landmark."""
NOISE = 0.001
"""Metres: standard deviation of a landmark in a photo, beside a pixel and its stray."""


@dataclass(frozen=True)
class Landmarks:
    """Points of the face in one photo: where they lie on the body (`canonical`, metres), where the photo shows them (`pixels` of
    the body's crop), how far they stray (`error`, metres), and the rims of the lids (`eyes`, pixels)."""

    canonical: Float[Tensor, "points 3"]
    pixels: Float[Tensor, "points 2"]
    error: Float[Tensor, "points"]
    eyes: Float[Tensor, "2 rim 2"]

    def astray(self, points: Float[Tensor, "points 3"], camera: Camera) -> Tensor:
        """Mean cost (Cauchy's) of posed points that `camera`, that of the body's crop, sees elsewhere; depth is free."""
        off, _ = missed(points, self.pixels, camera)
        return torch.log1p(off.square().sum(-1) / self.error**2).mean()

    def between_lids(self, body: Camera, crop: Camera) -> Bool[Tensor, "1 height width"]:
        """Pixels of a `crop` of the photo that show eyes; `body` is the camera of the body's crop."""
        onto = crop.intrinsics @ torch.linalg.inv(body.intrinsics)
        drawn = Image.new("L", (crop.width, crop.height))
        for rim in self.eyes @ onto[:2, :2].T + onto[:2, 2]:
            ImageDraw.Draw(drawn).polygon([(x - 0.5, y - 0.5) for x, y in rim.tolist()], fill=1)
        return torch.from_numpy(np.array(drawn, bool))[None]


def missed(
    points: Float[Tensor, "points 3"], pixels: Float[Tensor, "points 2"], camera: Camera
) -> tuple[Float[Tensor, "points 2"], Float[Tensor, "points 1"]]:
    """By how much world points miss their pixels, metres across the line of sight (x and y of the picture, from where they are to
    where they belong), and metres per pixel at their depth, which is taken as it is."""
    seen = camera.project(points)
    size = seen[:, 2:].detach() / camera.intrinsics[0, 0]
    return (pixels - seen[:, :2]) * size, size
