"""The two fused kernels of the mesh renderer: what a ray hit (surface), and how light leaves it (shade).

Serial and without fast-math, so that one seed gives the same bytes everywhere. Trap: numba's cache looks only at the file of the
kernel it calls; after a change in `lca.world.paint`, touch this file and `lca.world.paint.surface` as well.
"""

import math
from typing import no_type_check

import numpy as np
from numba import njit

from lca.world.paint.materials import EYE, HAIR, KIND, SKIN
from lca.world.paint.surface import paint

SURFACE = 20
"""Floats per hit: origin of shadow rays 0:3, normal 3:6, view 6:9, colour 9:12, specular 12, exponent 13, kind 14,
tangent 15:18."""


@njit(cache=True)
@no_type_check
def blend3(table, a, b, c, wa, wb, wc):
    """Barycentric mix of three rows of a (V, 3) table."""
    return (
        wa * table[a, 0] + wb * table[b, 0] + wc * table[c, 0],
        wa * table[a, 1] + wb * table[b, 1] + wc * table[c, 1],
        wa * table[a, 2] + wb * table[b, 2] + wc * table[c, 2],
    )


@njit(cache=True)
@no_type_check
def unit(x, y, z):
    """A vector scaled to length 1."""
    length = math.sqrt(x * x + y * y + z * z) + 1e-12
    return x / length, y / length, z / length


@njit(cache=True)
@no_type_check
def lifted(vertices, normals, corners, weights, px, py, pz):
    """The point pushed out to the smooth surface (mean of its projections on the three tangent planes).

    Removes the dark triangles that shadow rays paint near the terminator of coarse meshes.
    """
    ox, oy, oz = px, py, pz
    for n in range(3):
        v = corners[n]
        nx, ny, nz = normals[v, 0], normals[v, 1], normals[v, 2]
        above = (px - vertices[v, 0]) * nx + (py - vertices[v, 1]) * ny + (pz - vertices[v, 2]) * nz
        if above < 0:
            ox, oy, oz = ox - weights[n] * above * nx, oy - weights[n] * above * ny, oz - weights[n] * above * nz
    return ox, oy, oz


@njit(cache=True)
@no_type_check
def carried(vertices, canonical, a, b, c, gx, gy, gz):
    """The gradient of a canonical function, (gx, gy, gz), as a gradient along the posed triangle a b c."""
    e0, e1, e2 = vertices[b, 0] - vertices[a, 0], vertices[b, 1] - vertices[a, 1], vertices[b, 2] - vertices[a, 2]
    f0, f1, f2 = vertices[c, 0] - vertices[a, 0], vertices[c, 1] - vertices[a, 1], vertices[c, 2] - vertices[a, 2]
    along_e = (
        gx * (canonical[b, 0] - canonical[a, 0])
        + gy * (canonical[b, 1] - canonical[a, 1])
        + gz * (canonical[b, 2] - canonical[a, 2])
    )
    along_f = (
        gx * (canonical[c, 0] - canonical[a, 0])
        + gy * (canonical[c, 1] - canonical[a, 1])
        + gz * (canonical[c, 2] - canonical[a, 2])
    )
    ee, ef, ff = e0 * e0 + e1 * e1 + e2 * e2, e0 * f0 + e1 * f1 + e2 * f2, f0 * f0 + f1 * f1 + f2 * f2
    area = ee * ff - ef * ef
    if area < 1e-16:
        return 0.0, 0.0, 0.0
    u, v = (ff * along_e - ef * along_f) / area, (ee * along_f - ef * along_e) / area
    return u * e0 + v * f0, u * e1 + v * f1, u * e2 + v * f2


@njit(cache=True)
@no_type_check
def surfaces(vertices, faces, canonical, normals, tangents, details, materials, looks, hits, uv, eye):
    """Everything the light needs of each hit: (hits, SURFACE) float32.

    `hits` are triangle numbers, `uv` (hits, 2) barycentric, `eye` (3,) the camera's centre.
    """
    out = np.zeros((hits.shape[0], SURFACE), np.float32)
    for h in range(hits.shape[0]):
        f = hits[h]
        a, b, c = faces[f, 0], faces[f, 1], faces[f, 2]
        wb, wc = 1.0 * uv[h, 0], 1.0 * uv[h, 1]
        wa = 1 - wb - wc
        px, py, pz = blend3(vertices, a, b, c, wa, wb, wc)
        nx, ny, nz = blend3(normals, a, b, c, wa, wb, wc)
        cx, cy, cz = blend3(canonical, a, b, c, wa, wb, wc)
        tx, ty, tz = blend3(tangents, a, b, c, wa, wb, wc)
        vx, vy, vz = unit(eye[0] - px, eye[1] - py, eye[2] - pz)
        side = 1.0 if nx * vx + ny * vy + nz * vz > -0.25 else -1.0
        nx, ny, nz = unit(side * nx, side * ny, side * nz)
        d0, d1, d2 = blend3(details, a, b, c, wa, wb, wc)
        row = materials[looks[f]]
        red, green, blue, specular, exponent, gx, gy, gz = paint(row, cx, cy, cz, d0, d1, d2)
        bx, by, bz = 0.0, 0.0, 0.0
        if gx != 0.0 or gy != 0.0 or gz != 0.0:
            bx, by, bz = carried(vertices, canonical, a, b, c, gx, gy, gz)
        ox, oy, oz = px, py, pz
        if side > 0:
            ox, oy, oz = lifted(vertices, normals, (a, b, c), (wa, wb, wc), px, py, pz)
        reach = 0.0012 if row[KIND] <= EYE else 0.0025
        if row[KIND] == HAIR:
            reach = 0.005  # light passes between the topmost strands
        out[h, 0], out[h, 1], out[h, 2] = ox + reach * nx, oy + reach * ny, oz + reach * nz
        out[h, 3], out[h, 4], out[h, 5] = unit(nx - side * bx, ny - side * by, nz - side * bz)
        out[h, 6], out[h, 7], out[h, 8] = vx, vy, vz
        out[h, 9], out[h, 10], out[h, 11] = red, green, blue
        out[h, 12], out[h, 13], out[h, 14] = specular, exponent, row[KIND]
        out[h, 15], out[h, 16], out[h, 17] = unit(tx, ty, tz)
    return out


@njit(cache=True)
@no_type_check
def shadow_rays(surface, groups, directions, stride):
    """Rays from each hit to the lights `group::stride` in front of it: (origins, directions, first ray of each hit)."""
    count = 0
    first = np.zeros(surface.shape[0] + 1, np.int64)
    for h in range(surface.shape[0]):
        for light in range(groups[h], directions.shape[0], stride):
            d = directions[light]
            count += surface[h, 3] * d[0] + surface[h, 4] * d[1] + surface[h, 5] * d[2] > 0
        first[h + 1] = count
    origins, towards = np.empty((count, 3), np.float32), np.empty((count, 3), np.float32)
    n = 0
    for h in range(surface.shape[0]):
        for light in range(groups[h], directions.shape[0], stride):
            d = directions[light]
            if surface[h, 3] * d[0] + surface[h, 4] * d[1] + surface[h, 5] * d[2] > 0:
                for k in range(3):  # rows as a whole take numba seconds to compile
                    origins[n, k], towards[n, k] = surface[h, k], d[k]
                n += 1
    return origins, towards, first


@njit(cache=True)
@no_type_check
def strand_gloss(s, dx, dy, dz):
    """Kajiya-Kay: a white and a tinted highlight across the strands; (white, tinted)."""
    hx, hy, hz = unit(s[6] + dx, s[7] + dy, s[8] + dz)
    along = s[15] * hx + s[16] * hy + s[17] * hz
    across = max(1.0 - along * along, 0.0)
    return 0.5 * s[12] * across ** s[13], 1.2 * s[12] * across ** (0.3 * s[13])


@njit(cache=True)
@no_type_check
def shade(surface, groups, first, blocked, directions, radiance, stride):
    """Linear RGB (hits, 3) of the lit surfaces; `blocked` tells of each shadow ray whether something is in its way."""
    out = np.zeros((surface.shape[0], 3), np.float32)
    scale = 4.0 * stride / directions.shape[0]
    around = np.zeros(3)
    for light in range(directions.shape[0]):
        for k in range(3):
            around[k] += radiance[light, k] / directions.shape[0]
    for h in range(surface.shape[0]):
        s = surface[h]
        n = first[h]
        skin, hair = s[14] == SKIN, s[14] == HAIR
        diffuse, gloss = np.zeros(3), np.zeros(3)
        for light in range(groups[h], directions.shape[0], stride):
            dx, dy, dz = directions[light, 0], directions[light, 1], directions[light, 2]
            cosine = s[3] * dx + s[4] * dy + s[5] * dz
            if cosine <= 0:
                continue
            n += 1
            if blocked[n - 1]:
                continue
            if hair:
                white, tint = strand_gloss(s, dx, dy, dz)
                white, tint = white * cosine, tint * cosine
                cosine = 0.75 * cosine
            else:
                hx, hy, hz = unit(s[6] + dx, s[7] + dy, s[8] + dz)
                facing = max(1.0 - (s[6] * hx + s[7] * hy + s[8] * hz), 0.0)
                fresnel = s[12] + (1 - s[12]) * facing**5 * (s[12] > 0)
                lobe = (s[13] + 8) / 25.0 * max(s[3] * hx + s[4] * hy + s[5] * hz, 0.0) ** s[13]
                white, tint = fresnel * lobe * cosine, 0.0
            warm = 0.22 * (1 - cosine) if skin else 0.0
            for k in range(3):
                soft = warm if k == 0 else 0.3 * warm
                diffuse[k] += radiance[light, k] * (cosine * (1 + soft))
                gloss[k] += radiance[light, k] * (white + tint * s[9 + k])
        for k in range(3):
            out[h, k] = s[9 + k] * (scale * diffuse[k] + 0.10 * around[k]) + scale * gloss[k]
    return out
