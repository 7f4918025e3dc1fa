"""Training squares: masked pictures cut out over grey, fast.

The same filter as `lca.formats.photos.crop_square` (a triangle as wide as the larger of one source and one target pixel), but
only the two or three taps that are not zero are computed, and masking, cutting and grey background are one pass.
"""

import math
from typing import no_type_check

import numpy as np
from jaxtyping import Float32, UInt8
from numba import njit
from numpy import ndarray

UNIT = np.float32(1 / 255)


def cut_squares(
    image: UInt8[ndarray, "frames 3 height width"],
    mask: UInt8[ndarray, "frames 1 height width"],
    boxes: Float32[ndarray, "frames 4"],
    size: int,
    grey: float,
) -> tuple[Float32[ndarray, "frames 3 {size} {size}"], Float32[ndarray, "frames 1 {size} {size}"]]:
    """Square `boxes` (x0 y0 x1 y1 in pixels, edges not centres) of masked pictures over `grey`, and their masks.

    sRGB and coverage: 255 is 1 in what is cut, 1 is 1 in what comes back. A box may exceed the picture, outside the mask is 0.
    """
    frames = len(image)
    colour, cover = (np.empty((frames, channels, size, size), np.float32) for channels in (3, 1))
    for frame in range(frames):
        x0, y0, x1, y1 = (float(edge) for edge in boxes[frame])
        across, down = taps(x0, x1, image.shape[3], size), taps(y0, y1, image.shape[2], size)
        _cut(image[frame], mask[frame, 0], *across, *down, np.float32(grey), colour[frame], cover[frame, 0])
    return colour, cover


@njit(cache=True)
@no_type_check
def taps(start, stop, source, target):
    """First source pixel (target,) and weights (target, taps) of each target pixel; weights outside the source are 0."""
    step = (stop - start) / target
    radius = max(step, 1.0)
    count = int(math.ceil(2 * radius)) + 1
    first, weights = np.empty(target, np.int64), np.zeros((target, count), np.float32)
    for i in range(target):
        centre = start + (i + 0.5) * step
        first[i] = int(math.floor(centre - radius - 0.5)) + 1
        total = 0.0
        for k in range(count):
            weight = max(1 - abs(first[i] + k + 0.5 - centre) / radius, 0.0)
            total += weight
            if 0 <= first[i] + k < source:
                weights[i, k] = weight
        for k in range(count):
            weights[i, k] /= total
    return first, weights


@njit(cache=True, fastmath=True)
@no_type_check
def _cut(image, mask, first_x, weights_x, first_y, weights_y, grey, colour, cover):
    size, width = len(first_y), image.shape[2]
    row = np.empty((4, width), np.float32)
    for y in range(size):
        row[:] = 0
        for k in range(weights_y.shape[1]):
            weight = weights_y[y, k]
            if weight > 0:
                _add_row(image, mask, first_y[y] + k, weight, row)
        for x in range(size):
            red, green, blue, alpha = np.float32(0), np.float32(0), np.float32(0), np.float32(0)
            for k in range(weights_x.shape[1]):
                weight = weights_x[x, k]
                if weight > 0:
                    column = first_x[x] + k
                    red += weight * row[0, column]
                    green += weight * row[1, column]
                    blue += weight * row[2, column]
                    alpha += weight * row[3, column]
            behind = grey * (1 - alpha)
            colour[0, y, x] = red * UNIT + behind
            colour[1, y, x] = green * UNIT + behind
            colour[2, y, x] = blue * UNIT + behind
            cover[y, x] = alpha


@njit(cache=True, fastmath=True)
@no_type_check
def _add_row(image, mask, y, weight, row):
    for x in range(image.shape[2]):
        share = weight * UNIT * np.float32(mask[y, x])
        row[0, x] += share * np.float32(image[0, y, x])
        row[1, x] += share * np.float32(image[1, y, x])
        row[2, x] += share * np.float32(image[2, y, x])
        row[3, x] += share
