"""The text of a BVH file a piece at a time: a long motion is never held as words."""

import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TextIO

import numpy as np
from jaxtyping import Float64
from numpy import ndarray

from lca.formats.motion_file import checked

PIECE = 2**19
"""Characters that are looked at in one go."""
LONGEST_HEAD = 2**22
"""Characters of a hierarchy; a thousand joints have a twentieth of it."""
DECIMAL_COMMA, DECIMAL_POINT = re.compile(r"(?<=\d),(?=\d)"), re.compile(r"\d\.\d")


def hierarchy_of(file: TextIO) -> str | None:
    """What comes before the line MOTION, which is read too; None if there is no such line."""
    lines, size = [], 0
    while size < LONGEST_HEAD and (line := file.readline(PIECE)):
        if line.strip() == "MOTION":
            return "".join(lines)
        lines.append(line)
        size += len(line)
    return None


def pieces_of(file: TextIO) -> Iterator[str]:
    """The rest of a file, cut where there is white space."""
    rest = ""
    while piece := file.read(PIECE):
        text, rest = rest + piece, ""
        if not text[-1].isspace():
            *before, last = text.rsplit(maxsplit=1)
            if len(last) < PIECE:  # what is longer is no number
                text, rest = " ".join(before), last
        yield text
    yield rest


def has_decimal_commas(text: str) -> bool:
    """Whether commas stand where other files have points."""
    return DECIMAL_COMMA.search(text) is not None and DECIMAL_POINT.search(text) is None


def with_points(text: str) -> str:
    """Decimal commas -> points."""
    return DECIMAL_COMMA.sub(".", text)


def numbers_of(pieces: Iterable[str], most: int, whole: bool, path: Path) -> tuple[Float64[ndarray, " numbers"], int]:
    """The first `most` numbers, and how many there are: all if `whole`, else as many as were looked at.

    Raises:
        UserError: something else than a finite number among them.
    """
    found, count = [], 0
    for piece in pieces:
        words = piece.split()
        if count < most:
            found.append(checked(words[: most - count], "the motion", path).numpy())
        count += len(words)
        if count >= most and not whole:
            break
    return np.concatenate(found) if found else np.zeros(0), count
