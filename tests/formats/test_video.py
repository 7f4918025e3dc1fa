"""Films read back through ffmpeg."""

import subprocess

import imageio_ffmpeg
import numpy as np
import pytest
import torch

from lca.errors import UserError
from lca.formats.video import to_bytes, write_video


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


def test_bytes_round_and_clamp():
    image = torch.tensor([-1.0, 0.5, 2.0]).reshape(3, 1, 1)
    assert to_bytes(image).tolist() == [[[0, 128, 255]]]


@pytest.mark.parametrize(
    ("name", "frames", "message"),
    [
        ("a.mp4", lambda: _frames(0), "at least one frame"),
        ("a.mp4", lambda: _frames(2, height=63), "even sides.*48x63"),
        ("a.gif", lambda: _frames(2), "ending in .mp4"),
    ],
)
def test_bad_films_leave_nothing(tmp_path, name, frames, message):
    with pytest.raises(UserError, match=message):
        write_video(tmp_path / name, frames(), fps=12.0)
    assert list(tmp_path.iterdir()) == []


def test_a_failing_frame_leaves_nothing(tmp_path):
    def frames():
        yield torch.zeros(3, 32, 32)
        raise RuntimeError("stopped")

    with pytest.raises(RuntimeError, match="stopped"):
        write_video(tmp_path / "a.mp4", frames(), fps=12.0)
    assert list(tmp_path.iterdir()) == []
