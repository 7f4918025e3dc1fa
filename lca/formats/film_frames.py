"""A film as photos: from every stretch of it the sharpest frame, of those the ones that differ most."""

import io
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import cast

import numpy as np
import torch
from einops import rearrange, reduce
from jaxtyping import UInt8
from numpy import ndarray
from PIL import Image

from lca.errors import UserError
from lca.formats.film_facts import file_reader, film_facts
from lca.formats.picture_file import LARGEST_SIDE, SMALLEST_SIDE, Picture

FILM_SUFFIXES = (".mp4", ".mov", ".m4v", ".webm", ".mkv", ".avi")
STRETCHES = 3
"""Stretches of the film for every frame that is wanted."""
TRIES, SECONDS = 6, 0.6
"""Frames of a stretch that are compared, and how long it is at most."""
SHARP = 0.5
"""Share of the median sharpness below which a frame is left out."""
Frame = UInt8[ndarray, "height width 3"]


def read_film(path: Path, count: int) -> list[Picture]:
    """At most `count` frames of a film, in order of time.

    Raises:
        UserError: ffmpeg cannot read the film.
    """
    seconds = film_facts(path).seconds
    stretch = seconds / (STRETCHES * count)
    starts = [k * stretch for k in range(STRETCHES * count)]
    best = [max(frames, key=sharpness) for start in starts if (frames := _frames(path, start, min(stretch, SECONDS)))]
    if not best or min(best[0].shape[:2]) < SMALLEST_SIDE:
        raise UserError(f"expected a film with pictures of at least {SMALLEST_SIDE} px a side, got none in {path}")
    return [
        Picture(f"{path.name} at {starts[k]:.1f} s", _image(best[k]), None, None, ("a frame of a film",))
        for k in most_different(best, count)
    ]


def most_different(frames: list[Frame], count: int) -> list[int]:
    """Places of the sharpest frame and of those that differ most from all taken before, in order."""
    sharp = np.array([sharpness(frame) for frame in frames])
    looks = np.stack([_look(frame) for frame in frames])
    usable = sharp >= SHARP * np.median(sharp)
    chosen = [int(np.where(usable, sharp, -1.0).argmax())]
    while len(chosen) < min(count, int(usable.sum())):
        away = np.min([np.square(looks - looks[k]).mean(1) for k in chosen], 0)
        chosen.append(int(np.where(usable & ~np.isin(np.arange(len(frames)), chosen), away, -1.0).argmax()))
    return sorted(chosen)


def sharpness(frame: Frame) -> float:
    """Mean squared difference of neighbouring pixels of the green channel."""
    green = frame[..., 1].astype(np.float32)
    return float(np.square(np.diff(green, axis=0)).mean() + np.square(np.diff(green, axis=1)).mean())


def _look(frame: Frame) -> np.ndarray:
    """A film frame in a few numbers."""
    small = np.asarray(Image.fromarray(frame).resize((24, 24), Image.Resampling.BOX), np.float32)
    return reduce(small, "h w c -> (h w)", "mean")


def _image(frame: Frame) -> torch.Tensor:
    return rearrange(torch.from_numpy(frame.copy()), "h w c -> c h w").float() / 255


def _frames(path: Path, start: float, seconds: float) -> list[Frame]:
    """Some frames from `start` on, evenly spaced, at most 2048 px a side; none after the end."""
    cut = ["-ss", f"{start:.3f}", "-i", f"file:{path}", "-t", f"{seconds:.3f}"]
    command = [*file_reader(), *cut, *_as_ppm(f"fps={TRIES / seconds:.3f}"), "-frames:v", str(TRIES), *PIPED]
    return list(_ppm(io.BytesIO(subprocess.run(command, capture_output=True, check=False).stdout)))


def every_frame(path: Path, fps: float, seconds: float | None = None) -> Iterator[Picture]:
    """The frames of a film at `fps` frames a second, at most 2048 px a side, one at a time; of its first `seconds`, or all.

    Raises:
        UserError: ffmpeg cannot read the film.
    """
    film_facts(path)
    cut = ["-i", f"file:{path}"] if seconds is None else ["-i", f"file:{path}", "-t", f"{seconds:.3f}"]
    command = [*file_reader(), *cut, *_as_ppm(f"fps={fps:.6f}"), *PIPED]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, start_new_session=True
    ) as process:
        try:
            for number, frame in enumerate(_ppm(cast("io.BufferedReader", process.stdout))):
                yield Picture(f"{path.name} at {number / fps:.2f} s", _image(frame), None)
        finally:
            process.kill()


PIPED = ["-f", "image2pipe", "-c:v", "ppm", "-"]


def _as_ppm(rate: str) -> list[str]:
    """Pictures alone, of no more pixels than are of use."""
    size = f"scale='min({LARGEST_SIDE},iw)':'min({LARGEST_SIDE},ih)':force_original_aspect_ratio=decrease"
    return ["-an", "-sn", "-dn", "-vf", f"{rate},{size}"]


def _ppm(stream: io.BufferedIOBase) -> Iterator[Frame]:
    """Pictures of a stream of .ppm files; one that is cut short ends it."""
    while stream.readline() == b"P6\n":
        width, height = (int(word) for word in stream.readline().split())
        stream.readline()
        pixels = stream.read(width * height * 3)
        if len(pixels) < width * height * 3:
            return
        yield np.frombuffer(pixels, np.uint8).reshape(height, width, 3)
