"""One row of the human world: a capture of one person, its columns, and how its pictures are coded.

`SCHEMA` is the one place that says what is stored. A row is plain Hugging Face `datasets` data; `lca.data.sample.Capture` turns
it into tensors.
"""

import io
from dataclasses import dataclass
from typing import Any

import numpy as np
from datasets import Array2D, Array3D, Features, Image, List, Value
from jaxtyping import Bool, Float32, UInt8, UInt16
from numpy import ndarray
from PIL import Image as Pictures

from lca.errors import UserError
from lca.geometry.directions import RADIANCE_LIGHTS

FACE_SIZE = 128
"""Pixels of a face crop; its canonical map has half as many, as the body's."""

CANONICAL_REACH = 1.28
"""Metres: the canonical map codes coordinates within +-1.28 in 65,535 steps (0.04 mm); 0 means background."""
DEPTH_STEP = 0.00025
"""Metres of one step of a depth map, which ends at 16.4 m; 0 means background."""

CLOTH_RINGS, CLOTH_COLUMNS = 24, 84
"""Vertices of a loose garment: rings from the waistband down, columns round the body, numbered ring by ring."""

SPLITS = ("train", "validation", "test")
PICTURE = Image()


@dataclass(frozen=True)
class Column:
    """A column of the row: its type, whether it is one value per capture or one per frame, and what it says."""

    feature: Any
    per: str
    meaning: str


def numbers(*shape: int) -> Array2D | Array3D:
    """float32 numbers of a fixed shape for each frame."""
    return (Array2D if len(shape) == 1 else Array3D)((None, *shape), "float32")


SCHEMA: dict[str, Column] = {
    "identity": Column(Value("string"), "capture", "name: stage and number"),
    "stage": Column(Value("string"), "capture", "which stage it was taken on"),
    "split": Column(Value("string"), "capture", "train, validation or test"),
    "attributes": Column(Value("string"), "capture", "JSON: what the person looks like and wears"),
    "scene": Column(
        Value("string"), "capture", "JSON: what it does, light, surroundings, lens, shutter, film, occluders"
    ),
    "exact": Column(
        Value("string"), "capture", "JSON: columns that are exact truth; tracked_* not named here are estimates"
    ),
    "seed": Column(Value("int64"), "capture", "seed of the person"),
    "betas": Column(List(Value("float32"), length=100), "capture", "coefficients of the body's shape, about N(0, 1)"),
    "tracked_betas": Column(List(Value("float32"), length=100), "capture", "as a tracker would know them"),
    "image": Column(List(PICTURE), "frame", "photo, S x S, sRGB, JPEG"),
    "mask": Column(List(PICTURE), "frame", "share of the pixel that shows the person, 8-bit PNG"),
    "canonical": Column(
        List(PICTURE), "frame", "where the surface point is on the mean person in the T-pose, 16-bit PNG"
    ),
    "face": Column(List(PICTURE), "frame", "the head: 128 x 128, rendered with its own intrinsics"),
    "face_mask": Column(List(PICTURE), "frame", "as mask"),
    "face_canonical": Column(List(PICTURE), "frame", "as canonical"),
    "depth": Column(List(PICTURE), "frame", "z of the camera at half size, 16-bit PNG; no pictures where not promised"),
    "normals": Column(List(PICTURE), "frame", "world axes at half size, 8-bit PNG; no pictures where not promised"),
    "time": Column(List(Value("float32")), "frame", "seconds since the capture began"),
    "camera_index": Column(List(Value("int32")), "frame", "which camera of the stage"),
    "camera_from_world": Column(numbers(4, 4), "frame", "metres, OpenCV axes; photo and face share it"),
    "intrinsics": Column(numbers(3, 3), "frame", "pixels of image"),
    "face_intrinsics": Column(numbers(3, 3), "frame", "pixels of face"),
    "theta": Column(numbers(156), "frame", "joint angles, axis-angle, radians"),
    "translation": Column(numbers(3), "frame", "metres"),
    "actions": Column(numbers(52), "frame", "facial actions in [0, 1]"),
    "psi": Column(numbers(4), "frame", "gaze: left yaw, left pitch, right yaw, right pitch, radians"),
    "tracked_theta": Column(numbers(156), "frame", "theta as a tracker would know it"),
    "tracked_translation": Column(numbers(3), "frame", "translation as a tracker would know it"),
    "tracked_camera_from_world": Column(numbers(4, 4), "frame", "camera_from_world as a tracker would know it"),
    "tracked_confidence": Column(
        List(Value("float32")), "frame", "what the tracker thinks of itself, 0 lost to 1 sure"
    ),
    "body_box": Column(numbers(4), "frame", "x0 y0 x1 y1 in pixels of image, tight round the mask"),
    "face_box": Column(numbers(4), "frame", "the square of face in pixels of image; may reach beyond it"),
    "radiance": Column(
        numbers(RADIANCE_LIGHTS, 3), "frame", "linear RGB of the environment in fixed directions, no lamp"
    ),
    "lamp_direction": Column(numbers(3), "frame", "unit vector to the one lamp (the sun, a bulb), 0 if there is none"),
    "lamp_colour": Column(numbers(3), "frame", "linear RGB that the lamp adds to a white matte surface facing it"),
    "cloth_simulated": Column(
        numbers(CLOTH_RINGS * CLOTH_COLUMNS, 3),
        "frame",
        "the loose garment's vertices as physics has them, metres, world; no frames where there is none",
    ),
    "cloth_skinned": Column(
        numbers(CLOTH_RINGS * CLOTH_COLUMNS, 3), "frame", "the same as skinning alone would have them"
    ),
}
"""Everything that a capture stores, in this order."""

CLOTH = ("cloth_simulated", "cloth_skinned")
PICTURES = tuple(name for name, column in SCHEMA.items() if column.feature == List(PICTURE))
FEATURES = Features({name: column.feature for name, column in SCHEMA.items()})
ENCODED_FEATURES = Features(
    {name: List(Image(decode=False)) if name in PICTURES else feature for name, feature in FEATURES.items()}
)
"""The same columns with pictures left as the bytes of their files: decode only what is needed."""


def encoded(picture: Pictures.Image, **options) -> bytes:
    """The bytes of a picture file."""
    buffer = io.BytesIO()
    picture.save(buffer, **options)
    return buffer.getvalue()


def photo_bytes(image: Float32[ndarray, "height width 3"], quality: int) -> bytes:
    """JPEG of an sRGB picture in [0, 1]."""
    pixels = (np.clip(image, 0, 1) * 255 + 0.5).astype(np.uint8)
    return encoded(Pictures.fromarray(pixels), format="JPEG", quality=quality, subsampling=0 if quality >= 93 else 2)


def mask_bytes(mask: Float32[ndarray, "height width"]) -> bytes:
    """8-bit PNG of coverage in [0, 1]."""
    pixels = (np.clip(mask, 0, 1) * 255 + 0.5).astype(np.uint8)
    return encoded(Pictures.fromarray(pixels), format="PNG", compress_level=3)


def canonical_codes(points: Float32[ndarray, "height width 3"]) -> UInt16[ndarray, "height_times_3 width"]:
    """Canonical points in metres, NaN for background -> codes, the planes x, y, z one under the other."""
    scaled = (np.clip(points, -CANONICAL_REACH, CANONICAL_REACH) + CANONICAL_REACH) / (2 * CANONICAL_REACH)
    codes = np.where(np.isnan(points), 0, np.round(np.nan_to_num(scaled) * 65534) + 1)
    return np.concatenate(list(codes.transpose(2, 0, 1)), 0).astype(np.uint16)


def canonical_planes(
    codes: UInt16[ndarray, "*frames 3 height width"],
) -> tuple[Float32[ndarray, "*frames 3 height width"], Bool[ndarray, "*frames 1 height width"]]:
    """Inverse of `canonical_codes`, to half a step, as planes: points in metres (0 for background), and where there are any."""
    known = canonical_known(codes)
    step = 2 * CANONICAL_REACH / 65534
    points = np.multiply(codes, np.float32(step))
    points -= np.float32(CANONICAL_REACH + step)
    points *= known
    return points, known


def canonical_known(codes: UInt16[ndarray, "*frames 3 height width"]) -> Bool[ndarray, "*frames 1 height width"]:
    """Where there are points."""
    return codes[..., :1, :, :] > 0


def canonical_points(codes: UInt16[ndarray, "height_times_3 width"]) -> Float32[ndarray, "height width 3"]:
    """The same as a picture, NaN for background."""
    points, known = canonical_planes(codes.reshape(3, -1, codes.shape[1]))
    return np.where(known, points, np.float32(np.nan)).transpose(1, 2, 0)


def canonical_bytes(points: Float32[ndarray, "height width 3"]) -> bytes:
    """16-bit PNG of canonical points."""
    return encoded(Pictures.fromarray(canonical_codes(points)), format="PNG", compress_level=3)


def depth_bytes(depth: Float32[ndarray, "height width"]) -> bytes:
    """16-bit PNG of depths in metres; 0 or NaN: background."""
    codes = np.clip(np.round(np.nan_to_num(depth) / DEPTH_STEP), 0, 65535).astype(np.uint16)
    return encoded(Pictures.fromarray(codes), format="PNG", compress_level=3)


def depth_metres(codes: UInt16[ndarray, "height width"]) -> Float32[ndarray, "height width"]:
    """Inverse of `depth_bytes`, to half a step; 0 where the background is."""
    return codes.astype(np.float32) * np.float32(DEPTH_STEP)


def normal_bytes(normals: Float32[ndarray, "height width 3"]) -> bytes:
    """8-bit PNG of unit normals; NaN: background, coded as black."""
    codes = np.where(np.isnan(normals), 0, np.round(np.nan_to_num(normals) * 127) + 128).astype(np.uint8)
    return encoded(Pictures.fromarray(codes), format="PNG", compress_level=3)


def unit_normals(codes: UInt8[ndarray, "height width 3"]) -> Float32[ndarray, "height width 3"]:
    """Inverse of `normal_bytes`, to a third of a degree; 0 where the background is."""
    normals = (codes.astype(np.float32) - 128) / 127
    normals /= np.maximum(np.linalg.norm(normals, axis=-1, keepdims=True), 1e-9)
    return np.where(codes.any(-1, keepdims=True), normals, 0).astype(np.float32)


def halved(
    points: Float32[ndarray, "height width 3"],
    maps: Float32[ndarray, "height width channels"] | None = None,
    agreement: float = 0.04,
) -> Float32[ndarray, "half_height half_width channels"]:
    """Canonical points, or `maps` that go with them, at half the resolution; NaN where three of four pixels are background.

    Of the four pixels, the mean of those whose points are within `agreement` metres of the most central one: surfaces are never
    mixed.
    """
    values = points if maps is None else maps
    height, width = points.shape[0] // 2, points.shape[1] // 2
    cells, contents = [
        grid[: 2 * height, : 2 * width]
        .reshape(height, 2, width, 2, -1)
        .transpose(0, 2, 1, 3, 4)
        .reshape(height * width, 4, -1)
        for grid in (points, values)
    ]
    valid = ~np.isnan(cells[..., 0])
    chosen = valid.sum(1) >= 2
    cells, contents, valid = np.nan_to_num(cells[chosen]), np.nan_to_num(contents[chosen]), valid[chosen]
    gaps = np.linalg.norm(cells[:, :, None] - cells[:, None], axis=-1)
    cost = np.where(valid, (gaps * valid[:, None]).sum(2), np.inf)
    near = (np.take_along_axis(gaps, cost.argmin(1)[:, None, None], 1)[:, 0] < agreement) & valid
    result = np.full((height * width, values.shape[-1]), np.nan, np.float32)
    result[chosen] = (contents * near[..., None]).sum(1) / near.sum(1, keepdims=True)
    return result.reshape(height, width, -1)


def decoded(coded: bytes) -> UInt8[ndarray, "..."] | UInt16[ndarray, "..."]:
    """Pixels of a picture file as stored. Raises: UserError: it is damaged, or neither JPEG nor PNG."""
    try:
        with Pictures.open(io.BytesIO(coded), formats=("JPEG", "PNG")) as picture:
            return np.asarray(picture)
    except (OSError, SyntaxError, ValueError, Pictures.DecompressionBombError) as error:
        raise UserError(f"expected a picture of a capture, got a damaged file ({error}): build it again") from error
