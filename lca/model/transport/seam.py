"""The one door of the transport: `Transport`, or `NoTransport`, the paper to the letter, in its place."""

import torch
from einops import rearrange
from jaxtyping import Float
from torch import Tensor, nn

from lca.formats.photos import Photos
from lca.model.encoder import ImageTokens
from lca.model.layers import FeedForward
from lca.model.template import Template
from lca.model.transport.carry import CHANNELS, carry
from lca.model.transport.dense import Coarse, DenseHead, DenseMaps
from lca.model.transport.evidence import SOURCES, Carried, Evidence, Nothing
from lca.precision import mixed_precision


class Transport(nn.Module):
    """Photo colours -> Gaussians, through predicted correspondence."""

    channels, sources = CHANNELS, 1 + SOURCES

    def __init__(self, encoder_width: int, stem: tuple[int, int, int], anchors: int, width: int):
        super().__init__()
        self.dense = DenseHead(encoder_width, anchors, stem)
        self.project = FeedForward(CHANNELS, width, width)

    def coarse(self, tokens: tuple[ImageTokens, ...], template: Template) -> list[Coarse]:
        """What the tokens of body pictures and of face crops show."""
        with mixed_precision(template.anchors.device):
            return [self.dense.coarse(each, template.anchors) for each in tokens]

    def maps(self, tokens: tuple[ImageTokens, ...], template: Template) -> list[DenseMaps]:
        """What the pixels of body pictures and of face crops show."""
        with mixed_precision(template.anchors.device):
            return [self.dense(each, template.anchors) for each in tokens]

    def carry(self, maps: list[DenseMaps], photos: Photos, template: Template) -> Evidence:
        """What all photos of each person show at each Gaussian; `photos` with one batch axis (people)."""
        return Carried(carry(maps, photos, template))

    def at_anchors(self, evidence: Evidence, per_anchor: int) -> Float[Tensor, "people anchors width"]:
        """What is added to the geometry tokens."""
        return self.project(rearrange(evidence.values, "p (g k) c -> p g k c", k=per_anchor).mean(2))


class NoTransport(nn.Module):
    """Answers in place of `Transport`: the photos' colours are carried nowhere."""

    channels, sources = 0, 1

    def __init__(self):
        super().__init__()
        self.dense, self.project = nn.Identity(), nn.Identity()

    def coarse(self, tokens: tuple[ImageTokens, ...], template: Template) -> list[Coarse]:
        """See `Transport`."""
        return []

    def maps(self, tokens: tuple[ImageTokens, ...], template: Template) -> list[DenseMaps]:
        """See `Transport`."""
        return []

    def carry(self, maps: list[DenseMaps], photos: Photos, template: Template) -> Evidence:
        """See `Transport`."""
        return Nothing(len(photos.body), len(template.points), template.points.device)

    def at_anchors(self, evidence: Evidence, per_anchor: int) -> Tensor:
        """See `Transport`."""
        return torch.zeros((), device=evidence.values.device)
