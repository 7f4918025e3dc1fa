"""Glasses and headwear as materials. Rows: `lca.world.paint.wear_columns`."""

import math
from typing import no_type_check

from numba import njit

from lca.world.paint import wear_columns as w
from lca.world.paint.grain import grain, layered, ramp
from lca.world.paint.tints import mixture


@njit(cache=True)
@no_type_check
def paint_frame(row, x, y, z):
    """A frame or a lens."""
    fleck = row[w.FLECKS] * ramp(0.45, 0.6, layered(x * 130, y * 130, z * 130, int(row[w.FLECK_SEED])))
    fade = row[w.FADE] * ramp(0.598, 0.570, y)
    red = mixture(row, w.COLOUR, w.SECOND, fleck, 0) + fade * (0.35 - row[w.COLOUR])
    green = mixture(row, w.COLOUR, w.SECOND, fleck, 1) + fade * (0.30 - row[w.COLOUR + 1])
    blue = mixture(row, w.COLOUR, w.SECOND, fleck, 2) + fade * (0.27 - row[w.COLOUR + 2])
    return red, green, blue, row[w.SPECULAR], row[w.EXPONENT], 0.0, 0.0, 0.0


@njit(cache=True)
@no_type_check
def paint_headwear(row, x, y, z, around, up):
    """Cloth of hats and scarves; `around` the head in radians, `up` from the rim in metres."""
    seed, kind, share = int(row[w.SEED]), int(row[w.PATTERN]), 0.0
    gx, gy, gz = 0.0, 0.0, 0.0
    shade = (
        1 + 0.16 * (grain(x * 400, y * 400, z * 400, seed) - 0.5) + 0.10 * (layered(x * 12, y * 12, z * 12, seed) - 0.5)
    )
    if kind == w.RIBBED:
        rib = math.sin(around * row[w.SIZE])
        shade *= 0.86 + 0.20 * rib
        share = 1.0 * (up < row[w.BAND_HEIGHT])
    elif kind == w.BAND:
        share = ramp(row[w.BAND_HEIGHT] + 0.001, row[w.BAND_HEIGHT] - 0.001, up)
    elif kind == w.STRIPES:
        share = ramp(-0.1, 0.1, math.sin(6.283 * (y + 0.3 * x) / row[w.SIZE]))
    elif kind == w.DOTS:
        a, b = around * 0.1 / row[w.SIZE], y / row[w.SIZE]
        a += 0.5 * (math.floor(b) % 2)
        p, q = a - math.floor(a) - 0.5, b - math.floor(b) - 0.5
        share = ramp(0.30, 0.24, math.sqrt(p * p + q * q))
    elif kind == w.PAISLEY:
        share = ramp(0.50, 0.56, layered(x * 0.7 / row[w.SIZE], y * 0.7 / row[w.SIZE], z * 0.7 / row[w.SIZE], seed))
    if row[w.FOLDS] > 0:
        step, k = 0.004, row[w.FOLDS] * 0.06 / 0.004
        here = layered(x * 25, y * 9 + x * 8, z * 25, seed + 5)
        gx = k * (layered((x + step) * 25, y * 9 + (x + step) * 8, z * 25, seed + 5) - here)
        gy = k * (layered(x * 25, (y + step) * 9 + x * 8, z * 25, seed + 5) - here)
        gz = k * (layered(x * 25, y * 9 + x * 8, (z + step) * 25, seed + 5) - here)
    red = shade * mixture(row, w.COLOUR, w.SECOND, share, 0)
    green = shade * mixture(row, w.COLOUR, w.SECOND, share, 1)
    blue = shade * mixture(row, w.COLOUR, w.SECOND, share, 2)
    return red, green, blue, row[w.SPECULAR], 12.0, gx, gy, gz
