"""The person's mask in the photo, from what the landmark network says of its region."""

import math

import torch
from jaxtyping import Float
from torch import Tensor
from torch.nn import functional as F

from lca.formats.photos import mask_box, square_box
from lca.matting.cutout import largest_part
from lca.matting.guided_filter import guided_filter
from lca.tracking.body_landmarks import BodyLandmarks
from lca.tracking.pyramid import PhotoPyramid
from lca.tracking.region import Region

FINE, COARSE = 512, 256
"""Pixels of the square about the person: the picture that the edges follow, and the mask that they are fitted to."""
NOBODY, ALL = 0.3, 0.7
"""Shares of the filtered mask from which a pixel counts, and counts in full: between person and background it fades over several
pixels, which leaves a halo. On pictures of the world this takes a third off the mean error."""
MARGIN = 0.06
"""Room about the person, as a share of the square's side on every side."""


def find_mask(image: PhotoPyramid, body: BodyLandmarks, share: float = 0.1) -> Float[Tensor, "1 height width"]:
    """Largest part of the network's mask, its edges drawn to those of the photo; all zeros where it sees nobody.

    Parts smaller than `share` of the largest are dropped: other people, specks.
    """
    height, width = image.height, image.width
    coarse = largest_part(body.mask_logits.sigmoid(), share)
    square = _square(coarse, body.region, height, width)
    if square is None:
        return torch.zeros(1, height, width)
    x0, y0, side = square
    box = torch.tensor([x0, y0, x0 + side, y0 + side]).float()
    picture = Region((x0 + side / 2, y0 + side / 2), float(side)).cut(image, FINE)
    soft = guided_filter(picture, body.region.back(coarse, box, COARSE))
    fine = ((soft - NOBODY) / (ALL - NOBODY)).clamp(0, 1)
    whole = F.interpolate(fine[None], size=(side, side), mode="bilinear", antialias=side < FINE)[0]
    top, left = max(y0, 0), max(x0, 0)
    bottom, right = min(y0 + side, height), min(x0 + side, width)
    mask = torch.zeros(1, height, width)
    mask[:, top:bottom, left:right] = whole[:, top - y0 : bottom - y0, left - x0 : right - x0]
    return mask


def _square(
    coarse: Float[Tensor, "1 size size"], region: Region, height: int, width: int
) -> tuple[int, int, int] | None:
    """Left, top and side (whole pixels of the photo) of a square about the part of the mask that is in the photo."""
    x0, y0, x1, y1 = (mask_box(coarse) / coarse.shape[-1]).tolist()
    corners = region.to_photo(torch.tensor([[x0, y0], [x1, y0], [x0, y1], [x1, y1]]))
    limits = torch.tensor([float(width), float(height)])
    least, most = corners.amin(0).clamp(min=0).minimum(limits), corners.amax(0).clamp(min=0).minimum(limits)
    if x1 <= x0 or (most - least).min() < 2:
        return None
    left, top, right, _ = square_box(torch.cat([least, most]), MARGIN).tolist()
    return math.floor(left), math.floor(top), math.ceil(right - left) + 1
