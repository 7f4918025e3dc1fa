"""Arrays of numbers and strings from an .npz: no pickles, and what a file declares is judged before it is allocated."""

import math
import struct
import tokenize
import zipfile
import zlib
from collections.abc import Collection
from pathlib import Path

import numpy as np
from numpy import ndarray
from numpy.lib import format as npy

from lca.errors import UserError

DAMAGED = (
    *(
        OSError,
        ValueError,
        EOFError,
        AttributeError,
        TypeError,
        LookupError,
        RuntimeError,
        MemoryError,
        ArithmeticError,
    ),
    *(SyntaxError, tokenize.TokenError, struct.error, zipfile.BadZipFile, zlib.error),
)
"""What readers of zip files, and numpy's of headers, raise for what no writer wrote."""
PLAIN = "fiubU"
"""Kinds of arrays: numbers, and text."""


def read_npz(path: Path, wanted: Collection[str], most: int, what: str) -> dict[str, ndarray]:
    """Those of the `wanted` arrays that the file has, at most `most` bytes in all; messages call the file `what`.

    Raises:
        UserError: no .npz, damaged, pickled, or larger.
    """
    try:
        with path.open("rb") as stream, zipfile.ZipFile(stream) as file:
            members = {info.filename.removesuffix(".npy"): info for info in file.infolist()}
            chosen = {name: info for name, info in members.items() if name in wanted}
            size = sum(info.file_size for info in chosen.values())
            if size > most:
                raise UserError(
                    f"expected {what} of at most {most >> 20} MB, got {size >> 20} MB of arrays: {path}; cut it into parts"
                )
            return {name: _array(file, info) for name, info in chosen.items()}
    except UserError:
        raise
    except DAMAGED as error:
        reason = str(error) or type(error).__name__
        raise UserError(f"expected {what}, got {path} ({reason}): download or export the .npz again") from error


def _array(file: zipfile.ZipFile, info: zipfile.ZipInfo) -> ndarray:
    """One member. Raises: ValueError: it declares more than it holds, or no plain array."""
    with file.open(info) as member:
        reader = {(1, 0): npy.read_array_header_1_0, (2, 0): npy.read_array_header_2_0}[npy.read_magic(member)]
        shape, _, dtype = reader(member)
        if dtype.kind not in PLAIN:
            raise ValueError(f"{info.filename} holds {'pickled objects' if dtype.hasobject else 'no plain numbers'}")
        if math.prod(shape) * dtype.itemsize > info.file_size or min(shape, default=0) < 0:
            raise ValueError(f"{info.filename} declares {shape} of {dtype}, more than it holds")
    with file.open(info) as member:
        return np.asarray(npy.read_array(member, allow_pickle=False))
