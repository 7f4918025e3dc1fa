"""Colour and gloss of a surface point as functions of its canonical position.

A material is one row of `NUMBERS` floats; the first is its kind, which picks the function. All functions return
(red, green, blue, specular, exponent, gx, gy, gz): linear colour, strength and sharpness of the highlight, and the
canonical gradient of the small relief (dimensionless slope) that the shader turns into a bent normal.
"""

import math
from typing import no_type_check

from numba import njit

from lca.world.cloth import paint_cloth
from lca.world.grain import grain, layered, ramp
from lca.world.shoe_paint import paint_shoe
from lca.world.skin import paint_skin

SKIN, EYE, MOUTH, TEETH, LASH, CLOTH, SHOE, HAIR = range(8)
NUMBERS = 64


@njit(cache=True)
@no_type_check
def paint(row, x, y, z, d0, d1, d2):
    """The material of `row` at canonical (x, y, z) with the vertex details."""
    kind = int(row[0])
    if kind == SKIN:
        return paint_skin(row, x, y, z, d0, d1)
    if kind == EYE:
        return paint_eye(row, x, y, z)
    if kind == CLOTH:
        return paint_cloth(row, x, y, z, d0, d1)
    if kind == SHOE:
        return paint_shoe(row, x, y, z, d0, d1, d2)
    if kind == HAIR:
        return paint_hair(row, x, y, z, d0, d1, d2)
    if kind == TEETH:
        return 0.62, 0.58, 0.48, 0.05, 30.0, 0.0, 0.0, 0.0
    if kind == LASH:
        return row[1], row[2], row[3], 0.0, 1.0, 0.0, 0.0, 0.0
    return 0.16 * row[1], 0.10 * row[2], 0.10 * row[3], 0.04, 20.0, 0.0, 0.0, 0.0


@njit(cache=True)
@no_type_check
def paint_eye(row, x, y, z):
    """Row: 1:4 iris, 4:7 inner iris, 7:10 eye centre of the left eye, 10 iris radius, 11 pupil radius (both angles), 12 seed."""
    dx, dy, dz = abs(x) - row[7], y - row[8], z - row[9]
    side = math.sqrt(dx * dx + dy * dy)
    angle = math.atan2(side, dz)
    around = math.atan2(dy, dx)
    pink = 0.10 * ramp(0.5, 1.2, angle)
    red, green, blue = 0.62, 0.57 - pink, 0.54 - pink
    iris = ramp(row[10] + 0.03, row[10] - 0.03, angle)
    fibre = 0.7 + 0.6 * grain(6 * math.cos(around) + 9, 6 * math.sin(around), 6 * angle, int(row[12]))
    inner = ramp(0.75 * row[10], 0.45 * row[10], angle)
    limbus = 1 - 0.75 * ramp(0.78 * row[10], row[10], angle)
    pupil = ramp(row[11] - 0.03, row[11] + 0.03, angle)
    red += iris * ((row[1] + inner * (row[4] - row[1])) * fibre * limbus * pupil - red)
    green += iris * ((row[2] + inner * (row[5] - row[2])) * fibre * limbus * pupil - green)
    blue += iris * ((row[3] + inner * (row[6] - row[3])) * fibre * limbus * pupil - blue)
    return red, green, blue, 0.05, 90.0, 0.0, 0.0, 0.0


@njit(cache=True)
@no_type_check
def paint_hair(row, x, y, z, around, along, tone):
    """Row: 1:4 root, 4:7 tip, 7 strands per unit of `around`, 8 contrast, 9 seed, 10 curl, 11 gloss, 12 exponent,
    13 grey, 14 kink."""
    seed, curl = int(row[9]), row[10]
    bend = curl * (math.sin(along * 40 + 5 * grain(0.3 * around * row[7], 0.0, 0.0, seed)) * 0.8)
    fine = grain(around * row[7] * 3.1 + bend, along * 3.0, 0.5, seed)
    lock = layered(around * row[7] * 0.55 + 0.6 * bend, along * 2.0, 2.5, seed + 1)
    shade = 1 + row[8] * (1.1 * (lock - 0.5) + 0.7 * (fine - 0.5)) + 0.35 * (tone - 0.5)
    gx, gy, gz = 0.0, 0.0, 0.0
    if row[14] > 0:
        coils = 2.2 * (layered(x * 230, y * 230, z * 230, seed) - 0.5) + 1.3 * (
            grain(x * 80, y * 80, z * 80, seed) - 0.5
        )
        shade += row[14] * (1.15 + row[8] * coils - shade)
        here = grain(x * 140, y * 140, z * 140, seed + 3)
        gx = 1.3 * row[14] * (grain(x * 140 + 0.3, y * 140, z * 140, seed + 3) - here)
        gy = 1.3 * row[14] * (grain(x * 140, y * 140 + 0.3, z * 140, seed + 3) - here)
        gz = 1.3 * row[14] * (grain(x * 140, y * 140, z * 140 + 0.3, seed + 3) - here)
    shade *= 0.72 + 0.28 * ramp(0.0, 0.25, along)
    mix = along * along
    red = max(shade, 0.12) * (row[1] + (row[4] - row[1]) * mix)
    green = max(shade, 0.12) * (row[2] + (row[5] - row[2]) * mix)
    blue = max(shade, 0.12) * (row[3] + (row[6] - row[3]) * mix)
    white = row[13] * ramp(0.55, 0.75, grain(around * row[7] * 2.3 + bend, along, 7.5, seed + 2))
    red, green, blue = red + white * (0.5 - red), green + white * (0.5 - green), blue + white * (0.48 - blue)
    return red, green, blue, row[11] * (0.4 + 1.2 * fine), row[12], gx, gy, gz
