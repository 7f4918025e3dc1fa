"""One door to the paint of all materials: the kind in a row's first number picks the function.

Every function returns (red, green, blue, specular, exponent, gx, gy, gz), see `lca.world.materials`.
"""

from typing import no_type_check

from numba import njit

from lca.world.eye_paint import paint_eye, paint_mouth, paint_teeth
from lca.world.hair_paint import paint_hair
from lca.world.materials import EYE, HAIR, LASH, MOUTH, SKIN, TEETH
from lca.world.materials import paint as paint_garment
from lca.world.skin import paint_skin
from lca.world.wear_paint import paint_frame, paint_headwear

FRAME, HEADWEAR = 30, 31
"""Kinds beside those of `lca.world.materials`."""
ROW = 64
"""Numbers in a row of the material table."""


@njit(cache=True)
@no_type_check
def paint(row, x, y, z, d0, d1, d2):
    """The material of `row` at canonical (x, y, z) with the vertex details."""
    kind = int(row[0])
    if kind == SKIN:
        return paint_skin(row, x, y, z, d0, d1)
    if kind == HAIR:
        return paint_hair(row, x, y, z, d0, d1, d2)
    if kind == EYE:
        return paint_eye(row, x, y, z)
    if kind == TEETH:
        return paint_teeth(row, x, y, z)
    if kind == MOUTH:
        return paint_mouth(row, x, y, z)
    if kind == LASH:
        return row[1], row[2], row[3], 0.0, 1.0, 0.0, 0.0, 0.0
    if kind == FRAME:
        return paint_frame(row, x, y, z)
    if kind == HEADWEAR:
        return paint_headwear(row, x, y, z, d0, d1)
    return paint_garment(row, x, y, z, d0, d1, d2)
