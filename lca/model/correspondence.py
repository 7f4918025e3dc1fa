"""Correspondence and colour transport: beyond the paper, and where small models gain most.

A dense head predicts, for every second pixel, which canonical point of the person it shows (with an uncertainty):
photos alone suffice, no pose and no camera. Each token first chooses among the anchors, as a classifier (continuous
surface embeddings, Neverova et al. 2020, do so with vertices): regression alone answers left or right, front or back
with the middle, and learns far more slowly. `transport` then carries each pixel's colour, its distance from the body
and a learned feature to the Gaussians nearest to that point. `ModelConfig.transport = false` switches all of it off:
the paper to the letter.
"""

from dataclasses import dataclass

import torch
from einops import rearrange
from jaxtyping import Bool, Float
from torch import Tensor, nn
from torch.nn import functional as F

from lca.model.layers import SelfBlock, pack_foreground, unpack
from lca.model.nearest import NEIGHBOURS, nearest_gaussians
from lca.model.template import Template

FEATURES = 8
CELL = 0.03
"""Metres, how far a token's point spreads over the anchors that it should choose."""
STEP = 0.1
"""Metres per unit of a linear output; without it one step of Adam moves every point by centimetres and drowns the rest."""
EVIDENCE = 3 * (3 + 1) + FEATURES + 3


@dataclass(frozen=True)
class Coarse:
    """What each token shows: `log_share` over the anchors, and the canonical `point` that follows (metres)."""

    log_share: Float[Tensor, "images tokens anchors"]
    point: Float[Tensor, "images 3 rows columns"]


@dataclass(frozen=True)
class DenseMaps:
    """What the dense head says of every second pixel: `canonical` (metres on the mean body in rest pose), `log_error`
    (log of the
    expected error in metres), `log_weight` (how much this pixel should count) and `feature`; `coarse` is what the
    tokens show."""

    coarse: Coarse
    canonical: Float[Tensor, "images 3 rows columns"]
    log_error: Float[Tensor, "images 1 rows columns"]
    log_weight: Float[Tensor, "images 1 rows columns"]
    feature: Float[Tensor, "images feature rows columns"]


class PhotoBlocks(nn.Module):
    """Self-attention over the body picture and the face crop of one photo: the face says which way the body faces."""

    def __init__(self, width: int, heads: int, depth: int):
        super().__init__()
        self.kind = nn.Parameter(torch.zeros(2, width))
        self.blocks = nn.ModuleList(SelfBlock(width, heads) for _ in range(depth))
        self.norm = nn.LayerNorm(width)

    def forward(self, tokens: tuple[Tensor, Tensor], foreground: tuple[Tensor, Tensor]) -> tuple[Tensor, Tensor]:
        """(body tokens, face tokens) of the same photos, grids in and grids out, zero in the background."""
        body, face = (pack_foreground(t, f) for t, f in zip(tokens, foreground, strict=True))
        x = torch.cat([body[0] + self.kind[0], face[0] + self.kind[1]], 1)
        keep = torch.cat([body[1], face[1]], 1)
        for block in self.blocks:
            x = block(x, keep)
        x = self.norm(x) * keep[..., None]
        parts = x.split([body[0].shape[1], face[0].shape[1]], 1)
        return unpack(parts[0], body[2], tokens[0]), unpack(parts[1], face[2], tokens[1])


class DenseHead(nn.Module):
    """A coarse point per token (stride 16) and, up to stride 2 with the pyramid's detail, what is to be added to it."""

    def __init__(self, width: int, anchors: int, stem: tuple[int, int, int]):
        super().__init__()
        two, four, eight = stem
        self.choice = nn.Linear(width, anchors)
        self.shift = nn.Linear(width, 3)
        self.lift = nn.Linear(width, eight)
        self.at_eight = _fuse(2 * eight, eight)
        self.at_four = _fuse(eight + four, four)
        self.at_two = _fuse(four + two, two)
        self.out = nn.Conv2d(two, 5 + FEATURES, 1)

    def coarse(
        self, tokens: Float[Tensor, "images tokens width"], rows: int, anchors: Float[Tensor, "anchors 3"]
    ) -> Coarse:
        """The anchors that every token shows, their mean, and a shift of it."""
        log_share = self.choice(tokens).float().log_softmax(-1)
        with torch.autocast(tokens.device.type, enabled=False):
            point = log_share.exp() @ anchors + STEP * self.shift(tokens.float())
        return Coarse(log_share, rearrange(point, "i (h w) c -> i c h w", h=rows))

    def forward(
        self,
        tokens: Float[Tensor, "images tokens width"],
        foreground: Bool[Tensor, "images tokens"],
        pyramid: list[Tensor],
        anchors: Float[Tensor, "anchors 3"],
    ) -> DenseMaps:
        """Maps at half the picture's size from the tokens and the pyramid of the same pictures."""
        two, four, eight = pyramid
        rows = eight.shape[-2] // 2
        x = rearrange(self.lift(tokens), "i (h w) c -> i c h w", h=rows)
        x = self.at_eight(torch.cat([_double(x), eight], 1))
        x = self.at_four(torch.cat([_double(x), four], 1))
        x = self.at_two(torch.cat([_double(x), two], 1))
        fine, log_error, log_weight, feature = self.out(x).float().split([3, 1, 1, FEATURES], 1)
        coarse = self.coarse(tokens, rows, anchors)
        known = rearrange(foreground.float(), "i (h w) -> i 1 h w", h=rows)
        canonical = _enlarge(coarse.point.detach() * known) / _enlarge(known).clamp(min=1e-3) + STEP * fine
        return DenseMaps(coarse, canonical, log_error.clamp(-7.0, 2.0), log_weight.clamp(-6.0, 6.0), feature)


def _enlarge(x: Tensor) -> Tensor:
    return F.interpolate(x, scale_factor=8, mode="bilinear", align_corners=False)


def _fuse(channels: int, out: int) -> nn.Module:
    return nn.Sequential(nn.Conv2d(channels, out, 3, padding=1), nn.GELU(), nn.Conv2d(out, out, 1), nn.GELU())


def _double(x: Tensor, mode: str = "nearest") -> Tensor:
    return F.interpolate(x, scale_factor=2, mode=mode)


def correspondence_loss(
    maps: DenseMaps, anchors: Float[Tensor, "anchors 3"], canonical: Tensor, valid: Tensor
) -> Tensor:
    """Laplace negative log-likelihood of the true canonical point plus its plain distance, so that nothing is given
    up, and the tokens' loss.

    `canonical` (images, 3, rows, columns) in metres, `valid` (images, 1, rows, columns) in {0, 1}.
    """
    distance = ((maps.canonical - canonical) ** 2).sum(1, keepdim=True).add(1e-8).sqrt()
    likelihood = distance * (-maps.log_error).exp() + maps.log_error
    fine = ((0.3 * likelihood + 10.0 * distance) * valid).sum() / valid.sum().clamp(min=1.0)
    return fine + coarse_loss(maps.coarse, anchors, canonical, valid)


def coarse_loss(coarse: Coarse, anchors: Float[Tensor, "anchors 3"], canonical: Tensor, valid: Tensor) -> Tensor:
    """Cross-entropy of each token's choice of anchors and ten times the distance of its point (metres) from the mean
    of the points that its patch shows."""
    patch = canonical.shape[-1] // coarse.point.shape[-1]
    share = F.avg_pool2d(valid, patch)
    truth = F.avg_pool2d(canonical * valid, patch) / share.clamp(min=1e-6)
    squared = torch.cdist(rearrange(truth, "i c h w -> i (h w) c"), anchors) ** 2
    surprise = -((-squared / (2.0 * CELL**2)).softmax(-1) * coarse.log_share).sum(-1)
    weight = share.flatten(1)
    choice = (surprise * weight).sum() / weight.sum().clamp(min=1e-6)
    return 0.5 * choice + 10.0 * mean_distance(coarse.point, truth, share)


def mean_distance(points: Tensor, truth: Tensor, valid: Tensor) -> Tensor:
    """Mean error of canonical points where there are any, metres."""
    distance = ((points - truth) ** 2).sum(1, keepdim=True).add(1e-8).sqrt()
    return (distance * valid).sum() / valid.sum().clamp(min=1.0)


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
        return _double(values, "bilinear")[image, :, row, column]

    weight = at_pixels(maps.log_weight - 0.5 * maps.log_error.detach())[:, 0].exp()
    payload = torch.cat([images[image, :, row, column], at_pixels(maps.feature)], -1)
    return PixelEvidence(image // views, at_pixels(maps.canonical), weight, payload)


def transport(
    evidence: list[PixelEvidence], template: Template, people: int
) -> Float[Tensor, "people gaussians evidence"]:
    """Carry pixels to the Gaussians that they show: per Gaussian the weighted mean of (colour, distance from the
    body, feature), its own and
    its mirror's colour, the mean colour of the whole anchor, and log weights that say how much each of them can be
    trusted.

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
