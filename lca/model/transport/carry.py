"""From pixels to Gaussians: every foreground pixel shares its colour among the Gaussians nearest to the point it shows."""

from dataclasses import dataclass

import torch
from einops import rearrange
from jaxtyping import Float
from torch import Tensor

from lca.model.template import Template
from lca.model.transport.dense import FEATURES, DenseMaps, double
from lca.model.transport.nearest import NEIGHBOURS, nearest_gaussians

CHANNELS = 3 * (3 + 1) + FEATURES + 3
"""Of what arrives at a Gaussian: (colour, log weight) of itself, its mirror and its anchor; feature; distance from the body."""


@dataclass(frozen=True)
class PixelEvidence:
    """All foreground pixels of a batch of people as one flat list; `person` says whose pixel it is."""

    person: Tensor
    canonical: Float[Tensor, "pixels 3"]
    weight: Float[Tensor, "pixels"]
    payload: Float[Tensor, "pixels channels"]


def collect(maps: DenseMaps, images: Tensor, masks: Tensor, views: int) -> PixelEvidence:
    """Foreground pixels of body pictures or face crops; `images` (people x views, 3, H, W), `masks` (.., 1, H, W)."""
    image, row, column = (masks[:, 0] > 0.6).nonzero(as_tuple=True)

    def at_pixels(values: Tensor) -> Tensor:
        return double(values, "bilinear")[image, :, row, column]

    weight = at_pixels(maps.log_weight - 0.5 * maps.log_error.detach())[:, 0].exp()
    payload = torch.cat([images[image, :, row, column], at_pixels(maps.feature)], -1)
    return PixelEvidence(image // views, at_pixels(maps.canonical), weight, payload)


def carry(evidence: list[PixelEvidence], template: Template, people: int) -> Float[Tensor, "people gaussians evidence"]:
    """Carry pixels to the Gaussians that they show.

    Per Gaussian: its own colour, its mirror's and that of its whole anchor, each with a log weight that says how much it can
    be trusted, then feature and distance from the body; all weighted means over the pixels (see `lca.model.transport.evidence`).
    Each pixel shares its weight among its `NEIGHBOURS` nearest Gaussians by softmax(-d^2 / 2 tau^2), tau being half
    their spacing.
    """
    person = torch.cat([e.person for e in evidence])
    point = torch.cat([e.canonical for e in evidence])
    pixel_weight = torch.cat([e.weight for e in evidence])
    payload = torch.cat([e.payload for e in evidence])
    gaussian = nearest_gaussians(point.detach(), template)
    residual = point[:, None] - template.points[gaussian]
    tau = 0.5 * template.spacing[gaussian] + 0.001
    share = (-(residual**2).sum(-1) / (2 * tau**2)).softmax(-1) * pixel_weight[:, None]
    carried = torch.cat([payload[:, None].expand(-1, NEIGHBOURS, -1), residual, torch.ones_like(share)[..., None]], -1)
    slot = (person[:, None] * len(template.points) + gaussian).flatten()
    sums = carried.new_zeros(people * len(template.points), carried.shape[-1])
    sums = sums.index_add(0, slot, (carried * share[..., None]).flatten(0, 1)).unflatten(0, (people, -1))
    mean, own = _normalise(sums)
    anchor_sums = rearrange(sums, "b (g k) c -> b g k c", k=template.config.per_anchor).sum(2)
    anchor_mean, anchor_weight = _normalise(anchor_sums)
    repeated = torch.cat([anchor_mean[..., :3], anchor_weight], -1).repeat_interleave(template.config.per_anchor, 1)
    mirrored = torch.cat([mean[..., :3], own], -1)[:, template.mirror]
    return torch.cat([mean[..., :3], own, mirrored, repeated, mean[..., 3:]], -1)


def _normalise(sums: Tensor) -> tuple[Tensor, Tensor]:
    weight = sums[..., -1:]
    return sums[..., :-1] / (weight + 1e-3), (weight + 1e-3).log()
