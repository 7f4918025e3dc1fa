"""Smooth random functions of position, for painting: the same point always gets the same value.

All functions are scalar numba kernels; coordinates are already multiplied by the wanted frequency.
"""

import math
from typing import no_type_check

from numba import njit


@njit("float64(int64, int64, int64, int64)", cache=True)  # else each constant that it is called with is compiled anew
@no_type_check
def lattice(i, j, k, seed):
    """A hash of three integers and a seed, uniform in [0, 1)."""
    h = (i * 73856093 ^ j * 19349663 ^ k * 83492791 ^ seed * 40503) & 0xFFFFFFFF
    h = ((h ^ (h >> 15)) * 2246822519) & 0xFFFFFFFF
    h = ((h ^ (h >> 13)) * 3266489917) & 0xFFFFFFFF
    return (h ^ (h >> 16)) / 4294967296.0


@njit(cache=True)
@no_type_check
def ramp(low, high, x):
    """Smooth step: 0 below `low`, 1 above `high`; decreasing when low > high."""
    t = (x - low) / (high - low)
    t = min(max(t, 0.0), 1.0)
    return t * t * (3.0 - 2.0 * t)


@njit(cache=True)
@no_type_check
def grain(x, y, z, seed):
    """Value noise in [0, 1], smooth between the integer points."""
    i, j, k = math.floor(x), math.floor(y), math.floor(z)
    u, v, w = x - i, y - j, z - k
    i, j, k = int(i), int(j), int(k)
    u, v, w = u * u * (3 - 2 * u), v * v * (3 - 2 * v), w * w * (3 - 2 * w)
    total = 0.0
    for a in range(2):
        for b in range(2):
            near = lattice(i + a, j + b, k, seed)
            far = lattice(i + a, j + b, k + 1, seed)
            total += (u if a else 1 - u) * (v if b else 1 - v) * (near + (far - near) * w)
    return total


@njit(cache=True)
@no_type_check
def layered(x, y, z, seed):
    """Three octaves of `grain`, in [0, 1]."""
    return (
        0.57 * grain(x, y, z, seed)
        + 0.29 * grain(2.1 * x + 7.3, 2.1 * y + 1.7, 2.1 * z + 4.1, seed)
        + 0.14 * grain(4.3 * x + 3.1, 4.3 * y + 9.2, 4.3 * z + 2.6, seed)
    )


@njit(cache=True)
@no_type_check
def spots(x, y, z, seed, share):
    """Distance (in cells) to the nearest of the dots that live in a `share` of the unit cells; 9 where there is none."""
    i, j, k = int(math.floor(x)), int(math.floor(y)), int(math.floor(z))
    best = 81.0
    for a in range(-1, 2):
        for b in range(-1, 2):
            for c in range(-1, 2):
                p, q, r = i + a, j + b, k + c
                if lattice(p, q, r, seed) < share:
                    dx = p + 0.2 + 0.6 * lattice(p, q, r, seed + 1) - x
                    dy = q + 0.2 + 0.6 * lattice(p, q, r, seed + 2) - y
                    dz = r + 0.2 + 0.6 * lattice(p, q, r, seed + 3) - z
                    best = min(best, dx * dx + dy * dy + dz * dz)
    return math.sqrt(best)
