"""The Gaussians nearest to a point: the nearest anchor among those that its cell allows, then the best of its candidates."""

import numba
import numpy as np

from lca.kernels.runtime import kernel, part

NEIGHBOURS = 4
CHUNK = 1024
"""Points that a thread takes at a time."""


@kernel
def list_anchors(threads, anchors, origin, size, shape, reach, counts, members):
    """For each cell of a grid (edge `size` from `origin`): the anchors that are nearest to some point of it, in their order.

    An anchor can be nearest only if it is at most the cell's diagonal `reach` further from the middle than the nearest one is.
    """
    for cell in numba.prange(len(counts)):
        x = origin[0] + size * (np.float32(cell // (shape[1] * shape[2])) + np.float32(0.5))
        y = origin[1] + size * (np.float32(cell // shape[2] % shape[1]) + np.float32(0.5))
        z = origin[2] + size * (np.float32(cell % shape[2]) + np.float32(0.5))
        distance = np.sqrt((anchors[0] - x) ** 2 + (anchors[1] - y) ** 2 + (anchors[2] - z) ** 2)
        limit, count = distance.min() + reach, 0
        for anchor in range(distance.size):
            if distance[anchor] <= limit:
                if count < members.shape[1]:
                    members[cell, count] = anchor
                count += 1
        counts[cell] = count


@part
def nearest_anchor(x, y, z, anchors, origin, size, shape, counts, members):
    """The anchor nearest to a point; of equally near ones the first. Beyond the grid, and in crowded cells, all are asked."""
    best, found = np.float32(np.inf), 0
    i = np.int64(np.floor((x - origin[0]) / size))
    j = np.int64(np.floor((y - origin[1]) / size))
    k = np.int64(np.floor((z - origin[2]) / size))
    inside = 0 <= i < shape[0] and 0 <= j < shape[1] and 0 <= k < shape[2]
    cell = (i * shape[1] + j) * shape[2] + k if inside else 0
    if inside and counts[cell] <= members.shape[1]:
        for place in range(counts[cell]):
            anchor = members[cell, place]
            distance = (anchors[0, anchor] - x) ** 2 + (anchors[1, anchor] - y) ** 2 + (anchors[2, anchor] - z) ** 2
            if distance < best:
                best, found = distance, anchor
        return found
    for anchor in range(anchors.shape[1]):
        distance = (anchors[0, anchor] - x) ** 2 + (anchors[1, anchor] - y) ** 2 + (anchors[2, anchor] - z) ** 2
        if distance < best:
            best, found = distance, anchor
    return found


@part
def nearest_four(x, y, z, anchor, around, candidates, distance, found):
    """Write the four of an anchor's candidates that are nearest to a point, nearest first; `distance` is scratch memory."""
    first = second = third = fourth = np.float32(np.inf)
    a = b = c = d = 0
    near = around[anchor]
    for place in range(distance.size):
        dx, dy, dz = near[0, place] - x, near[1, place] - y, near[2, place] - z
        distance[place] = dx * dx + dy * dy + dz * dz
    for place in range(distance.size):
        value = distance[place]
        if value < fourth:
            if value < second:
                fourth, d, third, c = third, c, second, b
                if value < first:
                    second, b, first, a = first, a, value, place
                else:
                    second, b = value, place
            elif value < third:
                fourth, d, third, c = third, c, value, place
            else:
                fourth, d = value, place
    of_anchor = candidates[anchor]
    found[0], found[1], found[2], found[3] = of_anchor[a], of_anchor[b], of_anchor[c], of_anchor[d]


@kernel
def nearest_all(threads, points, table, found):
    """The four Gaussians nearest to each point."""
    anchors, origin, size, shape, counts, members, around, candidates = table
    for chunk in numba.prange((len(points) + CHUNK - 1) // CHUNK):
        distance = np.empty(candidates.shape[1], np.float32)
        for i in range(chunk * CHUNK, min((chunk + 1) * CHUNK, len(points))):
            x, y, z = points[i, 0], points[i, 1], points[i, 2]
            anchor = nearest_anchor(x, y, z, anchors, origin, size, shape, counts, members)
            nearest_four(x, y, z, anchor, around, candidates, distance, found[i])
