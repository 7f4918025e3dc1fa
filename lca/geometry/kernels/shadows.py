"""The depth map of a lamp, and what of the lamp each point sees: `lca.geometry.shadows.visibility` in one pass each."""

import numba
import numpy as np

from lca.kernels.runtime import cached_njit, kernel

CHUNK = 2048
"""Points that a thread takes at a time."""


@cached_njit
def look_from(points, axes, cell, seen, bounds):
    """Points (m) as the lamp sees them in `seen` (3, points): two places in cells, and depth; `bounds` are the least and the
    largest places."""
    left, right, bottom, top = np.float32(np.inf), np.float32(-np.inf), np.float32(np.inf), np.float32(-np.inf)
    for point in range(len(points)):
        x, y, z = points[point, 0], points[point, 1], points[point, 2]
        across = (x * axes[0, 0] + y * axes[1, 0] + z * axes[2, 0]) / cell
        along = (x * axes[0, 1] + y * axes[1, 1] + z * axes[2, 1]) / cell
        seen[0, point], seen[1, point] = across, along
        seen[2, point] = x * axes[0, 2] + y * axes[1, 2] + z * axes[2, 2]
        left, right = min(left, across), max(right, across)
        bottom, top = min(bottom, along), max(top, along)
    bounds[0, 0], bounds[0, 1], bounds[1, 0], bounds[1, 1] = left, bottom, right, top


@kernel
def see_all(threads, seen, corner, nearest, bias, soft, lit):
    """`seen` as `look_from` gives it; the map `nearest` (columns, rows) begins at `corner` and is filled here; `lit` is
    from 0 to 1."""
    for point in range(seen.shape[1]):
        column, row = np.int64(seen[0, point] - corner[0]), np.int64(seen[1, point] - corner[1])
        nearest[column, row] = min(nearest[column, row], seen[2, point])
    for chunk in numba.prange((seen.shape[1] + CHUNK - 1) // CHUNK):
        for point in range(chunk * CHUNK, min((chunk + 1) * CHUNK, seen.shape[1])):
            x, y = seen[0, point] - corner[0] - np.float32(0.5), seen[1, point] - corner[1] - np.float32(0.5)
            column, row = np.int64(x), np.int64(y)
            right, down = x - np.float32(column), y - np.float32(row)
            total = np.float32(0.0)
            for i in range(2):
                for j in range(2):
                    weight = (right if i else 1 - right) * (down if j else 1 - down)
                    dark = (seen[2, point] - nearest[column + i, row + j] - bias) / soft
                    total += weight * (1 - min(max(dark, np.float32(0.0)), np.float32(1.0)))
            lit[point] = total
