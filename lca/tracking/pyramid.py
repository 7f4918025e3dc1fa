"""A picture and its halves, so that regions of any size are read quickly and without aliasing."""

from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor
from torch.nn import functional as F

SMALLEST = 64
"""Pixels of the shorter side of the last level, or more."""


@dataclass(frozen=True)
class PhotoPyramid:
    """Level k has pixels of 2**k x 2**k pixels of the picture, from its top left corner on."""

    levels: tuple[Float[Tensor, "channels _ _"], ...]

    @staticmethod
    def of(image: Float[Tensor, "channels height width"]) -> "PhotoPyramid":
        """Halve until the picture is small."""
        levels = [image]
        while min(levels[-1].shape[1:]) >= 2 * SMALLEST:
            levels.append(_halved(levels[-1]))
        return PhotoPyramid(tuple(levels))

    @property
    def height(self) -> int:
        """Pixels of the picture."""
        return self.levels[0].shape[1]

    @property
    def width(self) -> int:
        """Pixels of the picture."""
        return self.levels[0].shape[2]

    def level(self, step: float) -> int:
        """The coarsest level whose pixels are at most `step` pixels of the picture."""
        return max(k for k in range(len(self.levels)) if k == 0 or 2**k <= step)

    def sample(self, pixels: Float[Tensor, "rows columns 2"], step: float) -> Float[Tensor, "channels rows columns"]:
        """Bilinear look-up at positions of the picture that are `step` pixels apart; 0 outside."""
        level = self.level(step)
        plane = self.levels[level]
        size = torch.tensor([plane.shape[2], plane.shape[1]]) * 2**level
        grid = pixels / size * 2 - 1
        return F.grid_sample(plane[None], grid[None], mode="bilinear", padding_mode="zeros", align_corners=False)[0]


def _halved(image: Float[Tensor, "channels height width"]) -> Float[Tensor, "channels rows columns"]:
    """Means of 2 x 2 pixels; an odd last row or column is doubled."""
    height, width = image.shape[1:]
    if height % 2 or width % 2:
        image = F.pad(image[None], (0, width % 2, 0, height % 2), mode="replicate")[0]
    rows = image[:, 0::2] + image[:, 1::2]
    return (rows[:, :, 0::2] + rows[:, :, 1::2]) / 4
