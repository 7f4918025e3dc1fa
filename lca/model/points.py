"""A second pair of eyes for correspondence: a network that starts from photographs says which point of the body a pixel shows.

The dense head of the avatar network learns from our world alone; this one begins with features of real pictures. It gives the
same maps, and the canonical points that colours are carried to, and bodies are solved from, are its points.
"""

from collections.abc import Sequence
from dataclasses import replace

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional as F

from lca.formats.photos import Photos
from lca.model.efficientnet import LEVELS, STAGES, EfficientNetLite
from lca.model.encoder import PATCH, ImageTokens
from lca.model.photo_blocks import PhotoBlocks
from lca.model.transport.dense import DenseHead, DenseMaps

WIDTH, HEADS, DEPTH = 192, 4, 2
"""Of the tokens, and of the blocks in which both crops of a photo see each other."""
CHANNELS = {stride: STAGES[place].channels for stride, place in LEVELS.items()}


class PointNetwork(nn.Module):
    """Photos -> maps of their body pictures and of their face crops."""

    def __init__(self, anchors: int):
        super().__init__()
        self.backbone = EfficientNetLite()
        self.norms = nn.ModuleList(nn.GroupNorm(1, channels) for channels in CHANNELS.values())
        self.join = nn.Conv2d(CHANNELS[16] + CHANNELS[32], WIDTH, 1)
        self.photo = PhotoBlocks(WIDTH, HEADS, DEPTH)
        self.dense = DenseHead(WIDTH, anchors, (CHANNELS[2], CHANNELS[4], CHANNELS[8]))

    def forward(self, photos: Photos, anchors: Float[Tensor, "anchors 3"]) -> list[DenseMaps]:
        """[of body pictures, of face crops]; `photos` with one batch axis (people)."""
        body = self._tokens(photos.body.flatten(0, 1), photos.body_mask.flatten(0, 1))
        face = self._tokens(photos.face.flatten(0, 1), photos.face_mask.flatten(0, 1))
        return [self.dense(tokens, anchors) for tokens in self.photo(body, face)]

    def _tokens(self, images: Tensor, masks: Tensor) -> ImageTokens:
        found = [norm(level) for norm, level in zip(self.norms, self.backbone(images), strict=True)]
        above = F.interpolate(found.pop(), scale_factor=2, mode="bilinear")
        grid = self.join(torch.cat([found.pop(), above], 1)).flatten(2).mT
        return ImageTokens(grid, F.max_pool2d(masks, PATCH).flatten(1) > 0.1, found)


def with_points_of(maps: Sequence[DenseMaps], better: Sequence[DenseMaps]) -> list[DenseMaps]:
    """`maps` with the canonical points, and their expected errors, of others of the same pictures."""
    return [
        replace(own, canonical=other.canonical, log_error=other.log_error)
        for own, other in zip(maps, better, strict=True)
    ]
