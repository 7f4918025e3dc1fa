"""What PSNR does not say of a picture: how sharp it is, and what it is worth where no photo has looked."""

import numpy as np
import torch
from einops import einsum, rearrange
from jaxtyping import Bool, Float
from scipy.spatial import KDTree
from torch import Tensor
from torch.nn import functional as F

from lca.data.sample import Capture
from lca.render.conventions import BLUR
from lca.training.refining.views import inside
from lca.training.scores import VISIBLE, Score

REACH = 0.02
"""Metres on the canonical person: a surface point further than this from all that the photos show is unseen. Front and back of a
limb are further apart, of a finger they are not."""
JUMP = 0.1
"""Metres: neighbouring pixels whose surface points are further apart do not show the surface between them."""
BETWEEN = 4
"""Points a side that stand for the surface between four neighbouring pixels, which may be 3 cm apart."""
AROUND = 0.05
"""Of a picture's side, beyond a mask: there one sees what spills over its edge."""
INSIDE = 0.9
FAR = 3
"""Pixels after which nothing is left of the rasteriser's filter."""
NO_INSIDE = "no picture shows enough of it"


def sharpness(picture: Tensor, truth: Tensor, mask: Float[Tensor, "frames 1 h w"]) -> Score:
    """Gradient energy of pictures (frames, 3, h, w) within the mask, a pixel away from its edge, over the truth's: 1 is as sharp,
    and noise counts as sharpness too. The mask is to be what both show of the person: outlines are no detail."""
    inner = (inside(mask, 1) > INSIDE).float()
    if inner.flatten(1).sum(1).max() <= VISIBLE:
        return NO_INSIDE
    return float(gradient_energy(picture, inner) / gradient_energy(truth, inner).clamp(min=1e-6))


def gradient_energy(picture: Float[Tensor, "frames 3 h w"], inner: Float[Tensor, "frames 1 h w"]) -> Tensor:
    """Sum of squared differences between neighbours that are both inside."""
    across = (picture.diff(dim=-1) ** 2 * (inner[..., 1:] * inner[..., :-1])).sum()
    down = (picture.diff(dim=-2) ** 2 * (inner[..., 1:, :] * inner[..., :-1, :])).sum()
    return across + down


def grown(mask: Float[Tensor, "frames 1 size size"]) -> Float[Tensor, "frames 1 size size"]:
    """The pixels of a mask and those `AROUND` them."""
    reach = round(AROUND * mask.shape[-1])
    return F.max_pool2d(mask, 2 * reach + 1, 1, reach)


def filtered(picture: Float[Tensor, "frames 3 h w"]) -> Float[Tensor, "frames 3 h w"]:
    """What would be left of a picture if Gaussians without any size drew it: the rasteriser adds `BLUR` to each. No avatar of
    Gaussians is sharper, and of pixels that are noise half of the gradient energy goes here."""
    places = torch.arange(-FAR, FAR + 1.0)
    kernel = torch.exp(-0.5 * places**2 / BLUR)
    kernel = (kernel / kernel.sum()).expand(picture.shape[1], 1, 1, -1)
    padded = F.pad(picture, (FAR,) * 4, mode="replicate")
    return F.conv2d(F.conv2d(padded, kernel, groups=3), kernel.mT, groups=3)


def unseen(shown: Capture, wanted: Capture) -> Float[Tensor, "frames 1 size size"] | None:
    """Pixels of the wanted frames whose surface point is further than `REACH` from all that the shown frames show, bodies and
    face crops; None where canonical maps are unknown."""
    photos = np.concatenate(
        [
            surface_points(shown.canonical, shown.canonical_mask),
            surface_points(shown.face_canonical, shown.face_canonical_mask),
        ]
    )
    inside = wanted.canonical_mask[:, 0]
    if not inside.any() or not len(photos):
        return None
    points = wanted.canonical.permute(0, 2, 3, 1)[inside].numpy()
    distance, _ = KDTree(photos).query(points, distance_upper_bound=REACH)
    far = torch.zeros(inside.shape)
    far[inside] = torch.from_numpy(~np.isfinite(distance)).float()
    return F.interpolate(far[:, None], wanted.image_8bit.shape[-2:], mode="nearest") * wanted.mask


def surface_points(maps: Float[Tensor, "frames 3 h w"], inside: Bool[Tensor, "frames 1 h w"]) -> np.ndarray:
    """Points (points, 3) of the surface that pictures show: of every pixel, and `BETWEEN` x `BETWEEN` more for every four
    neighbours."""
    alone = maps.permute(0, 2, 3, 1)[inside[:, 0]]
    shifts = [(slice(row, row - 1 or None), slice(column, column - 1 or None)) for row in (0, 1) for column in (0, 1)]
    whole = torch.stack([inside[:, 0, rows, columns] for rows, columns in shifts]).all(0)
    corners = torch.stack([maps[..., rows, columns].permute(0, 2, 3, 1)[whole] for rows, columns in shifts], 1)
    near = (corners.amax(1) - corners.amin(1)).norm(dim=-1) < JUMP
    along = torch.linspace(0.0, 1.0, BETWEEN)
    share = torch.stack([1 - along, along])
    shares = rearrange(
        einsum(share, share, "a row, b column -> a b row column"), "a b row column -> (a b) (row column)"
    )
    points = einsum(shares, corners[near], "corner place, square corner xyz -> square place xyz")
    return torch.cat([alone, rearrange(points, "square place xyz -> (square place) xyz")]).numpy()
