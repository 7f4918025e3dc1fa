"""Where the cameras stand and what they cut out of the world."""

import functools
import math
from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Float32
from numpy import ndarray

from lca.formats.captures import FACE_SIZE
from lca.geometry.body import PARTS
from lca.geometry.body_file import load_body
from lca.geometry.camera import Camera, look_at

RING = 18
"""Cameras of the studio."""
GROUPS = 3
"""Parts of the ring that take turns, so that a capture stays small."""
LEVELS = (0.6, 1.1, 0.3)
"""Heights of the cameras as shares of the person's."""


@dataclass(frozen=True)
class Shot:
    """A camera, the camera of the face crop (same place, own intrinsics), and the crop's square in the photo's pixels."""

    camera: Camera
    face_camera: Camera
    face_box: Float32[ndarray, "4"]


@functools.cache
def chin_height() -> float:
    """Height of the lowest point of the face on the mean person in the T-pose."""
    body = load_body()
    return float(body.template[body.part_labels == PARTS.index("face"), 1].min())


def bounds(camera: Camera, points: Float32[ndarray, "points 3"]) -> Float32[ndarray, "4"]:
    """Box x0 y0 x1 y1 of projected points, not clipped to the picture."""
    pixels = camera.project(torch.from_numpy(points))[:, :2].numpy()
    return np.concatenate([pixels.min(0), pixels.max(0)]).astype(np.float32)


def shot(camera: Camera, vertices: Float32[ndarray, "points 3"], canonical: Float32[ndarray, "points 3"]) -> Shot:
    """Add the face crop: a square about everything above the chin (hair too), 12% wider than that."""
    x0, y0, x1, y1 = bounds(camera, vertices[canonical[:, 1] > chin_height()])
    side = 1.12 * max(x1 - x0, y1 - y0)
    left, top = (x0 + x1 - side) / 2, (y0 + y1 - side) / 2
    scale = FACE_SIZE / side
    crop = torch.tensor([[scale, 0.0, -left * scale], [0.0, scale, -top * scale], [0.0, 0.0, 1.0]])
    face_camera = Camera(camera.camera_from_world, crop @ camera.intrinsics, FACE_SIZE, FACE_SIZE)
    return Shot(camera, face_camera, np.array([left, top, left + side, top + side], np.float32))


def rolled(camera_from_world: torch.Tensor, roll: float) -> torch.Tensor:
    """Turn the camera about its viewing axis."""
    c, s = math.cos(roll), math.sin(roll)
    turn = torch.tensor([[c, -s, 0.0, 0.0], [s, c, 0.0, 0.0], [0.0, 0.0, 1.0, 0.0], [0.0, 0.0, 0.0, 1.0]])
    return turn @ camera_from_world


def ring_cameras(rng: np.random.Generator, floor: float, tall: float, size: int) -> Camera:
    """The studio's calibrated ring: `RING` cameras in order of azimuth at chest, over-head and knee height, on a person `tall`
    metres.

    They stay where they are during a capture; the ring is turned anew for each person.
    """
    azimuths = rng.uniform(-math.pi, math.pi) + 2 * math.pi * np.arange(RING) / RING
    distance = rng.uniform(2.8, 3.4)
    level = np.array(LEVELS)[np.arange(RING) // GROUPS % len(LEVELS)]
    heights = floor + level * tall + rng.normal(0, 0.05, RING)
    eyes = np.stack([distance * np.sin(azimuths), heights, distance * np.cos(azimuths)], -1)
    target = torch.tensor([0.0, floor + tall / 2, 0.0]).repeat(RING, 1)
    matrices = look_at(torch.from_numpy(eyes).float(), target)
    focal = 0.8 * size * distance / tall
    intrinsics = torch.tensor([[focal, 0.0, size / 2], [0.0, focal, size / 2], [0.0, 0.0, 1.0]], dtype=torch.float32)
    return Camera(matrices, intrinsics.repeat(RING, 1, 1), size, size)


def group(index: int) -> list[int]:
    """Cameras of the ring that take a moment together: every third, all the way round; the next group at the next moment."""
    return list(range(index % GROUPS, RING, GROUPS))
