"""Layers of one cloth kept apart: vertices as soft balls that do not overlap, unless a link joins them.

The balls are almost as wide as the mesh is fine, so that folds lie on each other instead of passing through.
"""

import math
from typing import no_type_check

import numpy as np
from numba import njit

CLOSER = 0.007
"""Metres that two vertices may come closer to each other before the search is repeated."""
PUSH = 0.002
"""Metres that a pair is pushed apart in one substep, at most."""
CELLS = 64
"""Of the search grid along its longest side, at most."""
PER_VERTEX = 48
"""Pairs that are kept per vertex, on average."""


@njit(cache=True)
@no_type_check
def celled(places, cell):
    """Cell of each vertex in a grid of `cell` metres (coarser if the cloth is very wide), and the grid's three sizes."""
    low, high = np.empty(3), np.empty(3)
    for k in range(3):
        low[k], high[k] = places[:, k].min(), places[:, k].max()
    cell = max(cell, (high - low).max() / CELLS)
    sizes = np.empty(3, np.int64)
    for k in range(3):
        sizes[k] = int((high[k] - low[k]) / cell) + 1
    cells = np.empty(places.shape, np.int64)
    for v in range(places.shape[0]):
        for k in range(3):
            cells[v, k] = min(int((places[v, k] - low[k]) / cell), sizes[k] - 1)
    return cells, sizes


@njit(cache=True)
@no_type_check
def linked(a, b, start, ring):
    """Whether a link joins two vertices."""
    for e in range(start[a], start[a + 1]):
        if ring[e] == b:
            return True
    return False


@njit(cache=True)
@no_type_check
def crowded(places, width, start, ring):
    """Pairs (n, 2) of vertices that are nearer than their balls allow, or may be soon; in rising order. None if not finite."""
    count = places.shape[0]
    pairs = np.empty((PER_VERTEX * count, 2), np.int64)
    if not np.isfinite(places).all():
        return pairs[:0]
    cells, sizes = celled(places, width.max() + CLOSER)
    total = sizes[0] * sizes[1] * sizes[2]
    first, keys = np.zeros(total + 1, np.int64), np.empty(count, np.int64)
    for v in range(count):
        keys[v] = (cells[v, 0] * sizes[1] + cells[v, 1]) * sizes[2] + cells[v, 2]
        first[keys[v] + 1] += 1
    for c in range(total):
        first[c + 1] += first[c]
    members, filled = np.empty(count, np.int64), first[:-1].copy()
    for v in range(count):
        members[filled[keys[v]]] = v
        filled[keys[v]] += 1
    n = 0
    for a in range(count):
        begin = n
        for i in range(max(cells[a, 0] - 1, 0), min(cells[a, 0] + 2, sizes[0])):
            for j in range(max(cells[a, 1] - 1, 0), min(cells[a, 1] + 2, sizes[1])):
                row = (i * sizes[1] + j) * sizes[2]
                low, high = max(cells[a, 2] - 1, 0), min(cells[a, 2] + 1, sizes[2] - 1)
                for m in range(first[row + low], first[row + high + 1]):
                    b = members[m]
                    if b <= a or n == pairs.shape[0]:
                        continue
                    reach = 0.5 * (width[a] + width[b]) + CLOSER
                    dx, dy, dz = places[a, 0] - places[b, 0], places[a, 1] - places[b, 1], places[a, 2] - places[b, 2]
                    if dx * dx + dy * dy + dz * dz < reach * reach and not linked(a, b, start, ring):
                        pairs[n, 0], pairs[n, 1] = a, b
                        n += 1
        rise(pairs, begin, n)
    return pairs[:n]


@njit(cache=True)
@no_type_check
def rise(pairs, begin, end):
    """Sorts the second vertices of `pairs[begin:end]`, a few of one first vertex (numba's own sort takes long to compile)."""
    for n in range(begin + 1, end):
        later, place = pairs[n, 1], n
        while place > begin and pairs[place - 1, 1] > later:
            pairs[place, 1] = pairs[place - 1, 1]
            place -= 1
        pairs[place, 1] = later


@njit(cache=True)
@no_type_check
def part(places, a, b, dx, dy, dz, push, mobility):
    """Moves two vertices apart along the way (dx, dy, dz) from b to a, each by its mobility times `push` of that way."""
    move_a, move_b = push * mobility[a], push * mobility[b]
    places[a, 0] += move_a * dx
    places[a, 1] += move_a * dy
    places[a, 2] += move_a * dz
    places[b, 0] -= move_b * dx
    places[b, 1] -= move_b * dy
    places[b, 2] -= move_b * dz


@njit(cache=True)
@no_type_check
def spread(places, pairs, width, mobility):
    """Pushes every overlapping pair apart."""
    for n in range(pairs.shape[0]):
        a, b = pairs[n, 0], pairs[n, 1]
        dx, dy, dz = places[a, 0] - places[b, 0], places[a, 1] - places[b, 1], places[a, 2] - places[b, 2]
        square, wanted = dx * dx + dy * dy + dz * dz, 0.5 * (width[a] + width[b])
        total = mobility[a] + mobility[b]
        if square >= wanted * wanted or square < 1e-18 or total == 0:
            continue
        length = math.sqrt(square)
        part(places, a, b, dx, dy, dz, min(wanted - length, PUSH) / (length * total), mobility)
