"""Contact sheets: rows of pictures with a title each, as one PNG."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from jaxtyping import Float
from PIL import Image, ImageDraw
from torch import Tensor

from lca.formats.atomic import writing
from lca.formats.video import to_bytes

TITLE_HEIGHT = 18
GAP = 4


@dataclass(frozen=True)
class Row:
    """Pictures side by side, sRGB in [0, 1], any sizes; each is fitted into a square cell."""

    title: str
    images: Sequence[Float[Tensor, "3 _ _"]]


def contact_sheet(rows: Sequence[Row], cell: int = 256) -> Image.Image:
    """Compose the rows, one below the other, on white; `cell` is the side of a picture in pixels."""
    columns = max(len(row.images) for row in rows)
    width, height = columns * (cell + GAP) + GAP, len(rows) * (cell + TITLE_HEIGHT) + GAP
    sheet = Image.new("RGB", (width, height), "white")
    draw = ImageDraw.Draw(sheet)
    for number, row in enumerate(rows):
        top = number * (cell + TITLE_HEIGHT)
        draw.text((GAP, top + 3), row.title, fill="black")
        for column, image in enumerate(row.images):
            picture = Image.fromarray(to_bytes(image))
            scale = cell / max(picture.size)
            fitted = tuple(max(1, round(side * scale)) for side in picture.size)
            picture = picture.resize(fitted, Image.Resampling.LANCZOS)
            left = GAP + column * (cell + GAP)
            sheet.paste(picture, (left + (cell - fitted[0]) // 2, top + TITLE_HEIGHT + (cell - fitted[1]) // 2))
    return sheet


def write_picture(path: str | Path, picture: Image.Image | np.ndarray) -> None:
    """Write a PNG, whole or not at all."""
    image = picture if isinstance(picture, Image.Image) else Image.fromarray(picture)
    with writing(path) as temporary:
        image.save(temporary, "PNG", optimize=True)
