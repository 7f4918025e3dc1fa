"""Kernel that traces the surroundings of a person: a floor, walls or sky, and a few solid shapes, painted by position."""

import math
from typing import no_type_check

import numpy as np
from numba import njit

from lca.world.paint.grain import lattice, layered, ramp

PATTERNS = ("plain", "noise", "checks", "planks", "bricks", "leaves", "stripes", "panels")
BOX, ELLIPSOID, POLE = 0, 1, 2
SHAPE_NUMBERS = 8
"""Of a shape: kind, centre x y z, half sizes x y z, turn about y; its material is the row 3 + index."""
MATERIAL_NUMBERS = 9
"""Of a material: pattern, first colour rgb, second colour rgb (linear albedo), frequency (1/m), seed. Rows 0-2 are floor,
walls, ceiling or sky."""
GROUND_REACH = 2.2
"""Metres from where a person stands to the edges of the grid of shadow on the floor."""


@njit(cache=True)
@no_type_check
def pattern(material, x, y, z):
    """How much of the second colour there is at a point, 0 to 1."""
    kind, f, seed = int(material[0]), material[7], int(material[8])
    x, y, z = x * f, y * f, z * f
    noise = layered(x, y, z, seed)
    if kind == 1:
        return noise
    if kind == 2:
        odd = (math.floor(x) + math.floor(y * 0.999 + 0.01) + math.floor(z)) % 2
        return 0.85 * odd + 0.15 * noise
    if kind == 3:
        row = math.floor(x + 0.5 * y)
        tone = lattice(int(row), int(math.floor((z + y) * 0.12 + 0.37 * row)), 0, seed)
        gap = ramp(0.06, 0.0, min(x + 0.5 * y - row, 1 - (x + 0.5 * y - row)))
        return min(1.0, 0.5 * tone + 0.35 * layered(4 * x, y, 0.4 * z, seed) + gap)
    if kind == 4:
        row = math.floor(2 * y)
        along = x + z + 0.5 * (row % 2)
        edge = min(
            2 * y - row, 1 - (2 * y - row), 2 * (along - math.floor(along)), 2 * (1 - (along - math.floor(along)))
        )
        tone = lattice(int(math.floor(along)), int(row), 1, seed)
        return max(ramp(0.16, 0.05, edge), 0.5 * tone + 0.2 * noise)
    if kind == 5:
        fine = layered(3.7 * x + 5, 3.7 * y, 3.7 * z, seed + 1)
        return ramp(0.25, 0.75, 0.55 * noise + 0.45 * fine) if fine > 0.3 else 0.0
    if kind == 6:
        position = (x + 0.7 * z) - math.floor(x + 0.7 * z)
        return ramp(0.4, 0.5, abs(position - 0.5) * 2) * 0.9 + 0.1 * noise
    if kind == 7:
        u, v = (x + z) - math.floor(x + z), 0.6 * y - math.floor(0.6 * y)
        return ramp(0.1, 0.04, min(u, 1 - u, v, 1 - v)) + 0.15 * noise
    return 0.25 * noise


@njit(cache=True)
@no_type_check
def slab(ox, oy, oz, dx, dy, dz, hx, hy, hz):
    """Entry and exit distance of a ray through the box |x| < h, and the axis of each; entry > exit where it misses."""
    near, far, near_axis, far_axis = -1e9, 1e9, 0, 0
    for axis in range(3):
        o = ox if axis == 0 else (oy if axis == 1 else oz)
        d = dx if axis == 0 else (dy if axis == 1 else dz)
        h = hx if axis == 0 else (hy if axis == 1 else hz)
        if abs(d) < 1e-7:
            d = 1e-7
        a, b = (-h - o) / d, (h - o) / d
        if a > b:
            a, b = b, a
        if a > near:
            near, near_axis = a, axis
        if b < far:
            far, far_axis = b, axis
    return near, far, near_axis, far_axis


@njit(cache=True)
@no_type_check
def strike(shape, c, s, ox, oy, oz, dx, dy, dz):
    """Distance along the ray to a shape (1e9: none) and the normal there, in world axes; c, s: cosine and sine of its turn."""
    px, py, pz = ox - shape[1], oy - shape[2], oz - shape[3]
    reach = shape[4] * shape[4] + shape[6] * shape[6]
    across, flat_square = px * dz - pz * dx, dx * dx + dz * dz
    if across * across > reach * flat_square:  # seen from above the ray passes beside it
        return 1e9, 0.0, 0.0, 0.0
    qx, qz = c * px - s * pz, s * px + c * pz
    rx, rz = c * dx - s * dz, s * dx + c * dz
    hx, hy, hz = shape[4], shape[5], shape[6]
    t, nx, ny, nz = 1e9, 0.0, 0.0, 0.0
    if shape[0] == BOX:
        near, far, axis, _ = slab(qx, py, qz, rx, dy, rz, hx, hy, hz)
        if near < far and near > 0:
            t = near
            nx = (-1.0 if rx > 0 else 1.0) if axis == 0 else 0.0
            ny = (-1.0 if dy > 0 else 1.0) if axis == 1 else 0.0
            nz = (-1.0 if rz > 0 else 1.0) if axis == 2 else 0.0
    else:
        flat = 0.0 if shape[0] == POLE else 1.0
        ax, ay, az, bx, by, bz = rx / hx, flat * dy / hy, rz / hz, qx / hx, flat * py / hy, qz / hz
        aa, ab, bb = ax * ax + ay * ay + az * az, ax * bx + ay * by + az * bz, bx * bx + by * by + bz * bz - 1
        disc = ab * ab - aa * bb
        if disc > 0 and aa > 1e-12:
            near = (-ab - math.sqrt(disc)) / aa
            if near > 0 and abs(py + near * dy) <= hy:
                t = near
                nx, ny, nz = (bx + t * ax) / hx, (by + t * ay) / hy, (bz + t * az) / hz
                length = math.sqrt(nx * nx + ny * ny + nz * nz)
                nx, ny, nz = nx / length, ny / length, nz / length
    return t, c * nx + s * nz, ny, -s * nx + c * nz


@njit(cache=True)
@no_type_check
def ground_light(grid, x, z):
    """Share of light that reaches the floor at (x, z) metres from the person: bilinear, fading to 1 at the grid's edge."""
    away = max(abs(x), abs(z)) / GROUND_REACH
    if away >= 1.0:
        return 1.0
    n = grid.shape[0]
    u = min(max((x / GROUND_REACH * 0.5 + 0.5) * n - 0.5, 0.0), n - 1.001)
    v = min(max((z / GROUND_REACH * 0.5 + 0.5) * n - 0.5, 0.0), n - 1.001)
    i, j = int(u), int(v)
    a, b = u - i, v - j
    near = grid[j, i] * (1 - a) + grid[j, i + 1] * a
    far = grid[j + 1, i] * (1 - a) + grid[j + 1, i + 1] * a
    return 1.0 - (1.0 - (near * (1 - b) + far * b)) * ramp(1.0, 0.7, away)


@njit(cache=True)
@no_type_check
def from_cube(cube, nx, ny, nz, channel):
    """Light on a surface that faces (nx, ny, nz), mixed from the six axes."""
    return (
        nx * nx * cube[0 if nx > 0 else 1, channel]
        + ny * ny * cube[2 if ny > 0 else 3, channel]
        + nz * nz * cube[4 if nz > 0 else 5, channel]
    )


@njit(cache=True)
@no_type_check
def trace(origin, rays, room, shapes, materials, cube, clearance, ground, stand):
    """Linear RGB (H, W, 3) of what each ray meets.

    `room` is (centre x, z, half size x, z, floor y, ceiling y); a ceiling above 50 m is a sky. `cube` (6, 3) is the light on
    surfaces facing +x -x +y -y +z -z. Shapes whose middle is nearer than `clearance` to the camera are left out: the person
    stands before all that is drawn. `ground` (n, n) is the share of light on the floor round `stand` (x, z), rows along z.
    """
    image = np.empty((rays.shape[0], rays.shape[1], 3), np.float32)
    outdoors = room[5] > 50
    middle = 0.5 * (room[4] + room[5])
    cosines, sines = np.cos(shapes[:, 7]), np.sin(shapes[:, 7])
    near = np.hypot(shapes[:, 1] - origin[0], shapes[:, 3] - origin[2]) < clearance
    for i in range(rays.shape[0]):
        for j in range(rays.shape[1]):
            dx, dy, dz = rays[i, j, 0], rays[i, j, 1], rays[i, j, 2]
            ox, oy, oz = origin[0] - room[0], origin[1] - middle, origin[2] - room[1]
            _, best, _, axis = slab(ox, oy, oz, dx, dy, dz, room[2], 0.5 * (room[5] - room[4]), room[3])
            nx = (-1.0 if dx > 0 else 1.0) if axis == 0 else 0.0
            ny = (-1.0 if dy > 0 else 1.0) if axis == 1 else 0.0
            nz = (-1.0 if dz > 0 else 1.0) if axis == 2 else 0.0
            row = 1 if axis != 1 else (0 if dy < 0 else 2)
            if outdoors and row == 1:
                row = 2
            for k in range(shapes.shape[0]):
                if near[k]:
                    continue
                t, ux, uy, uz = strike(shapes[k], cosines[k], sines[k], origin[0], origin[1], origin[2], dx, dy, dz)
                if t < best:
                    best, row, nx, ny, nz = t, 3 + k, ux, uy, uz
            x, y, z = origin[0] + best * dx, origin[1] + best * dy, origin[2] + best * dz
            material = materials[row]
            if outdoors and row == 2:
                cloud = layered(2.5 * dx / (dy + 0.35), 1.0, 2.5 * dz / (dy + 0.35), int(material[8]))
                mix = ramp(0.55, 0.8, cloud) * material[7] + (1 - material[7]) * ramp(0.6, 0.0, dy)
                for channel in range(3):
                    image[i, j, channel] = material[1 + channel] + mix * (material[4 + channel] - material[1 + channel])
                continue
            mix = min(1.0, pattern(material, x, y, z))
            shadow = ground_light(ground, x - stand[0], z - stand[1]) if row == 0 else 1.0
            haze = ramp(12.0, 60.0, best) if outdoors else 0.0
            for channel in range(3):
                light = from_cube(cube, nx, ny, nz, channel)
                albedo = material[1 + channel] + mix * (material[4 + channel] - material[1 + channel])
                image[i, j, channel] = albedo * light * shadow * (1 - haze) + haze * materials[2, 4 + channel]
    return image


@njit(cache=True)
@no_type_check
def trace_shapes(origin, rays, shapes, materials, cube):
    """The nearest of some shapes alone: linear RGB and distance in metres, 0 where there is none, (H, W, 4).

    Here row k of `materials` is that of shape k.
    """
    image = np.zeros((rays.shape[0], rays.shape[1], 4), np.float32)
    cosines, sines = np.cos(shapes[:, 7]), np.sin(shapes[:, 7])
    for i in range(rays.shape[0]):
        for j in range(rays.shape[1]):
            dx, dy, dz = rays[i, j, 0], rays[i, j, 1], rays[i, j, 2]
            best, row, nx, ny, nz = 1e9, -1, 0.0, 0.0, 0.0
            for k in range(shapes.shape[0]):
                t, ux, uy, uz = strike(shapes[k], cosines[k], sines[k], origin[0], origin[1], origin[2], dx, dy, dz)
                if t < best:
                    best, row, nx, ny, nz = t, k, ux, uy, uz
            if row < 0:
                continue
            x, y, z = origin[0] + best * dx, origin[1] + best * dy, origin[2] + best * dz
            mix = min(1.0, pattern(materials[row], x, y, z))
            for channel in range(3):
                first, second = materials[row, 1 + channel], materials[row, 4 + channel]
                image[i, j, channel] = (first + mix * (second - first)) * from_cube(cube, nx, ny, nz, channel)
            image[i, j, 3] = best
    return image
