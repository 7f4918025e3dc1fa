"""Shoes by paint: sole, caps, panels, laces, seams; by height, place along the foot and place across it.

Row: `lca.world.paint.shoe_columns`.
"""

import math
from typing import no_type_check

from numba import njit

from lca.world.paint import shoe_columns as c
from lca.world.paint.grain import grain, ramp
from lca.world.paint.tints import mixture


@njit(cache=True)
@no_type_check
def paint_shoe(row, x, y, z, height, along, across):
    """A shoe: `height` above the ground in metres, `along` from 0 (heel) to 1 (toe), `across` from -1 to 1."""
    style, seed = int(row[c.STYLE]), int(row[c.SEED])
    mark, dark = marks(row, style, along, across, height)
    if row[c.LACES] > 0:
        tongue = (
            ramp(0.36, 0.32, abs(across))
            * ramp(0.40, 0.43, along)
            * ramp(0.77, 0.74, along)
            * ramp(0.035, 0.045, height)
        )
        laces = tongue * ramp(-0.3, 0.3, math.sin(along * 120))
        mark = max(mark * (1 - tongue), laces)
        dark = max(dark, 0.35 * tongue * (1 - laces))
        dark = max(
            dark, 0.35 * ramp(0.03, 0.015, abs(abs(across) - 0.38)) * (along > 0.40) * (along < 0.77) * (height > 0.04)
        )
    scuff = 1 + 0.10 * (grain(x * 90, y * 90, z * 90, seed) - 0.5)
    sole = ramp(row[c.SOLE_HEIGHT] + 0.001, row[c.SOLE_HEIGHT] - 0.001, height)
    shadow = 1 - 0.45 * ramp(0.006, 0.0, height - row[c.SOLE_HEIGHT]) * (height > row[c.SOLE_HEIGHT])
    groove = 1 - 0.25 * sole * (math.sin(along * 160) > 0.3) * (height < 0.6 * row[c.SOLE_HEIGHT])
    groove *= 1 - 0.18 * sole * ramp(0.0014, 0.0006, abs(height - 0.72 * row[c.SOLE_HEIGHT]))
    red = painted(row, 0, mark, dark, scuff * shadow, sole, groove)
    green = painted(row, 1, mark, dark, scuff * shadow, sole, groove)
    blue = painted(row, 2, mark, dark, scuff * shadow, sole, groove)
    shine = row[c.SPECULAR] * (1 - 0.6 * sole)
    wrinkle = 0.0
    if style >= c.LACED:
        wrinkle = 0.5 * (grain(z * 60 + x * 12, y * 22, x * 12, seed + 1) - 0.5) * (1 - sole)
    return red, green, blue, shine, row[c.EXPONENT], 0.3 * wrinkle, wrinkle, 0.6 * wrinkle


@njit(cache=True)
@no_type_check
def painted(row, k, mark, dark, light, sole, groove):
    """Channel `k`."""
    shade = mixture(row, c.UPPER, c.ACCENT, mark, k)
    shade *= (1 - dark) * light
    return shade + (groove * row[c.SOLE + k] - shade) * sole


@njit(cache=True)
@no_type_check
def marks(row, style, along, across, height):
    """(accent, dark) of a style."""
    side = abs(across)
    if style == c.CAP:
        return ramp(0.80, 0.81, along), 0.3 * ramp(0.012, 0.006, abs(along - 0.80))
    if style == c.SIDE_STRIPES:
        slant = along - 0.25 * (height - 0.03) / 0.04
        on = ramp(0.025, 0.03, height) * ramp(0.3, 0.4, side) * (slant > 0.26) * (slant < 0.52)
        return on * (math.sin((slant - 0.26) * 72) > 0.1), 0.0
    if style == c.HEEL:
        return ramp(0.16, 0.15, along), 0.3 * ramp(0.012, 0.006, abs(along - 0.16))
    if style == c.PANELS:
        swoop = height - 0.022 - 0.05 * max(along - 0.15, 0.0) ** 1.5
        band = ramp(0.010, 0.008, abs(swoop - 0.012)) * ramp(0.25, 0.35, side) * (along > 0.12) * (along < 0.72)
        toe = 0.3 * ramp(0.010, 0.005, abs(along - 0.74 - 0.06 * side))
        return max(band, 0.7 * ramp(0.13, 0.12, along)), max(toe, 0.25 * ramp(0.010, 0.005, abs(along - 0.13)))
    if style == c.LACED:
        seam = max(ramp(0.010, 0.005, abs(along - 0.80)), ramp(0.010, 0.005, abs(along - 0.46 - 0.1 * side)))
        return 0.0, 0.4 * seam
    if style == c.BALLET:
        bow = ramp(0.35, 0.25, side) * ramp(0.02, 0.012, abs(along - 0.76)) * (height > 0.025)
        return bow, 0.0
    if style == c.BOOT:
        border = 0.4 * ramp(0.003, 0.0015, abs(height - row[c.BORDER] + 0.012)) * (row[c.BORDER] > 0)
        seam = 0.4 * ramp(0.008, 0.004, abs(along - 0.17)) * (height < 0.13)
        zip_ = 0.5 * ramp(0.05, 0.03, abs(across + 0.15)) * (along < 0.16) * (height > 0.08)
        return 0.0, max(border, max(seam, zip_))
    return 0.0, 0.0
