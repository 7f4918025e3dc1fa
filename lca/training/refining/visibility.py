"""How well photos show a Gaussian: the trap that decides.

Whoever adapts step sizes to gradients lets Gaussians that are hardly seen take full steps, and unseen sides turn into noise.
So changes are gated by a ratio: the blending weight that Gaussians have in a picture (the gradient of the summed picture with
respect to their colours) over the area of their patch of the surface, facing the camera. Behind others, at a slant or outside the
mask it is low.
"""

import math
from dataclasses import dataclass, replace

import torch
from jaxtyping import Float
from torch import Tensor

from lca.geometry.camera import Camera
from lca.geometry.gaussians import Gaussians
from lca.render import render
from lca.training.refining.surface import SurfaceGraph

EVEN = torch.tensor(12.0)
"""Smoothing of the comparison of twins: a face is taken from one side or the other, not tile by tile."""
AROUND = torch.tensor(4.0)
"""Smoothing of what is seen: of tiles that overlap in one surface some hide others, and yet all are seen."""
BLUR = 0.3
"""Pixels squared that the rasteriser adds to each splat."""
LOW, HIGH = 0.1, 0.4
"""Ratios at which the gate begins to open, and is open."""
WORSE, AS_GOOD = 0.5, 0.8
"""Shares of the twin's ratio at which a gate stays shut, and is not touched."""


@dataclass(frozen=True)
class CropWeight:
    """What one crop shows of each Gaussian: its summed blending `weight` and the `area` of its patch of the surface, facing us
    (pixels); `ratio` of the two round about it, in [0, 1] but for noise."""

    weight: Float[Tensor, "gaussians"]
    area: Float[Tensor, "gaussians"]
    ratio: Float[Tensor, "gaussians"]


def sight(posed: Gaussians, camera: Camera, mask: Float[Tensor, "1 height width"], surface: SurfaceGraph) -> CropWeight:
    """See `CropWeight`; only pixels within the mask count."""
    weight, area = blended(posed, camera, mask), facing_area(posed, camera, surface)
    around, alone = surface.smooth(torch.stack([weight, area], -1), AROUND).unbind(-1)
    return CropWeight(weight, area, around / alone.clamp(min=1e-6))


def blended(posed: Gaussians, camera: Camera, pixels: Float[Tensor, "1 height width"]) -> Float[Tensor, "gaussians"]:
    """Blending weights, summed over pixels that count for as much as `pixels` say."""
    fixed = posed.map(lambda x: x.detach())
    with torch.enable_grad():
        colors = torch.zeros_like(fixed.colors[:, :1]).requires_grad_(True)
        (weight,) = torch.autograd.grad((render(replace(fixed, colors=colors), camera).image * pixels).sum(), colors)
    return weight[:, 0]


@torch.no_grad()
def facing_area(posed: Gaussians, camera: Camera, surface: SurfaceGraph) -> Float[Tensor, "gaussians"]:
    """Pixels of a Gaussian's share of the surface if it lay in the image plane at its depth: the square of the distance to its
    neighbours, or the integral of its alpha if that is less (tiles that overlap share what they cover)."""
    scale = camera.intrinsics[0, 0] / camera.project(posed.means)[..., 2].clamp(min=0.05)
    sides = posed.scales.sort(-1).values[..., 1:] * scale[..., None]
    own = 2.0 * math.pi * (sides**2 + BLUR).prod(-1).sqrt() * posed.opacities
    return torch.minimum(own, (scale * surface.spacing(posed.means)) ** 2)


def gate_of(ratio: Float[Tensor, "gaussians"]) -> Float[Tensor, "gaussians"]:
    """How far a Gaussian may change, from 0 to 1."""
    return ((ratio - LOW) / (HIGH - LOW)).clamp(0.0, 1.0)


def fair(ratio: Float[Tensor, "gaussians"], surface: SurfaceGraph) -> Float[Tensor, "gaussians"]:
    """What is left of a gate beside a twin that photos show better: at a slant, half of a face is a smear that its mirror image
    knows better."""
    share = ratio / torch.maximum(ratio, ratio[surface.twin]).clamp(min=1e-6)
    share = surface.smooth(share[:, None], EVEN, sweeps=6)[:, 0]
    return ((share - WORSE) / (AS_GOOD - WORSE)).clamp(0.0, 1.0)
