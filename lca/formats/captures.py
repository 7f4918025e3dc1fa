"""One row of the human world: a capture of one person, and how its pictures are coded.

A row is plain Hugging Face `datasets` data; `lca.data.sample.Capture` turns it into tensors.
"""

import io

import numpy as np
from datasets import Array2D, Array3D, Features, Image, List, Value
from jaxtyping import Bool, Float32, UInt8, UInt16
from numpy import ndarray
from PIL import Image as Pictures

FACE_SIZE = 128
"""Pixels of a face crop; its canonical map has half as many, as the body's."""

RADIANCE_LIGHTS = 32
CANONICAL_REACH = 1.28
"""Metres: the canonical map codes coordinates within +-1.28 in 65,535 steps (0.04 mm); 0 means background."""

PICTURES = ("image", "mask", "canonical", "face", "face_mask", "face_canonical")
SPLITS = ("train", "validation", "test")


def features_with(picture: Image) -> Features:
    """The columns; F is the number of frames of the row."""
    arrays = {
        "camera_from_world": Array3D((None, 4, 4), "float32"),
        "intrinsics": Array3D((None, 3, 3), "float32"),
        "face_intrinsics": Array3D((None, 3, 3), "float32"),
        "theta": Array2D((None, 156), "float32"),
        "translation": Array2D((None, 3), "float32"),
        "actions": Array2D((None, 52), "float32"),
        "psi": Array2D((None, 4), "float32"),
        "tracked_theta": Array2D((None, 156), "float32"),
        "tracked_translation": Array2D((None, 3), "float32"),
        "tracked_camera_from_world": Array3D((None, 4, 4), "float32"),
        "body_box": Array2D((None, 4), "float32"),
        "face_box": Array2D((None, 4), "float32"),
        "radiance": Array3D((None, RADIANCE_LIGHTS, 3), "float32"),
    }
    head = {name: Value("string") for name in ("identity", "stage", "split", "attributes")} | {"seed": Value("int64")}
    shape = {name: List(Value("float32"), length=100) for name in ("betas", "tracked_betas")}
    return Features(head | shape | {name: List(picture) for name in PICTURES} | arrays)


FEATURES = features_with(Image())
ENCODED_FEATURES = features_with(Image(decode=False))
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
    codes: UInt16[ndarray, "height_times_3 width"],
) -> tuple[Float32[ndarray, "3 height width"], Bool[ndarray, "1 height width"]]:
    """Inverse of `canonical_codes`, to half a step, as planes: points in metres (0 for background), and where there are any."""
    planes = codes.reshape(3, -1, codes.shape[1])
    known = planes[:1] > 0
    step = 2 * CANONICAL_REACH / 65534
    points = np.multiply(planes, np.float32(step))
    points -= np.float32(CANONICAL_REACH + step)
    points *= known
    return points, known


def canonical_points(codes: UInt16[ndarray, "height_times_3 width"]) -> Float32[ndarray, "height width 3"]:
    """The same as a picture, NaN for background."""
    points, known = canonical_planes(codes)
    return np.where(known, points, np.float32(np.nan)).transpose(1, 2, 0)


def canonical_bytes(points: Float32[ndarray, "height width 3"]) -> bytes:
    """16-bit PNG of canonical points."""
    return encoded(Pictures.fromarray(canonical_codes(points)), format="PNG", compress_level=3)


def halved(
    points: Float32[ndarray, "height width 3"], agreement: float = 0.04
) -> Float32[ndarray, "half_height half_width 3"]:
    """Canonical points at half the resolution, NaN where three of four pixels are background.

    Of the four pixels, the mean of those within `agreement` metres of the most central one: surfaces are never mixed.
    """
    height, width = points.shape[0] // 2, points.shape[1] // 2
    cells = points[: 2 * height, : 2 * width].reshape(height, 2, width, 2, 3).transpose(0, 2, 1, 3, 4).reshape(-1, 4, 3)
    valid = ~np.isnan(cells[..., 0])
    chosen = valid.sum(1) >= 2
    cells, valid = np.nan_to_num(cells[chosen]), valid[chosen]
    gaps = np.linalg.norm(cells[:, :, None] - cells[:, None], axis=-1)
    cost = np.where(valid, (gaps * valid[:, None]).sum(2), np.inf)
    near = (np.take_along_axis(gaps, cost.argmin(1)[:, None, None], 1)[:, 0] < agreement) & valid
    result = np.full((height * width, 3), np.nan, np.float32)
    result[chosen] = (cells * near[..., None]).sum(1) / near.sum(1, keepdims=True)
    return result.reshape(height, width, 3)


def decoded(coded: bytes) -> UInt8[ndarray, "..."] | UInt16[ndarray, "..."]:
    """Pixels of a picture file as stored."""
    with Pictures.open(io.BytesIO(coded)) as picture:
        return np.asarray(picture)
