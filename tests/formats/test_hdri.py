"""Environments in .hdr and .exr: which way their pixels look, and what is no environment."""

import math
import struct
import subprocess

import imageio_ffmpeg
import numpy as np
import OpenEXR
import pytest

from lca.errors import UserError
from lca.formats.hdri import decoded, read_hdri

SUN = (11, 16)
"""Row and column of a bright pixel: above the horizon, a quarter of the way from the left edge, which is the person's left."""


def room(height=32, width=64):
    """Grey, with one bright pixel."""
    radiance = np.full((height, width, 3), 0.2, np.float32)
    radiance[SUN] = 400.0
    return radiance


def write_exr(path, radiance=None):
    header = {"compression": OpenEXR.ZIP_COMPRESSION, "type": OpenEXR.scanlineimage}
    OpenEXR.File(header, {"RGB": room() if radiance is None else radiance}).write(str(path))


def write_hdr(path, radiance=None):
    radiance = room() if radiance is None else radiance
    height, width = radiance.shape[:2]
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-y", "-loglevel", "error", "-f", "rawvideo", "-pix_fmt", "gbrpf32le"]
    command += ["-s", f"{width}x{height}", "-i", "-", "-frames:v", "1", str(path)]
    planes = np.ascontiguousarray(radiance[..., [1, 2, 0]].transpose(2, 0, 1), np.float32)
    subprocess.run(command, input=planes.tobytes(), check=True)


WRITERS = {".hdr": write_hdr, ".exr": write_exr}


@pytest.mark.parametrize("suffix", WRITERS)
def test_the_sun_is_a_lamp_in_its_direction(tmp_path, suffix):
    WRITERS[suffix](tmp_path / f"room{suffix}")
    light = read_hdri(tmp_path / f"room{suffix}")
    assert light.directions[0].tolist() == pytest.approx([0.9, 0.43, 0.04], abs=0.02)
    assert light.colours.amin() > 0.5 and light.irradiance(light.directions).amin() > 0.01


def test_without_a_sun_there_is_no_lamp_and_greys_may_be_one_channel(tmp_path):
    grey = np.linspace(0.5, 1.0, 32, dtype=np.float32)[:, None].repeat(64, 1)
    OpenEXR.File({"type": OpenEXR.scanlineimage}, {"Y": grey}).write(str(tmp_path / "grey.exr"))
    light = read_hdri(tmp_path / "grey.exr")
    assert light.colours.abs().max() == 0 and (light.around.std(-1) < 1e-4).all()


def _spoiled(value):
    radiance = room()
    radiance[5, 5] = value
    return radiance


BAD = {
    "not 2:1": (lambda: room(24, 64), "twice as wide as high, 16 to 16384 px wide, got 64x24"),
    "too small": (lambda: np.ones((4, 8, 3), np.float32), "got 8x4"),
    "black": (lambda: 0 * room(), "black all over"),
}


@pytest.mark.parametrize("suffix", WRITERS)
@pytest.mark.parametrize("fault", BAD)
def test_what_is_no_environment(tmp_path, suffix, fault):
    radiance, says = BAD[fault]
    WRITERS[suffix](tmp_path / f"bad{suffix}", radiance())
    _refused(tmp_path / f"bad{suffix}", says)


@pytest.mark.parametrize("value", [np.nan, np.inf, -1.0])
def test_light_that_cannot_be(tmp_path, value):
    write_exr(tmp_path / "bad.exr", _spoiled(value))
    _refused(tmp_path / "bad.exr", "got NaN, infinite or negative pixels")


@pytest.mark.parametrize(("suffix", "value"), [(".exr", 3e38), (".hdr", 1.6e38), (".exr", 1e13)])
def test_light_whose_sum_would_overflow(tmp_path, suffix, value):
    WRITERS[suffix](tmp_path / f"vast{suffix}", np.full((32, 64, 3), value, np.float32))
    _refused(tmp_path / f"vast{suffix}", r"expected pixels of at most 1e\+12 in .*, got (1e\+13|[13]\.?\d*e\+38)")


def test_light_that_no_meter_can_expose(tmp_path):
    """All of it shines from straight below: upright surfaces see nothing."""
    radiance = np.zeros((32, 64, 3), np.float32)
    radiance[-1] = 1e11
    write_exr(tmp_path / "floor.exr", radiance)
    _refused(tmp_path / "floor.exr", "expected the light of .* in numbers of at most 1e\\+09, got")


@pytest.mark.parametrize("suffix", WRITERS)
@pytest.mark.parametrize("cut", [1.0, 0.98, 0.5, 0.05, 0.001, "one byte"])
def test_a_file_that_is_cut_short(tmp_path, suffix, cut):
    path = tmp_path / f"cut{suffix}"
    WRITERS[suffix](path, np.random.default_rng(0).random((32, 64, 3), np.float32))
    whole = path.read_bytes()
    path.write_bytes(whole[: -(1 if cut == "one byte" else math.ceil(cut * len(whole)))])
    _refused(path, "expected a (whole OpenEXR|whole Radiance|Radiance) picture")


@pytest.mark.parametrize("less", [0, 1, 200])
@pytest.mark.parametrize("repeated", [False, True])
def test_rows_of_pixels_are_whole_or_refused(tmp_path, repeated, less):
    """The old style: four bytes a pixel, or that the one before comes again, here 63 times."""
    row = bytes((128, 128, 128, 129)) + (bytes((1, 1, 1, 63)) if repeated else 63 * bytes((128, 128, 128, 129)))
    path = tmp_path / "old.hdr"
    path.write_bytes(b"#?RADIANCE\nFORMAT=32-bit_rle_rgbe\n\n-Y 32 +X 64\n" + (32 * row)[: 32 * len(row) - less])
    if less:
        _refused(path, "expected a whole Radiance picture")
    else:
        assert read_hdri(path).around.isfinite().all() and (decoded(path) == 1.0).all()


@pytest.mark.parametrize("suffix", WRITERS)
def test_what_would_be_too_large_is_refused_before_it_is_decoded(tmp_path, suffix):
    """The files say 200,000 x 100,000 of themselves: 240 GB."""
    path = tmp_path / f"vast{suffix}"
    WRITERS[suffix](path)
    small, vast = {
        ".exr": (struct.pack("<4i", 0, 0, 63, 31), struct.pack("<4i", 0, 0, 199_999, 99_999)),
        ".hdr": (b"-Y 32 +X 64", b"-Y 100000 +X 200000"),
    }[suffix]
    assert small in path.read_bytes()
    path.write_bytes(path.read_bytes().replace(small, vast))
    _refused(path, "16 to 16384 px wide, got 200000x100000")


@pytest.mark.parametrize("name", ["letter.hdr", "letter.exr", "letter.png", "nowhere.exr"])
def test_what_is_no_such_file(tmp_path, name):
    if name != "nowhere.exr":
        (tmp_path / name).write_text("a letter")
    _refused(tmp_path / name, "expected")


def _refused(path, says):
    with pytest.raises(UserError, match=says) as refused:
        read_hdri(path)
    assert path.name in str(refused.value) and "\n" not in str(refused.value)
