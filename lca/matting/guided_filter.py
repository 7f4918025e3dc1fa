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
    picture: Float[Tensor, "3 height width"], matte: Float[Tensor, "1 rows columns"]
) -> Float[Tensor, "1 height width"]:
    """Fit matte = a . colour + b about every pixel, and average what the fits around a pixel say of it.

    Where the matte has fewer pixels, it is fitted at its own size and drawn at the picture's (He and Sun 2015).
    """
    if matte.shape[1:] == picture.shape[1:]:
        return _drawn(_fits(picture, matte), picture)
    small = F.interpolate(picture[None], size=matte.shape[1:], mode="bilinear", antialias=True)[0]
    fits = F.interpolate(_fits(small, matte)[None], size=picture.shape[1:], mode="bilinear")[0]
    return _drawn(fits, picture)


def _drawn(
    fits: Float[Tensor, "4 height width"], picture: Float[Tensor, "3 height width"]
) -> Float[Tensor, "1 height width"]:
    """a . colour + b."""
    return ((fits[:3] * picture).sum(0, keepdim=True) + fits[3:]).clamp(0, 1)


def _fits(
    picture: Float[Tensor, "3 height width"], matte: Float[Tensor, "1 height width"]
) -> Float[Tensor, "4 height width"]:
    """a, then b, about every pixel."""
    squares, products = picture * picture, picture * picture.roll(-1, 0)  # rr gg bb, rg gb br
    means = _box(torch.cat([picture, squares, products, picture * matte, matte]))
    mean, mean_squares, mean_products, mean_shared, mean_matte = means.split([3, 3, 3, 3, 1])
    variance = mean_squares - mean * mean + SMOOTHNESS
    a = _solve(variance, mean_products - mean * mean.roll(-1, 0), mean_shared - mean * mean_matte)
    return _box(torch.cat([a, mean_matte - (a * mean).sum(0, keepdim=True)]))


def _solve(
    diagonal: Float[Tensor, "3 height width"],
    beside: Float[Tensor, "3 height width"],
    right: Float[Tensor, "3 height width"],
) -> Float[Tensor, "3 height width"]:
    """Cramer's rule in every pixel, for the symmetric matrix with `diagonal` rr gg bb and `beside` it rg gb br."""
    a, b, c = diagonal
    ab, bc, ca = beside
    inverse_diagonal = torch.stack([b * c - bc * bc, a * c - ca * ca, a * b - ab * ab])
    inverse_beside = torch.stack([bc * ca - ab * c, ca * ab - bc * a, ab * bc - ca * b])
    solved = (
        inverse_diagonal * right + inverse_beside * right.roll(-1, 0) + inverse_beside.roll(1, 0) * right.roll(1, 0)
    )
    return solved / (a * inverse_diagonal[0] + ab * inverse_beside[0] + ca * inverse_beside[2])


def _box(x: Float[Tensor, "channels height width"]) -> Float[Tensor, "channels height width"]:
    """Mean over the square of `RADIUS` about each pixel, cut at the border."""
    height, width = x.shape[1:]
    inside = _count(height)[:, None] * _count(width)
    return _sum_of_seven(_sum_of_seven(x, -1), -2) / inside.to(x)


def _sum_of_seven(x: Tensor, axis: int) -> Tensor:
    """Sum over `RADIUS` pixels to either side along an axis, in three additions a pixel: 4 + 2 + 1."""
    length = x.shape[axis]
    padded = F.pad(x, (RADIUS, RADIUS) if axis == -1 else (0, 0, RADIUS, RADIUS))
    two = padded.narrow(axis, 0, length + 5) + padded.narrow(axis, 1, length + 5)
    four = two.narrow(axis, 0, length) + two.narrow(axis, 2, length)
    return four + two.narrow(axis, 4, length) + padded.narrow(axis, 6, length)


def _count(length: int) -> Float[Tensor, " length"]:
    """How many of the seven pixels about each one are inside."""
    place = torch.arange(length)
    return (place.clamp(max=RADIUS) + (length - 1 - place).clamp(max=RADIUS) + 1).float()
