"""Numba kernels: Gaussians -> ellipses in the picture, and the analytic gradient back.

The ellipse of a Gaussian is eight floats: its centre (pixels, relative to the middle of the picture, where float32 is
finest), A, B, C and L of log2(alpha) = L - (A dx^2 + B dx dy + C dy^2), and its reach in y and x (pixels; beyond it alpha < 1/255).
With U = J W R S (Jacobian, view rotation, Gaussian rotation, scales) the projected covariance is U U^T + blur.
"""

import math

import numpy as np
from numba import njit, prange

from lca.render import conventions as k
from lca.render.runtime import MATHS, kernel

LOG2E = math.log2(math.e)
LN2 = math.log(2.0)
CHUNKS = 64  # fixed, so that the sums over Gaussians do not depend on the number of threads
NEAR, FAR = np.float32(k.NEAR), np.float32(k.FAR)
ALPHA_MIN = np.float32(k.ALPHA_MIN)
BLUR = np.float32(k.BLUR)
F0, F1, F2, HALF = np.float32(0.0), np.float32(1.0), np.float32(2.0), np.float32(0.5)


@njit(fastmath=MATHS, error_model="numpy", inline="always")
def rotation(w, x, y, z):
    """Rows of the rotation matrix of a unit quaternion."""
    return (
        F1 - F2 * (y * y + z * z), F2 * (x * y - w * z), F2 * (x * z + w * y),
        F2 * (x * y + w * z), F1 - F2 * (x * x + z * z), F2 * (y * z - w * x),
        F2 * (x * z - w * y), F2 * (y * z + w * x), F1 - F2 * (x * x + y * y),
    )  # fmt: skip


@njit(fastmath=MATHS, error_model="numpy", inline="always")
def clamped(value, low, high):
    """`value` within [low, high]; NaN becomes `low`."""
    value = value if value > low else low
    return value if value < high else high


@njit(fastmath=MATHS, error_model="numpy")
def slopes(x, y, z, lens):
    """Clamped slopes (x/z, y/z) of the ray of a point; `lens` is (fx, fy, cx, cy, width, height)."""
    fx, fy, cx, cy, width, height = lens
    margin_x, margin_y = np.float32(k.FRUSTUM_MARGIN) * width, np.float32(k.FRUSTUM_MARGIN) * height
    return (
        clamped(x / z, -(cx + margin_x) / fx, (width - cx + margin_x) / fx),
        clamped(y / z, -(cy + margin_y) / fy, (height - cy + margin_y) / fy),
    )


@njit(fastmath=MATHS, error_model="numpy")
def factor(quat, scale, view, x, y, z, lens):
    """U = J W R S (2 x 3, row by row) of a Gaussian at the camera point (x, y, z)."""
    norm = F1 / np.float32(math.sqrt(quat[0] * quat[0] + quat[1] * quat[1] + quat[2] * quat[2] + quat[3] * quat[3]))
    r = rotation(quat[0] * norm, quat[1] * norm, quat[2] * norm, quat[3] * norm)
    sx, sy = slopes(x, y, z, lens)
    jx, jy = lens[0] / z, lens[1] / z
    a0, a1, a2 = jx * (view[0, 0] - sx * view[2, 0]), jx * (view[0, 1] - sx * view[2, 1]), jx * (view[0, 2] - sx * view[2, 2])
    b0, b1, b2 = jy * (view[1, 0] - sy * view[2, 0]), jy * (view[1, 1] - sy * view[2, 1]), jy * (view[1, 2] - sy * view[2, 2])
    return (
        (a0 * r[0] + a1 * r[3] + a2 * r[6]) * scale[0],
        (a0 * r[1] + a1 * r[4] + a2 * r[7]) * scale[1],
        (a0 * r[2] + a1 * r[5] + a2 * r[8]) * scale[2],
        (b0 * r[0] + b1 * r[3] + b2 * r[6]) * scale[0],
        (b0 * r[1] + b1 * r[4] + b2 * r[7]) * scale[1],
        (b0 * r[2] + b1 * r[5] + b2 * r[8]) * scale[2],
    )


@njit(fastmath=MATHS, error_model="numpy")
def project_one(g, means, quats, scales, opacities, view, lens, ellipses, depths, boxes):
    """Fill row g of `ellipses`, `depths` and `boxes` (tiles x0, y0, x1, y1; empty where nothing is seen)."""
    boxes[g, 0] = boxes[g, 1] = boxes[g, 2] = boxes[g, 3] = 0
    px, py, pz = means[g, 0], means[g, 1], means[g, 2]
    x = view[0, 0] * px + view[0, 1] * py + view[0, 2] * pz + view[0, 3]
    y = view[1, 0] * px + view[1, 1] * py + view[1, 2] * pz + view[1, 3]
    z = view[2, 0] * px + view[2, 1] * py + view[2, 2] * pz + view[2, 3]
    opacity = opacities[g]
    if not (z >= NEAR and z <= FAR and opacity >= ALPHA_MIN):
        return
    u0, u1, u2, v0, v1, v2 = factor(quats[g], scales[g], view, x, y, z, lens)
    xx, xy, yy = u0 * u0 + u1 * u1 + u2 * u2 + BLUR, u0 * v0 + u1 * v1 + u2 * v2, v0 * v0 + v1 * v1 + v2 * v2 + BLUR
    determinant = xx * yy - xy * xy
    if not determinant > F0:
        return
    fx, fy, cx, cy, width, height = lens
    level = np.float32(math.log2(opacity))
    reach = np.float32(math.sqrt(F2 * np.float32(LN2) * (level - np.float32(math.log2(k.ALPHA_MIN)))))
    reach_x, reach_y = reach * np.float32(math.sqrt(xx)), reach * np.float32(math.sqrt(yy))
    mx, my = fx * x / z + (cx - HALF * width), fy * y / z + (cy - HALF * height)
    slack, tile = np.float32(1e-2), np.float32(k.TILE)
    left, right = mx - reach_x - slack + HALF * width, mx + reach_x + slack + HALF * width
    top, bottom = my - reach_y - slack + HALF * height, my + reach_y + slack + HALF * height
    if not (right > F0 and left < width and bottom > F0 and top < height):
        return
    columns, rows = (int(width) + k.TILE - 1) // k.TILE, (int(height) + k.TILE - 1) // k.TILE
    boxes[g, 0], boxes[g, 1] = int(clamped(left, F0, width) / tile), int(clamped(top, F0, height) / tile)
    boxes[g, 2] = min(int(clamped(right, F0, width) / tile) + 1, columns)
    boxes[g, 3] = min(int(clamped(bottom, F0, height) / tile) + 1, rows)
    half, scale = np.float32(0.5 * LOG2E), F1 / determinant
    ellipse = ellipses[g]
    ellipse[0], ellipse[1] = mx, my
    ellipse[2], ellipse[3], ellipse[4] = half * yy * scale, -F2 * half * xy * scale, half * xx * scale
    ellipse[5], ellipse[6], ellipse[7] = level, reach_y + slack, reach_x + slack
    depths[g] = z


@kernel
def project_all(threads, means, quats, scales, opacities, view, lens, ellipses, depths, boxes):
    """Project every Gaussian of one view."""
    count = means.shape[0]
    for chunk in prange(CHUNKS):
        for g in range(chunk * count // CHUNKS, (chunk + 1) * count // CHUNKS):
            project_one(g, means, quats, scales, opacities, view, lens, ellipses, depths, boxes)
