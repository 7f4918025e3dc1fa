"""The picture columns of a row of captures, decoded: the chosen frames as whole numbers."""

from collections.abc import Mapping, Sequence
from typing import Any

import torch
from jaxtyping import UInt8, UInt16
from torch import Tensor

from lca.errors import UserError
from lca.formats.pixels import code_planes, mask_planes, photo_planes


def coded(picture: Any) -> bytes:
    """The bytes of a picture left coded."""
    if not isinstance(picture, Mapping) or not picture.get("bytes"):
        raise UserError(f"expected a coded picture, got {type(picture).__name__}: read rows through `load_world`")
    return picture["bytes"]


def photos(column: Sequence[Any], chosen: Sequence[int]) -> UInt8[Tensor, "frames 3 height width"]:
    """JPEG files -> sRGB, 255 is 1."""
    return torch.from_numpy(photo_planes([coded(column[k]) for k in chosen]))


def masks(column: Sequence[Any], chosen: Sequence[int]) -> UInt8[Tensor, "frames 1 height width"]:
    """PNG files -> coverage, 255 is 1."""
    return torch.from_numpy(mask_planes([coded(column[k]) for k in chosen]))


def codes_of(column: Sequence[Any], chosen: Sequence[int], side: int) -> UInt16[Tensor, "frames 3 {side} {side}"]:
    """16-bit PNG files -> the codes of `lca.formats.captures`, 0 where there is no point.

    A column without files says that the points are not known, or not wanted: there are none then.
    """
    if len(column) == 0:
        return torch.zeros(1, 1, 1, 1, dtype=torch.uint16).expand(len(chosen), 3, side, side)
    return torch.from_numpy(code_planes([coded(column[k]) for k in chosen], side))
