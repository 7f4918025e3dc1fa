"""Gaussians as tiles of a surface: how far apart they lie, and how large they must be to cover what is between them."""

import numpy as np
import torch
from jaxtyping import Bool, Float, Int
from scipy.spatial import KDTree
from torch import Tensor

from lca.geometry.gaussians import Gaussians

NEIGHBOURS = 8
EVENLY = 1.37
"""How much further the further half of the neighbours is where they lie evenly (of a hexagonal grid)."""
STRAY = 0.02
"""The most that a tile is asked to cover, metres: what is alone, behind a hem, does not become a cloud."""


def neighbours(points: Float[np.ndarray, "gaussians 3"]) -> Int[np.ndarray, "gaussians neighbours"]:
    """The nearest of each point, nearest first."""
    return np.asarray(KDTree(points).query(points, k=NEIGHBOURS + 1)[1])[:, 1:]


def apart(
    points: Float[Tensor, "*people gaussians 3"], near: Int[Tensor, "gaussians neighbours"]
) -> Float[Tensor, "*people gaussians neighbours"]:
    """Distances from the neighbours as they lie now, least first."""
    return (points[..., near, :] - points[..., :, None, :]).norm(dim=-1).sort(-1).values


def gap(
    points: Float[Tensor, "*people gaussians 3"], near: Int[Tensor, "gaussians neighbours"]
) -> Float[Tensor, "*people gaussians"]:
    """What a Gaussian has to cover, in the unit of `points`: the distance from the nearer half of its neighbours, or more where
    the others lie to one side of it."""
    nearer, farther = apart(points, near).split(NEIGHBOURS // 2, -1)
    return nearer.mean(-1).maximum(farther.mean(-1) / EVENLY)


def thinnest(gaussians: Gaussians) -> Bool[Tensor, "*people gaussians 3"]:
    """Which of its axes a Gaussian is thinnest along."""
    return torch.nn.functional.one_hot(gaussians.scales.argmin(-1), 3).bool()


def covering(
    gaussians: Gaussians, along: Float[Tensor, "*people gaussians"], across: Float[Tensor, "*people gaussians"]
) -> Float[Tensor, "*people gaussians 3"]:
    """Scales of at least so many metres, but `STRAY`, along the surface and across it."""
    along, across = (least.clamp(max=STRAY)[..., None] for least in (along, across))
    return gaussians.scales.maximum(torch.where(thinnest(gaussians), across, along))
