"""Picture files to planes of numbers: the decoder's own memory is read once, the result is written once.

`decoded` and `canonical_planes` of `lca.formats.captures` give the same in plain numpy; this is for training, which decodes
millions.
"""

import io
from collections.abc import Callable, Sequence
from typing import no_type_check

import numpy as np
import pyarrow as pa
from jaxtyping import Bool, Float32, UInt8, UInt16, UInt32
from numba import njit
from numpy import ndarray
from PIL import Image

from lca.errors import UserError
from lca.formats.captures import CANONICAL_REACH

STEP = 2 * CANONICAL_REACH / 65534
"""Metres of one step of a canonical map."""


def samples(
    coded: bytes, mode: str
) -> UInt8[ndarray, "height width"] | UInt16[ndarray, "height width"] | UInt32[ndarray, "height width"]:
    """The pixels of a picture file where the decoder left them: RGB packed into 32 bits, red lowest; L and I;16 as they are.

    Raises:
        UserError: a picture of another mode.
    """
    picture = Image.open(io.BytesIO(coded), formats=("JPEG",) if mode == "RGB" else ("PNG",))
    if picture.mode != mode:
        raise UserError(f"expected a picture of mode {mode}, got {picture.mode}: build the folder again")
    values = pa.array(picture)
    pixels = (values.values if mode == "RGB" else values).to_numpy()
    pixels = pixels.view({"RGB": np.uint32, "I;16": np.uint16, "L": np.uint8}[mode])
    return pixels.reshape(picture.height, picture.width)


def photo_planes(files: Sequence[bytes]) -> Float32[ndarray, "pictures 3 height width"]:
    """Photos of one size -> sRGB in [0, 1]."""
    return spread(files, "RGB", 3, _spread_photo)


def mask_planes(files: Sequence[bytes]) -> Float32[ndarray, "pictures 1 height width"]:
    """Masks of one size -> coverage in [0, 1]."""
    return spread(files, "L", 1, _spread_mask)


def spread(
    files: Sequence[bytes], mode: str, channels: int, kernel: Callable[[ndarray, ndarray], None]
) -> Float32[ndarray, "pictures {channels} height width"]:
    """Each picture through `kernel` as soon as it is decoded.

    Raises:
        UserError: pictures of several sizes, or of another mode.
    """
    planes = np.empty((len(files), channels, 0, 0), np.float32)
    for place, coded in enumerate(files):
        picture = samples(coded, mode)
        if place == 0:
            planes = np.empty((len(files), channels, *picture.shape), np.float32)
        if picture.shape != planes.shape[2:]:
            raise UserError(f"expected pictures of one size, got {planes.shape[2:]} and {picture.shape} in one capture")
        kernel(picture, planes[place])
    return planes


def point_planes(
    files: Sequence[bytes], side: int
) -> tuple[Float32[ndarray, "pictures 3 {side} {side}"], Bool[ndarray, "pictures 1 {side} {side}"]]:
    """Canonical maps -> points in metres, 0 where there are none, and where there are any."""
    points = np.empty((len(files), 3, side, side), np.float32)
    known = np.empty((len(files), 1, side, side), bool)
    for place, coded in enumerate(files):
        codes = samples(coded, "I;16").reshape(3, side, side)
        _spread_points(codes, np.float32(STEP), np.float32(CANONICAL_REACH + STEP), points[place], known[place, 0])
    return points, known


@njit(cache=True, fastmath=True)
@no_type_check
def _spread_photo(picture, planes):
    unit = np.float32(1 / 255)
    for y in range(picture.shape[0]):
        row, red, green, blue = picture[y], planes[0, y], planes[1, y], planes[2, y]
        for x in range(len(row)):
            red[x] = np.float32(np.int32(row[x] & 255)) * unit
            green[x] = np.float32(np.int32((row[x] >> 8) & 255)) * unit
            blue[x] = np.float32(np.int32((row[x] >> 16) & 255)) * unit


@njit(cache=True, fastmath=True)
@no_type_check
def _spread_mask(picture, planes):
    unit = np.float32(1 / 255)
    for y in range(picture.shape[0]):
        row, cover = picture[y], planes[0, y]
        for x in range(len(row)):
            cover[x] = np.float32(row[x]) * unit


@njit(cache=True, fastmath=True)
@no_type_check
def _spread_points(codes, step, offset, points, known):
    for axis in range(3):
        for y in range(codes.shape[1]):
            row, shown, metres, valid = codes[axis, y], codes[0, y], points[axis, y], known[y]
            for x in range(len(row)):
                inside = shown[x] > 0
                value = np.float32(row[x]) * step - offset
                metres[x] = value if inside else np.float32(0)
                valid[x] = inside
