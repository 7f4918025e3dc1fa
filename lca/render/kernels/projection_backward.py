"""Numba kernels: gather the rows of a Gaussian's entries and carry the gradient through the projection, sixteen at a time.

Notation as in `lca.render.kernels.projection`; X is the inverse of the projected covariance
C = U U^T + blur, G the gradient of X.
"""

from numba import prange

from lca.kernels.lanes import WIDTH, gather, lane_sum, load, select, store
from lca.kernels.runtime import kernel, part
from lca.kernels.scalars import aligned
from lca.render.kernels.projection import (
    F0,
    F1,
    F2,
    HALF,
    LN2,
    camera_points,
    dot,
    rotation,
    row_times,
    slopes,
    three,
    turned_rows,
    unit_quat,
)  # fmt: skip
from lca.render.kernels.tiles_backward import MOMENTS

CHUNKS = 64  # fixed, so that the sums over Gaussians do not depend on the number of threads


@part
def conic_gradient(ellipses, start, spare, sums):
    """From the summed moments: dL/dC = -X G X (its xx, xy, yy) and dL/d(centre)."""
    source, first = ellipses, start * 8
    if (start + WIDTH) * 8 > ellipses.shape[0]:
        source, first = spare, 0
        for i in range(ellipses.shape[0] - start * 8):
            spare[i] = ellipses[start * 8 + i]
    unit = F2 * LN2
    a, b, c = (
        gather(source, first + 2, 8) * unit,
        gather(source, first + 3, 8) * (HALF * unit),
        gather(source, first + 4, 8) * unit,
    )
    s1, s2 = gather(sums, 1, WIDTH), gather(sums, 2, WIDTH)
    gaa, gab, gbb = gather(sums, 3, WIDTH) * HALF, gather(sums, 4, WIDTH) * HALF, gather(sums, 5, WIDTH) * HALF
    paa, pab, pba, pbb = a * gaa + b * gab, a * gab + b * gbb, b * gaa + c * gab, b * gab + c * gbb
    return (paa * a + pab * b, paa * b + pab * c, pba * b + pbb * c), (a * s1 + b * s2, b * s1 + c * s2)


@part
def quat_gradient(q, inverse, m):
    """Gradient of quaternions (q: normalised, `inverse` of their length) from that of their rotation matrices."""
    w, x, y, z = q
    gw = F2 * (x * (m[7] - m[5]) + y * (m[2] - m[6]) + z * (m[3] - m[1]))
    gx = F2 * (w * (m[7] - m[5]) + y * (m[1] + m[3]) + z * (m[2] + m[6]) - F2 * x * (m[4] + m[8]))
    gy = F2 * (w * (m[2] - m[6]) + x * (m[1] + m[3]) + z * (m[5] + m[7]) - F2 * y * (m[0] + m[8]))
    gz = F2 * (w * (m[3] - m[1]) + x * (m[2] + m[6]) + y * (m[5] + m[7]) - F2 * z * (m[0] + m[4]))
    along = gw * w + gx * x + gy * y + gz * z
    return (
        (gw - along * w) * inverse,
        (gx - along * x) * inverse,
        (gy - along * y) * inverse,
        (gz - along * z) * inverse,
    )


@part
def scaled(a, factor):
    """A triple times a factor."""
    return a[0] * factor, a[1] * factor, a[2] * factor


@part
def plus(a, b):
    """Sum of triples."""
    return a[0] + b[0], a[1] + b[1], a[2] + b[2]


@part
def factor_gradient(of_covariance, u, v):
    """dL/dU = 2 (dL/dC) U, its two rows."""
    xx, xy, yy = of_covariance
    return (
        scaled(plus(scaled(u, xx), scaled(v, xy)), F2),
        scaled(plus(scaled(u, xy), scaled(v, yy)), F2),
    )


@part
def shape_gradient(of_u, of_v, p, r, scale, jx, jy):
    """From dL/dU: dL/dR (nine), dL/d(scales), and the two rows of dL/dP."""
    m = (
        r[0] * scale[0], r[1] * scale[1], r[2] * scale[2], r[3] * scale[0], r[4] * scale[1], r[5] * scale[2],
        r[6] * scale[0], r[7] * scale[1], r[8] * scale[2],
    )  # fmt: skip
    of_p = dot(of_u, m[0:3]), dot(of_u, m[3:6]), dot(of_u, m[6:9])
    of_q = dot(of_v, m[0:3]), dot(of_v, m[3:6]), dot(of_v, m[6:9])
    px, py = scaled(p[0], jx), scaled(p[1], jy)
    m0 = plus(scaled(of_u, px[0]), scaled(of_v, py[0]))
    m1 = plus(scaled(of_u, px[1]), scaled(of_v, py[1]))
    m2 = plus(scaled(of_u, px[2]), scaled(of_v, py[2]))
    of_scale = (
        m0[0] * r[0] + m1[0] * r[3] + m2[0] * r[6],
        m0[1] * r[1] + m1[1] * r[4] + m2[1] * r[7],
        m0[2] * r[2] + m1[2] * r[5] + m2[2] * r[8],
    )
    of_r = (
        m0[0] * scale[0], m0[1] * scale[1], m0[2] * scale[2], m1[0] * scale[0], m1[1] * scale[1], m1[2] * scale[2],
        m2[0] * scale[0], m2[1] * scale[1], m2[2] * scale[2],
    )  # fmt: skip
    return of_r, of_scale, of_p, of_q


@part
def keep(planes, plane, used, value):
    """Store lanes of the Gaussians that are used, zero for the others."""
    store(planes, plane * WIDTH, select(used, value, F0))


@part
def add(planes, plane, used, value):
    """Add lanes of the Gaussians that are used."""
    store(planes, plane * WIDTH, load(planes, plane * WIDTH) + select(used, value, F0))


@part
def unproject_block(start, sums, inputs, view, lens, ellipses, planes, of_view, spare):
    """Sums of sixteen Gaussians -> `planes` with their 10 gradients (means, quats, scales); adds to the view's 12.

    `sums` has rows of 16: moments, features, and last whether the Gaussian is used at all.
    """
    means, quats, scales = inputs
    point = three(means, start, spare)
    x, y, z = camera_points(point, view)
    scale = three(scales, start, spare)
    q, inverse = unit_quat(quats, start, spare)
    r = rotation(q)
    sx, sy = slopes(x / z, y / z, lens)
    jx, jy = lens[0] / z, lens[1] / z
    p = turned_rows(view, sx, sy)
    u, v = row_times(p[0], r, scale, jx), row_times(p[1], r, scale, jy)
    of_covariance, of_centre = conic_gradient(ellipses, start, spare, sums)
    of_u, of_v = factor_gradient(of_covariance, u, v)
    of_r, of_scale, of_p, of_q = shape_gradient(of_u, of_v, p, r, scale, jx, jy)
    used = gather(sums, WIDTH - 1, WIDTH) > F0
    up, vq = scaled(of_p, jx), scaled(of_q, jy)
    of_sx = F0 - (up[0] * view[2, 0] + up[1] * view[2, 1] + up[2] * view[2, 2])
    of_sy = F0 - (vq[0] * view[2, 0] + vq[1] * view[2, 1] + vq[2] * view[2, 2])
    of_sx, of_sy = select(sx == x / z, of_sx, F0), select(sy == y / z, of_sy, F0)
    gx, gy = of_sx / z + of_centre[0] * jx, of_sy / z + of_centre[1] * jy
    gz = gather(sums, WIDTH - 2, WIDTH) - (dot(up, p[0]) + dot(vq, p[1]) + gx * x + gy * y) / z
    for j in range(3):
        keep(planes, j, used, view[0, j] * gx + view[1, j] * gy + view[2, j] * gz)
    of_quat = quat_gradient(q, inverse, of_r)
    for j in range(4):
        keep(planes, 3 + j, used, of_quat[j])
    for j in range(3):
        keep(planes, 7 + j, used, of_scale[j])
        add(of_view, j, used, up[j] + gx * point[j])
        add(of_view, 4 + j, used, vq[j] + gy * point[j])
        add(of_view, 8 + j, used, gz * point[j] - sx * up[j] - sy * vq[j])
    add(of_view, 3, used, gx)
    add(of_view, 7, used, gy)
    add(of_view, 11, used, gz)


@part
def sum_rows(start, rows, width, with_depth, slots, opacities, of_opacities, of_colors, sums):
    """Add up the entries of sixteen Gaussians; their colour and opacity gradients are complete with that."""
    channels = of_colors.shape[1]
    for i in range(WIDTH):
        g = min(start + i, slots.shape[0] - 2)
        total = load(rows, slots[g] * width) * F0
        for slot in range(slots[g], slots[g + 1]):
            total = total + load(rows, slot * width)
        store(sums, i * WIDTH, total)
        line = sums[i * WIDTH : (i + 1) * WIDTH]
        used = start + i == g and slots[g + 1] > slots[g]
        if start + i == g:
            of_opacities[g] = line[0] / opacities[g] if used else F0
            for channel in range(channels):
                of_colors[g, channel] = line[MOMENTS + channel] if used else F0
        depth = line[MOMENTS + channels] if with_depth else F0
        line[WIDTH - 2], line[WIDTH - 1] = depth, F1 if used else F0


@kernel
def unproject_all(threads, rows, width, with_depth, slots, inputs, opacities, view, lens, ellipses, outputs, of_views):
    """Gradients of every Gaussian of one view (zero where unseen), and CHUNKS partial sums of the view's gradient.

    `rows` is flat, `width` floats an entry: moments, channels and, if `with_depth`, the depth.
    """
    of_means, of_quats, of_scales, of_opacities, of_colors = outputs
    blocks = (opacities.shape[0] + WIDTH - 1) // WIDTH
    for chunk in prange(CHUNKS):
        sums, planes, of_view = aligned(WIDTH * WIDTH), aligned(10 * WIDTH), aligned(12 * WIDTH)
        spare = aligned(8 * WIDTH)
        of_view[:] = F0
        for block in range(chunk * blocks // CHUNKS, (chunk + 1) * blocks // CHUNKS):
            start = block * WIDTH
            sum_rows(start, rows, width, with_depth, slots, opacities, of_opacities, of_colors, sums)
            unproject_block(start, sums, inputs, view, lens, ellipses, planes, of_view, spare)
            for i in range(min(WIDTH, opacities.shape[0] - start)):
                for j in range(3):
                    of_means[start + i, j] = planes[j * WIDTH + i]
                    of_scales[start + i, j] = planes[(7 + j) * WIDTH + i]
                for j in range(4):
                    of_quats[start + i, j] = planes[(3 + j) * WIDTH + i]
        for j in range(12):
            of_views[chunk, j] = lane_sum(load(of_view, j * WIDTH))
