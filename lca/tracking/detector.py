"""Single-shot detectors (Liu et al. 2016): every cell of some grids votes for a box and a few points, strong votes are merged."""

from dataclasses import dataclass
from functools import cache

import numpy as np
import torch
from einops import rearrange
from jaxtyping import Float, Float32
from numpy import ndarray
from torch import Tensor

from lca.tracking.network import load_network
from lca.tracking.pyramid import PhotoPyramid
from lca.tracking.region import Region

OVERLAP = 0.3
"""Intersection over union from which two votes mean the same thing."""


@dataclass(frozen=True)
class Detection:
    """What was found: box x0 y0 x1 y1 and points in pixels of the photo, score in [0, 1]."""

    score: float
    box: Float[Tensor, " 4"]
    points: Float[Tensor, "points 2"]


@dataclass(frozen=True)
class Detector:
    """A detector network; `strides` are pixels between the cells of its grids, two votes a cell and grid."""

    network: str
    strides: tuple[int, ...]
    least_score: float

    def find(self, image: PhotoPyramid, region: Region) -> list[Detection]:
        """Everything found in a region of a photo (sRGB in [0, 1]), the surest first."""
        network = load_network(self.network)
        size = network.shape[1]
        square = region.cut(image, size)
        votes, logits = network(rearrange(square * 2 - 1, "c h w -> 1 h w c").numpy())
        scores = 1 / (1 + np.exp(-np.clip(logits[0, :, 0], -60, 60)))
        sure = scores >= self.least_score
        values = votes[0, sure] / size
        values[:, 0::2] += anchors(size, self.strides)[sure, :1] * (np.arange(values.shape[1] // 2) != 1)
        values[:, 1::2] += anchors(size, self.strides)[sure, 1:] * (np.arange(values.shape[1] // 2) != 1)
        return [_detection(score, value, region) for score, value in _merged(scores[sure], values)]


@cache
def anchors(size: int, strides: tuple[int, ...]) -> Float32[ndarray, "anchors 2"]:
    """Centres x y of all cells, in [0, 1]; grids of one stride share their cells, cell by cell."""
    grids = []
    for stride in dict.fromkeys(strides):
        cells = -(-size // stride)
        y, x = np.meshgrid(*[(np.arange(cells) + 0.5) / cells] * 2, indexing="ij")
        grids.append(np.repeat(np.stack([x, y], -1).reshape(-1, 2), 2 * strides.count(stride), 0))
    return np.concatenate(grids).astype(np.float32)


def _merged(
    scores: Float32[ndarray, " votes"], values: Float32[ndarray, "votes numbers"]
) -> list[tuple[float, Float32[ndarray, " numbers"]]]:
    """Each group of overlapping votes becomes their mean, weighted by score."""
    merged, left = [], np.argsort(-scores)
    while len(left):
        same = _overlap(values[left[0], :4], values[left, :4]) > OVERLAP
        same[0] = True
        group = left[same]
        merged.append((float(scores[group[0]]), np.average(values[group], 0, scores[group])))
        left = left[~same]
    return merged


def _overlap(box: Float32[ndarray, "4"], boxes: Float32[ndarray, "boxes 4"]) -> Float32[ndarray, " boxes"]:
    """Intersection over union of boxes given as centre and size."""
    sides = np.minimum(box[:2] + box[2:] / 2, boxes[:, :2] + boxes[:, 2:] / 2) - np.maximum(
        box[:2] - box[2:] / 2, boxes[:, :2] - boxes[:, 2:] / 2
    )
    both = sides.clip(0).prod(-1)
    return both / (box[2:].prod() + boxes[:, 2:].prod(-1) - both).clip(1e-9)


def _detection(score: float, value: ndarray, region: Region) -> Detection:
    centre, half = value[:2], value[2:4] / 2
    points = torch.from_numpy(np.stack([centre - half, centre + half, *value[4:].reshape(-1, 2)])).float()
    photo = region.to_photo(points)
    return Detection(score, photo[:2].flatten(), photo[2:])


PEOPLE = Detector("pose_detection.tflite", (8, 16, 32, 32, 32), 0.2)
"""Box of the face; points: middle of the hips, a point on the circle about the whole person, the same two for the upper body."""
FACES = Detector("face_detector.tflite", (8, 16, 16, 16), 0.3)
"""Box of the face; points: right eye, left eye, nose, mouth, right ear, left ear."""
