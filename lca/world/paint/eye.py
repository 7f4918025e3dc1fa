"""Eyes, teeth, tongue and the inside of the mouth, painted by canonical position. Rows: `lca.world.paint.eye_columns`."""

import math
from typing import no_type_check

from numba import njit

from lca.world.paint import eye_columns as e
from lca.world.paint.grain import grain, ramp
from lca.world.paint.tints import mixture

BITE = 0.5187
"""Canonical height of the upper teeth's edge; the lower teeth end just below."""


@njit(cache=True)
@no_type_check
def paint_eye(row, x, y, z):
    """An eyeball: the white, and an iris of fibres that the upper lid shades."""
    dx, dy, dz = abs(x) - row[e.CENTRE_X], y - row[e.CENTRE_Y], z - row[e.CENTRE_Z]
    side = math.sqrt(dx * dx + dy * dy)
    angle = math.atan2(side, dz)
    around = math.atan2(dy, dx)
    pink = 0.12 * ramp(0.5, 1.2, angle) + 0.05 * ramp(0.35, 0.9, abs(dx) / 0.0135)
    red, green, blue = 0.66, 0.62 - pink, 0.60 - pink - 0.12 * row[e.YELLOWING]
    iris = ramp(row[e.IRIS_RADIUS] + 0.03, row[e.IRIS_RADIUS] - 0.03, angle)
    fibre = 0.7 + 0.6 * grain(6 * math.cos(around) + 9, 6 * math.sin(around), 6 * angle, int(row[e.SEED]))
    inner = ramp(0.75 * row[e.IRIS_RADIUS], 0.45 * row[e.IRIS_RADIUS], angle)
    limbus = 1 - 0.75 * ramp(0.78 * row[e.IRIS_RADIUS], row[e.IRIS_RADIUS], angle)
    pupil = ramp(row[e.PUPIL_RADIUS] - 0.03, row[e.PUPIL_RADIUS] + 0.03, angle)
    red += iris * (mixture(row, e.IRIS, e.INNER_IRIS, inner, 0) * fibre * limbus * pupil - red)
    green += iris * (mixture(row, e.IRIS, e.INNER_IRIS, inner, 1) * fibre * limbus * pupil - green)
    blue += iris * (mixture(row, e.IRIS, e.INNER_IRIS, inner, 2) * fibre * limbus * pupil - blue)
    lid = 1 - 0.45 * ramp(-0.001, 0.0045, dy)
    return red * lid, green * lid, blue * lid, 0.06, 120.0, 0.0, 0.0, 0.0


@njit(cache=True)
@no_type_check
def paint_teeth(row, x, y, z):
    """Both rows of teeth in their gums: the front ones light, those behind in the dark."""
    angle = math.atan2(x, z - 0.105)
    place = angle * 0.040
    upper = y > BITE - 0.0006
    width = 0.0082 - 0.0022 * ramp(0.004, 0.016, abs(place)) if upper else 0.0058
    cell = place / width
    between = 2 * abs(cell - math.floor(cell + 0.5))
    papilla = (1 - between) ** 2
    root = y - BITE - 0.0095 + 0.0018 * papilla if upper else BITE - 0.0085 - y + 0.0014 * papilla
    gum = ramp(-0.0006, 0.0006, root)
    deep = (1 - 0.80 * ramp(0.10, 0.95, abs(angle))) * (1 - 0.85 * ramp(0.144, 0.138, z) * ramp(0.5, 0.2, abs(angle)))
    enamel = deep * (1 - 0.55 * ramp(0.16, 0.02, between)) * (0.80 if not upper else 1.0)
    red = enamel * row[e.ENAMEL] + gum * (0.55 * deep * row[e.GUMS] - enamel * row[e.ENAMEL])
    green = enamel * row[e.ENAMEL + 1] + gum * (0.55 * deep * row[e.GUMS + 1] - enamel * row[e.ENAMEL + 1])
    blue = enamel * row[e.ENAMEL + 2] + gum * (0.55 * deep * row[e.GUMS + 2] - enamel * row[e.ENAMEL + 2])
    return red, green, blue, 0.04 * deep, 40.0, 0.0, 0.0, 0.0


@njit(cache=True)
@no_type_check
def paint_mouth(row, x, y, z):
    """Inner lips, tongue, and the dark behind them."""
    tongue = ramp(0.0228, 0.0215, abs(x)) * ramp(0.4985, 0.5000, y) * ramp(0.5290, 0.5280, y) * ramp(0.1430, 0.1415, z)
    inner = ramp(0.143, 0.152, z)
    depth = 0.25 + 0.75 * ramp(0.075, 0.140, z)
    red = 0.035 + tongue * depth * 0.22 + (1 - tongue) * inner * 0.20
    green = 0.012 + tongue * depth * 0.075 + (1 - tongue) * inner * 0.075
    blue = 0.011 + tongue * depth * 0.070 + (1 - tongue) * inner * 0.070
    wet = 0.02 * max(tongue * depth, inner)
    return red * row[e.TINT], green * row[e.TINT + 1], blue * row[e.TINT + 2], wet, 30.0, 0.0, 0.0, 0.0
