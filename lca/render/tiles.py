"""Numba kernels: blend the ellipses of each tile, front to back.

A tile is 16 rows of 16 lanes. The lane loops hold no branch and no call, have the constant trip count 16 and work on flat
scratch arrays: only then does LLVM make packed instructions of them (a test reads the machine code). Masks are applied
by selecting zero. A pixel that has stopped has transmittance 0; its alpha is the sum of its weights.
"""

import math

import numpy as np
from numba import njit, prange

from lca.render import conventions as k
from lca.render.runtime import MATHS, kernel
from lca.render.scalars import exp2, take_ticket

TILE, AREA = k.TILE, k.TILE * k.TILE
ALPHA_MAX, STOP = np.float32(k.ALPHA_MAX), np.float32(k.TRANSMITTANCE_MIN)
CUT = np.float32(math.log2(k.ALPHA_MIN))
ZERO, ONE, HALF = np.float32(0.0), np.float32(1.0), np.float32(0.5)
REVIEW = 8  # entries between two looks for rows whose pixels have all stopped


@njit(fastmath=MATHS, error_model="numpy", inline="always")
def rows_of(ellipse, top):
    """First and last row (exclusive) of the tile whose first row's centre is at `top` that an ellipse reaches."""
    low, high = ellipse[1] - ellipse[6] - top, ellipse[1] + ellipse[6] - top
    low = low if low > ZERO else ZERO
    high = high if high < np.float32(TILE - 1) else np.float32(TILE - 1)
    return int(math.ceil(low)), int(math.floor(high)) + 1


@njit(fastmath=MATHS, error_model="numpy")
def blend_row(ellipse, color, width, left, dy, transmittance, planes, base):
    """Blend one ellipse into one row of 16 pixels; `planes` holds the features and then the alpha, AREA apart."""
    mx, a, level = ellipse[0], ellipse[2], ellipse[5] - ellipse[4] * dy * dy
    slope = -ellipse[3] * dy
    for lane in range(TILE):
        dx = (left + np.float32(lane)) - mx
        power = level + dx * (slope - a * dx)
        alpha = exp2(power)
        alpha = alpha if alpha < ALPHA_MAX else ALPHA_MAX
        alpha = alpha if power >= CUT else ZERO
        before = transmittance[base + lane]
        weight = before * alpha
        after = before - weight
        going = after > STOP
        weight = weight if going else ZERO
        transmittance[base + lane] = after if going else ZERO
        for channel in range(len(width)):
            planes[channel * AREA + base + lane] += weight * color[channel]
        planes[len(width) * AREA + base + lane] += weight


@njit(fastmath=MATHS, error_model="numpy")
def stopped_rows(transmittance, alive):
    """Clear the flags of rows without a pixel that still takes light; true if none is left."""
    left = 0
    for row in range(TILE):
        if alive[row]:
            highest = ZERO
            for lane in range(TILE):
                value = transmittance[row * TILE + lane]
                highest = value if value > highest else highest
            alive[row] = highest > ZERO
            left += alive[row]
    return left == 0


@njit(fastmath=MATHS, error_model="numpy")
def blend_tile(first, last, entries, ellipses, features, width, left, top, transmittance, planes, alive):
    """Blend entries [first, last) into a tile whose first pixel's centre is (left, top)."""
    transmittance[:], planes[:], alive[:] = ONE, ZERO, True
    for entry in range(first, last):
        g = entries[entry, 0]
        ellipse, color = ellipses[g], features[g]
        begin, end = rows_of(ellipse, top)
        for row in range(begin, end):
            if alive[row]:
                dy = top + np.float32(row) - ellipse[1]
                blend_row(ellipse, color, width, left, dy, transmittance, planes, row * TILE)
        if (entry - first) % REVIEW == REVIEW - 1 and stopped_rows(transmittance, alive):
            return


@njit(fastmath=MATHS, error_model="numpy")
def write_tile(planes, width, row0, column0, background, image, alpha, depth):
    """Scratch planes -> picture; the last feature is the depth."""
    channels = len(width) - 1
    rows, columns = min(TILE, alpha.shape[0] - row0), min(TILE, alpha.shape[1] - column0)
    for row in range(rows):
        for column in range(columns):
            place = row * TILE + column
            covered = planes[len(width) * AREA + place]
            alpha[row0 + row, column0 + column] = covered
            safe = covered if covered > np.float32(k.DEPTH_ALPHA_MIN) else np.float32(k.DEPTH_ALPHA_MIN)
            depth[row0 + row, column0 + column] = planes[channels * AREA + place] / safe
    for channel in range(image.shape[0]):
        for row in range(rows):
            for column in range(columns):
                place = row * TILE + column
                rest = (ONE - planes[len(width) * AREA + place]) * background[channel]
                image[channel, row0 + row, column0 + column] = planes[channel * AREA + place] + rest


@kernel
def blend_all(threads, counter, starts, entries, ellipses, features, width, background, image, alpha, depth):
    """Draw one view. `width` is a tuple of zeros, as long as the features are wide: its length is known to the compiler."""
    height_px, width_px = alpha.shape
    columns = (width_px + TILE - 1) // TILE
    tiles = starts.shape[0] - 1
    for _ in prange(threads):
        transmittance = np.empty(AREA, np.float32)
        planes = np.empty((len(width) + 1) * AREA, np.float32)
        alive = np.empty(TILE, np.bool_)
        tile = take_ticket(counter)
        while tile < tiles:
            row0, column0 = tile // columns * TILE, tile % columns * TILE
            left = np.float32(column0) + HALF - HALF * np.float32(width_px)
            top = np.float32(row0) + HALF - HALF * np.float32(height_px)
            blend_tile(
                starts[tile], starts[tile + 1], entries, ellipses, features, width, left, top, transmittance, planes, alive
            )
            write_tile(planes, width, row0, column0, background, image, alpha, depth)
            tile = take_ticket(counter)
