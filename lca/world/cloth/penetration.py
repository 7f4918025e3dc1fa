"""How far cloth is from the skin below it: signed distances from the triangles of the posed body."""

from typing import no_type_check

import numpy as np
from jaxtyping import Float
from numba import njit
from scipy.spatial import KDTree

from lca.geometry.motion import Motion
from lca.world.cloth.drape import Draped, Wearer
from lca.world.cloth.mannequin import Mannequin, touched_surface, transforms_of

DEEP = 0.002
"""Metres: cloth this far inside the skin counts as penetration."""
NEAR = 4
"""Nearest vertices whose triangles are searched."""


@njit(cache=True)
@no_type_check
def nearest_on_triangle(p, a, b, c):
    """Barycentric coordinates of the point of triangle a b c that is nearest to p (Ericson 2005, 5.1.5)."""
    ab, ac, ap, bp, cp = b - a, c - a, p - a, p - b, p - c
    d1, d2, d3, d4 = np.dot(ab, ap), np.dot(ac, ap), np.dot(ab, bp), np.dot(ac, bp)
    d5, d6 = np.dot(ab, cp), np.dot(ac, cp)
    if d1 <= 0 and d2 <= 0:
        return 1.0, 0.0, 0.0
    if d3 >= 0 and d4 <= d3:
        return 0.0, 1.0, 0.0
    if d6 >= 0 and d5 <= d6:
        return 0.0, 0.0, 1.0
    va, vb, vc = d3 * d6 - d5 * d4, d5 * d2 - d1 * d6, d1 * d4 - d3 * d2
    if vc <= 0 and d1 >= 0 and d3 <= 0:
        return 1 - d1 / (d1 - d3), d1 / (d1 - d3), 0.0
    if vb <= 0 and d2 >= 0 and d6 <= 0:
        return 1 - d2 / (d2 - d6), 0.0, d2 / (d2 - d6)
    if va <= 0 and d4 - d3 >= 0 and d5 - d6 >= 0:
        w = (d4 - d3) / (d4 - d3 + d5 - d6)
        return 0.0, 1 - w, w
    total = va + vb + vc
    return va / total, vb / total, vc / total


@njit(cache=True)
@no_type_check
def heights(points, near, vertices, normals, faces, first, around):
    """Signed distance (m) of each point from the triangles about its `near` vertices, positive outside."""
    out = np.empty(len(points))
    for i in range(len(points)):
        best, height = np.inf, np.inf
        for v in near[i]:
            for n in range(first[v], first[v + 1]):
                f = faces[around[n]]
                u = nearest_on_triangle(points[i], vertices[f[0]], vertices[f[1]], vertices[f[2]])
                off, normal = points[i].copy(), np.zeros(3)
                for k in range(3):
                    off -= u[k] * vertices[f[k]]
                    normal += u[k] * normals[f[k]]
                square = np.dot(off, off)
                if square < best:
                    best = square
                    height = np.sqrt(square) * (1.0 if np.dot(off, normal) >= 0 else -1.0)
        out[i] = height
    return out


def heights_above(mannequin: Mannequin, transforms: np.ndarray, cloth: np.ndarray) -> Float[np.ndarray, " vertices"]:
    """Signed distance (m) of cloth from the triangles of the posed trunk and legs, positive outside."""
    surface, body = touched_surface(), mannequin.at(transforms)
    corners = surface.faces.ravel()
    around = np.argsort(corners, kind="stable") // 3
    first = np.concatenate([[0], np.cumsum(np.bincount(corners, minlength=len(body.points)))])
    points = cloth.astype(np.float64)
    near = KDTree(body.points).query(points, k=NEAR)[1]
    return heights(points, near, body.points, body.normals, surface.faces, first, around)


def penetration(wearer: Wearer, motion: Motion, draped: Draped) -> Float[np.ndarray, " frames"]:
    """Share of the cloth's vertices that are more than `DEEP` inside the skin, frame by frame."""
    poses = transforms_of(wearer.figure, motion)
    inside = [heights_above(wearer.mannequin, *item) < -DEEP for item in zip(poses, draped.simulated, strict=True)]
    return np.mean(inside, 1)
