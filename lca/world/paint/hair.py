"""Hair, that of beards included: strands by their place round the head and along themselves.

Row: `lca.world.paint.hair_columns`.
"""

import math
from typing import no_type_check

from numba import njit

from lca.world.paint import hair_columns as h
from lca.world.paint.grain import grain, layered, ramp
from lca.world.paint.tints import mixture


@njit(cache=True)
@no_type_check
def paint_hair(row, x, y, z, around, along, tone):
    """Strands: `around` the head in radians, `along` from 0 (root) to 1 (tip), `tone` from 0 (dark) to 1 (light)."""
    seed = int(row[h.SEED])
    bend = row[h.CURL] * (math.sin(along * 40 + 5 * grain(0.3 * around * row[h.STRANDS], 0.0, 0.0, seed)) * 0.8)
    fine = grain(around * row[h.STRANDS] * 3.1 + bend, along * 3.0, 0.5, seed)
    lock = layered(around * row[h.STRANDS] * 0.55 + 0.6 * bend, along * 2.0, 2.5, seed + 1)
    shade = 1 + row[h.CONTRAST] * (0.9 * (lock - 0.5) + 0.7 * (fine - 0.5)) + 0.45 * (tone - 0.5)
    gx, gy, gz = 0.0, 0.0, 0.0
    if row[h.KINK] > 0:
        coils = 2.0 * (layered(x * 230, y * 230, z * 230, seed) - 0.5) + 1.0 * (
            grain(x * 80, y * 80, z * 80, seed) - 0.5
        )
        shade += row[h.KINK] * (1.1 + row[h.CONTRAST] * coils - shade)
        here = grain(x * 140, y * 140, z * 140, seed + 3)
        gx = 1.3 * row[h.KINK] * (grain(x * 140 + 0.3, y * 140, z * 140, seed + 3) - here)
        gy = 1.3 * row[h.KINK] * (grain(x * 140, y * 140 + 0.3, z * 140, seed + 3) - here)
        gz = 1.3 * row[h.KINK] * (grain(x * 140, y * 140, z * 140 + 0.3, seed + 3) - here)
    shade = max(shade * (0.75 + 0.25 * ramp(0.0, 0.25, along)), 0.15)
    mix = along * along
    if row[h.DIPPED] > 0:
        mix = row[h.DIPPED] * ramp(0.35, 0.8, along + 0.3 * (lock - 0.5)) + (1 - row[h.DIPPED]) * mix
    red = shade * mixture(row, h.ROOT, h.TIP, mix, 0)
    green = shade * mixture(row, h.ROOT, h.TIP, mix, 1)
    blue = shade * mixture(row, h.ROOT, h.TIP, mix, 2)
    white = row[h.GREY] * ramp(
        0.40, 0.75, 0.35 * row[h.GREY] + 0.65 * grain(around * row[h.STRANDS] * 2.3 + bend, along, 7.5, seed + 2)
    )
    red, green, blue = red + white * (0.50 - red), green + white * (0.49 - green), blue + white * (0.47 - blue)
    return red, green, blue, row[h.GLOSS] * (0.4 + 1.2 * fine), row[h.EXPONENT], gx, gy, gz
