"""Numba kernels: sort ellipses by depth and list, for each 16 x 16 tile, those that touch it, front to back."""

import numpy as np
from numba import prange

from lca.render.runtime import cached_njit, kernel, part
from lca.render.scalars import float_bits

DIGIT = 11  # bits of one radix pass


@cached_njit
def sort_by_depth(depths, boxes):
    """Indices of the visible Gaussians, nearest first; equal depths keep their order. A radix sort of float bits."""
    count = depths.shape[0]
    order, keys = np.empty(count, np.int32), np.empty(count, np.int32)
    seen, low, high = 0, np.int32(2147483647), np.int32(0)
    for g in range(count):
        if boxes[g, 2] > boxes[g, 0]:
            key = float_bits(depths[g])
            order[seen], keys[seen] = g, key
            low, high, seen = min(low, key), max(high, key), seen + 1
    spare_order, spare_keys = np.empty(seen, np.int32), np.empty(seen, np.int32)
    order, keys = order[:seen], keys[:seen]
    shift, span = 0, (high - low) if seen else 0
    while span >> shift > 0:
        starts = np.zeros((1 << DIGIT) + 1, np.int32)
        for i in range(seen):
            starts[(((keys[i] - low) >> shift) & ((1 << DIGIT) - 1)) + 1] += 1
        for digit in range(1 << DIGIT):
            starts[digit + 1] += starts[digit]
        for i in range(seen):
            digit = ((keys[i] - low) >> shift) & ((1 << DIGIT) - 1)
            place = starts[digit]
            starts[digit] = place + 1
            spare_order[place], spare_keys[place] = order[i], keys[i]
        order, spare_order, keys, spare_keys = spare_order, order, spare_keys, keys
        shift += DIGIT
    return order


@part
def chunk_of(chunk, chunks, count):
    """Bounds of one of `chunks` nearly equal parts of range(count)."""
    return chunk * count // chunks, (chunk + 1) * count // chunks


@kernel
def count_tiles(threads, order, boxes, columns, counts):
    """counts[chunk, tile]: how many ellipses of each chunk of `order` touch each tile."""
    for chunk in prange(threads):
        counts[chunk] = 0
        first, last = chunk_of(chunk, threads, order.shape[0])
        for rank in range(first, last):
            g = order[rank]
            for row in range(boxes[g, 1], boxes[g, 3]):
                for column in range(boxes[g, 0], boxes[g, 2]):
                    counts[chunk, row * columns + column] += 1


@cached_njit
def accumulate(order, boxes, counts, starts, slots):
    """Turn counts into the first entry of each (tile, chunk), fill `starts` (tiles + 1) and the slots of each Gaussian.

    Entries are numbered twice: by tile (`starts`), the order of drawing, and by Gaussian (`slots`, Gaussians + 1), the
    order in which gradients are gathered.
    """
    total = 0
    for tile in range(counts.shape[1]):
        starts[tile] = total
        for chunk in range(counts.shape[0]):
            number = counts[chunk, tile]
            counts[chunk, tile] = total
            total += number
    starts[counts.shape[1]] = total
    slots[0] = 0
    for g in range(boxes.shape[0]):
        slots[g + 1] = slots[g] + (boxes[g, 2] - boxes[g, 0]) * (boxes[g, 3] - boxes[g, 1])
    return total


@kernel
def fill_tiles(threads, order, boxes, columns, counts, slots, entries):
    """entries[i] = (Gaussian, slot) of each tile's list, front to back."""
    for chunk in prange(threads):
        first, last = chunk_of(chunk, threads, order.shape[0])
        for rank in range(first, last):
            g = order[rank]
            slot = slots[g]
            for row in range(boxes[g, 1], boxes[g, 3]):
                for column in range(boxes[g, 0], boxes[g, 2]):
                    place = counts[chunk, row * columns + column]
                    counts[chunk, row * columns + column] = place + 1
                    entries[place, 0], entries[place, 1] = g, slot
                    slot += 1
