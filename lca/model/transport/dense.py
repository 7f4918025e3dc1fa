"""The dense head: which canonical point of the person every second pixel shows, with an uncertainty.

Each token first chooses among the anchors, as a classifier (continuous surface embeddings, Neverova et al. 2020, do so with
vertices): regression alone answers left or right, front or back with the middle, and learns far more slowly.
"""

from dataclasses import dataclass

import torch
from einops import rearrange
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional as F

from lca.model.encoder import ImageTokens

FEATURES = 8
STEP = 0.1
"""Metres per unit of a linear output; without it one step of Adam moves every point by centimetres and drowns the rest."""


@dataclass(frozen=True)
class Coarse:
    """What each token shows: `log_share` over the anchors, and the canonical `point` that follows (metres)."""

    log_share: Float[Tensor, "images tokens anchors"]
    point: Float[Tensor, "images 3 rows columns"]


@dataclass(frozen=True)
class DenseMaps:
    """What the dense head says of every second pixel.

    `canonical` (metres on the mean body in rest pose), `log_error` (log of the expected error in metres), `log_weight` (how
    much this pixel should count) and `feature`; `coarse` is what the tokens show.
    """

    coarse: Coarse
    canonical: Float[Tensor, "images 3 rows columns"]
    log_error: Float[Tensor, "images 1 rows columns"]
    log_weight: Float[Tensor, "images 1 rows columns"]
    feature: Float[Tensor, "images feature rows columns"]


class DenseHead(nn.Module):
    """A coarse point per token (stride 16) and, up to stride 2 with the pyramid's detail, what is to be added to it."""

    def __init__(self, width: int, anchors: int, stem: tuple[int, int, int]):
        super().__init__()
        two, four, eight = stem
        self.choice = nn.Linear(width, anchors)
        self.shift = nn.Linear(width, 3)
        self.lift = nn.Linear(width, eight)
        self.at_eight = _mixed(2 * eight, eight)
        self.at_four = _mixed(eight + four, four)
        self.at_two = _mixed(four + two, two)
        self.out = nn.Conv2d(two, 5 + FEATURES, 1)

    def coarse(self, tokens: ImageTokens, anchors: Float[Tensor, "anchors 3"]) -> Coarse:
        """The anchors that every token shows, their mean, and a shift of it."""
        log_share = self.choice(tokens.grid).float().log_softmax(-1)
        with torch.autocast(tokens.grid.device.type, enabled=False):
            point = log_share.exp() @ anchors + STEP * self.shift(tokens.grid.float())
        return Coarse(log_share, rearrange(point, "i (h w) c -> i c h w", h=tokens.rows))

    def forward(self, tokens: ImageTokens, anchors: Float[Tensor, "anchors 3"]) -> DenseMaps:
        """Maps at half the picture's size from the tokens and the pyramid of the same pictures."""
        two, four, eight = tokens.pyramid
        x = rearrange(self.lift(tokens.grid), "i (h w) c -> i c h w", h=tokens.rows)
        x = self.at_eight(torch.cat([double(x), eight], 1))
        x = self.at_four(torch.cat([double(x), four], 1))
        x = self.at_two(torch.cat([double(x), two], 1))
        fine, log_error, log_weight, feature = self.out(x).float().split([3, 1, 1, FEATURES], 1)
        coarse = self.coarse(tokens, anchors)
        known = rearrange(tokens.foreground.float(), "i (h w) -> i 1 h w", h=tokens.rows)
        canonical = enlarge(coarse.point.detach() * known) / enlarge(known).clamp(min=1e-3) + STEP * fine
        return DenseMaps(coarse, canonical, log_error.clamp(-7.0, 2.0), log_weight.clamp(-6.0, 6.0), feature)


def enlarge(x: Tensor) -> Tensor:
    """From stride 16 to stride 2."""
    return F.interpolate(x, scale_factor=8, mode="bilinear", align_corners=False)


def _mixed(channels: int, out: int) -> nn.Module:
    return nn.Sequential(nn.Conv2d(channels, out, 3, padding=1), nn.GELU(), nn.Conv2d(out, out, 1), nn.GELU())


def double(x: Tensor, mode: str = "nearest") -> Tensor:
    """Twice the rows and columns."""
    return F.interpolate(x, scale_factor=2, mode=mode)
