"""Numbers over time made even without lag: a Whittaker smoother, which also fills what was not seen."""

import math

import numpy as np
from jaxtyping import Float
from numpy import ndarray
from scipy.linalg import solveh_banded

STENCIL = (1.0, -2.0, 1.0)
"""A second difference."""


def even(
    values: Float[ndarray, "frames channels"], weights: Float[ndarray, "frames"], fps: float, hertz: float
) -> Float[ndarray, "frames channels"]:
    """Least squares of weighted differences from `values` and second differences: half of a swing of `hertz` is left.

    Where weights are 0 the values follow their neighbours; where all are, nothing is known and the values are 0.
    """
    frames, known = len(values), np.asarray(weights, float)
    if not known.any():
        return np.zeros_like(values, dtype=float)
    if frames < 3:
        mean = (known[:, None] * values).sum(0) / known.sum()
        return np.where(known[:, None] > 0, values, mean)
    stiff = (2 * math.sin(min(math.pi * hertz / fps, math.pi / 2))) ** -4
    lower = np.zeros((3, frames))
    for apart, band in enumerate(second_difference_bands(np.full((frames - 2, 1), stiff))):
        lower[apart, : len(band)] = band[:, 0]
    lower[0] += known + 1e-9
    return solveh_banded(lower, known[:, None] * values, lower=True)


def second_difference_bands(weights: Float[ndarray, "triples channels"]) -> list[Float[ndarray, "_ channels"]]:
    """D' W D of second differences D: the diagonal, and those beside it, of frames that are one and two apart."""
    triples, channels = weights.shape
    bands = [np.zeros((triples + 2 - apart, channels)) for apart in range(len(STENCIL))]
    for i, a in enumerate(STENCIL):
        for j, b in enumerate(STENCIL[: i + 1]):
            bands[i - j][j : j + triples] += a * b * weights
    return bands
