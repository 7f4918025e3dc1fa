"""Colour and gloss of a surface point as functions of its canonical position; a row's first number picks the function.

All functions return (red, green, blue, specular, exponent, gx, gy, gz): linear colour, strength and sharpness of the highlight,
and the canonical gradient of the small relief (dimensionless slope) that the shader turns into a bent normal.
"""

from typing import no_type_check

from numba import njit

from lca.world.paint.cloth import paint_cloth
from lca.world.paint.eye import paint_eye, paint_mouth, paint_teeth
from lca.world.paint.hair import paint_hair
from lca.world.paint.materials import (
    CLOTH,
    EYE,
    FRAME,
    HAIR,
    HEADWEAR,
    KIND,
    MOUTH,
    PLAIN_COLOUR,
    SHOE,
    SKIN,
    TEETH,
)
from lca.world.paint.shoe import paint_shoe
from lca.world.paint.skin import paint_skin
from lca.world.paint.wear import paint_frame, paint_headwear


@njit(cache=True)
@no_type_check
def paint(row, x, y, z, d0, d1, d2):
    """The material of `row` at canonical (x, y, z) with the vertex details."""
    kind = int(row[KIND])
    if kind == SKIN:
        return paint_skin(row, x, y, z, d0, d1)
    if kind == CLOTH:
        return paint_cloth(row, x, y, z, d0, d1)
    if kind == HAIR:
        return paint_hair(row, x, y, z, d0, d1, d2)
    if kind == SHOE:
        return paint_shoe(row, x, y, z, d0, d1, d2)
    if kind == EYE:
        return paint_eye(row, x, y, z)
    if kind == TEETH:
        return paint_teeth(row, x, y, z)
    if kind == MOUTH:
        return paint_mouth(row, x, y, z)
    if kind == FRAME:
        return paint_frame(row, x, y, z)
    if kind == HEADWEAR:
        return paint_headwear(row, x, y, z, d0, d1)
    return row[PLAIN_COLOUR], row[PLAIN_COLOUR + 1], row[PLAIN_COLOUR + 2], 0.0, 1.0, 0.0, 0.0, 0.0
