"""A contact sheet of captures: photos, masks, canonical maps and face crops side by side."""

from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
from jaxtyping import UInt8
from numpy import ndarray
from PIL import Image, ImageDraw

from lca.errors import UserError
from lca.formats.atomic import writing
from lca.formats.captures import CANONICAL_REACH, canonical_points, decoded
from lca.formats.shards import check_shard, shard_paths

TILE = 192
SHOWN = ("mask", "canonical", "face", "face_canonical", "body_box", "face_box")
"""Columns of a frame, besides its photo."""
ACROSS = 8
"""Tiles in a row of the sheet, if the strips are not longer."""


def tile(pixels: UInt8[ndarray, "height width *channels"]) -> UInt8[ndarray, "192 192 3"]:
    """Any picture as a square RGB tile."""
    return np.asarray(Image.fromarray(pixels).convert("RGB").resize((TILE, TILE), Image.Resampling.LANCZOS))


def boxed(pixels: UInt8[ndarray, "height width 3"], *boxes: list[float]) -> UInt8[ndarray, "height width 3"]:
    """The picture with outlines of boxes x0 y0 x1 y1 in red, green, ..."""
    picture = Image.fromarray(pixels)
    for box, colour in zip(boxes, ("red", "lime"), strict=False):
        ImageDraw.Draw(picture).rectangle([float(v) for v in box], outline=colour)
    return np.asarray(picture)


def canonical_tile(coded: bytes) -> UInt8[ndarray, "192 192 3"]:
    """Canonical coordinates as colours; background black."""
    points = canonical_points(decoded(coded))
    colours = (points / CANONICAL_REACH + 1) / 2 * 255
    return tile(np.nan_to_num(colours).astype(np.uint8))


def strip(row: dict, frames: list[int]) -> UInt8[ndarray, "height width 3"]:
    """One capture: for each frame the photo with its boxes, mask and canonical map, face and its canonical map."""
    columns = []
    for k in frames:
        photo = boxed(decoded(row["image"][k]["bytes"]), row["body_box"][k], row["face_box"][k])
        tiles = [tile(photo), tile(decoded(row["mask"][k]["bytes"])), canonical_tile(row["canonical"][k]["bytes"])]
        tiles += [tile(decoded(row["face"][k]["bytes"])), canonical_tile(row["face_canonical"][k]["bytes"])]
        columns.append(np.concatenate(tiles, 0))
    return np.concatenate(columns, 1)


def photos_strip(row: dict, frames: list[int]) -> UInt8[ndarray, "height width 3"]:
    """One capture in two rows: photos, faces."""
    lines = [[tile(decoded(row[name][k]["bytes"])) for k in frames] for name in ("image", "face")]
    return np.concatenate([np.concatenate(line, 1) for line in lines], 0)


def sheet(folder: str | Path, out: str | Path, split: str = "train", captures: int = 6, frames: int = 8) -> Path:
    """Draw the first captures of a split to `out`: the first of them with all its truth, the others with photos and faces.

    Short strips stand side by side, so that a sheet of many people is not a column.

    Raises:
        UserError: the folder is not a whole folder of captures (see `lca.formats.shards`), or nothing is asked for.
    """
    if captures < 1 or frames < 1:
        raise UserError(f"expected at least one capture and one frame, got {captures} and {frames}: raise them")
    rows = list(islice(rows_of(shard_paths(folder, split)), captures))
    for row in rows:
        short = [name for name in SHOWN if len(row[name]) != len(row["image"])]
        if short:
            raise UserError(f"expected {short[0]} of every frame of {row['identity']}, got some: build it again")
    chosen = list(range(min(frames, *[len(row["image"]) for row in rows])))
    drawn = [strip(rows[0], chosen), *[photos_strip(row, chosen) for row in rows[1:]]]
    with writing(out) as path:
        Image.fromarray(shelved(drawn, max(1, ACROSS // len(chosen)))).save(path, format="PNG")
    return Path(out)


def rows_of(paths: list[Path]) -> Iterator[dict]:
    """The rows of shards, read one by one."""
    for path in paths:
        check_shard(path)
        with pq.ParquetFile(path) as file:
            for group in range(file.num_row_groups):
                yield from file.read_row_group(group).to_pylist()


def shelved(strips: list[UInt8[ndarray, "_ _ 3"]], columns: int) -> UInt8[ndarray, "height width 3"]:
    """Strips of one width in rows of `columns`, black where there is nothing; the first has a row of its own."""
    shelves = [strips[:1], *[strips[k : k + columns] for k in range(1, len(strips), columns)]]
    width = max(map(len, shelves)) * strips[0].shape[1]
    rows = [np.concatenate(shelf, 1) for shelf in shelves]
    return np.concatenate([np.pad(row, ((0, 0), (0, width - row.shape[1]), (0, 0))) for row in rows], 0)
