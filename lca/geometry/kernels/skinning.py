"""Numba kernels: blend the transforms of a point's joints, move it, turn its Gaussian; sixteen at a time, both ways.

A joint's 4 x 4 is one vector of sixteen floats, so that a blend is one multiply-add an influence; the sixteen blends of a block
are then read as columns. `rows` (inputs, items) says which row of each input an item of the batch takes: whatever broadcasts
is stored once. Inputs, in that order: points (people, 3 points), quats (people, 4 points; no columns without Gaussians),
transforms (people, 16 joints), indices and weights (people, points, influences).
"""

from numba import prange

from lca.geometry.kernels.polar import (
    F0,
    conjugate,
    halfway,
    inverse_transposed,
    newton_gradient,
    product,
    quat_gradient,
    quat_of,
)
from lca.kernels.lanes import WIDTH, gather, lane_sum, load, spread, store
from lca.kernels.runtime import kernel, part
from lca.kernels.scalars import aligned

CHUNK = 64  # blocks that share one sum of the gradient of transforms: fixed, so that threads do not change results
POINT, QUAT = 16, 19  # planes of a block: 16 of the blend (or its gradient), then these


@part
def fill(planes, plane, source, columns, start, count):
    """Sixteen rows of a flat array as columns; the last row stands for those beyond it."""
    for i in range(WIDTH):
        row = min(start + i, count - 1) * columns
        for column in range(columns):
            planes[(plane + column) * WIDTH + i] = source[row + column]


@part
def spill(planes, plane, target, columns, start, count):
    """Columns back into the rows that exist."""
    for i in range(min(WIDTH, count - start)):
        row = (start + i) * columns
        for column in range(columns):
            target[row + column] = planes[(plane + column) * WIDTH + i]


@part
def three(planes, plane):
    """Neighbouring planes as lanes."""
    return load(planes, plane * WIDTH), load(planes, (plane + 1) * WIDTH), load(planes, (plane + 2) * WIDTH)


@part
def four(planes, plane):
    """One more."""
    return (
        load(planes, plane * WIDTH), load(planes, (plane + 1) * WIDTH),
        load(planes, (plane + 2) * WIDTH), load(planes, (plane + 3) * WIDTH),
    )  # fmt: skip


@part
def keep(planes, plane, values):
    """Lanes into neighbouring planes."""
    for i, value in enumerate(values):
        store(planes, (plane + i) * WIDTH, value)


@part
def blend_block(transforms, indices, weights, start, blends):
    """The blended 4 x 4 of sixteen points, one a row; False if an index names no joint."""
    known = True
    for i in range(WIDTH):
        point = min(start + i, indices.shape[0] - 1)
        total = spread(F0)
        for k in range(indices.shape[1]):
            joint = indices[point, k]
            if joint < 0 or joint >= transforms.shape[0] // WIDTH:
                joint, known = 0, False
            total = total + load(transforms, joint * WIDTH) * weights[point, k]
        store(blends, i * WIDTH, total)
    return known


@part
def linear(blends):
    """Sixteen 3 x 3 matrices of the blends, row by row."""
    return (
        gather(blends, 0, WIDTH), gather(blends, 1, WIDTH), gather(blends, 2, WIDTH),
        gather(blends, 4, WIDTH), gather(blends, 5, WIDTH), gather(blends, 6, WIDTH),
        gather(blends, 8, WIDTH), gather(blends, 9, WIDTH), gather(blends, 10, WIDTH),
    )  # fmt: skip


@part
def moved(m, blends, point):
    """The affine map of points."""
    x, y, z = point
    return (
        m[0] * x + m[1] * y + m[2] * z + gather(blends, 3, WIDTH),
        m[3] * x + m[4] * y + m[5] * z + gather(blends, 7, WIDTH),
        m[6] * x + m[7] * y + m[8] * z + gather(blends, 11, WIDTH),
    )


@kernel
def skin_all(threads, inputs, rows, outputs, known):
    """Fill (points, quats) of every item of the batch; `known` (threads) becomes False where an index names no joint."""
    points, quats, transforms, indices, weights = inputs
    count, turning = indices.shape[1], quats.shape[1] > 0
    blocks = (count + WIDTH - 1) // WIDTH
    total = rows.shape[1] * blocks
    for worker in prange(threads):
        planes, blends = aligned(23 * WIDTH), aligned(WIDTH * WIDTH)
        for block in range(worker * total // threads, (worker + 1) * total // threads):
            item, start = block // blocks, block % blocks * WIDTH
            fill(planes, POINT, points[rows[0, item]], 3, start, count)
            transform, index, weight = transforms[rows[2, item]], indices[rows[3, item]], weights[rows[4, item]]
            known[worker] &= blend_block(transform, index, weight, start, blends)
            m = linear(blends)
            keep(planes, POINT, moved(m, blends, three(planes, POINT)))
            spill(planes, POINT, outputs[0][item], 3, start, count)
            if turning:
                fill(planes, QUAT, quats[rows[1, item]], 4, start, count)
                m = halfway(m, inverse_transposed(m))
                turn, _, _ = quat_of(halfway(m, inverse_transposed(m)))
                keep(planes, QUAT, product(turn, four(planes, QUAT)))
                spill(planes, QUAT, outputs[1][item], 4, start, count)


@part
def turn_gradient(m, quat, of_quat):
    """From the gradient of turned quaternions: that of the blends, and of the quaternions before."""
    p = inverse_transposed(m)
    m = halfway(m, p)
    p2 = inverse_transposed(m)
    turn, chosen, inverse = quat_of(halfway(m, p2))
    of_rotation = quat_gradient(product(of_quat, conjugate(quat)), turn, chosen, inverse)
    return newton_gradient(newton_gradient(of_rotation, p2), p), product(conjugate(turn), of_quat)


@part
def share_block(planes, transforms, indices, weights, start, of_transforms, of_weights):
    """Hand the gradients of sixteen blends (planes) to the joints and weights that made them."""
    for i in range(min(WIDTH, indices.shape[0] - start)):
        of_blend, point = gather(planes, i, WIDTH), start + i
        for k in range(indices.shape[1]):
            joint = indices[point, k] * WIDTH
            store(of_transforms, joint, load(of_transforms, joint) + of_blend * weights[point, k])
            if of_weights.shape[0] > 0:
                of_weights[point, k] = lane_sum(load(transforms, joint) * of_blend)


@kernel
def unskin_all(threads, inputs, rows, given, outputs, of_transforms):
    """Gradients of every item: points, quats, weights (items, points, influences; no points if unwanted) in `outputs`.

    `of_transforms` (items, chunks of CHUNK blocks, 16 joints) become partial sums; without chunks they, and the weights,
    are unwanted.
    """
    points, quats, transforms, indices, weights = inputs
    count, turning, blending = indices.shape[1], quats.shape[1] > 0, of_transforms.shape[1] > 0
    chunks = (count + CHUNK * WIDTH - 1) // (CHUNK * WIDTH)
    for work in prange(rows.shape[1] * chunks):
        item, chunk = work // chunks, work % chunks
        planes, blends = aligned(23 * WIDTH), aligned(WIDTH * WIDTH)
        planes[:] = F0  # those of the last row of the blend stay so
        transform, index, weight = transforms[rows[2, item]], indices[rows[3, item]], weights[rows[4, item]]
        if blending:
            of_transforms[item, chunk] = F0
        for start in range(chunk * CHUNK * WIDTH, min((chunk + 1) * CHUNK * WIDTH, count), WIDTH):
            blend_block(transform, index, weight, start, blends)
            m = linear(blends)
            fill(planes, POINT, given[0][item], 3, start, count)
            gx, gy, gz = three(planes, POINT)
            keep(planes, POINT, (
                m[0] * gx + m[3] * gy + m[6] * gz, m[1] * gx + m[4] * gy + m[7] * gz, m[2] * gx + m[5] * gy + m[8] * gz,
            ))  # fmt: skip
            spill(planes, POINT, outputs[0][item], 3, start, count)
            fill(planes, POINT, points[rows[0, item]], 3, start, count)
            x, y, z = three(planes, POINT)
            keep(planes, 0, (gx * x, gx * y, gx * z, gx, gy * x, gy * y, gy * z, gy, gz * x, gz * y, gz * z, gz))
            if turning:
                fill(planes, QUAT, quats[rows[1, item]], 4, start, count)
                quat = four(planes, QUAT)
                fill(planes, QUAT, given[1][item], 4, start, count)
                of_m, of_quat = turn_gradient(m, quat, four(planes, QUAT))
                keep(planes, QUAT, of_quat)
                spill(planes, QUAT, outputs[1][item], 4, start, count)
                for row in range(3):
                    for column in range(3):
                        place = (4 * row + column) * WIDTH
                        store(planes, place, load(planes, place) + of_m[3 * row + column])
            if blending:
                share_block(planes, transform, index, weight, start, of_transforms[item, chunk], outputs[2][item])
