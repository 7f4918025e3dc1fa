"""A turned square of a photo: what a landmark network is shown, and the way back.

Inside a region, (0, 0) is its top left corner and (1, 1) its bottom right one; in a photo, points are in pixels and the centre of
the top left pixel is (0.5, 0.5).
"""

import math
from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor
from torch.nn import functional as F

from lca.tracking.pyramid import PhotoPyramid


@dataclass(frozen=True)
class Region:
    """Centre and side in pixels; `angle` in radians turns the square clockwise, as seen on the photo."""

    centre: tuple[float, float]
    side: float
    angle: float = 0.0

    @staticmethod
    def upright(
        start: tuple[float, float], end: tuple[float, float], centre: tuple[float, float], side: float
    ) -> "Region":
        """The square in which the way from `start` to `end` (pixels) points up."""
        dx, dy = end[0] - start[0], end[1] - start[1]
        return Region(centre, side, math.atan2(dx, -dy))

    def moved(self, right: float, down: float, scale: float) -> "Region":
        """Shifted by shares of the side along its own axes, and scaled."""
        cos, sin = math.cos(self.angle) * self.side, math.sin(self.angle) * self.side
        x, y = self.centre
        return Region((x + cos * right - sin * down, y + sin * right + cos * down), self.side * scale, self.angle)

    def to_photo(self, points: Float[Tensor, "*batch 2"]) -> Float[Tensor, "*batch 2"]:
        """Points of the region -> pixels of the photo."""
        return (points - 0.5) * self.side @ self._turn().mT + torch.tensor(self.centre)

    def from_photo(self, points: Float[Tensor, "*batch 2"]) -> Float[Tensor, "*batch 2"]:
        """Pixels of the photo -> points of the region."""
        return (points - torch.tensor(self.centre)) @ self._turn() / self.side + 0.5

    def cut(self, picture: PhotoPyramid, size: int) -> Float[Tensor, "channels {size} {size}"]:
        """The region resampled to size x size, antialiased; outside the photo it is 0."""
        return picture.sample(self.to_photo(_centres(size, size)), self.side / size)

    def back(
        self, plane: Float[Tensor, "channels side side"], box: Float[Tensor, " 4"], size: int
    ) -> Float[Tensor, "channels {size} {size}"]:
        """A plane of the region, resampled to a square `box` (x0 y0 x1 y1) of the photo; 0 where the region ends."""
        corner, side = box[:2], box[2:] - box[:2]
        grid = self.from_photo(_centres(size, size) * side + corner) * 2 - 1
        return F.grid_sample(plane[None], grid[None], mode="bilinear", padding_mode="zeros", align_corners=False)[0]

    def _turn(self) -> Float[Tensor, "2 2"]:
        cos, sin = math.cos(self.angle), math.sin(self.angle)
        return torch.tensor([[cos, -sin], [sin, cos]])


def _centres(rows: int, columns: int) -> Float[Tensor, "{rows} {columns} 2"]:
    """Centres of the pixels of a grid, as points of a region."""
    y, x = torch.meshgrid((torch.arange(rows) + 0.5) / rows, (torch.arange(columns) + 0.5) / columns, indexing="ij")
    return torch.stack([x, y], -1)
