"""Damaged photos: every format that is read, and some that are not."""

import io
import struct
import zlib
from pathlib import Path

import numpy as np
from PIL import Image

from lca.formats.picture_file import read_picture
from tests.fuzz.damage import damaged

SIZE = (88, 72)
HEIC = Path(__file__).parents[1] / "formats/ramp.heic"
EPS = b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 100 100\n%%EndComments\n(out) (w) file pop\n%%EOF\n"


def saved(picture, kind, **options):
    buffer = io.BytesIO()
    picture.save(buffer, kind, **options)
    return buffer.getvalue()


def every_kind():
    """Small photos, one of each kind."""
    pixels = (
        np.random.default_rng(0).integers(0, 256, (SIZE[1] // 8, SIZE[0] // 8, 4), np.uint8).repeat(8, 0).repeat(8, 1)
    )
    colour, alpha = Image.fromarray(pixels[..., :3].copy()), Image.fromarray(pixels)
    grey, deep = colour.convert("L"), Image.fromarray(pixels[..., 0].astype(np.uint16) * 257)
    exif = Image.Exif()
    exif.update({0x0112: 6})
    exif.get_ifd(0x8769).update({0xA405: 35, 0xA002: SIZE[0], 0xA003: SIZE[1]})
    kinds = [
        saved(colour, "JPEG", exif=exif),
        saved(colour.convert("CMYK"), "JPEG"),
        saved(grey, "JPEG", progressive=True),
    ]
    kinds += [
        saved(alpha, "PNG"),
        saved(deep, "PNG"),
        saved(colour.convert("P"), "PNG"),
        saved(grey.convert("1"), "PNG"),
    ]
    kinds += [saved(alpha, "WEBP"), saved(colour, "WEBP", quality=50), saved(colour, "BMP"), saved(alpha, "AVIF")]
    kinds += [saved(colour, "TIFF", compression=how) for how in (None, "tiff_lzw", "jpeg")]
    kinds += [saved(deep, "TIFF"), saved(Image.fromarray(pixels[..., 0].astype(np.float32) / 255), "TIFF")]
    kinds += [saved(colour, "GIF"), saved(colour, "GIF", save_all=True, append_images=[grey]), HEIC.read_bytes()]
    return [*kinds, EPS, saved(colour, "PPM"), saved(colour, "ICO"), saved(colour, "PCX"), saved(colour, "JPEG2000")]


def chunk(kind, content):
    """Of a PNG."""
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def declared(rng):
    """A PNG of any size and kind as its header has it, and little behind it."""
    sizes = (0, 1, 64, 100, 2**16, 10**8, 2**31 - 1)
    head = struct.pack(
        ">2I5B", rng.choice(sizes), rng.choice(sizes), rng.choice((1, 8, 16)), rng.choice((0, 2, 3, 4, 6)), 0, 0, 0
    )
    body = chunk(b"IDAT", zlib.compress(bytes(rng.choice((0, 1000, 10**6)))))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + body + chunk(b"IEND", b"")


def test_whole_files_are_taken(tmp_path):
    readable = every_kind()[:-5]
    for place, content in enumerate(readable):
        (path := tmp_path / f"{place}.jpg").write_bytes(content)
        assert min(read_picture(path).image.shape[1:]) >= 64


def test_photos(attacked):
    kinds = every_kind()

    def enter(rng, folder):
        path = folder / "photo.jpg"
        path.write_bytes(declared(rng) if rng.random() < 0.1 else damaged(rng, rng.choice(kinds)))
        picture = read_picture(path)
        return [picture.image, picture.focal or 0.0] if picture.alpha is None else [picture.image, picture.alpha]

    attacked("photos", enter, cases=600)
