"""How long a film is and how fast, in ffmpeg's words."""

import re
import subprocess
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from lca.errors import UserError

SHORTEST = 1e-3
"""Seconds of a film at least."""


@dataclass(frozen=True)
class FilmFacts:
    """Length in seconds, and frames a second: what the file says, or where it says nothing the mean."""

    seconds: float
    fps: float


def film_facts(path: Path) -> FilmFacts:
    """Of a film, all of which is read once.

    Raises:
        UserError: ffmpeg cannot read it.
    """
    try:
        about = path.stat()
    except OSError as error:
        raise _unreadable(path, error.strerror or str(error)) from error
    return _facts(path, about.st_mtime_ns, about.st_size)


def file_reader(loglevel: str = "error") -> list[str]:
    """ffmpeg, which reads files only."""
    import imageio_ffmpeg

    return [imageio_ffmpeg.get_ffmpeg_exe(), "-nostdin", "-loglevel", loglevel, "-protocol_whitelist", "file,pipe"]


@lru_cache(maxsize=8)
def _facts(path: Path, written: int, size: int) -> FilmFacts:
    """The same of a file as it was `written`, of some `size`."""
    played = ["-i", f"file:{path}", "-map", "0:v:0", "-fps_mode", "passthrough", "-f", "null", "-progress", "-", "-"]
    done = subprocess.run([*file_reader("info"), *played], capture_output=True, check=False)
    words = done.stderr.decode(errors="replace")
    frames, micros = (
        re.findall(rf"^{key}=(\d+)\s*$", done.stdout.decode(errors="replace"), re.M) for key in ("frame", "out_time_us")
    )
    if done.returncode or not frames:
        blind = "Input #0" in words and " Video: " not in words
        raise _unreadable(path, "no pictures in it" if blind else (words.strip().splitlines() or ["unreadable"])[-1])
    seconds = max(float(micros[-1]) / 1e6 if micros else 0.0, SHORTEST)
    said = re.search(r"^ *Stream .* Video: .* (\d+(?:\.\d+)?) fps", words, re.M)
    fps = float(said[1]) if said else 0.0
    return FilmFacts(seconds, fps or max(int(frames[-1]), 1) / seconds)


def _unreadable(path: Path, why: str) -> UserError:
    return UserError(f"expected a film that ffmpeg can read, got {path} ({why}); convert it to .mp4")
