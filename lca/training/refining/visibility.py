"""How well photos show a Gaussian: the trap that decides.

Whoever adapts step sizes to gradients lets Gaussians that are hardly seen take full steps, and unseen sides turn into noise.
So changes are gated by a ratio: the blending weight that Gaussians have in a picture (the gradient of the summed picture with
respect to their colours) over the area of their patch of the surface, facing the camera. Behind others, at a slant or outside the
mask it is low.
"""

import math
from dataclasses import dataclass, replace

import torch
from jaxtyping import Bool, Float
from torch import Tensor
from torch.nn import functional as F

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
HALF_WORSE, HALF_AS_GOOD = 0.72, 0.78
"""The same for half a face, of the mean ratio of the other half."""
JUMP, DOUBT = 0.06, 1
"""Metres between the depths of neighbouring pixels from which one thing is in front of another, and pixels to either side of
such an edge of which one cannot tell which of the two they show: poses are no better known."""


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
    return _between(ratio, LOW, HIGH)


def fair(ratio: Float[Tensor, "gaussians"], surface: SurfaceGraph) -> Float[Tensor, "gaussians"]:
    """What is left of a gate beside a twin that photos show better: at a slant, half of a face is a smear that its mirror image
    knows better. Half a face stays or goes as one: between parts from here and parts from there noses double."""
    share = ratio / torch.maximum(ratio, ratio[surface.twin]).clamp(min=1e-6)
    halves = torch.stack([ratio[half].clamp(max=1.0).mean() for half in surface.halves])
    for half, whole in zip(surface.halves, halves / halves.max().clamp(min=1e-6), strict=True):
        share = torch.where(half, WORSE + (AS_GOOD - WORSE) * _between(whole, HALF_WORSE, HALF_AS_GOOD), share)
    return _between(surface.smooth(share[:, None], EVEN, sweeps=6)[:, 0], WORSE, AS_GOOD)


def _between(value: Tensor, low: float, high: float) -> Tensor:
    """0 up to `low`, 1 from `high`, evenly between."""
    return ((value - low) / (high - low)).clamp(0.0, 1.0)


@torch.no_grad()
def occlusions(posed: Gaussians, camera: Camera) -> Bool[Tensor, "1 height width"]:
    """Pixels where one part of the person ends in front of another: an arm that is taken to be a pixel off is painted on the
    trousers behind it, and they on the arm."""
    shown = render(posed, camera)
    solid = shown.alpha > 0.5
    far = F.max_pool2d(torch.where(solid, shown.depth, -torch.inf), 3, 1, 1)
    near = -F.max_pool2d(torch.where(solid, -shown.depth, -torch.inf), 3, 1, 1)
    edge = solid & (far - near > JUMP)
    return F.max_pool2d(edge.float(), 2 * DOUBT + 1, 1, DOUBT) > 0
