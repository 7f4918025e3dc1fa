"""What teaches the dense head: the true canonical point of each pixel and each token (with transport only)."""

import torch
from einops import rearrange
from jaxtyping import Float
from torch import Tensor
from torch.nn import functional as F

from lca.model.transport.dense import Coarse, DenseMaps
from lca.training.losses import LossConfig

CELL = 0.03
"""Metres, how far a token's point spreads over the anchors that it should choose."""


def correspondence_loss(
    maps: DenseMaps, anchors: Float[Tensor, "anchors 3"], truth: tuple[Tensor, Tensor], config: LossConfig
) -> Tensor:
    """Laplace negative log-likelihood of the true canonical point plus its plain distance, so that nothing is given up, and
    the tokens' loss.

    `truth` is (canonical points (images, 3, rows, columns) in metres, where they are known (images, 1, rows, columns) in {0, 1}).
    """
    canonical, valid = truth
    distance = ((maps.canonical - canonical) ** 2).sum(1, keepdim=True).add(1e-8).sqrt()
    return laplace(distance, maps.log_error, valid, config) + coarse_loss(maps.coarse, anchors, truth, config)


def laplace(distance: Tensor, log_error: Tensor, valid: Tensor, config: LossConfig) -> Tensor:
    """Negative log-likelihood of distances (metres) of which so much is expected, and the plain distance, where `valid`."""
    likelihood = distance * (-log_error).exp() + log_error
    return ((config.likelihood * likelihood + config.distance * distance) * valid).sum() / valid.sum().clamp(min=1.0)


def coarse_loss(
    coarse: Coarse, anchors: Float[Tensor, "anchors 3"], truth: tuple[Tensor, Tensor], config: LossConfig
) -> Tensor:
    """Cross-entropy of each token's choice of anchors, and the distance of its point (metres) from the mean of the points that
    its patch shows."""
    canonical, valid = truth
    patch = canonical.shape[-1] // coarse.point.shape[-1]
    share = F.avg_pool2d(valid, patch)
    middle = F.avg_pool2d(canonical * valid, patch) / share.clamp(min=1e-6)
    squared = torch.cdist(rearrange(middle, "i c h w -> i (h w) c"), anchors) ** 2
    surprise = -((-squared / (2.0 * CELL**2)).softmax(-1) * coarse.log_share).sum(-1)
    weight = share.flatten(1)
    choice = (surprise * weight).sum() / weight.sum().clamp(min=1e-6)
    return config.choice * choice + config.distance * mean_distance(coarse.point, middle, share)


def mean_distance(points: Tensor, truth: Tensor, valid: Tensor) -> Tensor:
    """Mean error of canonical points where there are any, metres."""
    distance = ((points - truth) ** 2).sum(1, keepdim=True).add(1e-8).sqrt()
    return (distance * valid).sum() / valid.sum().clamp(min=1.0)
