"""Pictures as people have them: colour profiles, depths, HEIC, huge ones; nothing but known decoders is asked."""

import struct
import subprocess
import sys
import zlib
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from lca.errors import UserError
from lca.formats import photos, picture_file
from lca.formats.photos import read_picture, read_pictures
from tests.formats.icc import P3, p3_of_srgb, profile

RAMP = Path(__file__).parent / "ramp.heic"


def header_only(width, height, bits):
    """A grey PNG that says its size, and nothing behind it."""
    head = b"IHDR" + struct.pack(">2I5B", width, height, bits, 0, 0, 0, 0)
    head = struct.pack(">I", 13) + head + struct.pack(">I", zlib.crc32(head))
    return b"\x89PNG\r\n\x1a\n" + head + struct.pack(">I", 9) + b"IDAT" + bytes(9)


def _flat(colour, size=(96, 128), mode="RGB") -> Image.Image:
    return Image.new(mode, size, colour)


def test_display_p3_becomes_srgb(tmp_path):
    wanted = np.array([0.8, 0.3, 0.2])
    stored = tuple(int(v) for v in (p3_of_srgb(wanted) * 255).round())
    _flat(stored).save(tmp_path / "p3.png", icc_profile=profile(P3, "Display P3"))
    picture = read_picture(tmp_path / "p3.png")
    torch.testing.assert_close(picture.image[:, 5, 5], torch.tensor(wanted).float(), atol=0.006, rtol=0)
    assert picture.notes == ("colours converted from Display P3",)
    _flat(stored).save(tmp_path / "none.png")
    assert (read_picture(tmp_path / "none.png").image[:, 5, 5] - torch.tensor(wanted)).abs().max() > 0.03


def test_a_profile_keeps_the_transparent_background(tmp_path):
    cut = _flat((200, 80, 60, 0), mode="RGBA")
    cut.paste((200, 80, 60, 255), (20, 20, 60, 90))
    cut.save(tmp_path / "cut.png", icc_profile=profile(P3, "Display P3"))
    alpha = read_picture(tmp_path / "cut.png").alpha
    assert alpha is not None and alpha[0, 50, 40] == 1 and alpha[0, 5, 5] == 0


@pytest.mark.parametrize("coded", [b"nonsense", profile(P3, "x")[:200]])
def test_a_broken_profile_is_said_and_passed_over(tmp_path, coded):
    _flat((90, 120, 200)).save(tmp_path / "odd.png", icc_profile=coded)
    picture = read_picture(tmp_path / "odd.png")
    assert picture.notes == ("its colour profile cannot be read: taken as sRGB",)
    torch.testing.assert_close(picture.image[:, 0, 0] * 255, torch.tensor([90.0, 120.0, 200.0]))


@pytest.mark.parametrize(
    ("values", "white"),
    [(np.uint16, 65535), (np.float32, 1.0), (np.float32, 255.0), (np.int32, 65535)],
)
def test_deep_greys_keep_their_brightness(tmp_path, values, white):
    ramp = np.tile(np.linspace(0, white, 128), (96, 1)).astype(values)
    Image.fromarray(ramp).save(tmp_path / "deep.tif")
    image = read_picture(tmp_path / "deep.tif").image
    torch.testing.assert_close(image[:, 40], torch.linspace(0, 1, 128).expand(3, -1), atol=0.003, rtol=0)


def test_highlights_of_floats_do_not_darken_the_rest(tmp_path):
    values = np.full((96, 128), 0.5, np.float32)
    values[:8] = 1.2
    Image.fromarray(values).save(tmp_path / "bright.tif")
    image = read_picture(tmp_path / "bright.tif").image
    assert image[0, 50, 50] == pytest.approx(0.5, abs=0.01) and image[0, 2, 2] == 1


@pytest.mark.parametrize("kind", ["avif", "webp", "bmp", "tiff", "gif"])
def test_other_formats(tmp_path, kind):
    _flat((200, 100, 50)).save(tmp_path / f"photo.{kind}")
    image = read_picture(tmp_path / f"photo.{kind}").image
    torch.testing.assert_close(image[:, 40, 40] * 255, torch.tensor([200.0, 100.0, 50.0]), atol=3, rtol=0)


@pytest.mark.parametrize("kind", ["tif", "webp", "png", "avif"])
@pytest.mark.parametrize("mode", ["RGB", "I;16"])
def test_every_format_is_turned_upright_once(tmp_path, kind, mode):
    if mode == "I;16" and kind in ("webp", "avif"):
        pytest.skip("has no such depth")
    ramp = np.tile(np.linspace(0, 255, 96), (128, 1)).astype(np.uint8)
    upright = Image.fromarray(ramp.astype(np.uint16) * 257) if mode == "I;16" else Image.fromarray(ramp).convert("RGB")
    exif = Image.Exif()
    exif[0x0112] = 6
    upright.rotate(90, expand=True).save(tmp_path / f"turned.{kind}", exif=exif)
    image = read_picture(tmp_path / f"turned.{kind}").image
    assert image.shape == (3, 128, 96) and (image[0] * 255 - torch.from_numpy(ramp)).abs().mean() < 2


def test_heic_and_its_focal_length():
    picture = read_picture(RAMP)
    assert picture.image.shape == (3, 128, 96)
    assert picture.image[0, 60, 90] > 0.9 and picture.image[0, 60, 4] < 0.1
    assert picture.focal == pytest.approx(26 / 43.27 * 160, rel=1e-3)


def test_without_its_decoder_heic_is_named(tmp_path, monkeypatch, caplog):
    (tmp_path / "a.heic").write_bytes(RAMP.read_bytes())
    _flat((1, 2, 3)).save(tmp_path / "b.png")
    monkeypatch.setattr(picture_file, "heif_reader", lambda: None)
    monkeypatch.setattr(photos, "heif_reader", lambda: None)
    with pytest.raises(UserError, match=r"a\.heic.*pip install pi-heif"):
        read_picture(tmp_path / "a.heic")
    assert [picture.name for picture in read_pictures([tmp_path])] == ["b.png"]
    assert "a.heic" in caplog.text and "pi-heif" in caplog.text


def test_what_a_folder_holds_besides_is_named(tmp_path, caplog):
    _flat((1, 2, 3)).save(tmp_path / "b.png")
    for name in ("letter.txt", "layers.psd", ".hidden"):
        (tmp_path / name).write_text("x")
    (tmp_path / "more").mkdir()
    assert len(read_pictures([tmp_path])) == 1
    assert "layers.psd, letter.txt, more" in caplog.text and "hidden" not in caplog.text
    assert len(caplog.records) == 1


@pytest.mark.parametrize("start", [b"%!PS-Adobe-3.0 EPSF-3.0\n", b"P6 96 96 255\n", b"8BPS\0\1", b"\xd7\xcd\xc6\x9a"])
def test_only_known_decoders_are_asked(tmp_path, start):
    (tmp_path / "photo.jpg").write_bytes(start + bytes(2000))
    with pytest.raises(UserError, match="got something else"):
        read_picture(tmp_path / "photo.jpg")


@pytest.mark.parametrize("kind", ["png", "jpg"])
def test_size_is_judged_before_decoding(tmp_path, monkeypatch, kind):
    _flat((200, 100, 50), (3000, 2500)).save(tmp_path / f"huge.{kind}")
    monkeypatch.setattr(picture_file, "WORTH_SAYING", 7_000_000)
    picture = read_picture(tmp_path / f"huge.{kind}")
    assert picture.image.shape == (3, 1707, 2048)
    assert picture.notes == ("scaled at reading, from 3000 x 2500",)
    monkeypatch.setattr(picture_file, "MOST_PIXELS_JPEG" if kind == "jpg" else "MOST_PIXELS", 7_000_000)
    monkeypatch.setattr(picture_file, "with_eight_bits", None)  # decoding would fail otherwise
    with pytest.raises(UserError, match="at most 7 million pixels, got 3000 x 2500"):
        read_picture(tmp_path / f"huge.{kind}")


@pytest.mark.parametrize(
    ("width", "height", "says"),
    [(1, 10**8, "at least 64 px"), (64, 10**6, "got a strip of 64 x 1000000"), (60_000, 60_000, "at most 60 million")],
)
def test_a_header_takes_no_memory(tmp_path, width, height, says):
    (tmp_path / "bomb.png").write_bytes(header_only(width, height, bits=16))
    with pytest.raises(UserError, match=says):
        read_picture(tmp_path / "bomb.png")


def test_a_jpeg_of_several_passes_counts_as_one_that_is_decoded_whole(tmp_path, monkeypatch):
    monkeypatch.setattr(picture_file, "MOST_PIXELS", 10_000)
    _flat((200, 100, 50)).save(tmp_path / "one.jpg")
    assert read_picture(tmp_path / "one.jpg").image.shape == (3, 128, 96)
    _flat((200, 100, 50)).save(tmp_path / "many.jpg", progressive=True)
    with pytest.raises(UserError, match="got 96 x 128"):
        read_picture(tmp_path / "many.jpg")


def test_a_picture_beyond_pillows_limit_is_read(tmp_path):
    _flat(120, (13000, 7000), "L").save(tmp_path / "huge.jpg", quality=30)
    assert read_picture(tmp_path / "huge.jpg").image.shape == (3, 1103, 2048)


MEMORY_OF = """
import sys
from pathlib import Path
from lca.formats.photos import read_picture

def status(name):
    return 1024 * int(Path("/proc/self/status").read_text().split(f"{name}:")[1].split()[0])

Path("/proc/self/clear_refs").write_text("5")
before = status("VmRSS")
picture = read_picture(sys.argv[1])
print(status("VmHWM") - before, 4 * (picture.image.numel() + (0 if picture.alpha is None else picture.alpha.numel())))
"""
"""Prints the most memory that reading a picture took beyond what there was, and the bytes of what is kept of it."""


@pytest.mark.parametrize(("kind", "side", "bytes_of_a_pixel"), [("png", 5000, 8), ("tif", 4000, 11)])
@pytest.mark.skipif(not Path("/proc/self/clear_refs").exists(), reason="reads the most memory of a moment from /proc")
def test_a_large_picture_is_kept_twice_at_most(kind, side, bytes_of_a_pixel, tmp_path):
    path = tmp_path / f"large.{kind}"
    if kind == "png":
        Image.new("RGBA", (side, side), (200, 100, 50, 100)).save(path, compress_level=1)
    else:
        Image.fromarray(np.zeros((side, side), np.float32)).save(path, compression="tiff_lzw")
    # In a process of its own: what a heap took before decides how much of the next picture it has to ask for.
    told = subprocess.run([sys.executable, "-c", MEMORY_OF, str(path)], capture_output=True, text=True, check=True)
    most, kept = map(int, told.stdout.split())
    assert most < bytes_of_a_pixel * side**2 + kept + 2**26
