"""33 landmarks of a body, in the photo and in metres, and which pixels of the region are the person."""

import math
from dataclasses import dataclass

import numpy as np
import torch
from einops import rearrange
from jaxtyping import Float
from torch import Tensor

from lca.tracking.detector import Detection
from lca.tracking.network import load_network
from lca.tracking.pyramid import PhotoPyramid
from lca.tracking.region import Region

NETWORK = "pose_landmark_full.tflite"
NAMES = (
    *("nose", "left_eye_inner", "left_eye", "left_eye_outer", "right_eye_inner", "right_eye", "right_eye_outer"),
    *("left_ear", "right_ear", "mouth_left", "mouth_right", "left_shoulder", "right_shoulder", "left_elbow"),
    *("right_elbow", "left_wrist", "right_wrist", "left_pinky", "right_pinky", "left_index", "right_index"),
    *("left_thumb", "right_thumb", "left_hip", "right_hip", "left_knee", "right_knee", "left_ankle", "right_ankle"),
    *("left_heel", "right_heel", "left_foot_index", "right_foot_index"),
)
"""Left and right are the person's."""
ROOM = 1.25
"""The network was trained on squares so much larger than the circle about the person."""
WINDOW = 3
"""Cells about a landmark in which its heat map may correct it."""


@dataclass(frozen=True)
class BodyLandmarks:
    """What the network says of one person; `presence` is its own probability that there is one."""

    region: Region
    points: Float[Tensor, "33 2"]
    """Pixels of the photo; also where they are hidden or outside the picture."""
    visibility: Float[Tensor, "33"]
    """Probability that the point is in the picture and nothing is before it."""
    world: Float[Tensor, "33 3"]
    """Metres about the middle of the hips: x to the right of the photo, y down, z away from the camera."""
    presence: float
    mask_logits: Float[Tensor, "1 256 256"]
    """Person or not, over `region`."""
    next_region: Region
    """The square about the person as these landmarks have it."""

    def point(self, name: str) -> Float[Tensor, "2"]:
        """A landmark by name, in pixels."""
        return self.points[NAMES.index(name)]

    def seen(self, name: str) -> float:
        """A landmark's visibility by name."""
        return float(self.visibility[NAMES.index(name)])

    def middle(self, *names: str) -> Float[Tensor, "2"]:
        """The mean of some landmarks, in pixels."""
        return torch.stack([self.point(name) for name in names]).mean(0)

    @property
    def pixels_per_metre(self) -> float:
        """How large the person is in the photo: spread in pixels over spread in metres."""
        pixels, metres = (x - x.mean(0) for x in (self.points, self.world[:, :2]))
        return float((pixels.square().sum() / metres.square().sum().clamp(min=1e-6)).sqrt())


def detected_region(person: Detection) -> Region:
    """The square to look at first: about the hips, as large as the whole person."""
    hips, rim = person.points[0], person.points[1]
    return _about(hips, rim)


def find_landmarks(image: PhotoPyramid, region: Region) -> BodyLandmarks:
    """Run the network on one region of a photo (sRGB in [0, 1])."""
    network = load_network(NETWORK)
    size = network.shape[1]
    square = region.cut(image, size)
    values, presence, mask, heat, world = network(rearrange(square, "c h w -> 1 h w c").numpy())
    marks = values.reshape(39, 5)
    inside = _refined(marks[:, :2] / size, heat[0])
    points = region.to_photo(torch.from_numpy(inside).float())
    turn = Region((0.0, 0.0), 1.0, region.angle)
    metres = torch.from_numpy(world.reshape(39, 3)[:33].copy())
    metres[:, :2] = turn.to_photo(metres[:, :2] + 0.5)
    visibility = torch.from_numpy(marks[:33, 3]).sigmoid()
    logits = torch.from_numpy(mask[0, :, :, 0])[None]
    return BodyLandmarks(
        region, points[:33], visibility, metres, float(presence[0, 0]), logits, _about(points[33], points[34])
    )


def _about(hips: Float[Tensor, "2"], rim: Float[Tensor, "2"]) -> Region:
    start, end = (float(hips[0]), float(hips[1])), (float(rim[0]), float(rim[1]))
    return Region.upright(start, end, start, 2 * ROOM * math.dist(start, end))


def _refined(points: np.ndarray, heat: np.ndarray) -> np.ndarray:
    """Move each point to the centre of its heat map's mass near by, where that map is sure of it."""
    rows, columns = heat.shape[:2]
    moved = points.copy()
    for k, (x, y) in enumerate(points):
        column, row = int(x * columns), int(y * rows)
        top, left = max(row - WINDOW, 0), max(column - WINDOW, 0)
        near = 1 / (1 + np.exp(-heat[top : row + WINDOW + 1, left : column + WINDOW + 1, k]))
        if not (0 <= column < columns and 0 <= row < rows) or near.max() < 0.5:
            continue
        weight = near.sum()
        moved[k] = (
            ((np.arange(near.shape[1]) + left) * near.sum(0)).sum() / weight / columns,
            ((np.arange(near.shape[0]) + top) * near.sum(1)).sum() / weight / rows,
        )
    return moved
