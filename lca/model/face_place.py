"""Where in a face crop the face is: an affine camera from the mean face, found in three looks, and the face as seen through it.

A head crop holds hair, hats and the head's turns; the expression is a pixel or two within a third of it. Seen through the camera
a face always lies in the same place, turned to the front, whoever it is (spatial transformers, Jaderberg et al. 2015).
"""

from functools import cache

import numpy as np
import torch
from einops import einsum
from jaxtyping import Float
from scipy.ndimage import gaussian_filter
from torch import Tensor, nn
from torch.nn import functional as F

from lca.geometry.body import PARTS
from lca.geometry.body_file import load_body

CENTRE, REACH = (0.0, 0.555, 0.12), 0.09
"""Middle of the mean face, and half of the height of what is seen, metres."""
ROWS, COLUMNS = 56, 48
NEAR = 0.009
"""Metres across within which the foremost vertex is the face's surface."""
WHOLE = 64
"""Pixels of the crop in the first look."""
CLOSER = 2
"""Closer looks."""
USUAL = ((0.52, 0.0), (0.0, -0.6), (0.0, -0.03), (0.0, 0.22))
"""The camera of a head seen from the front."""

Place = Float[Tensor, "faces 4 2"]
"""Affine camera: [(x, y, z - CENTRE) / REACH, 1] of a point of the mean face -> x right, y down in the crop, each from -1 to
1."""


@cache
def face_front() -> Float[Tensor, "rows columns 4"]:
    """What is looked at: the front of the mean face, row by row from the top, as `Place` takes points."""
    body = load_body()
    front = body.template[torch.isin(body.part_labels, torch.tensor([PARTS.index(part) for part in ("face", "eye")]))]
    points = (front.numpy() - np.array(CENTRE)) / REACH
    wide = COLUMNS / ROWS
    x, y = np.meshgrid(np.linspace(-wide, wide, COLUMNS), np.linspace(1, -1, ROWS))
    apart = np.hypot(x[..., None] - points[:, 0], y[..., None] - points[:, 1])
    foremost = np.where(apart < NEAR / REACH, points[:, 2], -np.inf).max(-1)
    depth = np.where(np.isfinite(foremost), foremost, points[apart.argmin(-1), 2])
    grid = np.stack([x, y, gaussian_filter(depth, 1.5), np.ones_like(x)], -1)
    return torch.from_numpy(grid.astype(np.float32))


def convolutions(channels: tuple[int, ...]) -> nn.Sequential:
    """Each halves the picture."""
    return nn.Sequential(
        *(
            nn.Sequential(nn.Conv2d(a, b, 3, stride=2, padding=1), nn.GroupNorm(8, b), nn.GELU())
            for a, b in zip((3, *channels[:-1]), channels, strict=True)
        )
    )


class FacePlace(nn.Module):
    """First look: the whole crop. Closer looks, all alike: the face through the camera so far; each adds to the camera."""

    front: Tensor

    def __init__(self, first: tuple[int, ...] = (16, 32, 48, 64), second: tuple[int, ...] = (16, 32, 48)):
        """`first`, `second`: channels of the first look and of the closer ones."""
        super().__init__()
        self.register_buffer("front", face_front(), persistent=False)
        self.usual = nn.Parameter(torch.tensor(USUAL))
        self.whole, self.near = convolutions(first), convolutions(second)
        self.shift = nn.Linear(first[-1] * (WHOLE // 2 ** len(first)) ** 2, 8)
        cells = -(-ROWS // 2 ** len(second)) * -(-COLUMNS // 2 ** len(second))
        self.correct = nn.Linear(second[-1] * cells, 8)
        for last in (self.shift, self.correct):
            nn.init.zeros_(last.weight)
            nn.init.zeros_(last.bias)

    def forward(self, face: Float[Tensor, "faces 3 height width"]) -> list[Place]:
        """The camera after each look; the last one is the best."""
        small = F.interpolate(face, (WHOLE, WHOLE), mode="area")
        looks = [self.usual + self.shift(self.whole(small * 2.0 - 1.0).flatten(1)).float().unflatten(1, (4, 2))]
        for _ in range(CLOSER):
            seen = self.near(self.view(face, looks[-1]) * 2.0 - 1.0)
            step = self.correct(seen.flatten(1)).float().unflatten(1, (4, 2))
            looks.append(looks[-1] + step @ looks[-1][:, :2])
        return looks

    def view(self, face: Float[Tensor, "faces 3 height width"], place: Place) -> Float[Tensor, "faces 3 rows columns"]:
        """The face from the front; mid grey beside the crop."""
        return F.grid_sample(face.float() - 0.5, self.points(place), align_corners=False) + 0.5

    def points(self, place: Place) -> Float[Tensor, "faces rows columns 2"]:
        """Where in the crop the camera sees the mean face's points."""
        return einsum(self.front, place, "row column k, face k xy -> face row column xy")
