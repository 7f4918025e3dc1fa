"""Prints on cloth: shares of a second and a third colour as functions of the unrolled place (metres)."""

import math
from typing import no_type_check

from numba import njit

from lca.world.paint.cloth_columns import HIGH, LOGO_RADIUS, LOGO_X, LOGO_Y, LOW, PRINT, SEED, SHARE, SIZE
from lca.world.paint.grain import grain, lattice, layered, ramp

PRINTS = (
    "plain", "stripes", "pinstripes", "checks", "dots", "logo", "gradient", "heather", "block", "floral", "text", "tartan",
    "zigzag", "camouflage", "tie-dye", "leaves",
)  # fmt: skip
"""Prints; the index of each is the number in the row."""
SOFT = 0.0012
"""Half the width of printed edges, metres."""


@njit(cache=True)
@no_type_check
def cell(place, size):
    """Position inside the repeat, in [0, 1)."""
    return place / size - math.floor(place / size)


@njit(cache=True)
@no_type_check
def band(place, low, high, soft):
    """1 between `low` and `high`."""
    return ramp(low - soft, low + soft, place) * ramp(high + soft, high - soft, place)


@njit(cache=True)
@no_type_check
def motif(row, x, y, z, down, across, chest):
    """(second, third) colour's share; `down` along the garment, `across` round it, `chest` 1 on the front of the trunk."""
    kind, size, share, seed = int(row[PRINT]), row[SIZE], row[SHARE], int(row[SEED])
    soft = SOFT / size
    if kind == 1:
        return stripes(cell(down, size), share, soft, seed)
    if kind == 2:
        return band(cell(across, size), 0.5 - 0.5 * share, 0.5 + 0.5 * share, soft), 0.0
    if kind == 3:
        p, q = cell(down, size), cell(across, size)
        return 0.5 * band(p, 0.0, 0.5, soft) + 0.5 * band(q, 0.0, 0.5, soft), 0.0
    if kind == 4:
        shifted = across + 0.5 * size * (int(math.floor(down / size)) % 2)
        p, q = cell(down, size) - 0.5, cell(shifted, size) - 0.5
        return ramp(0.16 + 0.2 * share + soft, 0.16 + 0.2 * share - soft, math.sqrt(p * p + q * q)), 0.0
    if kind == 5 and chest > 0:
        return logo(row, x, y)
    if kind == 6:
        return ramp(row[LOW], row[HIGH], y), 0.0
    if kind == 7:
        return 0.65 * grain(across * 240, down * 800, 0.5, seed) ** 2, 0.0
    if kind == 8:
        return band(y, row[LOGO_Y] + 0.02, 9.0, SOFT), band(y, row[LOGO_Y] - 0.025, row[LOGO_Y] + 0.02, SOFT)
    if kind == 9:
        return floral(down / size, across / size, seed)
    if kind == 10 and chest > 0:
        return text(row, x, y)
    if kind == 11:
        return tartan(cell(down, size), cell(across, size), soft)
    if kind == 12:
        wave = cell(down + 0.35 * size * abs(2 * cell(across, 0.7 * size) - 1), size)
        return band(wave, 0.1, 0.1 + 0.6 * share, soft), band(wave, 0.75, 0.85, soft)
    if kind == 13:
        n = layered(across / size, down / size, 0.5, seed)
        m = layered(across / size + 5.3, down / size, 3.5, seed)
        return ramp(0.50, 0.515, n), ramp(0.57, 0.585, m)
    if kind == 14:
        swirl = layered(x * 11, y * 11, z * 11, seed)
        ring = math.sin(22 * math.sqrt(x * x + (y - row[LOGO_Y]) ** 2) / (0.3 + size * 6) + 7 * swirl)
        return ramp(-0.4, 0.5, ring), 0.7 * ramp(0.62, 0.75, layered(x * 9 + 4, y * 9, z * 9, seed + 1))
    if kind == 15:
        return leaves(down / size, across / size, seed)
    return 0.0, 0.0


@njit(cache=True)
@no_type_check
def stripes(place, share, soft, seed):
    """Even stripes, or with a thin companion."""
    wide = band(place, 0.0, share, soft)
    thin = band(place, share + 0.10, share + 0.16, soft) if lattice(3, 1, 4, seed) < 0.35 else 0.0
    return wide, thin * (1 - wide)


@njit(cache=True)
@no_type_check
def tartan(p, q, soft):
    """Broad bands that cross, with thin lines between."""
    broad = 0.5 * band(p, 0.05, 0.45, soft) + 0.5 * band(q, 0.05, 0.45, soft)
    thin = max(band(p, 0.23, 0.27, soft), band(q, 0.23, 0.27, soft))
    lines = max(band(p, 0.70, 0.735, soft), band(q, 0.70, 0.735, soft))
    return min(broad + 0.25 * thin, 1.0), 0.75 * lines


@njit(cache=True)
@no_type_check
def logo(row, x, y):
    """A badge on the chest: a disc or ring with a star, a numeral, or bars, and a line of letters below it."""
    radius, seed = row[LOGO_RADIUS], int(row[SEED])
    dx, dy = (x - row[LOGO_X]) / radius, (y - row[LOGO_Y]) / radius
    distance, angle = math.sqrt(dx * dx + dy * dy), math.atan2(dx, dy)
    if distance > 2.2:
        return 0.0, 0.0
    kind = lattice(5, 1, 1, seed)
    if kind < 0.2:
        a, b = lattice(6, 2, 1, seed), lattice(7, 2, 1, seed)
        left = glyph((dx + 0.92) / 0.84, (dy + 0.8) / 1.6, int(40 * a), seed)
        right = glyph((dx - 0.08) / 0.84, (dy + 0.8) / 1.6, int(40 * b) + 41, seed)
        return max(left, right), 0.0
    rays = 3 + int(6 * lattice(1, 2, 3, seed))
    star = 0.28 + 0.34 * (0.5 + 0.5 * math.cos(rays * angle)) ** (0.5 + 2 * lattice(4, 2, 3, seed))
    inside = ramp(star + 0.04, star - 0.04, distance)
    if kind < 0.45:
        return ramp(1.0, 0.96, distance), inside
    if kind < 0.65:
        disc = ramp(1.0, 0.96, distance)
        return disc * (1.0 * (cell(dy + 0.4 * math.sin(3 * dx), 0.5) < 0.55)), disc * ramp(
            0.3, 0.26, math.hypot(dx, dy - 0.35)
        )
    ring = ramp(1.0, 0.96, distance) * ramp(0.80, 0.84, distance)
    line = letters((dx + 0.95) * radius, (dy + 1.52) * radius, 0.30 * radius, 1.9 * radius, seed)
    return max(ring, line), inside


@njit(cache=True)
@no_type_check
def glyph(u, v, code, seed):
    """One letter-like sign in the unit box (u towards the person's left, to the right for a viewer): bars picked by the code."""
    if u < 0.08 or u > 0.82 or v < 0.0 or v > 1.0:
        return 0.0
    on = 0.0
    if u < 0.27 and (lattice(code, 1, 0, seed) < 0.75):
        on = 1.0
    if u > 0.63 and (lattice(code, 2, 0, seed) < 0.6) and (v > 0.5 or lattice(code, 3, 0, seed) < 0.6):
        on = 1.0
    if v > 0.83 and lattice(code, 4, 0, seed) < 0.6:
        on = 1.0
    if v < 0.17 and lattice(code, 5, 0, seed) < 0.5:
        on = 1.0
    if abs(v - 0.5) < 0.085 and lattice(code, 6, 0, seed) < 0.65:
        on = 1.0
    if lattice(code, 7, 0, seed) < 0.25 and abs(u - 0.15 - 0.6 * v) < 0.11:
        on = 1.0
    return on


@njit(cache=True)
@no_type_check
def letters(p, q, size, width, seed):
    """A centred line of signs of height `size`; p, q from its lower corner (p towards the person's left), metres."""
    if q < 0 or q > size or p < 0 or p > width:
        return 0.0
    step = 0.72 * size
    i = int(math.floor(p / step))
    if lattice(i, 8, int(q > size), seed + 5) < 0.12 or p > width - cell(width, step) * step:
        return 0.0
    return glyph(p / step - i, q / size, i, seed + 5)


@njit(cache=True)
@no_type_check
def text(row, x, y):
    """One to four centred lines of signs on the chest, of different sizes; (second, third)."""
    seed = int(row[SEED])
    lines = 1 + int(4 * lattice(2, 2, 9, seed))
    top = row[LOGO_Y] + 0.045
    for k in range(lines):
        size = 0.026 + 0.035 * lattice(k, 3, 9, seed) * (1.0 if lines < 3 else 0.5)
        half = min(0.045 + 0.06 * lattice(k, 4, 9, seed), 0.10)
        on = letters(x - row[LOGO_X] + half, y - top + size, size, 2 * half, seed + 17 * k)
        if on > 0:
            return (0.0, on) if lattice(k, 5, 9, seed) < 0.3 else (on, 0.0)
        top -= size + 0.012
    return 0.0, 0.0


@njit(cache=True)
@no_type_check
def floral(a, b, seed):
    """Flowers of two sizes: petals in the second colour, hearts and leaves in the third."""
    petals, other = 0.0, 0.0
    for layer in range(2):
        scale = 1.0 + 1.3 * layer
        u, v = a * scale + 0.37 * layer, b * scale + 0.61 * layer
        i, j = int(math.floor(u)), int(math.floor(v))
        if lattice(i, j, 5 + layer, seed) < 0.85 - 0.4 * layer:
            p = u - i - 0.38 - 0.24 * lattice(i, j, 6, seed)
            q = v - j - 0.38 - 0.24 * lattice(i, j, 7, seed)
            distance, angle = math.sqrt(p * p + q * q), math.atan2(p, q) + 6 * lattice(i, j, 8, seed)
            radius = (0.22 + 0.12 * lattice(i, j, 9, seed)) * (0.72 + 0.28 * math.cos(5 * angle))
            leaf = 0.40 * max(math.cos(angle + 1.0), 0.0) ** 6 * (layer == 0)
            flower = ramp(radius + 0.03, radius - 0.03, distance)
            heart = ramp(0.085, 0.06, distance)
            leaf = ramp(leaf + 0.02, leaf - 0.02, distance) * (1 - flower)
            petals, other = max(petals, flower), max(other, max(heart, 0.8 * leaf))
    return petals, other


@njit(cache=True)
@no_type_check
def leaves(a, b, seed):
    """Large leaves that overlap, with a midrib left open."""
    i, j = int(math.floor(a)), int(math.floor(b))
    best = 0.0
    for m in range(-1, 2):
        for n in range(-1, 2):
            p = a - i - m - 0.2 - 0.6 * lattice(i + m, j + n, 1, seed)
            q = b - j - n - 0.2 - 0.6 * lattice(i + m, j + n, 2, seed)
            turn = 6.283 * lattice(i + m, j + n, 3, seed)
            u, v = math.cos(turn) * p + math.sin(turn) * q, math.cos(turn) * q - math.sin(turn) * p
            wide = 0.20 * (1 - min((u / 0.6) ** 2, 1.0))
            inside = ramp(wide + 0.015, wide - 0.015, abs(v)) * (abs(u) < 0.6) * ramp(0.006, 0.02, abs(v))
            if inside > best:
                best = inside
    return best, 0.0
