"""Numba kernels: the gradient of a picture with respect to the ellipses, tile by tile.

The lists are walked front to back a second time, so that the transmittance T is recomputed exactly. With f_i the inner product of
the pixel's gradient and the features of ellipse i (alpha counts as one more feature, which is 1), dL/d(alpha_i) =
(T_i f_i - R_i) / (1 - alpha_i), where R_i = sum of w_j f_j over j >= i is what remains of the pixel's total.

Each entry (one ellipse in one tile) gets one row of sums: g, g dx, g dy, g dx^2, g dx dy, g dy^2 with g = alpha dL/d(alpha), then
the gradients of its features. Rows belong to entries, not to Gaussians: no two threads write to one place.
"""

import numpy as np
from numba import njit, prange

from lca.render import conventions as k
from lca.render.runtime import MATHS, kernel
from lca.render.scalars import exp2, lane_sum, take_ticket
from lca.render.tiles import ALPHA_MAX, AREA, CUT, HALF, ONE, REVIEW, STOP, TILE, ZERO, rows_of, stopped_rows

MOMENTS = 6  # floats of an entry's row before the features


@njit(fastmath=MATHS, error_model="numpy")
def differentiate_row(ellipse, color, width, left, dy, transmittance, rest, given, base, sums):
    """Add one ellipse's contribution in one row of 16 pixels to the lane sums (three moments, then the features)."""
    mx, a, level = ellipse[0], ellipse[2], ellipse[5] - ellipse[4] * dy * dy
    slope = -ellipse[3] * dy
    for lane in range(TILE):
        dx = (left + np.float32(lane)) - mx
        power = level + dx * (slope - a * dx)
        raw = exp2(power)
        alpha = raw if raw < ALPHA_MAX else ALPHA_MAX
        alpha = alpha if power >= CUT else ZERO
        before = transmittance[base + lane]
        weight = before * alpha
        after = before - weight
        going = after > STOP
        weight = weight if going else ZERO
        transmittance[base + lane] = after if going else ZERO
        inner = given[len(width) * AREA + base + lane]
        for channel in range(len(width)):
            inner += given[channel * AREA + base + lane] * color[channel]
            sums[(3 + channel) * TILE + lane] += weight * given[channel * AREA + base + lane]
        remaining = rest[base + lane]
        rest[base + lane] = remaining - weight * inner
        g = alpha * (before * inner - remaining) / (ONE - alpha)
        g = g if going & (raw <= ALPHA_MAX) else ZERO
        sums[lane] += g
        sums[TILE + lane] += g * dy
        sums[2 * TILE + lane] += g * dy * dy


@njit(fastmath=MATHS, error_model="numpy")
def store_sums(sums, moments, width, start_dx, row):
    """Horizontal sums of one entry's lanes into its row."""
    for lane in range(TILE):
        dx = start_dx + np.float32(lane)
        moments[lane] = sums[lane] * dx
        moments[TILE + lane] = sums[lane] * dx * dx
        moments[2 * TILE + lane] = sums[TILE + lane] * dx
    row[0], row[1], row[2] = lane_sum(sums, 0), lane_sum(moments, 0), lane_sum(sums, TILE)
    row[3], row[4], row[5] = lane_sum(moments, TILE), lane_sum(moments, 2 * TILE), lane_sum(sums, 2 * TILE)
    for channel in range(len(width)):
        row[MOMENTS + channel] = lane_sum(sums, (3 + channel) * TILE)


@njit(fastmath=MATHS, error_model="numpy")
def read_tile(given, rest, width, row0, column0, background, picture, gradients):
    """Gradients of the picture -> scratch planes: of the features, then of the alpha; and the pixel's total."""
    image, alpha, depth = picture
    image_gradient, alpha_gradient, depth_gradient = gradients
    given[:], rest[:] = ZERO, ZERO
    floor = np.float32(k.DEPTH_ALPHA_MIN)
    channels = image.shape[0]
    for row in range(min(TILE, alpha.shape[0] - row0)):
        for column in range(min(TILE, alpha.shape[1] - column0)):
            y, x, place = row0 + row, column0 + column, row * TILE + column
            covered = alpha[y, x]
            of_alpha = alpha_gradient[y, x]
            total = of_alpha * covered
            for channel in range(channels):
                value = image_gradient[channel, y, x]
                given[channel * AREA + place] = value
                total += value * (image[channel, y, x] - background[channel])
                of_alpha -= value * background[channel]
            if len(width) > channels:
                safe = covered if covered > floor else floor
                of_depth = depth_gradient[y, x] / safe
                given[(len(width) - 1) * AREA + place] = of_depth
                of_alpha -= of_depth * depth[y, x] if covered > floor else ZERO
                total += of_depth * depth[y, x] * (safe - covered)
            given[len(width) * AREA + place], rest[place] = of_alpha, total


@njit(fastmath=MATHS, error_model="numpy")
def differentiate_tile(first, last, entries, ellipses, features, width, left, top, scratch, rows):
    """Fill the rows of entries [first, last)."""
    transmittance, given, rest, sums, moments, alive = scratch
    transmittance[:], alive[:] = ONE, True
    done = False
    for entry in range(first, last):
        g = entries[entry, 0]
        sums[:] = ZERO
        ellipse, color = ellipses[g], features[g]
        if not done:
            begin, end = rows_of(ellipse, top)
            for row in range(begin, end):
                if alive[row]:
                    dy = top + np.float32(row) - ellipse[1]
                    differentiate_row(ellipse, color, width, left, dy, transmittance, rest, given, row * TILE, sums)
        store_sums(sums, moments, width, left - ellipse[0], rows[entries[entry, 1]])
        if (entry - first) % REVIEW == REVIEW - 1:
            done = stopped_rows(transmittance, alive)


@kernel
def differentiate_all(
    threads, counter, starts, entries, ellipses, features, width, background, picture, gradients, rows
):
    """The rows of every entry of one view; `width` as in `blend_all`, without the depth if it has no gradient."""
    height_px, width_px = picture[1].shape
    columns = (width_px + TILE - 1) // TILE
    for _ in prange(threads):
        transmittance, rest = np.empty(AREA, np.float32), np.empty(AREA, np.float32)
        given = np.empty((len(width) + 1) * AREA, np.float32)
        sums, moments = np.empty((3 + len(width)) * TILE, np.float32), np.empty(3 * TILE, np.float32)
        scratch = (transmittance, given, rest, sums, moments, np.empty(TILE, np.bool_))
        tile = take_ticket(counter)
        while tile < starts.shape[0] - 1:
            row0, column0 = tile // columns * TILE, tile % columns * TILE
            left = np.float32(column0) + HALF - HALF * np.float32(width_px)
            top = np.float32(row0) + HALF - HALF * np.float32(height_px)
            read_tile(given, rest, width, row0, column0, background, picture, gradients)
            differentiate_tile(
                starts[tile], starts[tile + 1], entries, ellipses, features, width, left, top, scratch, rows
            )
            tile = take_ticket(counter)
