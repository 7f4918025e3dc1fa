"""Shadows that a body throws on itself: a depth map of points as a distant lamp sees them."""

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor
from torch.nn import functional as F

from lca.geometry.kernels.shadows import look_from, see_all
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
    if points.device.type != "cpu" or points.dtype != torch.float32:
        return visibility_plain(*seen_from(points, towards))
    seen, bounds = np.empty((3, len(points)), np.float32), np.empty((2, 2), np.float32)
    lit = np.empty(len(points), np.float32)
    with launching(len(points)) as threads:
        look_from(points.detach().contiguous().numpy(), lamp_axes(towards).numpy(), np.float32(CELL), seen, bounds)
        size = (bounds[1] - bounds[0]).astype(int) + 4
        nearest = np.full(size, np.inf, np.float32)
        see_all(threads, seen, bounds[0] - 1, nearest, np.float32(BIAS), np.float32(SOFT), lit)
    return torch.from_numpy(lit)


def lamp_axes(towards: Float[Tensor, "3"]) -> Float[Tensor, "3 3"]:
    """Columns: two axes across the light, and the one along it, away from the lamp."""
    side = F.normalize(torch.linalg.cross(towards, _least(towards)), dim=0)
    return torch.stack([side, torch.linalg.cross(towards, side), -towards], -1).contiguous()


def seen_from(points: Tensor, towards: Tensor) -> tuple[Tensor, Tensor, int, int]:
    """Places on the lamp's map in cells, at least 1; depths, metres; columns and rows of the map."""
    seen = points @ lamp_axes(towards)
    places = seen[:, :2] / CELL
    low, high = places.aminmax(dim=0)
    places = places - low + 1.0
    columns, rows = (int(extent) + 4 for extent in (high - low).tolist())
    return places, seen[:, 2], columns, rows


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
