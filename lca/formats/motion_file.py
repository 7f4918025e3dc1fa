"""What a reader of motion files returns: the motion, and what the file did and did not say."""

import codecs
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor

from lca.errors import UserError
from lca.geometry.axes import UPRIGHT
from lca.geometry.motion import Motion

CHANNELS = {
    "root": "the person stands upright",
    "translation": "the person stays in place",
    "body": "the body is at rest",
    "left hand": "its fingers are straight",
    "right hand": "its fingers are straight",
    "jaw": "the mouth is shut",
    "face": "the other facial actions are 0",
    "gaze": "the eyes look ahead",
}
"""Channels that move an avatar -> what it does where a file lacks one. "face" is all 52 actions, the jaw's among them."""
LARGEST = 1e6
"""No angle, length or weight of a motion is larger: what is, is damage."""
LARGEST_TEXT = 2**26
"""Bytes of a .csv or .json; the largest we know of have a third of it."""
RATES = (1.0, 1000.0)
"""Frames per second that a file may have."""


@dataclass(frozen=True)
class Conventions:
    """What a file does not say about itself. None: as its layout has it, which every reader states.

    `up`: the axis that points up, "y", "z", "-y" (an OpenCV camera's frame) or "-z". `flat_hand_mean`: fingers are turned
    from a flat hand (True) or from SMPL-X's mean hand (False). `hand_mean`: that mean hand, left and right, from
    `lca.formats.smplx_fields.read_hand_mean`; None: a loose hand of ours. `fps`: frames per second of the file.
    """

    up: str | None = None
    flat_hand_mean: bool | None = None
    hand_mean: Float[Tensor, "2 45"] | None = None
    fps: float | None = None

    def __post_init__(self) -> None:
        """Raise UserError for an axis or a rate that cannot be."""
        if self.up is not None and self.up not in UPRIGHT:
            raise UserError(f"expected up to be one of {', '.join(UPRIGHT)}, got {self.up!r}: name the upward axis")
        if self.fps is not None:
            check_rate(self.fps, "the conventions")


@dataclass(frozen=True)
class MotionFile:
    """A motion in our conventions, and an account of the file.

    `carried` are keys of CHANNELS. `notes` say in words what was changed, taken for granted or left out. `betas` (shape) and
    `expression` (coefficients per frame, at the motion's rate) are SMPL-X's own: handed on, but an avatar keeps its shape, and
    its face knows no basis of SMPL-X.
    """

    motion: Motion
    layout: str
    carried: tuple[str, ...]
    notes: tuple[str, ...] = ()
    betas: Float[Tensor, " shapes"] | None = None
    expression: Float[Tensor, "frames components"] | None = None

    @property
    def lacking(self) -> tuple[str, ...]:
        """Channels that the file does not carry."""
        return tuple(name for name in CHANNELS if name not in self.carried)

    def lines(self) -> list[str]:
        """The account, for people."""
        head = f"{self.layout}, {len(self.motion)} frames at {self.motion.fps:g} fps; carries {', '.join(self.carried)}"
        return [head, *(f"no {name}: {CHANNELS[name]}" for name in self.lacking), *self.notes]


def in_order(carried: Iterable[str]) -> tuple[str, ...]:
    """Names of channels in the order of CHANNELS."""
    return tuple(name for name in CHANNELS if name in set(carried))


def check_rate(fps: float, where: str | Path) -> float:
    """Return `fps`; UserError unless it is a number within RATES."""
    if not RATES[0] <= fps <= RATES[1]:
        raise UserError(
            f"expected {RATES[0]:g} to {RATES[1]:g} frames per second in {where}, got {fps:g}: set the rate (--motion-fps)"
        )
    return float(fps)


def text_of(path: Path, errors: str = "strict") -> str:
    """What a text file holds.

    Raises:
        UserError: it is larger than a motion.
        UnicodeDecodeError: `errors` is strict, and it is no text.
    """
    with opened(path, LARGEST_TEXT, errors) as file:
        return file.read()


def opened(path: Path, largest: int, errors: str) -> TextIO:
    """A text file to be read: UTF-8 or, where its byte order mark says so, UTF-16.

    Raises:
        UserError: it has more than `largest` bytes.
    """
    size = path.stat().st_size
    if size > largest:
        raise UserError(
            f"expected a motion of at most {largest >> 20} MB of text, got {size >> 20} MB: {path}; cut it into parts"
        )
    with path.open("rb") as file:
        wide = file.read(2) in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
    return path.open(encoding="utf-16" if wide else "utf-8-sig", errors=errors)


def checked(values: object, what: str, path: Path) -> Float[Tensor, "..."]:
    """Numbers from a file, in double precision; UserError if they are ragged, no numbers, not finite or absurd."""
    try:
        array = np.asarray(values, np.float64)
    except (TypeError, ValueError, ArithmeticError, RecursionError) as error:
        raise UserError(
            f"expected numbers for {what} in {path}, got something else: export the motion again"
        ) from error
    bad = ~(np.abs(array) <= LARGEST)
    if bad.any():
        first = np.argwhere(bad)[0]
        value = array[tuple(first)]
        place = f" in frame {first[0]}" if array.ndim > 1 else ""
        raise UserError(
            f"expected finite numbers for {what} in {path}, got {value:g}{place}: repair or export it again"
        )
    return torch.from_numpy(np.ascontiguousarray(array))
