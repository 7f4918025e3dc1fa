"""Playing an avatar: a motion seen by a camera that frames what moves."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import repeat

import torch
from jaxtyping import Float
from torch import Tensor

from lca.formats.motion_file import MotionFile
from lca.geometry.camera import Camera, orbit
from lca.geometry.gaussians import Gaussians
from lca.geometry.illumination import Illumination
from lca.geometry.motion import Motion
from lca.lab.lighting import seen_in
from lca.model.avatar import Avatar
from lca.motion.named import named_motion
from lca.render import render

FACE_METRES = 0.42
"""Height of what a face camera sees."""
VISIBLE = 0.1
"""Least opacity of a Gaussian that counts for framing."""


def drive(avatar: Avatar, motion: Motion) -> Iterator[Gaussians]:
    """The posed Gaussians of each frame."""
    eps = avatar.eps_from_actions(motion.actions)
    for frame in range(len(motion)):
        yield avatar.drive(motion.theta[frame], eps[frame], motion.psi[frame], motion.translation[frame])


def play(
    avatar: Avatar,
    motion: Motion,
    camera: Camera | Sequence[Camera],
    background: Float[Tensor, "3"] | None = None,
    light: Illumination | None = None,
) -> Iterator[Float[Tensor, "3 height width"]]:
    """The pictures of a motion, sRGB over `background` (white if None), one at a time; one camera, or one for each frame.

    In the light of the photos, or in another `light`, which needs an avatar that knows its materials.
    """
    background = torch.ones(3) if background is None else background
    cameras = repeat(camera) if isinstance(camera, Camera) else camera
    for gaussians, seen_by in zip(drive(avatar, motion), cameras, strict=False):
        yield render(seen_in(light, avatar, gaussians, seen_by), seen_by, background).image.clamp(0, 1)


def body_camera(
    avatar: Avatar, motion: Motion, size: int | tuple[int, int] = 512, azimuth: float = 0.0, elevation: float = 0.05
) -> Camera:
    """A camera that sees the whole body throughout the motion; angles in radians, size in pixels or (width, height)."""
    places = sorted({round(k * (len(motion) - 1) / 5) for k in range(6)})
    means = torch.cat([_visible(gaussians) for gaussians in drive(avatar, frames_of(motion, places))])
    return _framing(means, azimuth, elevation, size, 0.6, 1.12)


def face_camera(
    avatar: Avatar, motion: Motion, size: int | tuple[int, int] = 512, azimuth: float = 0.0, elevation: float = 0.0
) -> Camera:
    """A camera 42 cm high about the head as it is in the motion's first frame."""
    gaussians = next(drive(avatar, motion))
    low, high = _bounds(gaussians.means[avatar.on_head])
    field_of_view = 0.3
    distance = FACE_METRES / 2 / math.tan(field_of_view / 2)
    return orbit(azimuth, elevation, distance, _point((low + high) / 2), field_of_view, size)


def still(motion: Motion, frame: int) -> Motion:
    """One frame of a motion."""
    return frames_of(motion, [frame])


def frames_of(motion: Motion, places: Sequence[int]) -> Motion:
    """Some frames of a motion."""
    index = torch.as_tensor(list(places))
    return Motion(motion.theta[index], motion.translation[index], motion.actions[index], motion.psi[index], motion.fps)


def at_ease(file: MotionFile) -> Motion:
    """The motion of a file; where that carries no body (ARKit's face), arms hang instead of the rest pose's T."""
    if "body" in file.carried:
        return file.motion
    calm, frames = named_motion("turntable", 1.0, 1.0), len(file.motion)
    return replace(file.motion, theta=calm.theta.expand(frames, -1), translation=calm.translation.expand(frames, -1))


def _framing(
    means: Float[Tensor, "points 3"],
    azimuth: float,
    elevation: float,
    size: int | tuple[int, int],
    field_of_view: float,
    room: float,
) -> Camera:
    """Far enough to see all points with `room` to spare, whichever side is tight."""
    low, high = _bounds(means)
    width, height = (size, size) if isinstance(size, int) else size
    wide, tall = math.hypot(*(high - low)[[0, 2]].tolist()), float(high[1] - low[1])
    distance = room * max(tall, wide * height / width) / 2 / math.tan(field_of_view / 2) + wide / 2
    return orbit(azimuth, elevation, distance, _point((low + high) / 2), field_of_view, size)


def _bounds(means: Float[Tensor, "points 3"]) -> tuple[Float[Tensor, "3"], Float[Tensor, "3"]]:
    """The box about all points but the outermost 0.1%."""
    rank = max(0, len(means) // 1000)
    ordered = means.sort(0).values
    return ordered[rank], ordered[len(means) - 1 - rank]


def _visible(gaussians: Gaussians) -> Float[Tensor, "points 3"]:
    """Where the Gaussians are that can be seen."""
    return gaussians.means[gaussians.opacities > VISIBLE]


def _point(position: Float[Tensor, "3"]) -> tuple[float, float, float]:
    x, y, z = position.tolist()
    return x, y, z
