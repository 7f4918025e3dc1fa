"""L = L_img(I, canonical render) + L_img(I, driven render) + lambda L_reg(p, s), and what small models need besides.

The paper's L_img is L1 + LPIPS. LPIPS needs weights that cannot be shipped here, so the perceptual term is structural similarity
plus the L1 distance of Laplacian pyramids; every report says so. Features of photographs can be added (`photograph_features`).
`objective` puts the terms together.
"""

from dataclasses import dataclass, fields

import torch
from jaxtyping import Float
from torch import Tensor
from torch.nn import functional as F

from lca.geometry.gaussians import Gaussians
from lca.ranges import check_numbers
from lca.training.photograph_features import feature_loss

PERCEPTUAL = "SSIM + Laplacian pyramid"
ACAP_METRES = 0.05625
ASAP_RATIO = 5.0
ASAP_METRES = 0.03


@dataclass(frozen=True)
class LossConfig:
    """Weights of the terms: every number by which a term of the loss is multiplied."""

    perceptual: float = 0.2
    """1 - SSIM."""
    laplacian: float = 0.5
    """Laplacian pyramid, keeps detail from being washed out."""
    features: float = 0.0
    """Distance of features that have seen photographs; needs `lca networks --training`."""
    driven: float = 4.0
    """L_img of the driven render."""
    canonical: float = 1.2
    """L_img of the render without the pose branch's correction."""
    face: float = 0.6
    """L_img of the driven render's face crop."""
    alpha: float = 2.4
    """L1 of the opacity against the mask."""
    correspondence: float = 0.2
    """Canonical points of the input pixels (with transport only); within it, the three that follow."""
    likelihood: float = 0.3
    """Negative log-likelihood of a pixel's point."""
    distance: float = 10.0
    """Distance of a pixel's or a token's point, metres."""
    choice: float = 0.5
    """Cross-entropy of a token's choice of anchors."""
    shape: float = 10.0
    """Predicted body shape: mean distance between the bodies, metres (betas weigh as much as they show), as they are and at
    one stature."""
    opacity: float = 0.002
    """Mean transparency of the canonical Gaussians: fog is cheaper than surfaces while colours are uncertain."""
    acap: float = 2.0
    """ACAP: offsets beyond 5.6 cm from the template, metres."""
    acap_within: float = 0.04
    """ACAP: offsets of any length, metres."""
    asap: float = 0.02
    """ASAP: Gaussians longer than five times their thinnest side, or than 3 cm."""
    bottleneck: float = 2e-5
    """Nats through the face code's bottleneck."""

    def __post_init__(self):
        """Raises: UserError: a weight out of range."""
        check_numbers(self, {term.name: (0.0, 1e6) for term in fields(self)}, "model.loss.")


def image_loss(
    picture: Float[Tensor, "images 3 h w"], truth: Float[Tensor, "images 3 h w"], config: LossConfig
) -> Tensor:
    """L_img: L1 + perceptual term."""
    loss = F.l1_loss(picture, truth) + config.laplacian * laplacian_loss(picture, truth)
    loss = loss + config.perceptual * (1.0 - block_similarity(picture, truth))
    return loss + config.features * feature_loss(picture, truth) if config.features else loss


def block_similarity(picture: Tensor, truth: Tensor) -> Tensor:
    """Structural similarity (Wang et al. 2004) on 8 x 8 blocks at every fourth pixel: a tenth of the sliding window's cost."""
    maps = torch.stack([picture, truth, picture * picture, truth * truth, picture * truth])
    mean_a, mean_b, square_a, square_b, product = F.avg_pool2d(maps.flatten(0, 2)[:, None], 8, stride=4).unflatten(
        0, (5, -1)
    )
    variances = square_a - mean_a**2 + square_b - mean_b**2
    covariance = product - mean_a * mean_b
    luminance = (2 * mean_a * mean_b + 1e-4) / (mean_a**2 + mean_b**2 + 1e-4)
    return (luminance * (2 * covariance + 9e-4) / (variances + 9e-4)).mean()


def laplacian_loss(picture: Tensor, truth: Tensor, levels: int = 3) -> Tensor:
    """Mean L1 of the band-pass levels of the difference, the finer the heavier."""
    difference, total = picture - truth, picture.new_zeros(())
    for level in range(levels):
        coarse = F.avg_pool2d(difference, 2)
        band = difference - F.interpolate(coarse, size=difference.shape[-2:], mode="bilinear", align_corners=False)
        total = total + band.abs().mean() / 2**level
        difference = coarse
    return total


def acap(gaussians: Gaussians, rest: Float[Tensor, "people gaussians 3"]) -> tuple[Tensor, Tensor]:
    """As close as possible to the template surface: (mean hinge of the distance beyond 5.6 cm, mean distance), metres."""
    distance = ((gaussians.means - rest) ** 2).sum(-1).add(1e-10).sqrt()
    return F.relu(distance - ACAP_METRES).mean(), distance.mean()


def asap(gaussians: Gaussians) -> Tensor:
    """As small as possible: hinge of the ratio of longest to shortest side beyond 5, and of sizes beyond 3 cm."""
    longest, shortest = gaussians.scales.amax(-1), gaussians.scales.amin(-1)
    return F.relu(longest / shortest - ASAP_RATIO).mean() + F.relu(longest - ASAP_METRES).mean() / ASAP_METRES


def over(image: Tensor, mask: Tensor, background: Tensor) -> Tensor:
    """Put the masked foreground of `image` over one colour per image."""
    return image * mask + background[..., None, None] * (1.0 - mask)


def psnr(picture: Tensor, truth: Tensor, mask: Tensor) -> Float[Tensor, "images"]:
    """Peak signal-to-noise ratio within the mask, in dB, per image; pictures in [0, 1]."""
    square = ((picture - truth) ** 2 * mask).flatten(1).sum(1) / (3.0 * mask.flatten(1).sum(1)).clamp(min=1.0)
    return -10.0 * torch.log10(square.clamp(min=1e-8))
