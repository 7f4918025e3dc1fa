"""Numba kernels: sort ellipses by depth and list, for each 16 x 16 tile, those that touch it, front to back.

Serial: half a millisecond for 20,000 Gaussians is less than threads cost on a busy machine.
"""

import numpy as np

from lca.kernels.runtime import cached_njit
from lca.kernels.scalars import float_bits

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


@cached_njit
def number_entries(boxes, counts, starts, slots):
    """Fill the first entry of each tile (`starts`, tiles + 1) and of each Gaussian (`slots`, Gaussians + 1).

    Entries, pairs of an ellipse and a tile, are numbered twice: by tile, the order of drawing, and by Gaussian, the order
    in which gradients are gathered. `counts` has a row of entries a tile from each worker.
    """
    starts[0] = slots[0] = 0
    for tile in range(counts.shape[1]):
        starts[tile + 1] = starts[tile] + counts[:, tile].sum()
    for g in range(boxes.shape[0]):
        slots[g + 1] = slots[g] + (boxes[g, 2] - boxes[g, 0]) * (boxes[g, 3] - boxes[g, 1])


@cached_njit
def list_entries(order, boxes, columns, starts, slots, entries):
    """entries[i] = (Gaussian, slot) of each tile's list, front to back."""
    places = starts.copy()
    for rank in range(order.shape[0]):
        g = order[rank]
        slot = slots[g]
        for row in range(boxes[g, 1], boxes[g, 3]):
            for tile in range(row * columns + boxes[g, 0], row * columns + boxes[g, 2]):
                place = places[tile]
                places[tile] = place + 1
                entries[place, 0], entries[place, 1] = g, slot
                slot += 1
