"""Where on the body the landmarks of a face lie, measured on people of the world (tools/build_face_points.py)."""

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor

FACE_POINTS = Path(__file__).parent.parent / "assets" / "face_points.npz"
POINTS = 478
LID_RIMS = (
    (33, 7, 163, 144, 145, 153, 154, 155, 133, 173, 157, 158, 159, 160, 161, 246),
    (263, 249, 390, 373, 374, 380, 381, 382, 362, 398, 384, 385, 386, 387, 388, 466),
)
"""Landmarks along the rims of the lids, of the person's right eye and of the left: from the outer corner along the lower lid, and
back along the upper, so that those as far before the end as after the start lie above each other."""


@dataclass(frozen=True)
class FacePoints:
    """Canonical places of those landmarks that are used, metres; `chosen` are their numbers, `error` how far they stray."""

    chosen: tuple[int, ...]
    canonical: Float[Tensor, "points 3"]
    error: Float[Tensor, "points"]


@lru_cache
def load_face_points(most: float = 0.012) -> FacePoints:
    """Landmarks that stray by less than `most` metres."""
    with np.load(FACE_POINTS, allow_pickle=False) as file:
        points, error = (torch.from_numpy(file[name]) for name in ("points", "error"))
    chosen = (points.isfinite().all(-1) & (error < most)).nonzero()[:, 0]
    return FacePoints(tuple(chosen.tolist()), points[chosen], error[chosen])
