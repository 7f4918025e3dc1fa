"""Light as pictures: the environment as a map of all directions, and what it does to a white ball."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import torch
from jaxtyping import Float, Float32
from numpy import ndarray
from PIL import Image

from lca.data.sample import Capture
from lca.formats.transfer import rolled_off, srgb
from lca.geometry.directions import fibonacci_directions
from lca.lab.figures import column, row, to_image

SHARP = 14.0
"""How narrowly each of the 32 stored directions is painted on the map."""
WHITE = 0.75
"""Share of the light that the ball gives back: a little less than white, so that it stands out from the paper."""
LAMP_RADIUS = 0.12
"""Radians: the lamp is drawn larger than it is."""


def light_sheet(shown: Sequence[tuple[Mapping[str, Any], list[int]]], height: int = 160) -> Image.Image:
    """Some frames of each row of `load_world`: every photo above what its light does to a white ball before the same camera,
    above the map of all directions."""
    columns = []
    for found, frames in shown:
        capture = Capture.read(found, frames)
        for k in range(len(frames)):
            around, turn = capture.radiance[k].numpy(), capture.camera.camera_from_world[k, :3, :3].numpy()
            towards, colour = capture.lamp_direction[k].numpy(), capture.lamp_colour[k].numpy()
            ball = white_ball(around, towards, colour, turn, height)
            photo = row([capture.image[k]], height=height)
            columns.append(column([photo, painted(ball), painted(world_map(around, towards, colour, height // 2))]))
    return row(columns, height=columns[0].height)


def painted(light: Float[ndarray, "height width 3"]) -> Image.Image:
    """Linear light through the world's tone curve."""
    return to_image(torch.from_numpy(srgb(rolled_off(light)).astype(np.float32)).movedim(-1, 0))


def white_ball(
    radiance: Float32[ndarray, "32 3"],
    lamp_direction: Float32[ndarray, "3"],
    lamp_colour: Float32[ndarray, "3"],
    camera_from_world: Float32[ndarray, "3 3"],
    size: int,
) -> Float[ndarray, "size size 3"]:
    """A matte white ball as the camera sees it, linear, on white; nothing casts a shadow on it."""
    across = (np.arange(size) + 0.5) / size * 2.1 - 1.05
    x, y = np.meshgrid(across, across)
    inside = x**2 + y**2 < 1
    normals = np.stack([x, y, -np.sqrt(np.clip(1 - x**2 - y**2, 0, None))], -1) @ camera_from_world
    cosines = np.clip(normals @ fibonacci_directions(len(radiance)).T, 0, None)
    light = cosines @ radiance * (4 / len(radiance))
    light += np.clip(normals @ lamp_direction, 0, None)[..., None] * lamp_colour
    return np.where(inside[..., None], WHITE * light, 9.0)


def world_map(
    radiance: Float32[ndarray, "32 3"],
    lamp_direction: Float32[ndarray, "3"],
    lamp_colour: Float32[ndarray, "3"],
    height: int,
) -> Float[ndarray, "height width 3"]:
    """All round, as a person sees it who faces +z: +z in the middle, +x left of it, the sky above; the lamp a disc. Linear."""
    up = np.pi * (0.5 - (np.arange(height) + 0.5) / height)
    round_y = 2 * np.pi * (0.5 - (np.arange(2 * height) + 0.5) / (2 * height))
    angle, lift = np.meshgrid(round_y, up)
    towards = np.stack([np.sin(angle) * np.cos(lift), np.sin(lift), np.cos(angle) * np.cos(lift)], -1)
    shares = np.exp(SHARP * (towards @ fibonacci_directions(len(radiance)).T - 1))
    light = shares @ radiance / shares.sum(-1, keepdims=True)
    on_lamp = (towards @ lamp_direction > np.cos(LAMP_RADIUS))[..., None]
    return np.where(on_lamp, light + lamp_colour, light)
