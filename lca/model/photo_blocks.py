"""Before all photos meet, the body picture and the face crop of each one see each other: beyond the paper."""

from dataclasses import replace

import torch
from torch import Tensor, nn

from lca.model.encoder import EncoderConfig, ImageTokens
from lca.model.layers import SelfBlock, pack_foreground, unpack


class PhotoBlocks(nn.Module):
    """Self-attention over both crops of one photo: the face says which way the body faces."""

    def __init__(self, width: int, heads: int, depth: int):
        super().__init__()
        self.kind = nn.Parameter(torch.zeros(2, width))
        self.blocks = nn.ModuleList(SelfBlock(width, heads) for _ in range(depth))
        self.norm = nn.LayerNorm(width)

    def forward(self, body: ImageTokens, face: ImageTokens) -> tuple[ImageTokens, ImageTokens]:
        """Tokens of body pictures and of face crops of the same photos; zero in the background."""
        packed = [pack_foreground(each.grid, each.foreground) for each in (body, face)]
        x = torch.cat([tokens + kind for (tokens, _, _), kind in zip(packed, self.kind, strict=True)], 1)
        keep = torch.cat([kept for _, kept, _ in packed], 1)
        for block in self.blocks:
            x = block(x, keep)
        x = self.norm(x) * keep[..., None]
        of_body, of_face = x.split([kept.shape[1] for _, kept, _ in packed], 1)
        return _put_back(of_body, packed[0][2], body), _put_back(of_face, packed[1][2], face)


class Apart(nn.Module):
    """No such blocks: the paper to the letter."""

    def forward(self, body: ImageTokens, face: ImageTokens) -> tuple[ImageTokens, ImageTokens]:
        """Tokens as they are."""
        return body, face


def build_photo_blocks(width: int, config: EncoderConfig) -> PhotoBlocks | Apart:
    """What the config asks for."""
    return PhotoBlocks(width, config.heads, config.photo_depth) if config.photo_depth else Apart()


def _put_back(packed: Tensor, place: Tensor, tokens: ImageTokens) -> ImageTokens:
    return replace(tokens, grid=unpack(packed, place, tokens.grid))
