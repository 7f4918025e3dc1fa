"""From pixels to Gaussians: every foreground pixel shares its colour among the Gaussians nearest to the point it shows."""

from dataclasses import dataclass

import torch
from einops import rearrange
from jaxtyping import Float
from torch import Tensor

from lca.formats.photos import Photos
from lca.model.template import Template
from lca.model.transport.carry_cpu import carry_fused, foreground
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
    image, row, column = foreground(masks).unbind(1)

    def at_pixels(values: Tensor) -> Tensor:
        return double(values)[image, :, row, column]

    weight = at_pixels(_log_weight(maps))[:, 0].exp()
    payload = torch.cat([images[image, :, row, column], at_pixels(maps.feature)], -1)
    return PixelEvidence(image // views, at_pixels(maps.canonical), weight, payload)


def carry(maps: list[DenseMaps], photos: Photos, template: Template) -> Float[Tensor, "people gaussians evidence"]:
    """Carry pixels to the Gaussians that they show; `maps` of the body pictures and of the face crops of `photos`, which have one
    batch axis (people).

    Per Gaussian: its own colour, its mirror's and that of its whole anchor, each with a log weight that says how much it can
    be trusted, then feature and distance from the body; all weighted means over the pixels (see `lca.model.transport.evidence`).
    """
    people, views = photos.body.shape[:2]
    pictures = ((photos.body, photos.body_mask), (photos.face, photos.face_mask))
    flat = [(image.flatten(0, 1), mask.flatten(0, 1)) for image, mask in pictures]
    gather = sums_by_torch if photos.body.is_cuda else sums_by_kernel
    return arranged(gather(maps, flat, template, (people, views)), template)


def sums_by_torch(
    maps: list[DenseMaps], pictures: list[tuple[Tensor, Tensor]], template: Template, size: tuple[int, int]
) -> Float[Tensor, "people gaussians sums"]:
    """The readable twin, also for CUDA: (colour, feature, residual, 1) of all pixels, weighted; `size` is (people, views)."""
    people, views = size
    evidence = [collect(found, *picture, views) for found, picture in zip(maps, pictures, strict=True)]
    return shared(evidence, template, people)


def sums_by_kernel(
    maps: list[DenseMaps], pictures: list[tuple[Tensor, Tensor]], template: Template, size: tuple[int, int]
) -> Float[Tensor, "people gaussians sums"]:
    """The same, fused, on the CPU."""
    sums = [
        carry_fused(channels_of(found), image, mask, template, size)
        for found, (image, mask) in zip(maps, pictures, strict=True)
    ]
    return torch.stack(sums).sum(0)


def channels_of(maps: DenseMaps) -> Float[Tensor, "images rows columns channels"]:
    """What a pixel reads, side by side: canonical point, log weight, feature."""
    channels = torch.cat([maps.canonical, _log_weight(maps), maps.feature], 1)
    return rearrange(channels, "image channel row column -> image row column channel")


def shared(evidence: list[PixelEvidence], template: Template, people: int) -> Float[Tensor, "people gaussians sums"]:
    """Each pixel shares its weight among its `NEIGHBOURS` nearest Gaussians by softmax(-d^2 / 2 tau^2), tau being half their
    spacing."""
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
    return sums.index_add(0, slot, (carried * share[..., None]).flatten(0, 1)).unflatten(0, (people, -1))


def arranged(
    sums: Float[Tensor, "people gaussians sums"], template: Template
) -> Float[Tensor, "people gaussians evidence"]:
    """Sums -> means with their log weights, beside those of the mirror and of the anchor (see `carry`)."""
    mean, own = _normalise(sums)
    anchor_sums = rearrange(sums, "b (g k) c -> b g k c", k=template.config.per_anchor).sum(2)
    anchor_mean, anchor_weight = _normalise(anchor_sums)
    repeated = torch.cat([anchor_mean[..., :3], anchor_weight], -1).repeat_interleave(template.config.per_anchor, 1)
    mirrored = torch.cat([mean[..., :3], own], -1)[:, template.mirror]
    return torch.cat([mean[..., :3], own, mirrored, repeated, mean[..., 3:]], -1)


def _normalise(sums: Tensor) -> tuple[Tensor, Tensor]:
    weight = sums[..., -1:]
    return sums[..., :-1] / (weight + 1e-3), (weight + 1e-3).log()


def _log_weight(maps: DenseMaps) -> Tensor:
    return maps.log_weight - 0.5 * maps.log_error.detach()
