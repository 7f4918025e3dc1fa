"""Numba kernels: blend the ellipses of each tile, front to back.

A tile is 16 rows of 16 lanes (`lca.kernels.lanes`). Its state is one flat array, a strip of planes for each row:
transmittance, alpha, then the features. Nothing branches on a lane: masks select zero. A lane that has stopped has
transmittance 0; its alpha is the sum of its weights.
"""

import math

import numpy as np
from numba import prange

from lca.kernels.lanes import WIDTH, any_lane, exp2, load, ramp, select, store
from lca.kernels.runtime import kernel, part
from lca.kernels.scalars import aligned, take_ticket
from lca.render import conventions as k

TILE = k.TILE
ALPHA_MAX, STOP = np.float32(k.ALPHA_MAX), np.float32(k.TRANSMITTANCE_MIN)
DEPTH_ALPHA_MIN = np.float32(k.DEPTH_ALPHA_MIN)
CUT = np.float32(math.log2(k.ALPHA_MIN))
ZERO, ONE, HALF = np.float32(0.0), np.float32(1.0), np.float32(0.5)
REVIEW = 8  # entries between two looks for rows whose pixels have all stopped


@part
def rows_of(ellipse, top):
    """First and last row (exclusive) of the tile whose first row's centre is at `top` that an ellipse reaches."""
    low, high = ellipse[1] - ellipse[6] - top, ellipse[1] + ellipse[6] - top
    low = low if low > ZERO else ZERO
    high = high if high < np.float32(TILE - 1) else np.float32(TILE - 1)
    return int(math.ceil(low)), int(math.floor(high)) + 1


@part
def log2_alpha(ellipse, left, dy):
    """log2 of an ellipse's alpha in a row of pixels that starts at `left`, `dy` below its centre."""
    dx = ramp() + (left - ellipse[0])
    return (ellipse[5] - ellipse[4] * dy * dy) - dx * (ellipse[2] * dx + ellipse[3] * dy)


@part
def blend_row(ellipse, color, width, left, dy, state, place):
    """Blend one ellipse into the row whose strip begins at `place`."""
    power = log2_alpha(ellipse, left, dy)
    alpha = exp2(power)
    alpha = select(power >= CUT, select(alpha < ALPHA_MAX, alpha, ALPHA_MAX), ZERO)
    before = load(state, place)
    weight = before * alpha
    after = before - weight
    going = after > STOP
    weight = select(going, weight, ZERO)
    store(state, place, select(going, after, ZERO))
    store(state, place + WIDTH, load(state, place + WIDTH) + weight)
    for channel in range(len(width)):
        plane = place + (2 + channel) * WIDTH
        store(state, plane, load(state, plane) + weight * color[channel])


@part
def living_rows(state, strip, alive):
    """Clear the bits of rows in which no pixel takes light any more."""
    for row in range(TILE):
        if not any_lane(load(state, row * strip) > ZERO):
            alive &= ~(1 << row)
    return alive


@part
def blend_tile(first, last, entries, ellipses, features, width, left, top, state):
    """Blend entries [first, last) into a tile whose first pixel's centre is (left, top)."""
    strip = (2 + len(width)) * WIDTH
    for row in range(TILE):
        store(state, row * strip, ONE)
        for plane in range(1, 2 + len(width)):
            store(state, row * strip + plane * WIDTH, ZERO)
    alive = (1 << TILE) - 1
    for entry in range(first, last):
        g = entries[entry, 0]
        ellipse, color = ellipses[g], features[g]
        begin, end = rows_of(ellipse, top)
        for row in range(begin, end):
            if alive >> row & 1:
                dy = top + np.float32(row) - ellipse[1]
                blend_row(ellipse, color, width, left, dy, state, row * strip)
        if (entry - first) % REVIEW == REVIEW - 1:
            alive = living_rows(state, strip, alive)
            if alive == 0:
                return


@part
def put(picture, place, count, spare, value):
    """Write the first `count` lanes."""
    if count == WIDTH:
        store(picture, place, value)
    else:
        store(spare, 0, value)
        for i in range(count):
            picture[place + i] = spare[i]


@part
def write_tile(state, width, row0, column0, size, background, picture, spare):
    """State of a tile -> picture (flat image, alpha, depth); the last feature is the depth, `size` is (height, width)."""
    image, alpha, depth = picture
    strip, count = (2 + len(width)) * WIDTH, min(TILE, size[1] - column0)
    for row in range(min(TILE, size[0] - row0)):
        place = (row0 + row) * size[1] + column0
        covered, planes = load(state, row * strip + WIDTH), row * strip + 2 * WIDTH
        put(alpha, place, count, spare, covered)
        safe = select(covered > DEPTH_ALPHA_MIN, covered, DEPTH_ALPHA_MIN)
        put(depth, place, count, spare, load(state, planes + (len(width) - 1) * WIDTH) / safe)
        for channel in range(background.shape[0]):
            value = load(state, planes + channel * WIDTH) + (ONE - covered) * background[channel]
            put(image, place + channel * size[0] * size[1], count, spare, value)


@part
def corner(tile, size):
    """(row, column) of a tile's first pixel and the position (x, y) of its centre from the middle of the picture."""
    columns = (size[1] + TILE - 1) // TILE
    row0, column0 = tile // columns * TILE, tile % columns * TILE
    left = np.float32(column0) + HALF - HALF * np.float32(size[1])
    top = np.float32(row0) + HALF - HALF * np.float32(size[0])
    return row0, column0, left, top


@kernel
def blend_all(threads, counter, starts, entries, ellipses, features, width, size, background, picture):
    """Draw one view into a picture that shows the background; tiles that nothing touches are left alone.

    `width` is a tuple of zeros, as long as the features are wide: its length is known to the compiler.
    """
    for _ in prange(threads):
        state, spare = aligned(TILE * (2 + len(width)) * WIDTH), aligned(WIDTH)
        tile = take_ticket(counter)
        while tile < starts.shape[0] - 1:
            row0, column0, left, top = corner(tile, size)
            first, last = starts[tile], starts[tile + 1]
            if first < last:
                blend_tile(first, last, entries, ellipses, features, width, left, top, state)
                write_tile(state, width, row0, column0, size, background, picture, spare)
            tile = take_ticket(counter)
