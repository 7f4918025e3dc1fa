"""Shadows that a body throws on itself: a depth map of points as a distant lamp sees them."""

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor
from torch.nn import functional as F

from lca.geometry.kernels.shadows import see_all
from lca.kernels.runtime import launching

CELL = 0.02
"""Metres of a cell of the map: wide enough that neighbouring Gaussians leave no gap between them."""
BIAS = 0.05
"""Metres behind the nearest point in which there is no shadow yet: a surface is not to shade itself."""
SOFT = 0.02
"""Metres behind `BIAS` over which the shadow sets in."""


@torch.no_grad()
def visibility(points: Float[Tensor, "points 3"], towards: Float[Tensor, "3"]) -> Float[Tensor, "points"]:
    """How much of a distant lamp in the unit direction `towards` each point (m) sees, from 0 to 1; no gradient."""
    places, depth, (columns, rows) = seen_from(points, towards)
    if points.device.type != "cpu" or points.dtype != torch.float32:
        return visibility_plain(places, depth, columns, rows)
    nearest, lit = np.full((columns, rows), np.inf, np.float32), np.empty(len(points), np.float32)
    with launching(len(points)) as threads:
        see_all(threads, places.numpy(), depth.numpy(), nearest, np.float32(BIAS), np.float32(SOFT), lit)
    return torch.from_numpy(lit)


def seen_from(points: Tensor, towards: Tensor) -> tuple[Tensor, Tensor, tuple[int, int]]:
    """Places on the lamp's map in cells, at least 1; depths, metres; columns and rows of the map."""
    side = F.normalize(torch.linalg.cross(towards, _least(towards)), dim=0)
    axes = torch.stack([side, torch.linalg.cross(towards, side), -towards], -1)
    seen = points @ axes
    places = seen[:, :2] / CELL
    low, high = places.aminmax(dim=0)
    places = places - low + 1.0
    columns, rows = (int(extent) + 4 for extent in (high - low).tolist())
    return places.contiguous(), seen[:, 2].contiguous(), (columns, rows)


def visibility_plain(
    places: Float[Tensor, "points 2"], depth: Float[Tensor, "points"], columns: int, rows: int
) -> Float[Tensor, "points"]:
    """The twin of the kernel in plain torch."""
    cells = places.floor().long()
    nearest = depth.new_full((columns * rows,), torch.inf)
    nearest = nearest.scatter_reduce(0, cells[:, 0] * rows + cells[:, 1], depth, "amin")
    lit = torch.zeros_like(depth)
    corner, share = (places - 0.5).floor().long(), (places - 0.5) % 1.0
    for right in (0, 1):  # percentage-closer: the four cells round a point vote, by their distance
        for down in (0, 1):
            weight = (share[:, 0] if right else 1 - share[:, 0]) * (share[:, 1] if down else 1 - share[:, 1])
            front = nearest[(corner[:, 0] + right) * rows + corner[:, 1] + down]
            lit += weight * (1 - ((depth - front - BIAS) / SOFT).clamp(0, 1))
    return lit


def _least(towards: Float[Tensor, "3"]) -> Float[Tensor, "3"]:
    """The axis that a direction has least of."""
    return F.one_hot(towards.abs().argmin(), 3).to(towards)
