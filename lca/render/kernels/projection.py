"""Numba kernels: Gaussians -> ellipses in the picture, sixteen at a time.

The ellipse of a Gaussian is eight floats: its centre (pixels, relative to the middle of the picture, where float32 is
finest), A, B, C and L of log2(alpha) = L - (A dx^2 + B dx dy + C dy^2), and its reach in y and x (pixels; beyond it
alpha < 1/255).
With U = P M, P = J W (Jacobian, view rotation) and M = R S (Gaussian rotation, scales) the projected covariance is U U^T + blur.
"""

import math

import numpy as np
from numba import prange

from lca.kernels.lanes import WIDTH, gather, load, root, select, store
from lca.kernels.runtime import kernel, part
from lca.kernels.scalars import aligned
from lca.render import conventions as k

LOG2E, LN2 = np.float32(math.log2(math.e)), np.float32(math.log(2.0))
NEAR, FAR, BLUR, MARGIN = np.float32(k.NEAR), np.float32(k.FAR), np.float32(k.BLUR), np.float32(k.FRUSTUM_MARGIN)
ALPHA_MIN, LOG2_ALPHA_MIN = np.float32(k.ALPHA_MIN), np.float32(math.log2(k.ALPHA_MIN))
SLACK = np.float32(1e-2)  # pixels added to the reach, so that rounding loses nothing; the alpha decides
F0, F1, F2, HALF = np.float32(0.0), np.float32(1.0), np.float32(2.0), np.float32(0.5)


@part
def clamped(x, low, high):
    """Lanes within [low, high]; NaN becomes `low`."""
    x = select(x > low, x, low)
    return select(x < high, x, high)


@part
def block_of(array, start, columns, spare):
    """Sixteen rows of a flat array from row `start`: (array, offset), or a copy in `spare` padded with its last row."""
    rows = array.shape[0] // columns
    if start + WIDTH <= rows:
        return array, start * columns
    for i in range(WIDTH):
        row = min(start + i, rows - 1)
        for column in range(columns):
            spare[i * columns + column] = array[row * columns + column]
    return spare, 0


@part
def three(array, start, spare):
    """Columns of sixteen rows of three."""
    source, first = block_of(array, start, 3, spare)
    return gather(source, first, 3), gather(source, first + 1, 3), gather(source, first + 2, 3)


@part
def unit_quat(quats, start, spare):
    """Sixteen normalised quaternions and the inverse of their lengths."""
    source, first = block_of(quats, start, 4, spare)
    w, x, y, z = (
        gather(source, first, 4), gather(source, first + 1, 4), gather(source, first + 2, 4), gather(source, first + 3, 4),
    )  # fmt: skip
    inverse = F1 / root(w * w + x * x + y * y + z * z)
    return (w * inverse, x * inverse, y * inverse, z * inverse), inverse


@part
def rotation(q):
    """The rotation matrix of unit quaternions, row by row."""
    w, x, y, z = q
    return (
        F1 - F2 * (y * y + z * z), F2 * (x * y - w * z), F2 * (x * z + w * y),
        F2 * (x * y + w * z), F1 - F2 * (x * x + z * z), F2 * (y * z - w * x),
        F2 * (x * z - w * y), F2 * (y * z + w * x), F1 - F2 * (x * x + y * y),
    )  # fmt: skip


@part
def camera_points(p, view):
    """World points in the camera's frame."""
    x, y, z = p
    return (
        view[0, 0] * x + view[0, 1] * y + view[0, 2] * z + view[0, 3],
        view[1, 0] * x + view[1, 1] * y + view[1, 2] * z + view[1, 3],
        view[2, 0] * x + view[2, 1] * y + view[2, 2] * z + view[2, 3],
    )


@part
def slopes(slope_x, slope_y, lens):
    """Slopes x/z, y/z of rays, clamped a little outside the picture; `lens` is (fx, fy, cx, cy, width, height)."""
    fx, fy, cx, cy, width, height = lens
    return (
        clamped(slope_x, -(cx + MARGIN * width) / fx, (width - cx + MARGIN * width) / fx),
        clamped(slope_y, -(cy + MARGIN * height) / fy, (height - cy + MARGIN * height) / fy),
    )


@part
def turned_rows(view, slope_x, slope_y):
    """The two rows of P without their factors fx/z and fy/z."""
    return (
        (view[0, 0] - slope_x * view[2, 0], view[0, 1] - slope_x * view[2, 1], view[0, 2] - slope_x * view[2, 2]),
        (view[1, 0] - slope_y * view[2, 0], view[1, 1] - slope_y * view[2, 1], view[1, 2] - slope_y * view[2, 2]),
    )


@part
def row_times(p, r, scale, factor):
    """One row of U = P M: (p R) S, times fx/z or fy/z."""
    return (
        (p[0] * r[0] + p[1] * r[3] + p[2] * r[6]) * (scale[0] * factor),
        (p[0] * r[1] + p[1] * r[4] + p[2] * r[7]) * (scale[1] * factor),
        (p[0] * r[2] + p[1] * r[5] + p[2] * r[8]) * (scale[2] * factor),
    )


@part
def dot(a, b):
    """Inner product of triples."""
    return a[0] * b[0] + a[1] * b[1] + a[2] * b[2]


@part
def project_block(start, inputs, view, lens, planes, spare):
    """Fill `planes` with 13 numbers of sixteen Gaussians: ellipse, depth, and tiles x0, y0, x1, y1 (empty where unseen)."""
    means, quats, scales, opacities = inputs
    x, y, z = camera_points(three(means, start, spare), view)
    scale = three(scales, start, spare)
    q, _ = unit_quat(quats, start, spare)
    r = rotation(q)
    source, first = block_of(opacities, start, 1, spare)
    opacity = load(source, first)
    for i in range(WIDTH):
        planes[5 * WIDTH + i] = math.log2(source[first + i])
    level = load(planes, 5 * WIDTH)
    fx, fy, cx, cy, width, height = lens
    slope_x, slope_y = slopes(x / z, y / z, lens)
    p = turned_rows(view, slope_x, slope_y)
    u, v = row_times(p[0], r, scale, fx / z), row_times(p[1], r, scale, fy / z)
    xx, xy, yy = dot(u, u) + BLUR, dot(u, v), dot(v, v) + BLUR
    determinant = xx * yy - xy * xy
    half = (HALF * LOG2E) / determinant
    reach = F2 * LN2 * (level - LOG2_ALPHA_MIN)
    reach_x, reach_y = root(reach * xx) + SLACK, root(reach * yy) + SLACK
    mx, my = fx * x / z + (cx - HALF * width), fy * y / z + (cy - HALF * height)
    left, right = mx - reach_x + HALF * width, mx + reach_x + HALF * width
    top, bottom = my - reach_y + HALF * height, my + reach_y + HALF * height
    seen = (z >= NEAR) & (z <= FAR) & (opacity >= ALPHA_MIN) & (determinant > F0)
    seen = seen & (right > F0) & (left < width) & (bottom > F0) & (top < height)
    tile = np.float32(1.0 / k.TILE)
    store(planes, 0, mx)
    store(planes, WIDTH, my)
    store(planes, 2 * WIDTH, half * yy)
    store(planes, 3 * WIDTH, (-F2 * half) * xy)
    store(planes, 4 * WIDTH, half * xx)
    store(planes, 6 * WIDTH, reach_y)
    store(planes, 7 * WIDTH, reach_x)
    store(planes, 8 * WIDTH, z)
    store(planes, 9 * WIDTH, select(seen, clamped(left, F0, width) * tile, F0))
    store(planes, 10 * WIDTH, select(seen, clamped(top, F0, height) * tile, F0))
    store(planes, 11 * WIDTH, select(seen, clamped(right, F0, width) * tile + F1, F0))
    store(planes, 12 * WIDTH, select(seen, clamped(bottom, F0, height) * tile + F1, F0))


@part
def write_block(start, planes, lens, ellipses, depths, boxes):
    """Planes -> rows of the arrays that the tiles read."""
    columns, rows = (int(lens[4]) + k.TILE - 1) // k.TILE, (int(lens[5]) + k.TILE - 1) // k.TILE
    for i in range(min(WIDTH, depths.shape[0] - start)):
        g = start + i
        for plane in range(8):
            ellipses[g, plane] = planes[plane * WIDTH + i]
        depths[g] = planes[8 * WIDTH + i]
        boxes[g, 0], boxes[g, 1] = int(planes[9 * WIDTH + i]), int(planes[10 * WIDTH + i])
        boxes[g, 2] = min(int(planes[11 * WIDTH + i]), columns)
        boxes[g, 3] = min(int(planes[12 * WIDTH + i]), rows)


@part
def count_block(start, boxes, columns, counts):
    """Count the tiles that sixteen Gaussians touch."""
    for g in range(start, min(start + WIDTH, boxes.shape[0])):
        for row in range(boxes[g, 1], boxes[g, 3]):
            for tile in range(row * columns + boxes[g, 0], row * columns + boxes[g, 2]):
                counts[tile] += 1


@kernel
def project_all(threads, inputs, view, lens, ellipses, depths, boxes, counts):
    """Project every Gaussian of one view; `inputs` are flat means, quats, scales, opacities, `counts` (threads, tiles)."""
    blocks = (depths.shape[0] + WIDTH - 1) // WIDTH
    columns = (int(lens[4]) + k.TILE - 1) // k.TILE
    for worker in prange(threads):
        planes, spare = aligned(13 * WIDTH), aligned(4 * WIDTH)
        counts[worker] = 0
        for block in range(worker * blocks // threads, (worker + 1) * blocks // threads):
            project_block(block * WIDTH, inputs, view, lens, planes, spare)
            write_block(block * WIDTH, planes, lens, ellipses, depths, boxes)
            count_block(block * WIDTH, boxes, columns, counts[worker])
