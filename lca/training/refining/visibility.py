"""How well photos show a Gaussian: the trap that decides.

Whoever adapts step sizes to gradients lets Gaussians that are hardly seen take full steps, and unseen sides turn into noise.
So changes are gated by a ratio: the blending weight that a Gaussian has in a picture (the gradient of the summed picture with
respect to its colour) over the weight that it would have alone, facing the camera. Behind others, at a slant or outside the mask
it is low.
"""

import math
from dataclasses import dataclass, replace

import torch
from jaxtyping import Float
from torch import Tensor

from lca.geometry.camera import Camera
from lca.geometry.gaussians import Gaussians
from lca.render import render

BLUR = 0.3
"""Pixels squared that the rasteriser adds to each splat."""
LOW, HIGH = 0.1, 0.4
"""Ratios at which the gate begins to open, and is open."""


@dataclass(frozen=True)
class CropWeight:
    """What one crop shows of each Gaussian, in pixels: its summed blending `weight`, and its `area` alone and facing us."""

    weight: Float[Tensor, "gaussians"]
    area: Float[Tensor, "gaussians"]


def sight(posed: Gaussians, camera: Camera, mask: Float[Tensor, "1 height width"]) -> CropWeight:
    """See `CropWeight`; only pixels within the mask count."""
    fixed = posed.map(lambda x: x.detach())
    with torch.enable_grad():
        colors = torch.zeros_like(fixed.colors[:, :1]).requires_grad_(True)
        (weight,) = torch.autograd.grad((render(replace(fixed, colors=colors), camera).image * mask).sum(), colors)
    return CropWeight(weight[:, 0], facing_area(fixed, camera))


def facing_area(posed: Gaussians, camera: Camera) -> Float[Tensor, "gaussians"]:
    """Integral of a Gaussian's alpha, in pixels, if its two longest axes lay in the image plane at its depth."""
    depth = camera.project(posed.means)[..., 2].clamp(min=0.05)
    sides = posed.scales.sort(-1).values[..., 1:] * (camera.intrinsics[0, 0] / depth)[..., None]
    return 2.0 * math.pi * (sides**2 + BLUR).prod(-1).sqrt() * posed.opacities


def gate_of(ratio: Float[Tensor, "gaussians"]) -> Float[Tensor, "gaussians"]:
    """How far a Gaussian may change, from 0 to 1."""
    return ((ratio - LOW) / (HIGH - LOW)).clamp(0.0, 1.0)
