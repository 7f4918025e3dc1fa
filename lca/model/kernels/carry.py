"""Pixels share what they show among the Gaussians nearest to their point; and the gradients of that.

A pixel reads its maps, which have half its picture's size, between four places (`tap`). Channels of the maps: canonical point
(3), log weight (1), feature. Channels of the sums: colour (3), feature, residual (3), weight (1), all weighted.
"""

import numba
import numpy as np

from lca.kernels.runtime import kernel, part
from lca.model.kernels.nearest import NEIGHBOURS, nearest_anchor, nearest_four

POINT, WEIGHT, FEATURE = 0, 3, 4
"""Where the channels of the maps begin."""


@part
def tap(place, length):
    """A pixel between two places of maps half as large: (the lower, the higher, share of the higher)."""
    low = (place + 1) // 2 - 1
    share = np.float32(0.25) if place % 2 else np.float32(0.75)
    return max(low, 0), min(low + 1, length - 1), share


@part
def read(maps, row, column, values):
    """All channels of the maps of a picture at a pixel."""
    top, bottom, down = tap(row, maps.shape[0])
    left, right, across = tap(column, maps.shape[1])
    one = np.float32(1.0)
    for channel in range(values.size):
        above = (one - across) * maps[top, left, channel] + across * maps[top, right, channel]
        below = (one - across) * maps[bottom, left, channel] + across * maps[bottom, right, channel]
        values[channel] = (one - down) * above + down * below


@part
def shares_of(values, found, points, spacing, shares, residuals):
    """softmax(-d^2 / 2 tau^2) over the found Gaussians; `residuals` from them to the pixel's point."""
    highest = np.float32(-np.inf)
    for k in range(NEIGHBOURS):
        gaussian = found[k]
        square = np.float32(0.0)
        for axis in range(3):
            residual = values[POINT + axis] - points[gaussian, axis]
            residuals[k, axis] = residual
            square += residual * residual
        tau = np.float32(0.5) * spacing[gaussian] + np.float32(0.001)
        shares[k] = -square / (np.float32(2.0) * tau * tau)
        highest = max(highest, shares[k])
    total = np.float32(0.0)
    for k in range(NEIGHBOURS):
        shares[k] = np.exp(shares[k] - highest)
        total += shares[k]
    for k in range(NEIGHBOURS):
        shares[k] /= total


@kernel
def carry_all(threads, firsts, pixels, maps, pictures, cloud, table, found, sums):
    """`pixels` (image, row, column) of person p begin at `firsts[p]`; adds to `sums` (people, gaussians, channels)."""
    anchors, origin, size, shape, counts, members, around, candidates = table
    points, spacing = cloud
    features = maps.shape[3] - FEATURE
    for person in numba.prange(len(firsts) - 1):
        distance, values = np.empty(candidates.shape[1], np.float32), np.empty(maps.shape[3], np.float32)
        shares, residuals = np.empty(NEIGHBOURS, np.float32), np.empty((NEIGHBOURS, 3), np.float32)
        for i in range(firsts[person], firsts[person + 1]):
            image, row, column = pixels[i, 0], pixels[i, 1], pixels[i, 2]
            read(maps[image], row, column, values)
            x, y, z = values[POINT], values[POINT + 1], values[POINT + 2]
            anchor = nearest_anchor(x, y, z, anchors, origin, size, shape, counts, members)
            nearest_four(x, y, z, anchor, around, candidates, distance, found[i])
            shares_of(values, found[i], points, spacing, shares, residuals)
            weight = np.exp(values[WEIGHT])
            for k in range(NEIGHBOURS):
                share, total = shares[k] * weight, sums[person, found[i, k]]
                for channel in range(3):
                    total[channel] += share * pictures[image, channel, row, column]
                    total[3 + features + channel] += share * residuals[k, channel]
                for channel in range(features):
                    total[3 + channel] += share * values[FEATURE + channel]
                total[6 + features] += share


@part
def gradient(values, shares, residuals, weight, found, spacing, colour, given, output):
    """Gradient of a pixel's maps from that of its Gaussians' sums, `given`."""
    features = values.size - FEATURE
    output[:] = np.float32(0.0)
    mean = np.float32(0.0)
    for k in range(NEIGHBOURS):
        above = given[found[k]]
        of_share = above[6 + features]
        for channel in range(3):
            of_share += colour[channel] * above[channel] + residuals[k, channel] * above[3 + features + channel]
        for channel in range(features):
            of_share += values[FEATURE + channel] * above[3 + channel]
            output[FEATURE + channel] += shares[k] * weight * above[3 + channel]
        colour[3 + k] = of_share
        mean += shares[k] * of_share
    output[WEIGHT] = weight * mean
    for k in range(NEIGHBOURS):
        tau = np.float32(0.5) * spacing[found[k]] + np.float32(0.001)
        pull = shares[k] * weight * (colour[3 + k] - mean) / (tau * tau)
        for axis in range(3):
            direct = shares[k] * weight * given[found[k], 3 + features + axis]
            output[POINT + axis] += direct - pull * residuals[k, axis]


@kernel
def carry_back(threads, firsts, views, pixels, maps, pictures, cloud, found, given, outputs):
    """`pixels` of image i begin at `firsts[i]`, `views` images are of one person; adds to `outputs`, shaped like `maps`."""
    points, spacing = cloud
    for image in numba.prange(len(firsts) - 1):
        values, output = np.empty(maps.shape[3], np.float32), np.empty(maps.shape[3], np.float32)
        shares, residuals = np.empty(NEIGHBOURS, np.float32), np.empty((NEIGHBOURS, 3), np.float32)
        colour = np.empty(3 + NEIGHBOURS, np.float32)
        one, target = np.float32(1.0), outputs[image]
        for i in range(firsts[image], firsts[image + 1]):
            row, column = pixels[i, 1], pixels[i, 2]
            read(maps[image], row, column, values)
            shares_of(values, found[i], points, spacing, shares, residuals)
            for channel in range(3):
                colour[channel] = pictures[image, channel, row, column]
            weight = np.exp(values[WEIGHT])
            gradient(values, shares, residuals, weight, found[i], spacing, colour, given[image // views], output)
            top, bottom, down = tap(row, maps.shape[1])
            left, right, across = tap(column, maps.shape[2])
            for channel in range(output.size):
                above, below = (one - down) * output[channel], down * output[channel]
                target[top, left, channel] += (one - across) * above
                target[top, right, channel] += across * above
                target[bottom, left, channel] += (one - across) * below
                target[bottom, right, channel] += across * below
