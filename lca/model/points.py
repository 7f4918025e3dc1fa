"""A second pair of eyes for correspondence: a network that starts from photographs says which point of the body a pixel shows.

The dense head of the avatar network learns from our world alone; this one begins with features of real pictures. The canonical
points that colours are carried to, and bodies are solved from, are those on which both agree.
"""

import math
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
    """Photos -> maps of their body pictures and of their face crops; with `depth`, how far their pixels lie behind the pelvis."""

    def __init__(self, anchors: int, depth: bool = False):
        super().__init__()
        self.backbone = EfficientNetLite()
        self.norms = nn.ModuleList(nn.GroupNorm(1, channels) for channels in CHANNELS.values())
        self.join = nn.Conv2d(CHANNELS[16] + CHANNELS[32], WIDTH, 1)
        self.photo = PhotoBlocks(WIDTH, HEADS, DEPTH)
        self.dense = DenseHead(WIDTH, anchors, (CHANNELS[2], CHANNELS[4], CHANNELS[8]), depth)

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


def agreed(maps: Sequence[DenseMaps], others: Sequence[DenseMaps]) -> list[DenseMaps]:
    """`maps` with the canonical points, and their expected errors, on which they agree with `others` of the same pictures: the
    mean, in which each counts by how sure it is. They err each in its own way. Depth is the others' alone."""
    return [_agreed(own, other) for own, other in zip(maps, others, strict=True)]


def _agreed(own: DenseMaps, other: DenseMaps) -> DenseMaps:
    share = (other.log_error - own.log_error).sigmoid()
    log_error = math.log(2.0) - torch.logaddexp(-own.log_error, -other.log_error)
    return replace(
        own, canonical=torch.lerp(other.canonical, own.canonical, share), log_error=log_error, depth=other.depth
    )
