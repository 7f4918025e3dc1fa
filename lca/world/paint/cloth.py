"""Cloth: a print, sewn details, folds and threads as functions of canonical position. Row: `lca.world.paint.cloth_columns`."""

import math
from typing import no_type_check

from numba import njit

from lca.world.paint.cloth_columns import (
    COLOUR,
    EXPONENT,
    LAYOUT,
    LEGS,
    SECOND,
    SEED,
    SIZE,
    SKIRT,
    SPECULAR,
    THIRD,
    TOP,
    TRIM,
)
from lca.world.paint.grain import grain, ramp
from lca.world.paint.prints import motif
from lca.world.paint.sewing import sewn_bottom, sewn_top
from lca.world.paint.tints import mixture, tinted
from lca.world.paint.weave import folds, threads

SHOULDER_X, SHOULDER_Y, SHOULDER_Z = 0.175, 0.3518, 0.0277
"""The left shoulder joint of the mean person; the arm lies along x."""
TRUNK_WIDE, TRUNK_DEEP, TRUNK_Z = 0.165, 0.115, 0.045
"""Half axes of the ellipse on which the trunk is unrolled, and z of its centre."""
ARM_RADIUS, LEG_RADIUS, SKIRT_RADIUS, SKIRT_Z = 0.055, 0.078, 0.20, 0.03


@njit(cache=True)
@no_type_check
def paint_cloth(row, x, y, z, edge, trim):
    """Cloth; `edge` is the distance to the garment's nearest border (m), `trim` 1 on collars and hoods."""
    down, across, limb, tx, ty, tz, sx, sy, sz = unrolled(row, x, y, z)
    layout = int(row[LAYOUT])
    repeats = around(layout, limb) / row[SIZE]
    across_print = across * max(math.floor(repeats + 0.5), 1.0) / repeats
    chest = 1.0 if layout == TOP and limb == 0 and z > TRUNK_Z and trim < 0.5 else 0.0
    second, third = motif(row, x, y, z, down, across_print, chest)
    dark, accent, worn = 0.0, 0.0, 0.0
    if trim < 0.5:
        if layout == TOP:
            dark, accent, worn = sewn_top(row, x, y, z, limb, edge)
        else:
            dark, accent, worn = sewn_bottom(row, x, y, z, across, edge)
    tint, slope_t, slope_s = threads(row, down, across, edge, trim)
    tint *= 1 + 0.09 * (grain(x * 12, y * 12, z * 12, int(row[SEED])) - 0.5)
    tint *= (1 - dark) * (1 - 0.25 * ramp(0.002, 0.0, edge))
    gx, gy, gz = folds(row, x, y, z, edge)
    gx += slope_t * tx + slope_s * sx
    gy += slope_t * ty + slope_s * sy
    gz += slope_t * tz + slope_s * sz
    red = dyed(row, 0, second, third, worn)
    green = dyed(row, 1, second, third, worn)
    blue = dyed(row, 2, second, third, worn)
    red, green, blue = tinted(row, TRIM, accent, red, green, blue)
    return red * tint, green * tint, blue * tint, row[SPECULAR], row[EXPONENT], gx, gy, gz


@njit(cache=True)
@no_type_check
def around(layout, limb):
    """Length of the way round a part, metres; prints are stretched a little to close there."""
    if layout == LEGS:
        return 2 * math.pi * LEG_RADIUS
    if layout == SKIRT:
        return 2 * math.pi * SKIRT_RADIUS
    return 2 * math.pi * ARM_RADIUS if limb > 0 else math.pi * (TRUNK_WIDE + TRUNK_DEEP)


@njit(cache=True)
@no_type_check
def dyed(row, k, second, third, worn):
    """Channel `k` of the dyed colour, bleached by `worn`."""
    shade = mixture(row, COLOUR, SECOND, second, k)
    shade += third * (row[THIRD + k] - shade)
    return shade + worn * (0.55 - shade)


@njit(cache=True)
@no_type_check
def unrolled(row, x, y, z):
    """The cloth laid flat: (down, across) in metres, 1 on a limb, and the directions in which across and down grow.

    Each part is unrolled round its own axis, so that prints keep their size all round.
    """
    layout = int(row[LAYOUT])
    if layout == LEGS:
        side = 1.0 if x > 0 else -1.0
        angle = math.atan2(abs(x) - 0.111 - 0.04 * (-0.11 - y), z - 0.025)
        return -y, angle * LEG_RADIUS, 1, side * math.cos(angle), 0.0, -math.sin(angle), 0.0, -1.0, 0.0
    if layout == SKIRT:
        angle = math.atan2(x, z - SKIRT_Z)
        return -y, angle * SKIRT_RADIUS, 0, math.cos(angle), 0.0, -math.sin(angle), 0.0, -1.0, 0.0
    if abs(x) > SHOULDER_X + 0.004 and y > SHOULDER_Y - 0.15:
        angle = math.atan2(z - SHOULDER_Z, y - SHOULDER_Y)
        out = 1.0 if x > 0 else -1.0
        start = abs(x) - SHOULDER_X - SHOULDER_Y + 0.02
        return start, angle * ARM_RADIUS, 1, 0.0, -math.sin(angle), math.cos(angle), out, 0.0, 0.0
    turn = math.atan2(x / TRUNK_WIDE, (z - TRUNK_Z) / TRUNK_DEEP)
    arc = 0.5 * (TRUNK_WIDE + TRUNK_DEEP) * turn + 0.25 * (TRUNK_WIDE - TRUNK_DEEP) * math.sin(2 * turn)
    angle = math.atan2(x, z - TRUNK_Z)
    over = (
        0.7 * ramp(0.19, 0.44, y) * abs(z - SHOULDER_Z)
    )  # the panels run on over the shoulders; slow, or prints would loop
    return over - y, arc, 0, math.cos(angle), 0.0, -math.sin(angle), 0.0, -1.0, 0.0
