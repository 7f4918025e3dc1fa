"""Numbers over time made even without lag: a Whittaker smoother, which also fills what was not seen."""

import math

import numpy as np
from jaxtyping import Float
from numpy import ndarray
from scipy.linalg import solveh_banded


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
    lower[0] = known + 1e-9
    for i, a in enumerate((1.0, -2.0, 1.0)):
        for j, b in enumerate((1.0, -2.0, 1.0)[: i + 1]):
            lower[i - j, j : j + frames - 2] += stiff * a * b
    return solveh_banded(lower, known[:, None] * values, lower=True)
