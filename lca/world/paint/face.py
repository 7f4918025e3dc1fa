"""What is drawn on a face, as functions of canonical position: hairline, lips, brows, beard, make-up, lines of age.

All are scalar kernels over the row of a skin (`lca.world.paint.skin_columns`); lengths in metres, angles in radians.
"""

import math
from typing import no_type_check

from numba import njit

from lca.world.paint import skin_columns as s
from lca.world.paint.grain import grain, ramp


@njit(cache=True)
@no_type_check
def hair_limit(azimuth, shift, recede):
    """Angle from the (backward tilted) crown at which hair ends.

    Forehead, temples, sideburns down before the ears, above them, down behind them to the nape. `shift` moves the front,
    `recede` the temples alone.
    """
    limit = 1.20 + shift * ramp(1.2, 0.5, azimuth) - recede * math.exp(-(((azimuth - 0.52) / 0.20) ** 2))
    limit += 0.10 * ramp(0.55, 0.80, azimuth) + 0.50 * ramp(0.80, 1.22, azimuth)
    limit -= 0.38 * ramp(1.40, 1.58, azimuth)
    return limit + 0.62 * ramp(1.84, 2.25, azimuth) + 0.10 * ramp(2.30, 3.00, azimuth)


@njit(cache=True)
@no_type_check
def hairline(row, x, y, z):
    """Signed field of the scalp in radians, positive where hair grows: seen from the head's centre."""
    dx, dy, dz = x - row[s.HEAD_X], y - row[s.HEAD_Y], z - row[s.HEAD_Z]
    up, front = 0.94 * dy - 0.34 * dz, 0.34 * dy + 0.94 * dz
    polar = math.atan2(math.sqrt(dx * dx + front * front), up)
    field = hair_limit(math.atan2(abs(dx), front), row[s.HAIRLINE], row[s.TEMPLES]) - polar
    if row[s.BALD] > 0:
        field = min(field, min(polar - row[s.BALD], math.atan2(abs(dx), front) - 1.28))
    return field


@njit(cache=True)
@no_type_check
def scalp_shadow(row, x, y, z):
    """Hair roots on the scalp in [0, 1]: single hairs at the border, dense inside."""
    if row[s.SCALP_SHADOW] <= 0.0 or y < row[s.HEAD_Y] - 0.12:
        return 0.0
    field = hairline(row, x, y, z)
    if field < -0.1:
        return 0.0
    rough = 0.16 * (grain(x * 240, y * 160, z * 160, int(row[s.SEED]) + 6) - 0.5)
    hair = 0.55 + 0.9 * grain(x * 700, y * 500, z * 500, int(row[s.SEED]) + 7)
    return row[s.SCALP_SHADOW] * ramp(-0.07, 0.06, field + rough) * min(hair, 1.0)


@njit(cache=True)
@no_type_check
def lips(row, x, y, z):
    """Share of the lips in [0, 1]."""
    dx = abs(x - row[s.MOUTH_X]) / row[s.MOUTH_WIDTH]
    dy = y - row[s.MOUTH_Y] + 0.0007 * dx * dx
    if dx > 1.15 or z < row[s.MOUTH_Z] - 0.03:
        return 0.0
    bow = 1 - 0.14 * math.exp(-((dx / 0.14) ** 2))
    fall = math.sqrt(max(1 - dx * dx, 0.0))
    top, bottom = row[s.UPPER_LIP] * bow * fall, -row[s.LOWER_LIP] * fall
    return ramp(top + 0.0012, top - 0.0012, dy) * ramp(bottom - 0.0014, bottom + 0.0014, dy)


@njit(cache=True)
@no_type_check
def brows(row, x, y, z):
    """Density of the brow hair in [0, 1]."""
    t = (abs(x) - row[s.EYE_X] + 0.020) / 0.046
    if t < -0.05 or t > 1.1 or z < row[s.EYE_Z] - 0.02:
        return 0.0
    arch = row[s.BROW_HEIGHT] + row[s.BROW_SLOPE] * (t - 0.5) + row[s.BROW_ARCH] * (1 - (2 * t - 1.25) ** 2)
    thick = row[s.BROW_THICKNESS] * (0.40 + 0.60 * ramp(1.05, 0.40, t)) * (0.75 + 0.25 * ramp(-0.05, 0.12, t))
    off = abs(y - row[s.EYE_Y] - arch) / max(thick, 1e-4)
    hair = grain(abs(x) * 1500 + y * 700, y * 350, z * 300, int(row[s.SEED]))
    return row[s.BROW_DENSITY] * ramp(1.15, 0.5, off) * ramp(-0.05, 0.10, t) * ramp(1.02, 0.80, t) * (0.55 + 0.6 * hair)


@njit(cache=True)
@no_type_check
def beard_field(row, x, y, z):
    """Signed distance (m, rough) into the bearded skin: positive where the beard grows."""
    my, side, kind = row[s.MOUTH_Y], abs(x), int(row[s.BEARD])
    wide, upper, lower, under = row[s.MOUTH_WIDTH], row[s.UPPER_LIP], row[s.LOWER_LIP], row[s.CHIN_Y]
    if kind == 0 or z < row[s.HEAD_Z] - 0.005 or y > my + 0.05 or y < under - 0.06:
        return -1.0
    edge = my + 0.002 + 0.62 * max(side - 0.024, 0.0) + 0.02 * ramp(0.050, 0.066, side)
    jaw = min(min(edge - y, y - (under - 0.030 + 0.5 * (0.11 - z))), min(0.0700 - side, z - 0.052 - 0.35 * (y - my)))
    lash = min(1.22 * wide - side, min(y - my - 0.0045 + 0.10 * side, my + 0.0175 - 0.18 * side - y))
    chin = min(0.024 - side, my - lower - 0.006 - y)
    ring = min(min(0.0055 - abs(side - wide - 0.0055), my + 0.008 - y), y - (my - 0.030))
    field = max(jaw, lash)
    if kind == s.MOUSTACHE:
        field = lash
    elif kind == s.GOATEE:
        field = min(chin, y - under + 0.03)
    elif kind == s.CIRCLE:
        field = max(lash, max(ring, min(chin, y - under + 0.03)))
    dx, dy = side / (1.05 * wide), (y - my) / (lower + 0.0025 if y < my else upper + 0.001)
    return min(field, 0.008 * (math.sqrt(dx * dx + dy * dy) - 1))


@njit(cache=True)
@no_type_check
def stubble(row, x, y, z):
    """Density of the beard painted on the skin, in [0, 1]."""
    if row[s.BEARD_DENSITY] <= 0.0:
        return 0.0
    field = beard_field(row, x, y, z)
    if field < -0.006:
        return 0.0
    rough = 0.004 * (grain(x * 350, y * 250, z * 350, int(row[s.SEED]) + 3) - 0.5)
    hair = 0.55 + 0.8 * grain(x * 900, y * 500, z * 900, int(row[s.SEED]) + 2)
    return row[s.BEARD_DENSITY] * ramp(-0.005, 0.005, field + rough) * min(hair, 1.0)


@njit(cache=True)
@no_type_check
def flushed(row, x, y, z):
    """Redness in [0, 1]: cheeks, nose, around the eyes; fine mottling everywhere."""
    ex, ey, ez = row[s.EYE_X], row[s.EYE_Y], row[s.EYE_Z]
    cheek = ((abs(x) - 1.15 * ex) / 0.022) ** 2 + ((y - ey + 0.036) / 0.018) ** 2
    nose = (x / 0.013) ** 2 + ((y - ey + 0.038) / 0.016) ** 2
    front = ramp(ez - 0.03, ez, z)
    return front * (0.8 * math.exp(-cheek) + 0.7 * math.exp(-nose))


@njit(cache=True)
@no_type_check
def eye_makeup(row, x, y, z):
    """Share of eye shadow and of the liner, both in [0, 1]."""
    dx, dy = (abs(x) - 0.0300) / 0.0150, y - 0.5865
    if abs(dx) > 1.7 or dy < -0.008 or dy > 0.024 or z < row[s.EYE_Z]:
        return 0.0, 0.0
    lid = 0.0045 * math.sqrt(max(1 - dx * dx, 0.0)) + 0.0012 * dx
    shadow = ramp(1.5, 0.7, abs(dx - 0.1)) * ramp(-0.001, 0.002, dy - lid) * ramp(0.013, 0.003, dy - lid)
    line = ramp(1.35, 1.05, dx) * ramp(-1.05, -0.9, dx) * ramp(0.0020, 0.0008, abs(dy - lid - 0.0006))
    return row[s.EYE_SHADOW] * shadow, row[s.LINER] * line


@njit(cache=True)
@no_type_check
def line_depth(d, width):
    """Cross-section of a crease at the distance `d` from its line: 1 at the bottom."""
    return math.exp(-((d / width) ** 2))


@njit(cache=True)
@no_type_check
def creases(row, x, y, z):
    """Depth of the lines of age in [0, 1]: forehead, crow's feet, bags, from the nose to the mouth and on to the chin, neck."""
    side, ey, my = abs(x), row[s.EYE_Y], row[s.MOUTH_Y]
    total = 0.0
    if z > row[s.EYE_Z] - 0.035 and y > row[s.CHIN_Y]:
        wave = 0.0016 * math.sin(x * 90 + row[s.SEED]) + 0.0008 * math.sin(x * 260 + row[s.SEED])
        high = y - ey - wave
        if 0.030 < high < 0.062:
            near = abs((high - 0.030) / 0.0085 - math.floor((high - 0.030) / 0.0085) - 0.5) * 0.0085
            total += 0.6 * line_depth(near, 0.0016) * ramp(0.052, 0.036, side) * ramp(0.030, 0.035, high)
        t = (y - my + 0.004) / 0.030
        fold = 0.030 - 0.014 * t + 0.004 * math.sin(3.1 * min(max(t, 0.0), 1.0))
        total += 1.2 * line_depth(side - fold, 0.0022) * ramp(-0.15, 0.15, t) * ramp(1.1, 0.85, t)
        t = (my - 0.002 - y) / 0.024
        total += 0.6 * line_depth(side - 0.0275 - 0.003 * t, 0.0018) * ramp(-0.1, 0.3, t) * ramp(1.1, 0.6, t)
        dx, dy = (side - 0.030) / 0.0165, (y - ey + 0.001) / 0.0125
        bag = math.sqrt(dx * dx + dy * dy) - 1
        total += 0.8 * line_depth(bag * 0.012, 0.0016) * ramp(-0.2, -0.7, dy)
        out, up = side - 0.044, y - ey + 0.001
        if 0.0 < out < 0.020 and abs(up) < 0.016:
            spoke = math.atan2(up, out + 0.008) * 4.2
            near = abs(spoke - math.floor(spoke) - 0.5) / 4.2 * (out + 0.008)
            total += 0.7 * line_depth(near, 0.0009) * ramp(0.0, 0.005, out) * ramp(0.020, 0.010, out)
        total += (
            0.5
            * line_depth(side - 0.0055 - 0.1 * (y - ey), 0.0011)
            * ramp(0.010, 0.015, y - ey)
            * ramp(0.030, 0.024, y - ey)
        )
    elif y < row[s.CHIN_Y] and y > 0.40 and z > 0.0:
        ring = (y - 0.452 + 0.25 * (z - 0.08)) / 0.016
        near = abs(ring - math.floor(ring + 0.5)) * 0.016
        total += 0.35 * line_depth(near, 0.0018) * (abs(ring) < 2.4)
    return min(total, 1.3)
