"""Environments in files: equirectangular .hdr (Radiance) and .exr (OpenEXR) pictures of what is all round.

The middle of the picture is in front of the person (+z), its left is the person's left (+x), its upper edge is the zenith.
"""

import math
import re
import subprocess
from pathlib import Path

import numpy as np
import torch
from jaxtyping import Float
from numpy import ndarray

from lca.errors import UserError
from lca.formats.radiance import rows_are_whole
from lca.geometry.illumination import Illumination, harmonics
from lca.geometry.skies import LUMINANCE, exposed

HDRI_SUFFIXES = (".hdr", ".exr")
SMALLEST, LARGEST = 16, 16384
"""Pixels of a picture's width."""
BRIGHTEST = 1e12
"""Of a pixel: the sun's disc has 1.6e9 cd/m2, and sums of it stay finite."""
SUN = 0.17
"""Radians round the brightest pixel that may be one lamp: the sun and its glare."""
BRIGHT, SHARE = 0.25, 0.15
"""What belongs to the lamp: pixels above this share of the brightest, if together they are this share of all light."""
HEADER, RESOLUTION = 65536, re.compile(rb"\n-Y (\d{1,9}) \+X (\d{1,9})\n")
"""Bytes in which a Radiance picture says how high and wide it is, and how."""
REMEDY = "use an equirectangular .hdr or .exr, twice as wide as high"


def read_hdri(path: str | Path) -> Illumination:
    """The light of a picture, exposed as a camera's meter would: harmonics, and the sun, if there is one, as a lamp.

    Raises:
        UserError: no such file, truncated, not twice as wide as high, not finite, too bright, negative or black.
    """
    path = Path(path)
    if path.suffix.lower() not in HDRI_SUFFIXES:
        raise UserError(f"expected a file ending in {' or '.join(HDRI_SUFFIXES)}, got {path}: {REMEDY}")
    if not path.is_file():
        raise UserError(f"expected a file, got {path}, where there is none: {REMEDY}")
    return exposed(light_of_picture(checked(path, decoded(path)))).checked(f"the light of {path}")


def light_of_picture(radiance: Float[ndarray, "height width 3"]) -> Illumination:
    """Radiance all round, linear RGB -> light."""
    directions, angles = sphere(*radiance.shape[:2])
    arriving = torch.from_numpy(radiance.reshape(-1, 3)) * angles[:, None]
    strength = torch.from_numpy(radiance.reshape(-1, 3)) @ torch.tensor(LUMINANCE)
    brightest = int(strength.argmax())
    sun = (directions @ directions[brightest] > math.cos(SUN)) & (strength > BRIGHT * strength[brightest])
    total = arriving.sum(0) @ torch.tensor(LUMINANCE)
    alone = arriving[sun].sum(0) @ torch.tensor(LUMINANCE) > SHARE * total
    sun = sun & alone
    lamp = arriving[sun].sum(0) / math.pi
    around = harmonics(directions[~sun]).T @ arriving[~sun]
    return Illumination(around, directions[brightest][None], lamp[None])


def sphere(height: int, width: int) -> tuple[Float[torch.Tensor, "pixels 3"], Float[torch.Tensor, "pixels"]]:
    """Unit direction and solid angle (steradians) of each pixel, row by row."""
    latitude = math.pi * (0.5 - (torch.arange(height) + 0.5) / height)
    azimuth = 2 * math.pi * (0.5 - (torch.arange(width) + 0.5) / width)
    up, across = latitude.sin()[:, None].expand(-1, width), latitude.cos()[:, None]
    directions = torch.stack([azimuth.sin() * across, up, azimuth.cos() * across], -1).reshape(-1, 3)
    angles = (across * (math.pi / height) * (2 * math.pi / width)).expand(-1, width).reshape(-1)
    return directions, angles * 4 * math.pi / angles.sum()


def checked(path: Path, radiance: Float[ndarray, "height width 3"]) -> Float[ndarray, "height width 3"]:
    """The picture, if it is light. Raises: UserError."""
    if not np.isfinite(radiance).all() or radiance.min() < 0:
        raise UserError(
            f"expected finite light of at least 0 in {path}, got NaN, infinite or negative pixels: {REMEDY}"
        )
    if radiance.max() > BRIGHTEST:
        raise UserError(f"expected pixels of at most {BRIGHTEST:g} in {path}, got {radiance.max():g}: {REMEDY}")
    if radiance.max() <= 0:
        raise UserError(f"expected light in {path}, got a picture that is black all over: {REMEDY}")
    return radiance


def check_size(path: Path, width: int, height: int) -> None:
    """What a file says of itself, before anything is decoded. Raises: UserError: no environment has that size."""
    if width != 2 * height or not SMALLEST <= width <= LARGEST:
        raise UserError(
            f"expected {path} twice as wide as high, {SMALLEST} to {LARGEST} px wide, got {width}x{height}: {REMEDY}"
        )


def decoded(path: Path) -> Float[ndarray, "height width 3"]:
    """Linear RGB. Raises: UserError: no picture of its kind, or a part of it is missing."""
    return (read_exr if path.suffix.lower() == ".exr" else read_radiance)(path)


def read_exr(path: Path) -> Float[ndarray, "height width 3"]:
    """The first part of an OpenEXR file."""
    import OpenEXR

    try:
        with OpenEXR.File(str(path), header_only=True) as file:
            (left, top), (right, bottom) = (corner.tolist() for corner in file.header()["dataWindow"])
        check_size(path, right - left + 1, bottom - top + 1)
        with OpenEXR.File(str(path)) as file:
            channels = {name: channel.pixels for name, channel in file.channels().items()}
    except UserError:
        raise
    except (RuntimeError, ValueError, TypeError, KeyError, OSError) as error:
        raise UserError(f"expected a whole OpenEXR picture, got {path} ({_first_line(error)}): {REMEDY}") from error
    pixels = next((channels[name][..., :3] for name in ("RGB", "RGBA") if name in channels), None)
    if pixels is None and "Y" in channels:
        pixels = np.repeat(channels["Y"][..., None], 3, -1)
    if pixels is None:
        raise UserError(f"expected channels R, G and B, or Y, in {path}, got {', '.join(channels)}: {REMEDY}")
    return pixels.astype(np.float32)


def read_radiance(path: Path) -> Float[ndarray, "height width 3"]:
    """A Radiance picture, by ffmpeg."""
    import imageio_ffmpeg

    content = path.read_bytes()
    told = RESOLUTION.search(content[:HEADER])
    if told is None:
        raise UserError(f"expected a Radiance picture with its rows from above (-Y, +X), got {path}: {REMEDY}")
    height, width = int(told[1]), int(told[2])
    check_size(path, width, height)
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-nostdin", "-protocol_whitelist", "file,pipe", "-i", f"file:{path}"]
    command += ["-frames:v", "1", "-f", "rawvideo", "-pix_fmt", "gbrpf32le", "-"]
    done = subprocess.run(command, capture_output=True, check=False)
    whole = rows_are_whole(content, told.end(), width, height)
    if done.returncode or len(done.stdout) != 12 * width * height or not whole:
        raise UserError(f"expected a whole Radiance picture, got {path}: {REMEDY}")
    green, blue, red = np.frombuffer(done.stdout, np.float32).reshape(3, height, width)
    return np.stack([red, green, blue], -1)


def _first_line(error: Exception) -> str:
    return (str(error).splitlines() or ["unreadable"])[0]
