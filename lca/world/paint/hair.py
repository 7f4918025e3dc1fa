"""Hair, fur of beards included: strands by their place round the head and along themselves."""

import math
from typing import no_type_check

from numba import njit

from lca.world.paint.grain import grain, layered, ramp


@njit(cache=True)
@no_type_check
def paint_hair(row, x, y, z, around, along, tone):
    """Row: 1:4 root, 4:7 tip, 7 strands per unit of `around`, 8 contrast, 9 seed, 10 curl, 11 gloss, 12 exponent,
    13 grey, 14 kink, 15 how sharply the tips are coloured (0 evenly)."""
    seed = int(row[9])
    bend = row[10] * (math.sin(along * 40 + 5 * grain(0.3 * around * row[7], 0.0, 0.0, seed)) * 0.8)
    fine = grain(around * row[7] * 3.1 + bend, along * 3.0, 0.5, seed)
    lock = layered(around * row[7] * 0.55 + 0.6 * bend, along * 2.0, 2.5, seed + 1)
    shade = 1 + row[8] * (0.9 * (lock - 0.5) + 0.7 * (fine - 0.5)) + 0.45 * (tone - 0.5)
    gx, gy, gz = 0.0, 0.0, 0.0
    if row[14] > 0:
        coils = 2.0 * (layered(x * 230, y * 230, z * 230, seed) - 0.5) + 1.0 * (
            grain(x * 80, y * 80, z * 80, seed) - 0.5
        )
        shade += row[14] * (1.1 + row[8] * coils - shade)
        here = grain(x * 140, y * 140, z * 140, seed + 3)
        gx = 1.3 * row[14] * (grain(x * 140 + 0.3, y * 140, z * 140, seed + 3) - here)
        gy = 1.3 * row[14] * (grain(x * 140, y * 140 + 0.3, z * 140, seed + 3) - here)
        gz = 1.3 * row[14] * (grain(x * 140, y * 140, z * 140 + 0.3, seed + 3) - here)
    shade = max(shade * (0.75 + 0.25 * ramp(0.0, 0.25, along)), 0.15)
    mix = along * along
    if row[15] > 0:
        mix = row[15] * ramp(0.35, 0.8, along + 0.3 * (lock - 0.5)) + (1 - row[15]) * mix
    red = shade * (row[1] + (row[4] - row[1]) * mix)
    green = shade * (row[2] + (row[5] - row[2]) * mix)
    blue = shade * (row[3] + (row[6] - row[3]) * mix)
    white = row[13] * ramp(
        0.40, 0.75, 0.35 * row[13] + 0.65 * grain(around * row[7] * 2.3 + bend, along, 7.5, seed + 2)
    )
    red, green, blue = red + white * (0.50 - red), green + white * (0.49 - green), blue + white * (0.47 - blue)
    return red, green, blue, row[11] * (0.4 + 1.2 * fine), row[12], gx, gy, gz
