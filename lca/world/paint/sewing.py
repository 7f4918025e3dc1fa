"""Sewn details by paint: seams, stitches, plackets, buttons, zips, pockets, belts, cords.

Each function returns (dark, accent, worn) in [0, 1]: shade in seams, share of the trim colour, bleached wear.
"""

import math
from typing import no_type_check

from numba import njit

from lca.world.paint.cloth_columns import (
    BELT,
    BUTTONS,
    CARGO,
    CHEST,
    CLOSURE,
    CORD,
    CREASE,
    FLAPS,
    FLY,
    GAP,
    JEANS,
    KANGAROO,
    LAYOUT,
    LEGS,
    PLACKET,
    POCKETS,
    RIB,
    SLANTED,
    SLEEVE,
    SPREAD,
    STRIPE,
    UPPER,
    WEAR,
    YOKE,
    ZIP,
)
from lca.world.paint.grain import grain, ramp

NECK_Y, NECK_Z, TRUNK_Z, SHOULDER_X = 0.448, 0.018, 0.045, 0.175
"""Of the mean person: neck joint, axis of the trunk, shoulder joint (m)."""


@njit(cache=True)
@no_type_check
def line(distance, half):
    """1 within `half` metres of a seam."""
    return ramp(half + 0.0012, half - 0.0006, abs(distance))


@njit(cache=True)
@no_type_check
def stitched(distance, along):
    """A row of stitches beside a seam."""
    return line(distance, 0.0011) * ramp(-0.5, 0.1, math.sin(along * 900))


@njit(cache=True)
@no_type_check
def box(u, v, wide, high):
    """Signed distance to a rectangle of half sizes `wide` and `high`, positive outside."""
    p, q = abs(u) - wide, abs(v) - high
    return max(p, q)


@njit(cache=True)
@no_type_check
def sewn_top(row, x, y, z, limb, edge):
    """Details of shirts, hoodies and jackets."""
    front, out = z > TRUNK_Z, abs(x)
    dark, accent, worn = 0.0, 0.0, 0.0
    if row[SLEEVE] > 0.02 and y > 0.20:
        dark = 0.35 * line(out - SHOULDER_X - 0.005, 0.0012)
    hem = row[RIB] if row[RIB] > 0 else 0.018
    dark = max(dark, (0.35 if row[RIB] > 0 else 0.25) * line(edge - hem, 0.0012))
    if limb > 0:
        if row[STRIPE] > 0:
            accent = 1.0 * (z > NECK_Z) * ramp(row[STRIPE], row[STRIPE] - 0.002, abs(y - 0.352)) * (y > 0.34)
        return dark, accent, worn
    if y > 0.25 and out > 0.06:
        dark = max(dark, 0.3 * line(z - 0.028, 0.001))
    if not front:
        if row[YOKE] > 0:
            dark = max(dark, 0.4 * line(y - 0.25, 0.0014))
        return dark, accent, worn
    a, b = closure(row, x, y, edge)
    dark, accent = max(dark, a), max(accent, b)
    a, b = top_pockets(row, x, y, out)
    dark, accent = max(dark, a), max(accent, b)
    if row[CORD] > 0:
        length = 0.15 + 0.02 * (x > 0)
        inside = y < NECK_Y - 0.075 and y > NECK_Y - 0.075 - length
        cord = line(out - 0.028 - 0.004 * math.sin(y * 30 + 2 * (x > 0)), 0.0028) * inside
        accent, dark = max(accent, cord), max(dark, 0.3 * line(out - 0.033, 0.002) * inside)
    if row[YOKE] > 0:
        dark = max(dark, 0.4 * max(line(y - 0.255, 0.0014), line(out - 0.045 - 0.10 * y, 0.0012) * (y < 0.255)))
        accent = max(accent, 0.7 * stitched(y - 0.259, x))
    return dark, accent, worn


@njit(cache=True)
@no_type_check
def closure(row, x, y, edge):
    """Buttons, zips and plackets in front; (dark, accent)."""
    kind, out = int(row[CLOSURE]), abs(x)
    gap = row[GAP] + row[SPREAD] * max(NECK_Y - y, 0.0) if row[GAP] >= 0 else -1.0
    if kind == ZIP:
        near = abs(out - gap - 0.004) if gap >= 0 else out
        teeth = 0.25 * (math.sin(y * 1400) > 0)
        tape = line(near - 0.011, 0.0014) if gap < 0 else line(out - gap - 0.020, 0.0014)
        return max(0.4 * tape, teeth * line(near, 0.003)), line(near, 0.0032)
    if kind != BUTTONS and kind != PLACKET:
        return 0.0, 0.0
    low = -9.0 if kind == BUTTONS else NECK_Y - 0.20
    if y < low - 0.014:
        return 0.0, 0.0
    middle = x if gap < 0 else x - gap - 0.016
    dark = 0.35 * max(line(abs(middle) - 0.016, 0.001), line(y - low, 0.001) * (abs(middle) < 0.016))
    step = 0.085 if kind == BUTTONS else 0.055
    near = ((NECK_Y - 0.055 - y) / step) - math.floor((NECK_Y - 0.055 - y) / step) - 0.5
    far = math.sqrt(middle * middle + (near * step) ** 2)
    button = ramp(0.0062, 0.0048, far) * (y < NECK_Y - 0.05) * (y > low + 0.01)
    dark = max(
        dark * (1 - button), 0.5 * ramp(0.0085, 0.0062, far) * (1 - button) + 0.5 * ramp(0.0022, 0.001, far) * button
    )
    return dark, button


@njit(cache=True)
@no_type_check
def top_pockets(row, x, y, out):
    """Pockets of tops; (dark, accent)."""
    kind = int(row[POCKETS])
    if kind == CHEST:
        side = out if row[YOKE] > 0 else x
        away = box(side - 0.075, y - 0.215 - 0.10 * abs(side - 0.075), 0.034, 0.038)
        return 0.35 * max(line(away, 0.0012), line(y - 0.242, 0.001) * (away < 0)), 0.0
    if kind == KANGAROO:
        away = box(x, y + 0.005, 0.115 - 0.9 * max(y + 0.005, 0.0), 0.062)
        opening = line(out - 0.115 + 0.9 * max(y + 0.005, 0.0), 0.003) * (y > -0.005) * (y < 0.057)
        return max(0.40 * line(away, 0.0014), 0.6 * opening), 0.0
    if kind == FLAPS:
        flap = box(out - 0.088, y + 0.01 + 0.1 * (out - 0.09), 0.042, 0.014)
        breast = box(x - 0.095, y - 0.185, 0.028, 0.006)
        edge = row[GAP] + row[SPREAD] * (NECK_Y - y) + 0.26 * (y - 0.06)
        lapel = max(line(out - edge, 0.0016), line(y - 0.335, 0.0014) * (out > edge - 0.03)) * (y > 0.06) * (y < 0.337)
        lapel *= 1.0 * (out < edge + 0.003)
        return max(
            0.45 * line(flap, 0.0013), max(0.30 * line(breast, 0.0012), max(0.55 * lapel, 0.12 * (flap < 0)))
        ), 0.0
    if kind == SLANTED:
        slant = line((out - 0.095) + 0.45 * (y - 0.03), 0.002) * (y < 0.09) * (y > -0.03)
        return 0.5 * slant, 0.0
    return 0.0, 0.0


@njit(cache=True)
@no_type_check
def sewn_bottom(row, x, y, z, across, edge):
    """Details of trousers and skirts."""
    low, out, front = row[UPPER] - y, abs(x), z > 0.03
    dark = 0.30 * line(low - 0.036, 0.0013)
    accent, worn = 0.0, 0.0
    if row[BELT] > 0 and abs(low - 0.018) < 0.5 * row[BELT]:
        buckle = front and out < 0.024
        hole = line(box(x, low - 0.018, 0.017, 0.4 * row[BELT]), 0.003)
        return (0.0 if buckle else 0.15), 1.0, (0.8 * hole if buckle else 0.0)
    loop = max(line(out - 0.075, 0.005), line(out - 0.14, 0.004)) * (low < 0.036)
    dark = max(dark, 0.20 * loop)
    dark = max(dark, 0.25 * line(edge - 0.022, 0.0013) * (low > 0.05))
    if int(row[LAYOUT]) != LEGS:
        return skirt_front(row, x, low, front, dark)
    if row[CORD] > 0 and front and low < 0.13 and low > 0.015:
        accent = line(out - 0.010 - 0.06 * low, 0.0026)
    axis = 0.111 + 0.04 * (-0.11 - y)
    if low > 0.036:
        dark = max(dark, 0.30 * line(z - 0.025, 0.0013) * (abs(out - axis) > 0.01))
    if low > 0.036 and low < 0.21:
        dark = max(dark, 0.35 * line(x, 0.0013))
        if int(row[CLOSURE]) == FLY and front:
            curve = line(x - 0.030 * math.sqrt(max(1 - ((low - 0.036) / 0.12) ** 2, 0.0)), 0.001) * (low < 0.156)
            dark = max(dark, 0.3 * curve)
            accent = max(accent, ramp(0.0075, 0.006, math.hypot(x, low - 0.018)))
    if row[STRIPE] > 0:
        side = abs(across - 0.1225) if out > axis else 9.0
        accent = max(accent, max(line(side, 0.3 * row[STRIPE]), line(side - row[STRIPE], 0.3 * row[STRIPE])))
    if row[CREASE] > 0 and low > 0.10:
        dark = max(dark, row[CREASE] * 0.35 * line(across, 0.0015) * front)
    a, b = leg_pockets(row, out, low, z, front, across)
    dark, accent = max(dark, a), max(accent, b)
    if row[WEAR] > 0:
        thigh = math.exp(-(((low - 0.36) / 0.16) ** 2)) + 0.7 * math.exp(-(((low - 0.50) / 0.06) ** 2))
        seatworn = 0.6 * math.exp(-(((low - 0.19) / 0.07) ** 2)) * (not front)
        rough = 0.7 + 0.6 * grain(x * 30, y * 60, z * 30, 5)
        worn = row[WEAR] * rough * (thigh * (ramp(0.0, 0.08, z) if front else 0.0) + seatworn)
    return dark, accent, min(worn, 0.6)


@njit(cache=True)
@no_type_check
def skirt_front(row, x, low, front, dark):
    """A row of buttons down the front of a skirt."""
    if int(row[CLOSURE]) != BUTTONS or not front:
        return dark, 0.0, 0.0
    near = (low / 0.07) - math.floor(low / 0.07) - 0.5
    far = math.hypot(x, near * 0.07)
    button = ramp(0.009, 0.007, far) * (low > 0.04)
    dark = max(dark, 0.35 * line(abs(x) - 0.02, 0.0012))
    return max(dark * (1 - button), 0.5 * ramp(0.012, 0.009, far) * (1 - button)), button, 0.0


@njit(cache=True)
@no_type_check
def leg_pockets(row, out, low, z, front, across):
    """Pockets of trousers; (dark, accent)."""
    kind = int(row[POCKETS])
    if kind == SLANTED or kind == CARGO:
        slant = line((out - 0.105) - 0.35 * (low - 0.04), 0.0018) * (low > 0.036) * (low < 0.17) * front
        welt = line(box(out - 0.075, low - 0.115, 0.048, 0.004), 0.0012) * (not front)
        dark = max(0.5 * slant, 0.4 * welt)
        if kind == CARGO:
            away = box(across - 0.125, low - 0.40, 0.055, 0.075)
            flap = line(low - 0.36, 0.0013) * (away < 0)
            dark = max(dark, max(0.45 * line(away, 0.0016), max(0.45 * flap, 0.08 * (away < 0))))
        return dark, 0.0
    if kind == JEANS:
        if front:
            curve = math.hypot(out - 0.155, (low - 0.036) * 0.9) - 0.062
            return 0.45 * line(curve, 0.0016) * (low > 0.036), 0.6 * stitched(curve + 0.004, low + out) * (low > 0.036)
        tip = 0.25 * max(0.0, 0.045 - abs(out - 0.072))
        away = box(out - 0.072, low - 0.125, 0.045, 0.052 + tip * (low > 0.125))
        yoke = line(low - 0.062 - 0.15 * (0.15 - out), 0.0014)
        return max(0.45 * line(away, 0.0016), 0.35 * yoke), 0.7 * stitched(away + 0.005, low + out)
    return 0.0, 0.0
