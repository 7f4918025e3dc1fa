"""Skin: tone, flush, freckles, lips, brows, beard, make-up, age, palms and nails painted by canonical position.

Row: `lca.world.paint.skin_columns`.
"""

import math
from typing import no_type_check

import numpy as np
from numba import njit

from lca.formats.transfer import linear
from lca.world.paint import skin_columns as s
from lca.world.paint.face import brows, creases, eye_makeup, flushed, lips, scalp_shadow, stubble
from lca.world.paint.grain import grain, layered, ramp, spots
from lca.world.paint.tints import tinted

TONES = np.array(
    [
        [0.870, 0.740, 0.670], [0.850, 0.705, 0.620], [0.820, 0.660, 0.560], [0.780, 0.605, 0.490], [0.725, 0.545, 0.420],
        [0.650, 0.472, 0.355], [0.565, 0.398, 0.293], [0.475, 0.330, 0.242], [0.385, 0.266, 0.200], [0.300, 0.210, 0.165],
    ]
)  # fmt: skip
"""Ten steps of skin's reflectance from the lightest to the darkest, sRGB; people are drawn evenly over the whole scale."""


def tone(position: float, undertone: float) -> np.ndarray:
    """Linear RGB of the skin at `position` in [0, 9] on the scale; `undertone` from -1 (rosy) to 1 (olive)."""
    low = int(min(position, 8.999))
    shade = TONES[low] + (position - low) * (TONES[low + 1] - TONES[low])
    shade = shade * (1 + undertone * np.array([-0.02, 0.012, -0.04]))
    return linear(shade)


@njit(cache=True)
@no_type_check
def paint_skin(row, x, y, z, palm, nail):
    """Skin at a canonical point; `palm` and `nail` are vertex masks in [0, 1]."""
    seed = int(row[s.SEED])
    red, green, blue = row[s.TONE], row[s.TONE + 1], row[s.TONE + 2]
    face = ramp(row[s.HEAD_Z] - 0.02, row[s.HEAD_Z] + 0.05, z) * ramp(row[s.CHIN_Y] - 0.06, row[s.CHIN_Y], y)
    warm = flushed(row, x, y, z) + 0.35 * layered(x * 60, y * 60, z * 60, 5) - 0.1
    flush = row[s.FLUSH] * min(max(warm, 0.0), 1.0)
    mottle = (
        1 + 0.10 * (layered(x * 35, y * 35, z * 35, seed) - 0.5) + 0.05 * (grain(x * 300, y * 300, z * 300, seed) - 0.5)
    )
    red, green, blue = tinted(row, s.FLUSHED_TONE, flush, red, green, blue)
    if row[s.FRECKLES] > 0.02:
        zone = 0.25 + 0.75 * face * math.exp(-(((y - row[s.EYE_Y] + 0.03) / 0.035) ** 2))
        dot = row[s.FRECKLES] * zone * ramp(0.42, 0.18, spots(x * 210, y * 210, z * 210, seed + 4, 0.35))
        red, green, blue = red * (1 - 0.28 * dot), green * (1 - 0.45 * dot), blue * (1 - 0.55 * dot)
    mole = row[s.MOLES] * ramp(0.10, 0.06, spots(x * 22, y * 22, z * 22, seed + 8, 0.12))
    mottle *= 1 - 0.6 * mole
    light = row[s.PALM_LIGHTNESS] * palm
    red, green, blue = red + light * (0.50 - red), green + light * (0.32 - green), blue + light * (0.24 - blue)
    if nail > 0.01:
        red, green, blue = painted_nail(row, red, green, blue, nail)
    gx, gy, gz, oily, sharp = 0.0, 0.0, 0.0, 0.028, 18.0
    if y > 0.40:
        red, green, blue, mottle, lip = painted_face(row, x, y, z, face, red, green, blue, mottle)
        if row[s.AGE_LINES] > 0.05:
            line = row[s.AGE_LINES] * creases(row, x, y, z)
            mottle *= 1 - 0.30 * line
            green, blue = green * (1 - 0.08 * line), blue * (1 - 0.08 * line)
            step, scale = 0.0005, -0.0011 * row[s.AGE_LINES] / 0.0005
            here = creases(row, x, y, z)
            gx = scale * (creases(row, x + step, y, z) - here)
            gy = scale * (creases(row, x, y + step, z) - here)
        dark = max(brows(row, x, y, z), stubble(row, x, y, z) * (1 - lip))
        roots = scalp_shadow(row, x, y, z)
        oily += 0.022 * lip + 0.012 * face * math.exp(-((x / 0.03) ** 2))
        oily *= 1 - 0.6 * max(dark, roots)
        sharp += 14.0 * lip
        red, green, blue = red * mottle, green * mottle, blue * mottle
        red, green, blue = tinted(row, s.HAIR_COLOUR, dark, red, green, blue)
        red += roots * (1.3 * row[s.HAIR_COLOUR] - red)
        green += roots * (1.3 * row[s.HAIR_COLOUR + 1] - green)
        blue += roots * (1.3 * row[s.HAIR_COLOUR + 2] - blue)
    else:
        red, green, blue = red * mottle, green * mottle, blue * mottle
    return red, green, blue, oily, sharp, gx, gy, gz


@njit(cache=True)
@no_type_check
def painted_nail(row, red, green, blue, nail):
    """Bare or polished nails."""
    light = 0.45 * nail
    red, green, blue = red + light * (0.72 - red), green + light * (0.47 - green), blue + light * (0.42 - blue)
    polish = row[s.POLISH] * ramp(0.2, 0.6, nail)
    return tinted(row, s.POLISH_COLOUR, polish, red, green, blue)


@njit(cache=True)
@no_type_check
def painted_face(row, x, y, z, face, red, green, blue, mottle):
    """Shade round the eyes, make-up and lips -> red, green, blue, mottle, share of the lips."""
    near = ((abs(x) - row[s.EYE_X]) / 0.021) ** 2 + ((y - row[s.EYE_Y]) / 0.013) ** 2
    mottle *= 1 - row[s.EYE_SHADE] * math.exp(-near) * face
    if row[s.BLUSH] > 0.02:
        blush = row[s.BLUSH] * min(
            math.exp(
                -(((abs(x) - 0.046) / 0.017) ** 2) - ((y - row[s.EYE_Y] + 0.030 - 0.4 * (abs(x) - 0.046)) / 0.011) ** 2
            ),
            1.0,
        )
        green, blue = green * (1 - 0.40 * blush * face), blue * (1 - 0.32 * blush * face)
    if row[s.EYE_SHADOW] > 0.02 or row[s.LINER] > 0.02:
        shadow, line = eye_makeup(row, x, y, z)
        red, green, blue = tinted(row, s.SHADOW_COLOUR, shadow, red, green, blue)
        mottle *= 1 - 0.9 * line
    lip = lips(row, x, y, z)
    seam = 1 - 0.45 * lip * math.exp(-(((y - row[s.MOUTH_Y]) / 0.0012) ** 2))
    red, green, blue = tinted(row, s.LIP_COLOUR, lip, red, green, blue)
    return red * seam, green * seam, blue * seam, mottle, lip
