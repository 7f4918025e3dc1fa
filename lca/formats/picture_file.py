"""One photograph from a file: known decoders only, size judged before decoding; upright, sRGB, at most 2048 px a side."""

import struct
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import numpy as np
import torch
from einops import rearrange
from jaxtyping import Float
from PIL import (
    AvifImagePlugin,
    BmpImagePlugin,
    GifImagePlugin,
    Image,
    ImageOps,
    JpegImagePlugin,
    PngImagePlugin,
    TiffImagePlugin,
)
from PIL import WebPImagePlugin as WebpImagePlugin
from torch import Tensor

from lca.errors import UserError
from lca.formats.colours import to_srgb, with_eight_bits
from lca.formats.focal import focal_pixels

SMALLEST_SIDE = 64
LARGEST_SIDE = 2048
MOST_PIXELS = 100_000_000
"""Of a picture that has to be decoded whole; scaling it takes 8 bytes a pixel where it has a transparent background."""
MOST_PIXELS_DEEP = 60_000_000
"""Of greys of 16 bits and more, which become floats on the way, and of pictures whose decoders keep them twice."""
MOST_PIXELS_JPEG = 600_000_000
"""A JPEG is scaled while it is decoded, unless it comes in several passes."""
MOST_LONG = 32
"""Times its shorter side that the longer side of a photo of a person may be."""
WORTH_SAYING = 90_000_000
"""Pixels from which scaling at reading is said."""
SUFFIXES = (".jpg", ".jpeg", ".png", ".webp", ".bmp", ".gif", ".tif", ".tiff", ".avif", ".heic", ".heif")
HEIF_SUFFIXES = (".heic", ".heif")
HEIF_BRANDS = (b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1")
FILMS = (b"isom", b"iso2", b"mp41", b"mp42", b"qt  ", b"M4V ", b"avc1", b"3gp4", b"3gp5")
DECODING = (
    *(
        OSError,
        EOFError,
        SyntaxError,
        ValueError,
        TypeError,
        LookupError,
        AttributeError,
        AssertionError,
        ArithmeticError,
    ),
    *(RuntimeError, MemoryError, struct.error, zlib.error, Image.DecompressionBombError),
)
"""What Pillow's decoders raise for damaged files, each its own kind."""
NO_HEIF = "HEIC pictures need the package pi-heif: `pip install pi-heif`, or convert it to JPEG"


@dataclass(frozen=True)
class Picture:
    """One photograph as read: sRGB in [0, 1], upright; `alpha` where the file has a transparent background."""

    name: str
    image: Float[Tensor, "3 height width"]
    alpha: Float[Tensor, "1 height width"] | None
    focal: float | None = None
    """Focal length in pixels of `image`, where the camera wrote one and the picture was not cropped since."""
    notes: tuple[str, ...] = ()
    """What was done to the picture at reading that a user may want to know, in words."""


def read_picture(path: str | Path) -> Picture:
    """Read one photograph: EXIF orientation and colour profile applied, alpha kept if it hides anything.

    Raises:
        UserError: the file is missing, not a picture, truncated, too large, smaller than 64 px, or a strip.
    """
    path = Path(path)
    if not path.is_file():
        raise UserError(f"expected a photo, got no such file: {path}; check the path")
    try:
        with path.open("rb") as file:
            several = _in_several_passes(file)
            with _opened(file, path) as picture:
                _judge(picture, several, path)
                return _read(picture, path)
    except DECODING as error:
        if isinstance(error, UserError):
            raise
        raise UserError(
            f"expected a whole photo, got a damaged or truncated file: {path} ({error}); copy it again"
        ) from error


def heif_reader() -> Callable[[BinaryIO], Image.Image] | None:
    """What opens HEIC files, where its package is installed."""
    try:
        from pi_heif import HeifImageFile
    except ImportError:
        return None
    return HeifImageFile


def _opened(file: BinaryIO, path: Path) -> Image.Image:
    """The header of a picture, by the one decoder that its first bytes ask for; nothing is decoded yet."""
    start = file.read(16)
    file.seek(0)
    kind = _kind(start)
    if kind == "HEIF":
        reader = heif_reader()
        if reader is None:
            raise UserError(f"expected a photo that can be read, got {path}: {NO_HEIF}")
        return reader(file)
    if kind == "film":
        raise UserError(
            f"expected a photo, got a film: {path}; give it among the photos of `lca create`, ending in .mp4"
        )
    if kind is None:
        raise UserError(f"expected a JPEG, PNG or WebP photo, got something else: {path}; convert it to JPEG")
    return READERS[kind](file)


READERS: dict[str, Callable[[BinaryIO], Image.Image]] = {
    "JPEG": JpegImagePlugin.jpeg_factory,
    "PNG": PngImagePlugin.PngImageFile,
    "WEBP": WebpImagePlugin.WebPImageFile,
    "BMP": BmpImagePlugin.BmpImageFile,
    "GIF": GifImagePlugin.GifImageFile,
    "TIFF": TiffImagePlugin.TiffImageFile,
    "AVIF": AvifImagePlugin.AvifImageFile,
}


def _kind(start: bytes) -> str | None:
    """The format that the first bytes of a file belong to."""
    if start[4:8] == b"ftyp":
        brand = start[8:12]
        return (
            "AVIF"
            if brand in (b"avif", b"avis")
            else "HEIF"
            if brand in HEIF_BRANDS
            else "film"
            if brand in FILMS
            else None
        )
    if start[:4] == b"RIFF":
        return "WEBP" if start[8:12] == b"WEBP" else None
    signs = {"JPEG": (b"\xff\xd8\xff",), "PNG": (b"\x89PNG\r\n\x1a\n",), "BMP": (b"BM",), "TIFF": (b"II*\0", b"MM\0*")}
    signs |= {"GIF": (b"GIF87a", b"GIF89a")}
    return next((kind for kind, firsts in signs.items() if start.startswith(firsts)), None)


def _in_several_passes(file: BinaryIO) -> bool:
    """Whether a JPEG is progressive, or has a pass for each colour: then its decoder keeps all of it, however small it is scaled.

    Leaves the file at its start. What is no JPEG, or cannot be followed to its first pass, counts as one of several.
    """
    file.seek(2)
    colours, marker, head = b"", 0, b"\xff"
    while head[:1] == b"\xff" and marker != 0xDA:
        head = file.read(4)
        marker, length = head[1] if len(head) == 4 else 0xDA, int.from_bytes(head[2:], "big") - 2
        content = file.read(max(length, 0))
        if marker in (0xC0, 0xC1):
            colours = content[5:6]
    file.seek(0)
    return not (colours and content[:1] == colours)


def _judge(picture: Image.Image, several_passes: bool, path: Path) -> None:
    """Size and shape, from the header alone.

    Raises:
        UserError: a photo of a person has another shape, or it would need too much memory.
    """
    width, height = picture.size
    if min(width, height) < SMALLEST_SIDE:
        raise UserError(
            f"expected a photo of at least {SMALLEST_SIDE} px a side, got {min(width, height)} px: {path}; use a larger one"
        )
    if max(width, height) > MOST_LONG * min(width, height):
        raise UserError(f"expected a photo of a person, got a strip of {width} x {height} pixels: {path}; cut it")
    deep = picture.mode[0] in "IF" or picture.format in ("WEBP", "AVIF", "HEIF")
    most = MOST_PIXELS_DEEP if deep else MOST_PIXELS
    if picture.format in ("JPEG", "MPO") and not several_passes:
        most = MOST_PIXELS_JPEG
    if width * height > most:
        raise UserError(
            f"expected a photo of at most {most // 10**6} million pixels, got {width} x {height}: {path}; scale it down"
        )


def _read(picture: Image.Image, path: Path) -> Picture:
    """Decode, scale, turn upright, convert."""
    width, height = picture.size
    notes = [f"scaled at reading, from {width} x {height}"] if width * height > WORTH_SAYING else []
    share = LARGEST_SIDE / max(width, height)
    if picture.format in ("JPEG", "MPO") and share < 1:
        picture.draft(None, (int(width * share), int(height * share)))
    picture.load()  # before `thumbnail`, which would ask for another draft
    small = with_eight_bits(picture)
    small.thumbnail((LARGEST_SIDE, LARGEST_SIDE), Image.Resampling.LANCZOS, reducing_gap=3.0)
    exif = picture.getexif()
    ImageOps.exif_transpose(small, in_place=True)
    colours, alpha, said = to_srgb(small)
    focal = focal_pixels(exif, (width, height), small.size)
    return Picture(path.name, _plane(colours), None if alpha is None else _plane(alpha), focal, (*notes, *said))


def _plane(picture: Image.Image) -> Float[Tensor, "channels height width"]:
    """8-bit pixels -> [0, 1], channels first."""
    pixels = np.array(picture)
    return rearrange(torch.from_numpy(pixels.reshape(*pixels.shape[:2], -1)), "h w c -> c h w").float() / 255
