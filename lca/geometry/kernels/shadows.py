"""The depth map of a lamp, and what of the lamp each point sees: `lca.geometry.shadows.visibility` in one pass each."""

import numba
import numpy as np

from lca.kernels.runtime import kernel

CHUNK = 2048
"""Points that a thread takes at a time."""


@kernel
def see_all(threads, places, depth, nearest, bias, soft, lit):
    """`places` (points, 2) in cells of the map `nearest` (columns, rows), which the kernel fills; `lit` from 0 to 1."""
    for point in range(len(places)):
        column, row = np.int64(places[point, 0]), np.int64(places[point, 1])
        nearest[column, row] = min(nearest[column, row], depth[point])
    for chunk in numba.prange((len(places) + CHUNK - 1) // CHUNK):
        for point in range(chunk * CHUNK, min((chunk + 1) * CHUNK, len(places))):
            x, y = places[point, 0] - np.float32(0.5), places[point, 1] - np.float32(0.5)
            column, row = np.int64(x), np.int64(y)
            right, down = x - np.float32(column), y - np.float32(row)
            total = np.float32(0.0)
            for i in range(2):
                for j in range(2):
                    weight = (right if i else 1 - right) * (down if j else 1 - down)
                    dark = (depth[point] - nearest[column + i, row + j] - bias) / soft
                    total += weight * (1 - min(max(dark, np.float32(0.0)), np.float32(1.0)))
            lit[point] = total
