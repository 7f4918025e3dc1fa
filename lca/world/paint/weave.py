"""The surface of cloth: threads, knitted ribs and twill, and the folds where joints bend and cloth hangs."""

import math
from typing import no_type_check

from numba import njit

from lca.world.paint.cloth_columns import (
    CORDUROY,
    DENIM,
    FABRIC,
    FLEECE,
    FOLDS,
    GATHER,
    JERSEY,
    KNIT,
    LAYOUT,
    LEATHER,
    LEGS,
    LOWER,
    RIB,
    SATIN,
    SEED,
    SKIRT,
    SLEEVE,
    TWEED,
    WEAVE,
    WOVEN,
)
from lca.world.paint.grain import grain, layered, ramp

ELBOW, KNEE, CROTCH, ARMPIT_X, ARMPIT_Y, GROUND = 0.4344, -0.4903, -0.20, 0.185, 0.245, -1.0
"""Places on the mean person: |x| of the elbow, heights of knee, crotch and ground, the armpit."""
WAVE = 2 * math.pi


@njit(cache=True)
@no_type_check
def threads(row, down, across, edge, trim):
    """(tint, slope across, slope down) of the fabric at an unrolled place; ribs at the borders where the row has them."""
    fabric, seed, strength = int(row[FABRIC]), int(row[SEED]) + 3, row[WEAVE]
    ribbed = row[RIB] > 0 and edge < row[RIB]
    if trim > 0.5:
        ribbed = fabric == JERSEY or fabric == KNIT or (fabric == SATIN and row[RIB] > 0)
    if ribbed:
        turn = WAVE * across / 0.0085
        return 0.93 + 0.06 * math.sin(turn), 0.35 * math.cos(turn), 0.0
    fine = grain(across * 420, down * 420, 0.5, seed) - 0.5
    tint = 1 + strength * fine
    if fabric == DENIM:
        turn = WAVE * (across + 0.6 * down) / 0.0042
        streak = grain(across * 700, down * 45, 0.5, seed + 1) - 0.5
        return tint + 0.06 * math.sin(turn) + 0.22 * streak, 0.10 * math.cos(turn), 0.06 * math.cos(turn)
    if fabric == KNIT:
        turn = WAVE * across / 0.010
        stitch = WAVE * (down + 0.002 * math.sin(turn)) / 0.007
        return tint + 0.04 * math.sin(turn) + 0.03 * math.sin(stitch), 0.26 * math.cos(turn), 0.10 * math.cos(stitch)
    if fabric == CORDUROY:
        turn = WAVE * across / 0.0065
        return tint + 0.05 * math.sin(turn), 0.28 * math.cos(turn), 0.0
    if fabric == WOVEN:
        slub = grain(across * 70, down * 900, 0.5, seed + 1) + grain(across * 900, down * 70, 1.5, seed + 2) - 1
        return tint + 0.5 * strength * slub, 0.0, 0.0
    if fabric == LEATHER:
        grainy = grain(across * 260, down * 260, 0.5, seed + 1) - 0.5
        return tint, 0.30 * grainy, 0.30 * (grain(across * 260, down * 260, 4.5, seed + 1) - 0.5)
    if fabric == FLEECE:
        tuft = grain(across * 330, down * 330, 0.5, seed + 1) - 0.5
        return tint + 0.06 * tuft, 0.15 * tuft, 0.15 * fine
    if fabric == TWEED:
        return tint + 0.30 * (grain(across * 520, down * 520, 7.5, seed + 1) - 0.5), 0.1 * fine, 0.0
    return tint, 0.0, 0.0


@njit(cache=True)
@no_type_check
def crest(x, y, z, seed):
    """Rounded ridges along a random surface, in [0, 1]: the lines of folds."""
    return 1 - abs(2 * grain(x, y, z, seed) - 1)


@njit(cache=True)
@no_type_check
def relief(row, x, y, z):
    """Height of the folds in units of their wavelength."""
    layout, seed = int(row[LAYOUT]), int(row[SEED]) + 11
    if layout == SKIRT:
        return 0.25 * layered(x * 22, y * 2.5, z * 22, seed)
    if layout == LEGS:
        return relief_of_legs(row, x, y, z, seed)
    arm = ramp(0.155, 0.235, abs(x)) * (y > 0.20)
    height = 0.0
    if arm < 0.99:
        height += (1 - arm) * relief_of_trunk(row, x, y, z, seed)
    if arm > 0.01:
        height += arm * relief_of_sleeve(row, x, y, z, seed)
    return height


@njit(cache=True)
@no_type_check
def relief_of_trunk(row, x, y, z, seed):
    """Folds that fall from chest and shoulder blades, pulls from the armpits, creases over a drawn-in hem."""
    bend = 0.5 * grain(x * 5, y * 4, z * 5, seed)
    height = 0.15 * crest(x * 10 + bend, y * 3.2 + x * 3, z * 10, seed) * (0.35 + 0.65 * ramp(0.24, 0.0, y))
    height += 0.10 * layered(x * 16, y * 7, z * 16, seed + 1)
    p, q = abs(x) - ARMPIT_X, y - ARMPIT_Y
    far = math.sqrt(p * p + q * q)
    if far < 0.17:
        turn = math.atan2(q, -p) * 3.2 + 4 * bend
        height += 0.15 * ramp(0.17, 0.03, far) * crest(turn, far * 5 + (x > 0), z * 6, seed + 2)
    if row[GATHER] > 0 and y < row[LOWER] + 0.14:
        rise = math.exp(-(((y - row[LOWER] - 0.055) / 0.045) ** 2))
        height += 0.16 * rise * crest(x * 14 + 2 * bend, y * 24 + x * 4, z * 14, seed + 3)
    return height


@njit(cache=True)
@no_type_check
def relief_of_sleeve(row, x, y, z, seed):
    """Slanting folds along the sleeve, close ones at the elbow, stacked ones over a long cuff."""
    along = abs(x)
    side = 7.0 if x > 0 else 0.0
    height = 0.13 * crest(along * 9 + y * 9 + side, y * 15, z * 15 - along * 5, seed + 4)
    bent = math.exp(-(((along - ELBOW) / 0.06) ** 2)) * (row[SLEEVE] > 0.25)
    if bent > 0.02:
        height += 0.15 * bent * crest(along * 30 + side, y * 13 + z * 9, z * 13, seed + 5)
    stack = math.exp(-(((along - 0.175 - row[SLEEVE] + 0.05) / 0.045) ** 2)) * (row[SLEEVE] > 0.35)
    if stack > 0.02:
        height += 0.13 * stack * crest(along * 26 + side + y * 6, y * 9, z * 9, seed + 6)
    return height


@njit(cache=True)
@no_type_check
def relief_of_legs(row, x, y, z, seed):
    """Whiskers from the crotch, creases at the knee, cloth stacked on the shoe, long folds between."""
    side = 7.0 if x > 0 else 0.0
    bend = 0.6 * grain(x * 6 + side, y * 4, z * 6, seed)
    height = (
        0.10 * crest(x * 13 + bend + side, y * 3.0 + z * 4, z * 13, seed + 1) * ramp(CROTCH + 0.05, CROTCH - 0.1, y)
    )
    height += 0.08 * layered(x * 15, y * 8, z * 15, seed + 2)
    q = y - CROTCH
    far = math.sqrt(x * x + q * q)
    if far < 0.20:
        turn = math.atan2(q, abs(x) + 0.02) * 3.0 + 3 * bend
        height += 0.14 * ramp(0.20, 0.05, far) * crest(turn + side, far * 4, z * 5, seed + 3)
    knee = math.exp(-(((y - KNEE) / 0.075) ** 2))
    if knee > 0.02:
        height += 0.14 * knee * crest(x * 10 + side, y * 22 + 2 * bend + x * 5, z * 9, seed + 4)
    stack = math.exp(-(((y - row[LOWER]) / 0.10) ** 2)) * (row[LOWER] < GROUND + 0.2)
    if stack > 0.02:
        height += 0.17 * stack * crest(x * 9 + side, y * 25 + 2 * bend + x * 4, z * 9, seed + 5)
    return height


@njit(cache=True)
@no_type_check
def folds(row, x, y, z, edge):
    """Canonical gradient of the relief; it fades out at hems, which are stiff."""
    step = 0.004
    here = relief(row, x, y, z)
    scale = row[FOLDS] * 0.06 / step * (0.4 + 0.6 * ramp(0.0, 0.02, edge))
    return (
        scale * (relief(row, x + step, y, z) - here),
        scale * (relief(row, x, y + step, z) - here),
        scale * (relief(row, x, y, z + step) - here),
    )
