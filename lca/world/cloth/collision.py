"""Loose cloth kept off the posed body: a grid of cells finds the nearest skin, serial numba does the rest.

One call costs a few milliseconds for a skirt of five thousand vertices, and gives the same bytes on every machine.
"""

from typing import no_type_check

import numpy as np
from jaxtyping import Bool, Float, Int
from numba import njit

from lca.world.body.figure import joint

CELL = 0.05
"""Edge of the grid's cells, metres: skin further than this from the cloth is not looked for."""

SECTORS, BAND, INSIDE = 48, 0.012, 0.007
"""Round the neck the outermost cloth of a sector and a band (m) of height covers what lies further inside than this (m)."""


def below_collar(
    points: Float[np.ndarray, "points 3"], cloth: Float[np.ndarray, "cloth 3"]
) -> Bool[np.ndarray, " points"]:
    """Whether points near the neck lie inside the outermost cloth there, all in canonical coordinates."""
    top, reach = joint("neck"), 0.17

    def polar(places: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        x, y, z = (places - top).T
        return (np.arctan2(x, z) / (2 * np.pi) % 1 * SECTORS).astype(int), (y / BAND).astype(int) + 20, np.hypot(x, z)

    outermost = np.zeros((SECTORS + 1, 40))
    sector, band, radius = polar(cloth)
    near = (radius < reach) & (band > 12) & (band < 40)
    np.maximum.at(outermost, (sector[near], band[near]), radius[near])
    sector, band, radius = polar(points)
    beside = (radius < reach) & (band > 12) & (band < 40)
    return beside & (radius < outermost[sector, np.clip(band, 0, 39)] - INSIDE)


def clear_of(
    cloth: Float[np.ndarray, "points 3"],
    gaps: Float[np.ndarray, " points"],
    links: tuple[Int[np.ndarray, " starts"], Int[np.ndarray, " ends"]],
    skin: Float[np.ndarray, "skin 3"],
    normals: Float[np.ndarray, "skin 3"],
    rounds: int = 3,
) -> Float[np.ndarray, "points 3"]:
    """The cloth moved out of the skin, each point `gaps` metres (negative: left where it is) from the tangent plane next to it.

    The push is spread over the mesh's neighbours (`links`: the row starts and columns of a sparse matrix), as cloth would;
    the last round is not, so that nothing is left inside.
    """
    low = skin.min(0) - CELL
    size = np.ceil((skin.max(0) + CELL - low) / CELL).astype(np.int64) + 1
    order, first = sorted_cells(skin, low, size)
    moved = np.ascontiguousarray(cloth, np.float32).copy()
    for turn in range(rounds):
        step = pushes(moved, gaps, skin, normals, order, first, low, size)
        if turn + 1 < rounds:
            step = spread(spread(step, *links), *links)
        moved += step
    return moved


@njit(cache=True)
@no_type_check
def cell_of(p, low, size):
    """Index of the cell of a point, clamped to the grid."""
    i = min(max(int((p[0] - low[0]) / CELL), 0), size[0] - 1)
    j = min(max(int((p[1] - low[1]) / CELL), 0), size[1] - 1)
    k = min(max(int((p[2] - low[2]) / CELL), 0), size[2] - 1)
    return (i * size[1] + j) * size[2] + k


@njit(cache=True)
@no_type_check
def sorted_cells(skin, low, size):
    """Counting sort of the skin by cell: (order, first entry of each cell)."""
    cells = np.empty(skin.shape[0], np.int64)
    first = np.zeros(size[0] * size[1] * size[2] + 1, np.int64)
    for v in range(skin.shape[0]):
        cells[v] = cell_of(skin[v], low, size)
        first[cells[v] + 1] += 1
    for c in range(1, first.shape[0]):
        first[c] += first[c - 1]
    place, order = first[:-1].copy(), np.empty(skin.shape[0], np.int64)
    for v in range(skin.shape[0]):
        order[place[cells[v]]] = v
        place[cells[v]] += 1
    return order, first


@njit(cache=True)
@no_type_check
def pushes(cloth, gaps, skin, normals, order, first, low, size):
    """For each point the step (points, 3) out to its gap from the nearest skin; zero where there is none near."""
    out = np.zeros_like(cloth)
    for p in range(cloth.shape[0]):
        if gaps[p] < 0:
            continue
        best, nearest = CELL * CELL, -1
        i0, j0, k0 = (
            int((cloth[p, 0] - low[0]) / CELL),
            int((cloth[p, 1] - low[1]) / CELL),
            int((cloth[p, 2] - low[2]) / CELL),
        )
        for i in range(max(i0 - 1, 0), min(i0 + 2, size[0])):
            for j in range(max(j0 - 1, 0), min(j0 + 2, size[1])):
                row = (i * size[1] + j) * size[2]
                for n in range(first[row + max(k0 - 1, 0)], first[row + min(max(k0 + 2, 0), size[2])]):
                    v = order[n]
                    dx, dy, dz = cloth[p, 0] - skin[v, 0], cloth[p, 1] - skin[v, 1], cloth[p, 2] - skin[v, 2]
                    away = dx * dx + dy * dy + dz * dz
                    if away < best:
                        best, nearest = away, v
        if nearest < 0:
            continue
        above = 0.0
        for k in range(3):
            above += (cloth[p, k] - skin[nearest, k]) * normals[nearest, k]
        if above < gaps[p]:
            for k in range(3):
                out[p, k] = (gaps[p] - above) * normals[nearest, k]
    return out


@njit(cache=True)
@no_type_check
def spread(step, starts, ends):
    """Each point's mean over its neighbours."""
    out = np.zeros_like(step)
    for p in range(step.shape[0]):
        count = starts[p + 1] - starts[p]
        for n in range(starts[p], starts[p + 1]):
            for k in range(3):
                out[p, k] += step[ends[n], k] / count
    return out
