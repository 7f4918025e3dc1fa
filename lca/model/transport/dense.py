"""The dense head: which canonical point of the person every second pixel shows, with an uncertainty.

Each token first chooses among the anchors, as a classifier (continuous surface embeddings, Neverova et al. 2020, do so with
vertices): regression alone answers left or right, front or back with the middle, and learns far more slowly.
"""

from dataclasses import dataclass

import torch
from einops import einsum, rearrange
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional as F

from lca.model.encoder import ImageTokens

FEATURES = 8
STEP = 0.1
"""Metres per unit of a linear output; without it one step of Adam moves every point by centimetres and drowns the rest."""

TAPS = ((0.0, 0.0, 1.0), (0.0, 1.0, 1.0), (1.0, 1.0, 0.0), (1.0, 0.0, 0.0))
"""Which of three taps on doubled rows fall on the same one of the four that a transposed convolution has."""


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
    depth: "DepthMaps | None" = None


@dataclass(frozen=True)
class DepthMaps:
    """How far each pixel's surface lies behind the pelvis, along the camera's axis (`behind`, metres), and `log_error`, the log
    of the error to be expected of it."""

    behind: Float[Tensor, "images 1 rows columns"]
    log_error: Float[Tensor, "images 1 rows columns"]


class Finer(nn.Sequential):
    """Features of twice the rows and columns: x, doubled, beside the pyramid's `detail`, through a 3 x 3 and a 1 x 1 convolution.

    What falls on doubled places is summed up beforehand: of nine taps on x, four are left, and nothing is put side by side.
    """

    def __init__(self, channels: int, out: int):
        """`out` is how many channels the detail has, too."""
        super().__init__(nn.Conv2d(channels + out, out, 3, padding=1), nn.GELU(), nn.Conv2d(out, out, 1), nn.GELU())

    def forward(
        self, x: Float[Tensor, "images channels rows columns"], detail: Float[Tensor, "images out height width"]
    ) -> Float[Tensor, "images out height width"]:
        """Equal to `super().forward(cat([doubled x, detail]))`."""
        first, *rest = self
        assert isinstance(first, nn.Conv2d)
        of_x, of_detail = first.weight.split([x.shape[1], detail.shape[1]], 1)
        places = torch.tensor(TAPS).to(of_x)
        taps = einsum(of_x, places, places, "o i row column, y row, x column -> i o y x")
        x = F.conv_transpose2d(x, taps, stride=2, padding=1) + F.conv2d(detail, of_detail, first.bias, padding=1)
        for layer in rest:
            x = layer(x)
        return x


class DenseHead(nn.Module):
    """A coarse point per token (stride 16) and, up to stride 2 with the pyramid's detail, what is to be added to it."""

    def __init__(self, width: int, anchors: int, stem: tuple[int, int, int], depth: bool = False):
        super().__init__()
        two, four, eight = stem
        self.choice = nn.Linear(width, anchors)
        self.shift = nn.Linear(width, 3)
        self.lift = nn.Linear(width, eight)
        self.at_eight = Finer(eight, eight)
        self.at_four = Finer(eight, four)
        self.at_two = Finer(four, two)
        self.out = nn.Conv2d(two, 5 + FEATURES, 1)
        self.coarse_depth = nn.Linear(width, 1) if depth else None
        self.fine_depth = nn.Conv2d(two, 2, 1) if depth else None

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
        x = self.at_two(self.at_four(self.at_eight(x, eight), four), two)
        fine, log_error, log_weight, feature = self.out(x).float().split([3, 1, 1, FEATURES], 1)
        coarse = self.coarse(tokens, anchors)
        known = rearrange(tokens.foreground.float(), "i (h w) -> i 1 h w", h=tokens.rows)
        canonical = within(coarse.point.detach(), known) + STEP * fine
        log_error, log_weight = log_error.clamp(-7.0, 2.0), log_weight.clamp(-6.0, 6.0)
        return DenseMaps(coarse, canonical, log_error, log_weight, feature, self._depth(tokens, x, known))

    def _depth(self, tokens: ImageTokens, x: Tensor, known: Tensor) -> DepthMaps | None:
        if self.coarse_depth is None or self.fine_depth is None:
            return None
        far = rearrange(self.coarse_depth(tokens.grid).float(), "i (h w) c -> i c h w", h=tokens.rows)
        fine, log_error = self.fine_depth(x).float().chunk(2, 1)
        return DepthMaps(STEP * (within(far, known) + fine), log_error.clamp(-7.0, 2.0))


def within(x: Tensor, known: Tensor) -> Tensor:
    """From stride 16 to stride 2, of the tokens that are `known` alone."""
    return enlarge(x * known) / enlarge(known).clamp(min=1e-3)


def enlarge(x: Tensor) -> Tensor:
    """From stride 16 to stride 2."""
    return F.interpolate(x, scale_factor=8, mode="bilinear", align_corners=False)


def double(x: Tensor) -> Tensor:
    """Twice the rows and columns."""
    return F.interpolate(x, scale_factor=2, mode="bilinear")
