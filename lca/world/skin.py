"""Skin: tone, flush, freckles, brows, lips, stubble, palms and nails painted by canonical position.

Row of a skin: 1:4 tone, 4:7 flushed tone, 7 flush, 8 freckles, 9 moles, 10 seed, 11:14 lips, 14:17 hair colour,
17 brow thickness, 18 brow height, 19 brow slope, 20 brow density, 21 beard, 22 hair shadow on the scalp,
23:26 left eye's centre, 26:29 mouth's centre, 29 half its width, 30 upper and 31 lower lip height, 32 chin's y,
33 palm lightness, 34 eye shade, 35:38 centre of the head, 38 shift of the hairline, 39 brow arch (metres, radians).
"""

import math
from typing import no_type_check

import numpy as np
from numba import njit

from lca.world.grain import grain, layered, ramp, spots
from lca.world.transfer import linear

TONES = np.array(
    [
        [0.95, 0.84, 0.77], [0.93, 0.80, 0.71], [0.89, 0.74, 0.64], [0.85, 0.68, 0.56], [0.78, 0.60, 0.48],
        [0.68, 0.50, 0.39], [0.58, 0.41, 0.31], [0.47, 0.325, 0.245], [0.365, 0.25, 0.19], [0.28, 0.195, 0.155],
    ]
)  # fmt: skip
"""Ten steps from the lightest to the darkest human skin, sRGB; people are drawn evenly over the whole scale."""


def tone(position: float, undertone: float) -> np.ndarray:
    """Linear RGB of the skin at `position` in [0, 9] on the scale; `undertone` from -1 (rosy) to 1 (olive)."""
    low = int(min(position, 8.999))
    shade = TONES[low] + (position - low) * (TONES[low + 1] - TONES[low])
    shade = shade * (1 + undertone * np.array([-0.02, 0.012, -0.04]))
    return linear(shade)


@njit(cache=True)
@no_type_check
def hairline(x, y, z, hx, hy, hz, shift):
    """Signed field of the scalp in radians, positive where hair grows.

    Directions from the head's centre: angle from the (backward tilted) crown against its limit, which runs from the forehead over
    the temples, above the ears, down behind them to the nape.
    """
    dx, dy, dz = x - hx, y - hy, z - hz
    up, front = 0.94 * dy - 0.34 * dz, 0.34 * dy + 0.94 * dz
    polar = math.atan2(math.sqrt(dx * dx + front * front), up)
    azimuth = math.atan2(abs(dx), front)
    limit = 1.02 + 0.10 * ramp(0.15, 0.6, azimuth) + 0.42 * ramp(0.75, 1.25, azimuth)
    limit += 0.36 * ramp(1.75, 2.15, azimuth) + 0.10 * ramp(2.2, 2.9, azimuth)
    return limit + shift * ramp(1.2, 0.5, azimuth) - polar


@njit(cache=True)
@no_type_check
def lips(row, x, y, z):
    """Share of the lips in [0, 1] at a canonical point."""
    dx = abs(x - row[26]) / row[29]
    dy = y - row[27] + 0.0007 * dx * dx
    if dx > 1.15 or z < row[28] - 0.03:
        return 0.0
    bow = 1 - 0.14 * math.exp(-((dx / 0.14) ** 2))
    fall = math.sqrt(max(1 - dx * dx, 0.0))
    top, bottom = row[30] * bow * fall, -row[31] * fall
    return ramp(top + 0.0012, top - 0.0012, dy) * ramp(bottom - 0.0014, bottom + 0.0014, dy)


@njit(cache=True)
@no_type_check
def brows(row, x, y, z):
    """Density of the brow hair in [0, 1]."""
    side = abs(x) - row[23]
    t = (side + 0.020) / 0.046
    if t < -0.05 or t > 1.1 or z < row[25] - 0.02:
        return 0.0
    arch = row[18] + row[19] * (t - 0.5) + row[39] * (1 - (2 * t - 1.25) ** 2)
    thick = row[17] * (0.40 + 0.60 * ramp(1.05, 0.40, t)) * (0.75 + 0.25 * ramp(-0.05, 0.12, t))
    off = abs(y - row[24] - arch) / max(thick, 1e-4)
    hair = grain(abs(x) * 1500 + y * 700, y * 350, z * 300, int(row[10]))
    return row[20] * ramp(1.15, 0.5, off) * ramp(-0.05, 0.10, t) * ramp(1.02, 0.80, t) * (0.55 + 0.6 * hair)


@njit(cache=True)
@no_type_check
def flushed(row, x, y, z):
    """Redness in [0, 1]: cheeks, nose, around the eyes; fine mottling everywhere."""
    ex, ey, ez = row[23], row[24], row[25]
    cheek = ((abs(x) - 1.15 * ex) / 0.022) ** 2 + ((y - ey + 0.036) / 0.018) ** 2
    nose = (x / 0.013) ** 2 + ((y - ey + 0.038) / 0.016) ** 2
    front = ramp(ez - 0.03, ez, z)
    return front * (0.8 * math.exp(-cheek) + 0.7 * math.exp(-nose)) + 0.35 * layered(x * 60, y * 60, z * 60, 5) - 0.1


@njit(cache=True)
@no_type_check
def paint_skin(row, x, y, z, palm, nail):
    """Skin at a canonical point; `palm` and `nail` are vertex masks in [0, 1]."""
    seed = int(row[10])
    red, green, blue = row[1], row[2], row[3]
    face = ramp(row[35 + 2] - 0.02, row[35 + 2] + 0.05, z) * ramp(row[32] - 0.06, row[32], y)
    flush = row[7] * min(max(flushed(row, x, y, z), 0.0), 1.0)
    mottle = (
        1 + 0.10 * (layered(x * 35, y * 35, z * 35, seed) - 0.5) + 0.05 * (grain(x * 300, y * 300, z * 300, seed) - 0.5)
    )
    red, green, blue = red + flush * (row[4] - red), green + flush * (row[5] - green), blue + flush * (row[6] - blue)
    if row[8] > 0.02:
        zone = 0.25 + 0.75 * face * math.exp(-(((y - row[24] + 0.03) / 0.035) ** 2))
        dot = row[8] * zone * ramp(0.42, 0.18, spots(x * 210, y * 210, z * 210, seed + 4, 0.35))
        red, green, blue = red * (1 - 0.28 * dot), green * (1 - 0.45 * dot), blue * (1 - 0.55 * dot)
    mole = row[9] * ramp(0.10, 0.06, spots(x * 22, y * 22, z * 22, seed + 8, 0.12))
    mottle *= 1 - 0.6 * mole
    light = row[33] * palm
    red, green, blue = red + light * (0.50 - red), green + light * (0.32 - green), blue + light * (0.24 - blue)
    light = 0.45 * nail
    red, green, blue = red + light * (0.72 - red), green + light * (0.47 - green), blue + light * (0.42 - blue)
    near = ((abs(x) - row[23]) / 0.021) ** 2 + ((y - row[24]) / 0.013) ** 2
    mottle *= 1 - row[34] * math.exp(-near) * face
    lip = lips(row, x, y, z)
    red, green, blue = red + lip * (row[11] - red), green + lip * (row[12] - green), blue + lip * (row[13] - blue)
    dark = max(brows(row, x, y, z), stubble(row, x, y, z, face) * (1 - lip))
    roots = scalp_shadow(row, x, y, z)
    red, green, blue = red * mottle, green * mottle, blue * mottle
    red, green, blue = red + dark * (row[14] - red), green + dark * (row[15] - green), blue + dark * (row[16] - blue)
    red, green, blue = (
        red + roots * (1.6 * row[14] - red),
        green + roots * (1.6 * row[15] - green),
        blue + roots * (1.6 * row[16] - blue),
    )
    dark = max(dark, roots)
    oily = 0.028 + 0.022 * lip + 0.012 * face * math.exp(-((x / 0.03) ** 2))
    return red, green, blue, oily * (1 - 0.6 * dark), 18.0 + 14.0 * lip, 0.0, 0.0, 0.0


@njit(cache=True)
@no_type_check
def stubble(row, x, y, z, face):
    """Beard: jaw, chin, upper lip."""
    if row[21] <= 0.0:
        return 0.0
    my = row[27]
    edge = my + 0.004 + 0.55 * max(abs(x) - 0.022, 0.0)
    jaw = ramp(edge + 0.006, edge - 0.008, y) * ramp(row[32] - 0.045, row[32] - 0.005, y)
    moustache = ramp(row[29] * 1.25, row[29] * 0.95, abs(x)) * ramp(my + 0.019, my + 0.014, y) * ramp(my, my + 0.004, y)
    hair = 0.7 + 0.6 * grain(x * 900, y * 500, z * 900, int(row[10]) + 2)
    return row[21] * max(jaw, moustache) * ramp(row[37] - 0.01, row[37] + 0.02, z) * min(hair, 1.0)


@njit(cache=True)
@no_type_check
def scalp_shadow(row, x, y, z):
    """Hair roots on the scalp, dense inside the hairline."""
    if row[22] <= 0.0 or y < row[36] - 0.12:
        return 0.0
    field = hairline(x, y, z, row[35], row[36], row[37], row[38])
    rough = 0.12 * (grain(x * 160, y * 160, z * 160, int(row[10]) + 6) - 0.5)
    hair = 0.8 + 0.4 * grain(x * 700, y * 700, z * 700, int(row[10]) + 7)
    return row[22] * ramp(-0.03, 0.09, field + rough) * min(hair, 1.0)
