"""Films read back through ffmpeg and Pillow."""

import re
import subprocess

import imageio_ffmpeg
import numpy as np
import pytest
import torch
from PIL import Image, ImageSequence

from lca.errors import UserError
from lca.formats.video import check_film, to_bytes, write_video

FULL_DISK = r"""#!/bin/sh
for last; do :; done
echo half > "$last"
cat > /dev/null
echo "$last: No space left on device" >&2
exit 228
"""
"""Stands for ffmpeg."""


def _frames(count: int, height: int = 64, width: int = 48):
    """Grey growing brighter."""
    return (torch.full((3, height, width), 0.2 + 0.1 * index) for index in range(count))


def test_frames_come_back(tmp_path):
    assert write_video(tmp_path / "a.mp4", _frames(6), fps=12.0) == 6
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-i", tmp_path / "a.mp4", "-f", "rawvideo", "-pix_fmt", "rgb24", "-"]
    decoded = subprocess.run(command, capture_output=True, check=True)
    for word in (b"h264", b"yuv420p", b"48x64", b"12 fps"):
        assert word in decoded.stderr
    frames = np.frombuffer(decoded.stdout, np.uint8).reshape(6, 64, 48, 3) / 255
    np.testing.assert_allclose(frames.mean((1, 2, 3)), 0.2 + 0.1 * np.arange(6), atol=0.02)


def test_colours_are_tagged_and_the_index_comes_first(tmp_path):
    green = torch.tensor([0.0, 200 / 255, 0.0])[:, None, None].expand(3, 32, 32)
    write_video(tmp_path / "a.mp4", [green] * 4, fps=8.0)
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-i", tmp_path / "a.mp4", "-f", "rawvideo", "-pix_fmt", "rgb24", "-"]
    decoded = subprocess.run(command, capture_output=True, check=True)
    assert re.search(rb"yuv420p\(tv, bt709[,)]", decoded.stderr)  # one word where matrix, primaries and transfer agree
    np.testing.assert_allclose(np.frombuffer(decoded.stdout, np.uint8).reshape(-1, 3).mean(0), [0, 200, 0], atol=3)
    coded = (tmp_path / "a.mp4").read_bytes()
    assert coded.split(b"colrnclx")[1][:6] == 3 * b"\0\1"
    assert coded.index(b"moov") < coded.index(b"mdat")


@pytest.mark.parametrize("name", ["a.mp4", "a.gif"])
def test_an_encoder_that_fails_keeps_the_film_of_before(tmp_path, monkeypatch, name):
    write_video(tmp_path / name, _frames(2), fps=8.0)
    before = (tmp_path / name).read_bytes()
    full = tmp_path / "ffmpeg"
    full.write_text(FULL_DISK)
    full.chmod(0o700)
    monkeypatch.setattr(imageio_ffmpeg, "get_ffmpeg_exe", lambda: str(full))
    with pytest.raises(
        UserError, match=rf"ffmpeg to write .*{name}, got: .*/{name}: No space left on device; is the disk"
    ):
        write_video(tmp_path / name, _frames(3), fps=8.0)
    assert (tmp_path / name).read_bytes() == before and {path.name for path in tmp_path.iterdir()} == {name, "ffmpeg"}


def test_an_encoder_that_dies_at_once_is_told(tmp_path, monkeypatch):
    dead = tmp_path / "ffmpeg"
    dead.write_text("#!/bin/sh\necho nothing here >&2\nexit 1\n")
    dead.chmod(0o700)
    monkeypatch.setattr(imageio_ffmpeg, "get_ffmpeg_exe", lambda: str(dead))
    for size, count in ((32, 2), (512, 40)):  # what the pipe takes, and more
        with pytest.raises(UserError, match=r"expected ffmpeg to write .*a.mp4, got: nothing here"):
            write_video(tmp_path / "a.mp4", _frames(count, size, size), fps=8.0)
    assert not (tmp_path / "a.mp4").exists()


def test_gif_comes_back_with_its_colours_and_its_pace(tmp_path):
    colours = [torch.tensor([0.9, 0.1 * k, 0.3])[:, None, None].expand(3, 33, 47) for k in range(6)]
    assert write_video(tmp_path / "a.gif", colours, fps=8.0) == 6
    with Image.open(tmp_path / "a.gif") as film:
        assert film.size == (47, 33) and film.info["loop"] == 0
        read = [(np.asarray(f.convert("RGB")), f.info["duration"]) for f in ImageSequence.Iterator(film)]
    assert sum(duration for _, duration in read) == pytest.approx(6 / 8 * 1000, abs=20)
    for (picture, _), colour in zip(read, colours, strict=True):
        np.testing.assert_allclose(picture / 255, colour.permute(1, 2, 0), atol=0.02)


def test_pictures_come_back_exactly(tmp_path):
    frames = [torch.rand(3, 7, 5) for _ in range(3)]
    assert write_video(tmp_path / "made" / "film", iter(frames), fps=12.0) == 3
    pictures = sorted((tmp_path / "made" / "film").iterdir())
    assert [p.name for p in pictures] == ["0001.png", "0002.png", "0003.png"]
    for picture, frame in zip(pictures, frames, strict=True):
        np.testing.assert_array_equal(np.asarray(Image.open(picture)), to_bytes(frame))


def test_a_folder_is_refused_before_anything_is_drawn(tmp_path):
    def never():
        raise AssertionError("drawn")
        yield

    for name, message in (("film", "expected a new folder"), ("a.mp4", "which is a folder: name another file")):
        (tmp_path / name).mkdir()
        with pytest.raises(UserError, match=message):
            write_video(tmp_path / name, never(), fps=12.0)
        assert list((tmp_path / name).iterdir()) == []


def test_a_place_is_checked_before_long_work(tmp_path):
    (tmp_path / "read.mp4").write_bytes(b"film")
    (tmp_path / "link.mp4").symlink_to(tmp_path / "read.mp4")
    for name, message in (
        ("read.mp4", "the one that is read"),
        ("link.mp4", "the one that is read"),
        ("read.mp4/a.mp4", "Not a directory"),
        ("a.webm", "ending in .mp4"),
    ):
        with pytest.raises(UserError, match=message):
            check_film(tmp_path / name, 12.0, tmp_path / "read.mp4")
    check_film(tmp_path / "made" / "read.mp4", 12.0, tmp_path / "read.mp4")
    assert {path.name for path in tmp_path.iterdir()} == {"read.mp4", "link.mp4"}


def test_bytes_round_and_clamp():
    image = torch.tensor([-1.0, 0.5, 2.0]).reshape(3, 1, 1)
    assert to_bytes(image).tolist() == [[[0, 128, 255]]]


@pytest.mark.parametrize(
    ("name", "frames", "message"),
    [
        ("a.mp4", lambda: _frames(0), "at least one frame"),
        ("a.mp4", lambda: _frames(2, height=63), "even sides.*48x63"),
        ("a.gif", lambda: _frames(2), "at most 50 frames per second, got 60"),
        ("a.avi", lambda: _frames(2), "ending in .mp4 or .gif"),
    ],
)
def test_bad_films_leave_nothing(tmp_path, name, frames, message):
    with pytest.raises(UserError, match=message):
        write_video(tmp_path / name, frames(), fps=60.0)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["a.mp4", "a.gif", "a"])
def test_a_failing_frame_leaves_nothing(tmp_path, name):
    def frames():
        yield torch.zeros(3, 32, 32)
        raise RuntimeError("stopped")

    with pytest.raises(RuntimeError, match="stopped"):
        write_video(tmp_path / name, frames(), fps=12.0)
    assert list(tmp_path.iterdir()) == []
