"""Numba kernels: gather the rows of a Gaussian's entries and carry the gradient through the projection.

Notation as in `lca.render.projection`; X is the inverse of the projected covariance C = U U^T + blur, U = J W R S.
"""

import math

import numpy as np
from numba import njit, prange

from lca.render.projection import CHUNKS, F0, F1, F2, HALF, LN2, LOG2E, factor, rotation, slopes
from lca.render.runtime import MATHS, kernel
from lca.render.tiles_backward import MOMENTS


@njit(fastmath=MATHS, error_model="numpy")
def covariance_gradient(ellipse, total):
    """dL/dC (xx, xy, yy of the symmetric matrix) = -X G X, and dL/d(centre), from the summed moments."""
    unit = np.float32(2.0 * LN2)
    a, b, c = unit * ellipse[2], HALF * unit * ellipse[3], unit * ellipse[4]
    gaa, gab, gbb = -HALF * total[3], -HALF * total[4], -HALF * total[5]
    paa, pab, pba, pbb = a * gaa + b * gab, a * gab + b * gbb, b * gaa + c * gab, b * gab + c * gbb
    of_covariance = -(paa * a + pab * b), -(paa * b + pab * c), -(pba * b + pbb * c)
    return of_covariance, a * total[1] + b * total[2], b * total[1] + c * total[2]


@njit(fastmath=MATHS, error_model="numpy")
def quat_gradient(q, norm, m, out):
    """Gradient of a quaternion of length 1 / `norm` (q: normalised) from that of its rotation matrix (m: rows)."""
    w, x, y, z = q
    gw = F2 * (x * (m[2, 1] - m[1, 2]) + y * (m[0, 2] - m[2, 0]) + z * (m[1, 0] - m[0, 1]))
    gx = F2 * (w * (m[2, 1] - m[1, 2]) + y * (m[0, 1] + m[1, 0]) + z * (m[0, 2] + m[2, 0]) - F2 * x * (m[1, 1] + m[2, 2]))
    gy = F2 * (w * (m[0, 2] - m[2, 0]) + x * (m[0, 1] + m[1, 0]) + z * (m[1, 2] + m[2, 1]) - F2 * y * (m[0, 0] + m[2, 2]))
    gz = F2 * (w * (m[1, 0] - m[0, 1]) + x * (m[0, 2] + m[2, 0]) + y * (m[1, 2] + m[2, 1]) - F2 * z * (m[0, 0] + m[1, 1]))
    along = gw * w + gx * x + gy * y + gz * z
    out[0], out[1] = (gw - along * w) * norm, (gx - along * x) * norm
    out[2], out[3] = (gy - along * y) * norm, (gz - along * z) * norm


@njit(fastmath=MATHS, error_model="numpy")
def shape_gradient(quat, scale, view, lens, point, of_covariance, scratch, of_quat, of_scale, of_view):
    """Through U = P M, P = J W, M = R S: fills quat and scale, adds to the view's rotation; returns dL/d(camera point)."""
    m, of_m, p, of_p, of_u = scratch
    x, y, z = point
    norm = F1 / np.float32(math.sqrt(quat[0] * quat[0] + quat[1] * quat[1] + quat[2] * quat[2] + quat[3] * quat[3]))
    q = quat[0] * norm, quat[1] * norm, quat[2] * norm, quat[3] * norm
    r = rotation(q[0], q[1], q[2], q[3])
    u = factor(quat, scale, view, x, y, z, lens)
    sx, sy = slopes(x, y, z, lens)
    jx, jy = lens[0] / z, lens[1] / z
    xx, xy, yy = of_covariance
    for j in range(3):
        p[0, j], p[1, j] = view[0, j] - sx * view[2, j], view[1, j] - sy * view[2, j]
        of_u[0, j] = F2 * (xx * u[j] + xy * u[3 + j])
        of_u[1, j] = F2 * (xy * u[j] + yy * u[3 + j])
        of_scale[j] = F0
    for i in range(3):
        of_p[0, i], of_p[1, i] = F0, F0
        for j in range(3):
            of_m[i, j] = jx * p[0, i] * of_u[0, j] + jy * p[1, i] * of_u[1, j]
            m[i, j] = r[3 * i + j] * scale[j]
            of_p[0, i] += of_u[0, j] * m[i, j]
            of_p[1, i] += of_u[1, j] * m[i, j]
            of_scale[j] += of_m[i, j] * r[3 * i + j]
            of_m[i, j] *= scale[j]
    quat_gradient(q, norm, of_m, of_quat)
    of_jx = of_jy = of_sx = of_sy = F0
    for i in range(3):
        of_view[0, i] += jx * of_p[0, i]
        of_view[1, i] += jy * of_p[1, i]
        of_view[2, i] -= jx * sx * of_p[0, i] + jy * sy * of_p[1, i]
        of_jx += of_p[0, i] * p[0, i]
        of_jy += of_p[1, i] * p[1, i]
        of_sx -= jx * of_p[0, i] * view[2, i]
        of_sy -= jy * of_p[1, i] * view[2, i]
    of_sx = of_sx if sx == x / z else F0
    of_sy = of_sy if sy == y / z else F0
    return of_sx / z, of_sy / z, -(of_jx * jx + of_jy * jy + of_sx * x / z + of_sy * y / z) / z


@njit(fastmath=MATHS, error_model="numpy")
def unproject_one(g, total, inputs, view, lens, ellipses, scratch, outputs, of_view):
    """Gradients of Gaussian g from its summed rows; `total` ends with dL/d(depth)."""
    means, quats, scales, opacities = inputs
    of_means, of_quats, of_scales, of_opacities = outputs
    px, py, pz = means[g, 0], means[g, 1], means[g, 2]
    x = view[0, 0] * px + view[0, 1] * py + view[0, 2] * pz + view[0, 3]
    y = view[1, 0] * px + view[1, 1] * py + view[1, 2] * pz + view[1, 3]
    z = view[2, 0] * px + view[2, 1] * py + view[2, 2] * pz + view[2, 3]
    of_covariance, of_mx, of_my = covariance_gradient(ellipses[g], total)
    gx, gy, gz = shape_gradient(
        quats[g], scales[g], view, lens, (x, y, z), of_covariance, scratch, of_quats[g], of_scales[g], of_view
    )
    jx, jy = lens[0] / z, lens[1] / z
    gx, gy, gz = gx + of_mx * jx, gy + of_my * jy, gz - (of_mx * jx * x + of_my * jy * y) / z + total[total.shape[0] - 1]
    of_opacities[g] = total[0] / opacities[g]
    for j in range(3):
        of_means[g, j] = view[0, j] * gx + view[1, j] * gy + view[2, j] * gz
        of_view[0, j] += gx * means[g, j]
        of_view[1, j] += gy * means[g, j]
        of_view[2, j] += gz * means[g, j]
    of_view[0, 3] += gx
    of_view[1, 3] += gy
    of_view[2, 3] += gz


@kernel
def unproject_all(threads, rows, slots, with_depth, inputs, view, lens, ellipses, outputs, of_colors, of_views):
    """Gradients of every Gaussian of one view (zero where unseen), and CHUNKS partial sums of the view's gradient.

    `rows` has MOMENTS + channels (+ 1 if `with_depth`) columns.
    """
    count, channels = of_colors.shape
    used = MOMENTS + channels + with_depth
    for chunk in prange(CHUNKS):
        total = np.zeros(MOMENTS + channels + 1, np.float32)
        scratch = (
            np.empty((3, 3), np.float32), np.empty((3, 3), np.float32), np.empty((2, 3), np.float32),
            np.empty((2, 3), np.float32), np.empty((2, 3), np.float32),
        )  # fmt: skip
        of_view = of_views[chunk]
        of_view[:] = 0
        for g in range(chunk * count // CHUNKS, (chunk + 1) * count // CHUNKS):
            total[:used] = F0
            for slot in range(slots[g], slots[g + 1]):
                for i in range(used):
                    total[i] += rows[slot, i]
            for channel in range(channels):
                of_colors[g, channel] = total[MOMENTS + channel]
            if slots[g] == slots[g + 1]:
                outputs[0][g, :], outputs[1][g, :], outputs[2][g, :], outputs[3][g] = F0, F0, F0, F0
            else:
                unproject_one(g, total, inputs, view, lens, ellipses, scratch, outputs, of_view)
