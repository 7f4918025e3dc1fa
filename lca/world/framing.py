"""Where the cameras stand and what they cut out of the world."""

import functools
import math
from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Float32
from numpy import ndarray

from lca.formats.captures import FACE_SIZE
from lca.geometry.body import PARTS, load_body
from lca.geometry.camera import Camera, look_at

RING = 8
"""Cameras of the studio."""


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
    crop = torch.tensor([[1.0, 0.0, -left], [0.0, 1.0, -top], [0.0, 0.0, side / FACE_SIZE]]) * (FACE_SIZE / side)
    face_camera = Camera(camera.camera_from_world, crop @ camera.intrinsics, FACE_SIZE, FACE_SIZE)
    return Shot(camera, face_camera, np.array([left, top, left + side, top + side], np.float32))


def rolled(camera_from_world: torch.Tensor, roll: float) -> torch.Tensor:
    """Turn the camera about its viewing axis."""
    c, s = math.cos(roll), math.sin(roll)
    turn = torch.tensor([[c, -s, 0.0, 0.0], [s, c, 0.0, 0.0], [0.0, 0.0, 1.0, 0.0], [0.0, 0.0, 0.0, 1.0]])
    return turn @ camera_from_world


@dataclass(frozen=True)
class HandHeld:
    """A camera carried once round a person: `azimuths` in radians, eye `heights` and `distances` in metres, one per frame."""

    azimuths: Float32[ndarray, " frames"]
    heights: Float32[ndarray, " frames"]
    distances: Float32[ndarray, " frames"]

    @staticmethod
    def sample(rng: np.random.Generator, frames: int, floor: float) -> "HandHeld":
        """A full circle in random steps, starting anywhere, either way round; mostly at eye or chest height."""
        steps = np.arange(frames) + rng.uniform(-0.35, 0.35, frames)
        azimuths = rng.uniform(-math.pi, math.pi) + rng.choice([-1, 1]) * 2 * math.pi * steps / frames
        height = rng.uniform(0.7, 1.8) + rng.normal(0, 0.15, frames)
        if rng.random() < 0.15:
            height += rng.uniform(-0.6, 1.2)
        distance = np.exp(rng.uniform(math.log(1.9), math.log(5.0))) * np.exp(rng.normal(0, 0.08, frames))
        rows = azimuths, floor + np.clip(height, 0.2, 3.0), np.clip(distance, 1.7, 6.0)
        return HandHeld(*[row.astype(np.float32) for row in rows])

    def frame(self, rng: np.random.Generator, index: int, vertices: Float32[ndarray, "points 3"], size: int) -> Camera:
        """The camera of one frame, zoomed and shifted so that the person fills 70-95% of the picture, off its centre.

        One frame in twelve comes closer and cuts the legs.
        """
        azimuth, distance = float(self.azimuths[index]), float(self.distances[index])
        centre = (vertices.min(0) + vertices.max(0)) / 2
        eye = [distance * math.sin(azimuth), float(self.heights[index]), distance * math.cos(azimuth)]
        eye = torch.tensor(eye) + torch.from_numpy(centre * [1, 0, 1]).float()
        target = torch.from_numpy(centre + rng.normal(0, 0.1, 3)).float()
        matrix = rolled(look_at(eye, target), rng.normal(0, 0.035))
        x0, y0, x1, y1 = bounds(Camera(matrix, torch.eye(3), size, size), vertices)
        closer = rng.random() < 1 / 12
        fill = rng.uniform(1.0, 1.5) if closer else rng.uniform(0.7, 0.95)
        focal = size * min(fill / (y1 - y0), max(fill, 0.95) / (x1 - x0))
        width, height = focal * (x1 - x0), focal * (y1 - y0)
        spare_x, spare_y = abs(size - width), size - height
        left = (size - width) / 2 + rng.uniform(-0.4, 0.4) * spare_x
        top = rng.uniform(0.02, 0.08) * size if spare_y < 0 else (0.5 + rng.uniform(-0.42, 0.42)) * spare_y
        intrinsics = [[focal, 0.0, left - focal * x0], [0.0, focal, top - focal * y0], [0.0, 0.0, 1.0]]
        return Camera(matrix, torch.tensor(intrinsics, dtype=torch.float32), size, size)


def ring_cameras(rng: np.random.Generator, floor: float, tall: float, size: int) -> Camera:
    """The studio's calibrated ring: eight cameras, alternately at chest and above head height, all on a person `tall` metres.

    They stay where they are during a capture; the ring is turned anew for each person.
    """
    azimuths = rng.uniform(-math.pi, math.pi) + 2 * math.pi * np.arange(RING) / RING
    distance = rng.uniform(2.8, 3.4)
    heights = floor + np.where(np.arange(RING) % 2, 0.55, 0.95) * tall + rng.normal(0, 0.05, RING)
    eyes = np.stack([distance * np.sin(azimuths), heights, distance * np.cos(azimuths)], -1)
    target = torch.tensor([0.0, floor + tall / 2, 0.0]).repeat(RING, 1)
    matrices = look_at(torch.from_numpy(eyes).float(), target)
    focal = 0.8 * size * distance / tall
    intrinsics = torch.tensor([[focal, 0.0, size / 2], [0.0, focal, size / 2], [0.0, 0.0, 1.0]], dtype=torch.float32)
    return Camera(matrices, intrinsics.repeat(RING, 1, 1), size, size)
