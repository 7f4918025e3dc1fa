"""Shadows that a body throws on itself: a depth map of points as a distant lamp sees them."""

import torch
from jaxtyping import Float
from torch import Tensor
from torch.nn import functional as F

CELL = 0.02
"""Metres of a cell of the map: wide enough that neighbouring Gaussians leave no gap between them."""
BIAS = 0.05
"""Metres behind the nearest point in which there is no shadow yet: a surface is not to shade itself."""
SOFT = 0.02
"""Metres behind `BIAS` over which the shadow sets in."""


@torch.no_grad()
def visibility(points: Float[Tensor, "points 3"], towards: Float[Tensor, "3"]) -> Float[Tensor, "points"]:
    """How much of a distant lamp in the unit direction `towards` each point (m) sees, from 0 to 1; no gradient."""
    side = F.normalize(torch.linalg.cross(towards, _least(towards)), dim=0)
    across = torch.stack([side, torch.linalg.cross(towards, side)], -1)
    places, depth = points @ across / CELL, -(points @ towards)
    places = places - places.amin(0) + 1.0
    columns = int(places[:, 0].max()) + 3
    rows = int(places[:, 1].max()) + 3
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
