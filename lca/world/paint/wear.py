"""Glasses and headwear as materials."""

import math
from typing import no_type_check

from numba import njit

from lca.world.paint.grain import grain, layered, ramp

PLAIN, RIBBED, BAND, STRIPES, DOTS, PAISLEY = range(6)
"""Patterns of headwear, row[10]."""


@njit(cache=True)
@no_type_check
def paint_frame(row, x, y, z):
    """A frame or a lens. Row: 1:4 colour, 4:7 second colour, 7 share of its flecks (tortoiseshell), 8 specular, 9 exponent,
    10 seed, 11 how much paler a lens grows downwards."""
    fleck = row[7] * ramp(0.45, 0.6, layered(x * 130, y * 130, z * 130, int(row[10])))
    fade = row[11] * ramp(0.598, 0.570, y)
    red = row[1] + fleck * (row[4] - row[1]) + fade * (0.35 - row[1])
    green = row[2] + fleck * (row[5] - row[2]) + fade * (0.30 - row[2])
    blue = row[3] + fleck * (row[6] - row[3]) + fade * (0.27 - row[3])
    return red, green, blue, row[8], row[9], 0.0, 0.0, 0.0


@njit(cache=True)
@no_type_check
def paint_headwear(row, x, y, z, around, up):
    """Cloth of hats and scarves; `around` the head in radians, `up` from the rim in metres. Row: 1:4 colour, 4:7 second colour,
    8 specular, 9 seed, 10 pattern, 11 size (m, ribs: per radian), 12 height of the band (m), 13 strength of the folds."""
    seed, kind, share = int(row[9]), int(row[10]), 0.0
    gx, gy, gz = 0.0, 0.0, 0.0
    shade = (
        1 + 0.16 * (grain(x * 400, y * 400, z * 400, seed) - 0.5) + 0.10 * (layered(x * 12, y * 12, z * 12, seed) - 0.5)
    )
    if kind == RIBBED:
        rib = math.sin(around * row[11])
        shade *= 0.86 + 0.20 * rib
        share = 1.0 * (up < row[12])
    elif kind == BAND:
        share = ramp(row[12] + 0.001, row[12] - 0.001, up)
    elif kind == STRIPES:
        share = ramp(-0.1, 0.1, math.sin(6.283 * (y + 0.3 * x) / row[11]))
    elif kind == DOTS:
        a, b = around * 0.1 / row[11], y / row[11]
        a += 0.5 * (math.floor(b) % 2)
        p, q = a - math.floor(a) - 0.5, b - math.floor(b) - 0.5
        share = ramp(0.30, 0.24, math.sqrt(p * p + q * q))
    elif kind == PAISLEY:
        share = ramp(0.50, 0.56, layered(x * 0.7 / row[11], y * 0.7 / row[11], z * 0.7 / row[11], seed))
    if row[13] > 0:
        step, k = 0.004, row[13] * 0.06 / 0.004
        here = layered(x * 25, y * 9 + x * 8, z * 25, seed + 5)
        gx = k * (layered((x + step) * 25, y * 9 + (x + step) * 8, z * 25, seed + 5) - here)
        gy = k * (layered(x * 25, (y + step) * 9 + x * 8, z * 25, seed + 5) - here)
        gz = k * (layered(x * 25, y * 9 + x * 8, (z + step) * 25, seed + 5) - here)
    red = shade * (row[1] + share * (row[4] - row[1]))
    green = shade * (row[2] + share * (row[5] - row[2]))
    blue = shade * (row[3] + share * (row[6] - row[3]))
    return red, green, blue, row[8], 12.0, gx, gy, gz
