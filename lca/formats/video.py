"""Films: H.264 in an .mp4, a .gif, or a folder of PNG pictures, frame by frame."""

import subprocess
from collections.abc import Iterable, Iterator
from contextlib import suppress
from fractions import Fraction
from itertools import chain
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO

import numpy as np
from einops import rearrange
from jaxtyping import Float
from torch import Tensor

from lca.errors import UserError
from lca.formats.atomic import check_place, writing, writing_folder

Frame = Float[Tensor, "3 height width"]

GIF_PALETTES = "split[frame][copy];[copy]palettegen=stats_mode=single[colours];[frame][colours]paletteuse=new=1"
"""Each picture of a .gif has 256 colours of its own."""
GIF_FPS = 50
"""Browsers slow a .gif down that wants less than 2/100 s a picture."""
TAGGED = "setparams=range=tv:colorspace=bt709:color_primaries=bt709:color_trc=bt709"
BT709 = f"scale=in_range=pc:out_range=tv:out_color_matrix=bt709,format=yuv420p,{TAGGED}"
ENCODERS = {
    ".mp4": [
        *("-c:v", "libx264", "-crf", "10", "-vf", BT709, "-movflags", "+faststart"),
        *("-colorspace", "bt709", "-color_primaries", "bt709", "-color_trc", "bt709", "-color_range", "tv"),
    ],
    ".gif": ["-c:v", "gif", "-vf", GIF_PALETTES],
}
"""What ffmpeg is told: newer ones go by the pictures' tags, older ones by the encoder's.

An .mp4 that does not say BT.709 is read as BT.601 by some players, which makes greens darker."""


def to_bytes(image: Float[Tensor, "channels height width"]) -> np.ndarray:
    """An image in [0, 1], channels first -> uint8 (height, width, channels)."""
    return rearrange((image.detach().float().cpu().clamp(0, 1) * 255).round().byte().numpy(), "c h w -> h w c")


def write_video(path: str | Path, frames: Iterable[Frame], fps: float) -> int:
    """Write sRGB frames in [0, 1] of one size and return their number; the name says what is written.

    `.mp4`: H.264, yuv420p, tagged BT.709; sides are even. `.gif`: it loops; at most 50 frames per second, in steps of 1/100 s. No
    suffix: a new folder of pictures 0001.png, 0002.png, ..., exact, without fps. Frames are taken one at a time, so a generator
    needs no memory.

    Raises:
        UserError: there is no frame, a side of an .mp4 is odd, a .gif is too fast, the folder is there already, the name ends
            otherwise, or the encoder fails (a full disk): a film that was there before is kept.
    """
    check_film(path, fps)
    path = Path(path)
    kind = path.suffix.lower()
    frames = iter(frames)
    first = next(frames, None)
    if first is None:
        raise UserError("expected at least one frame, got none: ask for more seconds")
    height, width = first.shape[-2:]
    if kind == ".mp4" and (height % 2 or width % 2):
        raise UserError(f"expected even sides (H.264 needs them), got {width}x{height}: choose an even size")
    frames = chain([first], frames)
    return _write_film(path, frames, (width, height), fps) if kind else _write_pictures(path, frames)


def check_film(path: str | Path, fps: float, source: str | Path | None = None) -> None:
    """Before long work: whether `write_video` could begin; `source` is a film that is read meanwhile.

    Raises:
        UserError: the name ends otherwise, is that of a folder or of `source`, a .gif is too fast, or there is no place for it.
    """
    path = Path(path)
    kind = path.suffix.lower()
    if kind and kind not in ENCODERS:
        raise UserError(f"expected a film ending in .mp4 or .gif, or a new folder for PNGs, got {path}: name it so")
    if not kind and path.exists():
        raise UserError(f"expected a new folder for the pictures, got {path}, which is there: name another one")
    if path.is_dir():
        raise UserError(f"expected a film to be written, got {path}, which is a folder: name another file")
    if kind == ".gif" and fps > GIF_FPS:
        raise UserError(
            f"expected a .gif of at most {GIF_FPS} frames per second, got {fps:g}: lower the rate, or name an .mp4"
        )
    if source is not None and path.exists() and path.samefile(source):
        raise UserError(f"expected a new film, got {path}, the one that is read: name another file")
    check_place(path)


def _write_film(path: Path, frames: Iterator[Frame], size: tuple[int, int], fps: float) -> int:
    """Send the frames to ffmpeg. Raises: UserError: it fails; the disk may be full."""
    count = 0
    with writing(path) as temporary, TemporaryFile() as words:
        process = _encoder(temporary, path.suffix.lower(), size, fps, words)
        assert process.stdin is not None
        try:
            with suppress(BrokenPipeError):  # its exit code says why it hears no more
                for frame in frames:
                    process.stdin.write(np.ascontiguousarray(to_bytes(frame)))
                    count += 1
        except BaseException:
            process.kill()
            raise
        finally:
            with suppress(BrokenPipeError):  # also of what is flushed at the end
                process.stdin.close()
            process.wait()
        if process.returncode:
            words.seek(0)
            said = words.read().decode(errors="replace").strip().splitlines()
            why = said[-1].replace(str(temporary), str(path)) if said else f"exit code {process.returncode}"
            raise UserError(f"expected ffmpeg to write {path}, got: {why[:300]}; is the disk full?")
    return count


def _encoder(path: Path, kind: str, size: tuple[int, int], fps: float, words: IO[bytes]) -> "subprocess.Popen[bytes]":
    """ffmpeg, which waits for frames. Ctrl-C is for us alone: a film in hand is ended whole."""
    import imageio_ffmpeg

    width, height = size
    frames = [
        "-f",
        "rawvideo",
        "-pix_fmt",
        "rgb24",
        "-s",
        f"{width}x{height}",
        "-r",
        str(Fraction(fps).limit_denominator()),
    ]
    command = [
        imageio_ffmpeg.get_ffmpeg_exe(),
        "-y",
        "-v",
        "error",
        *frames,
        "-i",
        "-",
        "-an",
        *ENCODERS[kind],
        str(path),
    ]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=words, stderr=words, start_new_session=True)


def _write_pictures(folder: Path, frames: Iterator[Frame]) -> int:
    """One PNG a frame in a new folder."""
    from PIL import Image

    count = 0
    with writing_folder(folder) as temporary:
        for frame in frames:
            count += 1
            Image.fromarray(to_bytes(frame)).save(temporary / f"{count:04d}.png")
    return count
