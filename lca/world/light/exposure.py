"""What happens between the world and a picture file: motion blur, things in the way, noise, JPEG."""

from dataclasses import dataclass
from typing import no_type_check

import numpy as np
import torch
from jaxtyping import Float, Float32
from numba import njit
from numpy import ndarray
from scipy.ndimage import gaussian_filter

from lca.formats.captures import photo_bytes
from lca.formats.transfer import linear, srgb
from lca.geometry.camera import Camera
from lca.world.light.renderer import Layer, RenderedPicture

CELLS = 24
"""A field of motion has CELLS x CELLS vectors over a picture: neighbouring limbs share their blur."""
FAR = 4.0
"""Metres at which the background is taken to be, for its blur."""
SHARP = 0.6
"""Pixels of motion that nobody sees."""
TAPS = 12

Field = Float32[ndarray, "cells cells 2"]
"""Pixels (x, y) that things move while the shutter is open."""


@dataclass(frozen=True)
class Film:
    """How pictures become files: JPEG quality and sensor noise (standard deviation of sRGB values)."""

    quality: int
    noise: float

    def develop(self, rng: np.random.Generator, image: Float32[ndarray, "height width 3"]) -> bytes:
        """The file of a picture."""
        if self.noise:
            image = image + self.noise * rng.standard_normal(image.shape, np.float32)
        return photo_bytes(image, self.quality)


@dataclass(frozen=True)
class Shutter:
    """Two cameras, `open_share` of whose distance in time the shutter is open, and points of the person at both moments."""

    now: Camera
    later: Camera
    points: Float[ndarray, "points 3"]
    points_later: Float[ndarray, "points 3"]
    open_share: float

    def person(self, zoom: Float[ndarray, "3 3"], size: tuple[int, int]) -> Field:
        """Motion of the person in pixels of a picture of `size` (width, height) with intrinsics `zoom`."""
        at = pixels(self.points, self.now, zoom)
        moved = pixels(self.points_later, self.later, zoom) - at
        cells = np.floor(at / size * CELLS).astype(int)
        near = ((cells >= -CELLS // 2) & (cells < CELLS + CELLS // 2)).all(1)
        x, y = np.clip(cells[near], 0, CELLS - 1).T
        sums = np.zeros((CELLS, CELLS, 3))
        np.add.at(sums, (y, x), np.concatenate([moved[near], np.ones((len(x), 1))], 1))
        if not len(x):
            return np.zeros((CELLS, CELLS, 2), np.float32)
        smooth = sum(gaussian_filter(sums, (s, s, 0), mode="nearest") * share for s, share in ((0.7, 1.0), (3.0, 1e-3)))
        smooth = smooth + 1e-6 * sums.mean((0, 1))
        return (self.open_share * smooth[..., :2] / smooth[..., 2:]).astype(np.float32)

    def world(self, zoom: Float[ndarray, "3 3"], size: tuple[int, int], depth: float) -> Field:
        """Motion of what stands still at `depth` metres, seen by the moving camera."""
        line = (np.arange(CELLS) + 0.5) / CELLS
        at = np.stack(np.meshgrid(line * size[0], line * size[1]), -1).reshape(-1, 2)
        rays = np.concatenate([at, np.ones((len(at), 1))], 1) @ np.linalg.inv(zoom).T * depth
        matrix = self.now.camera_from_world.numpy().astype(float)
        points = (rays - matrix[:3, 3]) @ matrix[:3, :3]
        moved = pixels(points, self.later, zoom) - at
        return (self.open_share * moved).reshape(CELLS, CELLS, 2).astype(np.float32)


def pixels(
    points: Float[ndarray, "points 3"], camera: Camera, zoom: Float[ndarray, "3 3"]
) -> Float[ndarray, "points 2"]:
    """Where points are in a picture with intrinsics `zoom` from the camera's place."""
    seen = Camera(camera.camera_from_world, torch.from_numpy(np.asarray(zoom, np.float32)), camera.width, camera.height)
    return seen.project(torch.from_numpy(np.asarray(points, np.float32)))[:, :2].numpy().astype(float)


@njit(cache=True)
@no_type_check
def streaked(image, field):
    """The picture (H, W, C) averaged along the motion `field` (pixels, its own grid), half before and half after."""
    height, width, channels = image.shape
    rows, columns = field.shape[0], field.shape[1]
    out = np.empty_like(image)
    for i in range(height):
        v = min(max((i + 0.5) / height * rows - 0.5, 0.0), rows - 1.001)
        a, q = v - int(v), int(v)
        for j in range(width):
            u = min(max((j + 0.5) / width * columns - 0.5, 0.0), columns - 1.001)
            b, p = u - int(u), int(u)
            dx, dy = 0.0, 0.0
            for m in range(2):
                for n in range(2):
                    weight = (a if m else 1 - a) * (b if n else 1 - b)
                    dx += weight * field[q + m, p + n, 0]
                    dy += weight * field[q + m, p + n, 1]
            taps = min(int(np.sqrt(dx * dx + dy * dy)) + 1, TAPS)
            for c in range(channels):
                out[i, j, c] = 0.0
            for k in range(taps):
                s = (k + 0.5) / taps - 0.5
                x = min(max(j + s * dx, 0.0), width - 1.001)
                y = min(max(i + s * dy, 0.0), height - 1.001)
                left, top = int(x), int(y)
                fx, fy = x - left, y - top
                for c in range(channels):
                    upper = image[top, left, c] * (1 - fx) + image[top, left + 1, c] * fx
                    lower = image[top + 1, left, c] * (1 - fx) + image[top + 1, left + 1, c] * fx
                    out[i, j, c] += (upper * (1 - fy) + lower * fy) / taps
    return out


def blurred(image: Float32[ndarray, "height width channels"], field: Field | None) -> ndarray:
    """The picture as an open shutter sees it; unchanged where nothing moves enough to be seen."""
    if field is None or np.linalg.norm(field, axis=-1).max() < SHARP:
        return image
    return streaked(np.ascontiguousarray(image), field)


def exposed(
    layer: Layer,
    background: Float32[ndarray, "height width 3"],
    before: Float32[ndarray, "height width 5"] | None = None,
    person_moves: Field | None = None,
    world_moves: Field | None = None,
) -> RenderedPicture:
    """The person on an sRGB background with things in the way (see `lca.world.light.occluders`), blurred by motion.

    The mask is the share of the pixel that shows the person while the shutter is open; the truth at pixel centres is that of the
    middle of the exposure, and is lost where something hides it.
    """
    person = blurred(np.concatenate([layer.colour, layer.mask[..., None]], -1), person_moves)
    colour, mask = person[..., :3], person[..., 3:]
    behind = blurred(linear(background).astype(np.float32), world_moves)
    if before is None:
        return RenderedPicture(srgb(colour + (1 - mask) * behind).astype(np.float32), mask[..., 0], layer.truth)
    depth = layer.truth.depth
    seen = depth > 0
    typical = float(depth[seen].mean()) if seen.any() else np.inf
    front = (before[..., 4] < np.where(seen, depth, typical))[..., None]
    thing, cover = before[..., :3], before[..., 3:4]
    behind = behind * (1 - cover * ~front) + thing * ~front
    picture = (colour + (1 - mask) * behind) * (1 - cover * front) + thing * front
    hidden = (cover * front)[..., 0] >= 0.5
    left = (mask * (1 - cover * front))[..., 0].astype(np.float32)
    return RenderedPicture(srgb(picture).astype(np.float32), left, layer.truth.hidden(hidden))
