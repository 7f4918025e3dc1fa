"""Numba kernels: the gradient of a picture with respect to the ellipses, tile by tile.

The lists are walked front to back a second time, so that the transmittance T is recomputed exactly. With f_i the inner product of
the pixel's gradient and the features of ellipse i (alpha counts as one more feature, which is 1), dL/d(alpha_i) =
(T_i f_i - R_i) / (1 - alpha_i), where R_i = sum of w_j f_j over j >= i is what remains of the pixel's total.

Each entry (one ellipse in one tile) gets one row of sums: g, g dx, g dy, g dx^2, g dx dy, g dy^2 with g = alpha dL/d(alpha), then
the gradients of its features. Rows belong to entries, not to Gaussians: no two threads write to one place.
"""

import numpy as np
from numba import prange

from lca.kernels.lanes import WIDTH, exp2, lane_sum, load, ramp, select, spread, store
from lca.kernels.runtime import kernel, part
from lca.kernels.scalars import aligned, take_ticket
from lca.render.kernels.tiles import (
    ALPHA_MAX,
    CUT,
    DEPTH_ALPHA_MIN,
    ONE,
    REVIEW,
    STOP,
    TILE,
    ZERO,
    corner,
    living_rows,
    log2_alpha,
    rows_of,
)  # fmt: skip

MOMENTS = 6  # floats of an entry's row before the features
T, REST, OF_ALPHA, GIVEN = 0, WIDTH, 2 * WIDTH, 3 * WIDTH  # planes of a row's strip; gradients of the features follow


@part
def differentiate_row(ellipse, color, width, left, dy, state, place, sums):
    """Add one ellipse's contribution in one row to the lane sums of its features; returns g."""
    power = log2_alpha(ellipse, left, dy)
    raw = exp2(power)
    alpha = select(power >= CUT, select(raw < ALPHA_MAX, raw, ALPHA_MAX), ZERO)
    before = load(state, place + T)
    weight = before * alpha
    after = before - weight
    going = after > STOP
    weight = select(going, weight, ZERO)
    store(state, place + T, select(going, after, ZERO))
    inner = load(state, place + OF_ALPHA)
    for channel in range(len(width)):
        given = load(state, place + GIVEN + channel * WIDTH)
        inner = inner + given * color[channel]
        store(sums, channel * WIDTH, load(sums, channel * WIDTH) + weight * given)
    rest = load(state, place + REST)
    store(state, place + REST, rest - weight * inner)
    return select(going & (raw <= ALPHA_MAX), alpha * (before * inner - rest) / (ONE - alpha), ZERO)


@part
def differentiate_entry(ellipse, color, width, left, top, state, alive, sums, row_of_sums):
    """All rows of one entry."""
    strip = GIVEN + len(width) * WIDTH
    for channel in range(len(width)):
        store(sums, channel * WIDTH, ZERO)
    g0, g1, g2 = spread(ZERO), spread(ZERO), spread(ZERO)
    begin, end = rows_of(ellipse, top)
    for row in range(begin, end):
        if alive >> row & 1:
            dy = top + np.float32(row) - ellipse[1]
            g = differentiate_row(ellipse, color, width, left, dy, state, row * strip, sums)
            g_dy = g * dy
            g0, g1, g2 = g0 + g, g1 + g_dy, g2 + g_dy * dy
    dx = ramp() + (left - ellipse[0])
    row_of_sums[0], row_of_sums[1], row_of_sums[2] = lane_sum(g0), lane_sum(g0 * dx), lane_sum(g1)
    row_of_sums[3], row_of_sums[4], row_of_sums[5] = lane_sum(g0 * dx * dx), lane_sum(g1 * dx), lane_sum(g2)
    for channel in range(len(width)):
        row_of_sums[MOMENTS + channel] = lane_sum(load(sums, channel * WIDTH))


@part
def differentiate_tile(first, last, entries, ellipses, features, width, left, top, state, sums, rows):
    """Fill the rows of entries [first, last) in the flat array of rows."""
    size = MOMENTS + len(width)
    alive = (1 << TILE) - 1
    for entry in range(first, last):
        g, slot = entries[entry, 0], entries[entry, 1]
        if alive == 0:
            rows[slot * size : (slot + 1) * size] = ZERO
            continue
        row = rows[slot * size : (slot + 1) * size]
        differentiate_entry(ellipses[g], features[g], width, left, top, state, alive, sums, row)
        if (entry - first) % REVIEW == REVIEW - 1:
            alive = living_rows(state, GIVEN + len(width) * WIDTH, alive)


@part
def take(picture, place, count, spare):
    """The first `count` lanes at `place`; zero in the others."""
    if count == WIDTH:
        return load(picture, place)
    store(spare, 0, ZERO)
    for i in range(count):
        spare[i] = picture[place + i]
    return load(spare, 0)


@part
def read_tile(state, width, row0, column0, size, background, picture, gradients, spare):
    """Gradients of the (flat) picture -> state of a tile: what each feature and the alpha are worth, and their total."""
    image, alpha, depth = picture
    of_image, of_alpha, of_depth = gradients
    strip, channels, count = GIVEN + len(width) * WIDTH, background.shape[0], min(TILE, size[1] - column0)
    for row in range(TILE):
        base, place = row * strip, (row0 + row) * size[1] + column0
        inside = count if row0 + row < size[0] else 0
        for plane in range(3 + len(width)):
            store(state, base + plane * WIDTH, ZERO)
        covered, worth = take(alpha, place, inside, spare), take(of_alpha, place, inside, spare)
        total = worth * covered
        for channel in range(channels):
            shifted = place + channel * size[0] * size[1]
            given = take(of_image, shifted, inside, spare)
            store(state, base + GIVEN + channel * WIDTH, given)
            total = total + given * (take(image, shifted, inside, spare) - background[channel])
            worth = worth - given * background[channel]
        if len(width) > channels:
            safe = select(covered > DEPTH_ALPHA_MIN, covered, DEPTH_ALPHA_MIN)
            given = take(of_depth, place, inside, spare) / safe
            store(state, base + strip - WIDTH, given)
            through_alpha = select(covered > DEPTH_ALPHA_MIN, given * take(depth, place, inside, spare), ZERO)
            worth = worth - through_alpha
        store(state, base + T, ONE)
        store(state, base + OF_ALPHA, worth)
        store(state, base + REST, total)


@kernel
def differentiate_all(
    threads, counter, starts, entries, ellipses, features, width, size, background, picture, gradients, rows
):
    """The rows of every entry of one view; `width` as in `blend_all`, without the depth if it has no gradient."""
    for _ in prange(threads):
        state, spare = aligned(TILE * (3 + len(width)) * WIDTH), aligned(WIDTH)
        sums = aligned(len(width) * WIDTH)
        tile = take_ticket(counter)
        while tile < starts.shape[0] - 1:
            first, last = starts[tile], starts[tile + 1]
            if first < last:
                row0, column0, left, top = corner(tile, size)
                read_tile(state, width, row0, column0, size, background, picture, gradients, spare)
                differentiate_tile(first, last, entries, ellipses, features, width, left, top, state, sums, rows)
            tile = take_ticket(counter)
