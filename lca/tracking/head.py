"""The square about a head, as the world's pictures are cut: all that is above the chin, hair and hats too, 12% wider."""

import math

import numpy as np
import torch
from jaxtyping import Bool, Float
from scipy import ndimage
from torch import Tensor
from torch.nn import functional as F

from lca.formats.photos import square_box
from lca.tracking.body_landmarks import BodyLandmarks
from lca.tracking.face_landmarks import BROW, CHIN, FaceLandmarks
from lca.tracking.pyramid import PhotoPyramid
from lca.tracking.region import Region

WIDER = 0.06
"""Share of the side added on every side."""
BELOW_MOUTH, BELOW_CHIN = 0.07, 0.015
"""Metres from the mouth, or from the chin where the face is seen, down to where the head ends."""
TALL, WIDE = 0.42, 0.2
"""Metres above the chin, and to either side, that hair and hats may reach."""
ARM, CORE = 0.07, 0.1
"""Metres about an arm that are not the head, unless they are so near its middle."""
CELLS = 112
"""Pixels of the upright square in which the head is sought."""
ABOVE = 0.03
"""Metres above the shoulders, along the trunk, from which a head without a face is believed."""
SEEN = 0.02
"""Share of that square that a head covers at least."""


def find_head_box(mask: PhotoPyramid, body: BodyLandmarks, face: FaceLandmarks | None) -> Float[Tensor, " 4"]:
    """x0 y0 x1 y1 in pixels of the photo, a square that may reach beyond it; zeros where the photo shows no head.

    A head without a face has to be whole: what ends at the photo's border may as well be a neck or a shoulder.
    """
    scale = body.pixels_per_metre
    middle, up, chin = head_frame(body, face)
    side = 2 * TALL * scale
    square = Region((float(middle[0]), float(middle[1])), side, math.atan2(float(up[0]), -float(up[1])))
    points = _grid(square)
    across = (points - middle) @ torch.stack([-up[1], up[0]])
    height = (points - chin) @ up
    head = square.cut(mask, CELLS)[0] > 0.5
    head &= (height > 0) & (height < TALL * scale) & (across.abs() < WIDE * scale)
    away = (points - middle).norm(dim=-1) > CORE * scale
    head &= ~(away & (_from_arms(points, body) < ARM * scale))
    head = _part_at_the_middle(head)
    if head.float().mean() < SEEN:
        return torch.zeros(4)
    half = square.side / CELLS / 2
    least, most = points[head].amin(0) - half, points[head].amax(0) + half
    limit = torch.tensor([mask.width, mask.height]) - square.side / CELLS
    if face is None and (bool((least < square.side / CELLS).any() | (most > limit).any()) or not _above(body)):
        return torch.zeros(4)
    return square_box(torch.cat([least, most]), WIDER)


def head_frame(
    body: BodyLandmarks, face: FaceLandmarks | None
) -> tuple[Float[Tensor, "2"], Float[Tensor, "2"], Float[Tensor, "2"]]:
    """Middle of the head (pixels), the way from chin to crown (unit length), and where the head ends below (pixels)."""
    middle, scale = body.middle("nose", "left_ear", "right_ear"), body.pixels_per_metre
    if face is not None:
        up = F.normalize(face.points[BROW, :2] - face.points[CHIN, :2], dim=0, eps=1e-6)
        return middle, up, face.points[CHIN, :2] - up * BELOW_CHIN * scale
    mouth = body.middle("mouth_left", "mouth_right")
    of_face = F.normalize(body.middle("left_eye", "right_eye") - mouth, dim=0, eps=1e-6)
    of_neck = F.normalize(
        body.middle("left_ear", "right_ear") - body.middle("left_shoulder", "right_shoulder"), dim=0, eps=1e-6
    )
    up = F.normalize(0.6 * of_face + 0.4 * of_neck, dim=0, eps=1e-6)
    return middle, up, mouth - up * BELOW_MOUTH * scale


def _above(body: BodyLandmarks) -> bool:
    """Whether the head is where heads are: a network that is shown none puts its face between the shoulders."""
    shoulders, hips = body.middle("left_shoulder", "right_shoulder"), body.middle("left_hip", "right_hip")
    raised = (body.middle("nose", "left_ear", "right_ear") - shoulders) @ F.normalize(shoulders - hips, dim=0, eps=1e-6)
    return float(raised) > ABOVE * body.pixels_per_metre


def _grid(square: Region) -> Float[Tensor, "cells cells 2"]:
    """Where the cells of the square are in the photo."""
    place = (torch.arange(CELLS) + 0.5) / CELLS
    y, x = torch.meshgrid(place, place, indexing="ij")
    return square.to_photo(torch.stack([x, y], -1))


def _from_arms(points: Float[Tensor, "*cells 2"], body: BodyLandmarks) -> Float[Tensor, "*cells"]:
    """Pixels to the nearest upper arm, forearm or hand."""
    nearest = torch.full(points.shape[:-1], math.inf)
    for side in ("left", "right"):
        shoulder, elbow, wrist, index = (body.point(f"{side}_{p}") for p in ("shoulder", "elbow", "wrist", "index"))
        for start, end in ((shoulder, elbow), (elbow, wrist), (wrist, index + 0.8 * (index - wrist))):
            way = end - start
            along = ((points - start) @ way / way.square().sum().clamp(min=1e-6)).clamp(0, 1)
            nearest = torch.minimum(nearest, (points - start - along[..., None] * way).norm(dim=-1))
    return nearest


def _part_at_the_middle(head: Bool[Tensor, "cells cells"]) -> Bool[Tensor, "cells cells"]:
    """The connected part at the middle of the square, or the largest one."""
    labels = np.asarray(ndimage.label(head.numpy())[0])  # pyright: ignore[reportGeneralTypeIssues, reportIndexIssue]
    chosen = labels[CELLS // 2, CELLS // 2]
    if chosen == 0:
        areas = np.bincount(labels.ravel())
        areas[0] = 0
        chosen = int(areas.argmax())
    return torch.from_numpy(labels == chosen) & head
