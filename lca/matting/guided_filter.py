"""The guided filter (He et al. 2010): a matte whose edges follow those of the picture."""

import torch
from jaxtyping import Float
from torch import Tensor
from torch.nn import functional as F

RADIUS = 3
"""Pixels about each pixel in which the matte is taken to be linear in the colours."""
SMOOTHNESS = 1e-3
"""Variance of colours below which a neighbourhood counts as flat."""


def guided_filter(
    picture: Float[Tensor, "3 height width"], matte: Float[Tensor, "1 height width"]
) -> Float[Tensor, "1 height width"]:
    """Fit matte = a . colour + b about every pixel, and average what the fits around a pixel say of it."""
    mean, mean_matte = _box(picture), _box(matte)
    outer = _box((picture[:, None] * picture[None]).flatten(0, 1)).unflatten(0, (3, 3)) - mean[:, None] * mean[None]
    variance = outer.permute(2, 3, 0, 1) + SMOOTHNESS * torch.eye(3, device=picture.device)
    covariance = (_box(picture * matte) - mean * mean_matte).permute(1, 2, 0)
    a = torch.linalg.solve(variance, covariance).permute(2, 0, 1)
    b = mean_matte - (a * mean).sum(0, keepdim=True)
    return ((_box(a) * picture).sum(0, keepdim=True) + _box(b)).clamp(0, 1)


def _box(x: Float[Tensor, "channels height width"]) -> Float[Tensor, "channels height width"]:
    """Mean over the square of `RADIUS` about each pixel, cut at the border."""
    return F.avg_pool2d(x[None], 2 * RADIUS + 1, 1, RADIUS, count_include_pad=False)[0]
