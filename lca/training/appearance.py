"""What PSNR does not say of a picture: how sharp it is, and what it is worth where no photo has looked."""

import numpy as np
import torch
from jaxtyping import Float
from scipy.spatial import KDTree
from torch import Tensor
from torch.nn import functional as F

from lca.data.sample import Capture
from lca.training.scores import VISIBLE, Score

REACH = 0.02
"""Metres on the canonical person: a surface point further than this from all that the photos show is unseen. Photos of 256
pixels have a point every 1 to 2 cm; front and back of a limb are further apart, of a finger they are not."""
INSIDE = 0.9
NO_INSIDE = "no picture shows enough of it"


def sharpness(picture: Tensor, truth: Tensor, mask: Float[Tensor, "frames 1 h w"]) -> Score:
    """Gradient energy of pictures (frames, 3, h, w) within the mask, a pixel away from its edge, over the truth's: 1 is as sharp,
    and noise counts as sharpness too. The mask is to be what both show of the person: outlines are no detail."""
    inner = (-F.max_pool2d(-mask, 3, 1, 1) > INSIDE).float()
    if inner.flatten(1).sum(1).max() <= VISIBLE:
        return NO_INSIDE
    return float(gradient_energy(picture, inner) / gradient_energy(truth, inner).clamp(min=1e-6))


def gradient_energy(picture: Float[Tensor, "frames 3 h w"], inner: Float[Tensor, "frames 1 h w"]) -> Tensor:
    """Sum of squared differences between neighbours that are both inside."""
    across = (picture.diff(dim=-1) ** 2 * (inner[..., 1:] * inner[..., :-1])).sum()
    down = (picture.diff(dim=-2) ** 2 * (inner[..., 1:, :] * inner[..., :-1, :])).sum()
    return across + down


def unseen(shown: Capture, wanted: Capture) -> Float[Tensor, "frames 1 size size"] | None:
    """Pixels of the wanted frames whose surface point no shown frame has within `REACH`, body and face crop; None where canonical
    maps are unknown."""
    photos = [
        points_inside(shown.canonical, shown.canonical_mask),
        points_inside(shown.face_canonical, shown.face_canonical_mask),
    ]
    inside = wanted.canonical_mask
    if not inside.any() or not len(photos[0]):
        return None
    distance, _ = KDTree(np.concatenate(photos)).query(
        points_inside(wanted.canonical, inside), distance_upper_bound=REACH
    )
    far = torch.zeros(inside[:, 0].shape)
    far[inside[:, 0]] = torch.from_numpy(~np.isfinite(distance)).float()
    return F.interpolate(far[:, None], wanted.image_8bit.shape[-2:], mode="nearest") * wanted.mask


def points_inside(maps: Float[Tensor, "frames 3 h w"], inside: Tensor) -> np.ndarray:
    """Canonical points (points, 3) of all pixels that have one."""
    return maps.permute(0, 2, 3, 1)[inside[:, 0]].numpy()
