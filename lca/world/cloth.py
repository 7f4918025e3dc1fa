"""Cloth: prints, weave and folds as functions of canonical position."""

import math
from typing import no_type_check

from numba import njit

from lca.world.grain import grain, lattice, layered, ramp

PRINTS = ("plain", "stripes", "pinstripes", "checks", "dots", "logo", "gradient", "heather", "block", "floral")
"""Print of a garment; its index is the number in the row. Row of a cloth:

1:4 colour, 4:7 second colour, 7:10 third colour, 10 print, 11 size (m), 12 share of the second colour, 13 seed,
14 fold strength, 15 weave strength, 16:18 centre of the logo (x, y), 18 its radius, 19 z that splits front from back,
20 |x| of the sleeve's seam, 21 |x| of the elbow, 22 y of the knee, 23 y of the crotch, 24 specular, 25 exponent, 26 y low,
27 y high (of the gradient), 28 folds run along y (skirt) if 1, 29 y of the armpit (0.15 below the arm's axis).
"""


@njit(cache=True)
@no_type_check
def paint_cloth(row, x, y, z, edge):
    """Printed, folded cloth; `edge` is the distance to the garment's nearest border in metres (seams and hems)."""
    sleeve = abs(x) > row[20] and y > row[29]
    down = row[20] + y if not sleeve else abs(x)
    across = x if not sleeve else math.atan2(z - row[19], y - row[29] - 0.15) * 0.055 + 0.2
    if not sleeve and z < row[19]:
        across = 0.31 - x
    second, third = motif(row, x, y, z, down, across, sleeve)
    tint = 1 + 0.10 * (layered(x * 9, y * 9, z * 9, int(row[13])) - 0.5)
    weave = row[15] * (grain(x * 420, y * 420, z * 420, int(row[13]) + 3) - 0.5)
    tint *= 1 + weave
    tint *= 1 - 0.22 * ramp(0.012, 0.009, edge) * ramp(0.006, 0.009, edge)
    red = row[1] + second * (row[4] - row[1])
    green = row[2] + second * (row[5] - row[2])
    blue = row[3] + second * (row[6] - row[3])
    red, green, blue = red + third * (row[7] - red), green + third * (row[8] - green), blue + third * (row[9] - blue)
    gx, gy, gz = folds(row, x, y, z)
    return red * tint, green * tint, blue * tint, row[24], row[25], gx, gy, gz


@njit(cache=True)
@no_type_check
def motif(row, x, y, z, down, across, sleeve):
    """Share of the second and third colour in [0, 1]; `down` along the body or arm, `across` around it (m)."""
    kind, size, share, seed = int(row[10]), row[11], row[12], int(row[13])
    soft = 0.0012
    if kind == 1 or kind == 2:
        place = down if kind == 1 else across
        place = place / size - math.floor(place / size)
        return ramp(share + soft / size, share - soft / size, place), 0.0
    if kind == 3:
        p, q = down / size - math.floor(down / size), across / size - math.floor(across / size)
        thin = abs(p - 0.75) < 0.04 or abs(q - 0.75) < 0.04
        return 0.5 * (p < share) + 0.5 * (q < share), 0.8 * thin
    if kind == 4:
        a, b = down / size, across / size
        b += 0.5 * (int(math.floor(a)) % 2)
        p, q = a - math.floor(a) - 0.5, b - math.floor(b) - 0.5
        radius = 0.18 + 0.2 * share
        return ramp(radius + 0.04, radius - 0.04, math.sqrt(p * p + q * q)), 0.0
    if kind == 5 and not sleeve and z > row[19]:
        return logo(row, x, y)
    if kind == 6:
        return ramp(row[26], row[27], y), 0.0
    if kind == 7:
        return 0.7 * grain(x * 260, y * 900, z * 260, seed) ** 2, 0.0
    if kind == 8:
        return 1.0 * (sleeve or y > row[17] + 0.03), 1.0 * ((not sleeve) and abs(y - row[17]) < 0.03)
    if kind == 9:
        return floral(down / size, across / size, seed)
    return 0.0, 0.0


@njit(cache=True)
@no_type_check
def logo(row, x, y):
    """A badge on the chest: a ring or disc with a star of 3 to 8 rays, and a bar of text-like blocks below it."""
    radius, seed = row[18], int(row[13])
    dx, dy = (x - row[16]) / radius, (y - row[17]) / radius
    distance, angle = math.sqrt(dx * dx + dy * dy), math.atan2(dx, dy)
    rays = 3 + int(6 * lattice(1, 2, 3, seed))
    star = 0.28 + 0.34 * (0.5 + 0.5 * math.cos(rays * angle)) ** (0.5 + 2 * lattice(4, 2, 3, seed))
    inside = ramp(star + 0.04, star - 0.04, distance)
    ring = ramp(1.0, 0.96, distance) * ramp(0.80, 0.84, distance)
    if lattice(5, 1, 1, seed) < 0.4:
        return ramp(1.0, 0.96, distance), inside
    text = 0.0
    if abs(dy + 1.35) < 0.14 and abs(dx) < 0.95:
        text = 1.0 * (grain(dx * 9 + 40, 0.5, 0.5, seed) > 0.42)
    return max(ring, text), inside


@njit(cache=True)
@no_type_check
def floral(a, b, seed):
    """Scattered flowers: petals in the second colour, hearts in the third."""
    i, j = int(math.floor(a)), int(math.floor(b))
    petals, heart = 0.0, 0.0
    if lattice(i, j, 5, seed) < 0.75:
        p = a - i - 0.35 - 0.3 * lattice(i, j, 6, seed)
        q = b - j - 0.35 - 0.3 * lattice(i, j, 7, seed)
        distance, angle = math.sqrt(p * p + q * q), math.atan2(p, q) + 6 * lattice(i, j, 8, seed)
        radius = (0.2 + 0.12 * lattice(i, j, 9, seed)) * (0.7 + 0.3 * math.cos(5 * angle))
        petals = ramp(radius + 0.03, radius - 0.03, distance)
        heart = ramp(0.09, 0.06, distance)
    return petals, heart


@njit(cache=True)
@no_type_check
def relief(row, x, y, z):
    """Height of the folds in units of their wavelength: broad hanging folds, tight ones at elbow, knee and crotch."""
    seed = int(row[13]) + 11
    if row[28] > 0.5:
        return 0.35 * layered(x * 22, y * 2.5, z * 22, seed)
    arm = ramp(row[20] - 0.02, row[20] + 0.06, abs(x)) * (y > row[29])
    bent = math.exp(-(((abs(x) - row[21]) / 0.07) ** 2)) * arm
    knee = math.exp(-(((y - row[22]) / 0.09) ** 2)) * (y < row[23])
    groin = math.exp(-(((y - row[23]) / 0.10) ** 2)) * (abs(x) < row[20])
    hang = layered(x * 14 + y * 4, y * 5, z * 14, seed)
    along = layered(x * 6, y * 16, z * 16 + x * 5, seed + 1)
    tight = layered(x * 16 + y * 9, y * 30, z * 14, seed + 2)
    cross = layered(x * 32, y * 14 + z * 6, z * 14, seed + 3)
    return 0.30 * hang * (1 - arm) + 0.22 * along * arm + 0.25 * tight * (knee + groin) + 0.25 * cross * bent


@njit(cache=True)
@no_type_check
def folds(row, x, y, z):
    """Canonical gradient of the relief."""
    step = 0.004
    here = relief(row, x, y, z)
    scale = row[14] * 0.06 / step
    return (
        scale * (relief(row, x + step, y, z) - here),
        scale * (relief(row, x, y + step, z) - here),
        scale * (relief(row, x, y, z + step) - here),
    )
