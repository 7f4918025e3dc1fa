"""Picture files to planes of whole numbers: the decoder's own memory is read once, the result is written once.

`decoded` of `lca.formats.captures` gives the same in plain numpy; this is for training, which decodes millions.
"""

import io
from collections.abc import Callable, Sequence
from typing import no_type_check

import numpy as np
import pyarrow as pa
from jaxtyping import UInt8, UInt16, UInt32
from numba import njit
from numpy import ndarray
from PIL.JpegImagePlugin import JpegImageFile
from PIL.PngImagePlugin import PngImageFile

from lca.errors import UserError

READERS = {"RGB": (JpegImageFile, np.uint32), "I;16": (PngImageFile, np.uint16), "L": (PngImageFile, np.uint8)}
"""Mode -> Pillow's reader, called without asking every format first, and how a pixel lies in memory."""


def samples(
    coded: bytes, mode: str
) -> UInt8[ndarray, "height width"] | UInt16[ndarray, "height width"] | UInt32[ndarray, "height width"]:
    """The pixels of a picture file where the decoder left them: RGB packed into 32 bits, red lowest; L and I;16 as they are.

    Raises:
        UserError: a damaged picture, or one of another mode.
    """
    reader, dtype = READERS[mode]
    try:
        picture = reader(io.BytesIO(coded))
        if picture.mode != mode:
            raise UserError(f"expected a picture of mode {mode}, got {picture.mode}: build the folder again")
        values = pa.array(picture)
    except (OSError, SyntaxError) as error:
        raise UserError(
            f"expected a {reader.format} file, got a damaged one ({error}): build the folder again"
        ) from error
    pixels = (values.values if mode == "RGB" else values).to_numpy()
    return pixels.view(dtype).reshape(picture.height, picture.width)


def photo_planes(files: Sequence[bytes]) -> UInt8[ndarray, "pictures 3 height width"]:
    """Photos of one size -> sRGB, 255 is 1."""
    return planes(files, "RGB", 3, np.uint8, _split_photo)


def mask_planes(files: Sequence[bytes]) -> UInt8[ndarray, "pictures 1 height width"]:
    """Masks of one size -> coverage, 255 is 1."""
    return planes(files, "L", 1, np.uint8, _copy)


def code_planes(files: Sequence[bytes], side: int) -> UInt16[ndarray, "pictures 3 {side} {side}"]:
    """Canonical maps as they are coded, see `lca.formats.captures.canonical_planes`.

    Raises:
        UserError: as `planes`; maps of another side.
    """
    coded = planes(files, "I;16", 1, np.uint16, _copy)
    if len(files) and coded.shape[2:] != (3 * side, side):
        raise UserError(
            f"expected canonical maps of {3 * side} x {side} pixels, half the side of their pictures, got "
            f"{coded.shape[2]} x {coded.shape[3]}: build the folder again"
        )
    return coded.reshape(len(files), 3, side, side)


def planes(
    files: Sequence[bytes], mode: str, channels: int, dtype: type, put: Callable[[ndarray, ndarray], None]
) -> ndarray:
    """Each picture is `put` into its planes, of (pictures, channels, height, width), as soon as it is decoded.

    Raises:
        UserError: pictures of several sizes, or of another mode.
    """
    whole = np.empty((len(files), channels, 0, 0), dtype)
    for place, coded in enumerate(files):
        picture = samples(coded, mode)
        if place == 0:
            whole = np.empty((len(files), channels, *picture.shape), dtype)
        if picture.shape != whole.shape[2:]:
            raise UserError(f"expected pictures of one size, got {whole.shape[2:]} and {picture.shape} in one capture")
        put(picture, whole[place])
    return whole


def _copy(picture: ndarray, plane: ndarray) -> None:
    plane[0] = picture


@njit(cache=True)
@no_type_check
def _split_photo(picture, planes):
    for y in range(picture.shape[0]):
        row, red, green, blue = picture[y], planes[0, y], planes[1, y], planes[2, y]
        for x in range(len(row)):
            red[x] = row[x] & 255
            green[x] = (row[x] >> 8) & 255
            blue[x] = (row[x] >> 16) & 255
