"""A contact sheet of captures: photos, masks, canonical maps and face crops side by side."""

from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
from jaxtyping import UInt8
from numpy import ndarray
from PIL import Image, ImageDraw

from lca.errors import UserError
from lca.formats.atomic import writing
from lca.formats.captures import CANONICAL_REACH, canonical_points, decoded
from lca.formats.shards import shard_paths

TILE = 192


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

    Raises:
        UserError: the folder is not a whole folder of captures (see `lca.formats.shards`), or nothing is asked for.
    """
    if captures < 1 or frames < 1:
        raise UserError(f"expected at least one capture and one frame, got {captures} and {frames}: raise them")
    rows: list[dict] = []
    for path in shard_paths(folder, split):
        rows += pq.read_table(path).slice(0, captures - len(rows)).to_pylist()
        if len(rows) >= captures:
            break
    frames = min(frames, *[len(row["image"]) for row in rows]) if rows else frames
    chosen = list(range(frames))
    drawn = [strip(rows[0], chosen), *[photos_strip(row, chosen) for row in rows[1:]]]
    with writing(out) as path:
        Image.fromarray(np.concatenate(drawn, 0)).save(path, format="PNG")
    return Path(out)
