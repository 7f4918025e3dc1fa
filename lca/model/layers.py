"""The parts every network here is made of: attention, feed-forward, positions."""

import math

import torch
from einops import rearrange
from jaxtyping import Bool, Float, Int
from torch import Tensor, nn
from torch.nn import functional as F

from lca.errors import UserError

WIDTHS, DEPTHS = (4, 8192), (0, 128)
"""Channels, and layers, that a network can have."""

HIDDEN = -1e4
"""Added to the score of what must not be seen; not minus infinity, so that somebody of whom nothing is seen stays finite."""


def check_heads(part: str, width: int, heads: int) -> None:
    """Raises: UserError: attention heads that do not share the channels of a token."""
    if not 1 <= heads <= width or width % heads:
        raise UserError(f"expected {part}.heads that divide {part}.width, got {heads} heads and width {width}")


class Attention(nn.Module):
    """Multi-head attention of `queries` on `context`; padded context tokens are hidden by `keep`."""

    def __init__(self, width: int, heads: int):
        super().__init__()
        if width % heads:
            raise ValueError(f"expected a width divisible by the number of heads, got width {width} and {heads} heads")
        self.heads = heads
        self.query = nn.Linear(width, width)
        self.key_value = nn.Linear(width, 2 * width)
        self.out = nn.Linear(width, width)

    def forward(
        self,
        queries: Float[Tensor, "batch queries width"],
        context: Float[Tensor, "batch context width"],
        keep: Bool[Tensor, "batch context"] | None = None,
    ) -> Float[Tensor, "batch queries width"]:
        """softmax(q k^T / sqrt(d)) v."""
        q = rearrange(self.query(queries), "b n (h d) -> b h n d", h=self.heads)
        k, v = rearrange(self.key_value(context), "b n (two h d) -> two b h n d", two=2, h=self.heads)
        mask = None if keep is None else keep[:, None, None, :]
        return self.out(rearrange(attend(q, k, v, mask), "b h n d -> b n (h d)"))


def attend(q: Tensor, k: Tensor, v: Tensor, mask: Tensor | None) -> Tensor:
    """Scaled dot-product attention.

    In bfloat16 on a CPU torch's fused kernel is written out: its backward pass is 4-6 times slower than these two products.
    In single precision it takes 0.6 of their time.
    """
    hidden = None if mask is None else torch.zeros_like(mask, dtype=q.dtype).masked_fill(~mask, HIDDEN)
    if q.is_cuda or q.dtype == torch.float32:
        return F.scaled_dot_product_attention(q, k, v, attn_mask=hidden)
    scores = (q * q.shape[-1] ** -0.5) @ k.mT
    return (scores if hidden is None else scores + hidden).softmax(-1).to(v.dtype) @ v


class FeedForward(nn.Sequential):
    """Two linear layers with a GELU between them."""

    def __init__(self, width: int, hidden: int, out: int | None = None):
        super().__init__(nn.Linear(width, hidden), nn.GELU(), nn.Linear(hidden, out or width))

    @property
    def last(self) -> nn.Linear:
        """The layer that writes the output."""
        layer = self[-1]
        assert isinstance(layer, nn.Linear)
        return layer


class SelfBlock(nn.Module):
    """Pre-norm transformer block: self-attention, then feed-forward."""

    def __init__(self, width: int, heads: int, expansion: int = 3):
        super().__init__()
        self.norm_attention, self.norm_feed = nn.LayerNorm(width), nn.LayerNorm(width)
        self.attention = Attention(width, heads)
        self.feed = FeedForward(width, expansion * width)

    def forward(self, x: Tensor, keep: Tensor | None = None) -> Tensor:
        """Tokens in, tokens out."""
        normed = self.norm_attention(x)
        x = x + self.attention(normed, normed, keep)
        return x + self.feed(self.norm_feed(x))


class CrossBlock(nn.Module):
    """Pre-norm transformer block: attention of one token set on another, then feed-forward."""

    def __init__(self, width: int, heads: int, expansion: int = 3):
        super().__init__()
        self.norm_query, self.norm_context = nn.LayerNorm(width), nn.LayerNorm(width)
        self.norm_feed = nn.LayerNorm(width)
        self.attention = Attention(width, heads)
        self.feed = FeedForward(width, expansion * width)

    def forward(self, x: Tensor, context: Tensor, keep: Tensor | None = None) -> Tensor:
        """Tokens in, tokens out; the context is left as it is."""
        x = x + self.attention(self.norm_query(x), self.norm_context(context), keep)
        return x + self.feed(self.norm_feed(x))


def fourier(x: Float[Tensor, "*batch dims"], octaves: int) -> Float[Tensor, "*batch features"]:
    """F_PE: (x, sin(2^k pi x), cos(2^k pi x)) for k < octaves; x in metres, so the longest wave is two metres."""
    angles = x[..., None] * (math.pi * 2.0 ** torch.arange(octaves, device=x.device, dtype=x.dtype))
    return torch.cat([x, angles.sin().flatten(-2), angles.cos().flatten(-2)], -1)


def grid_positions(height: int, width: int, channels: int) -> Float[Tensor, "tokens channels"]:
    """Fixed sine-cosine positions of a token grid, rows first."""
    frequencies = 1.0 / 100.0 ** (torch.arange(channels // 4) / (channels // 4))
    y, x = torch.meshgrid(torch.arange(height) / height * 16.0, torch.arange(width) / width * 16.0, indexing="ij")
    angles = torch.stack([y, x], -1).reshape(-1, 2, 1) * frequencies
    return torch.cat([angles.sin(), angles.cos()], -1).flatten(1)


def pack_foreground(
    tokens: Float[Tensor, "images tokens width"], foreground: Bool[Tensor, "images tokens"]
) -> tuple[Float[Tensor, "images kept width"], Bool[Tensor, "images kept"], Int[Tensor, "images kept"]]:
    """Drop background tokens: (what is kept, which of it is foreground, its places). Every image keeps as many as the
    fullest needs."""
    kept = max(int(foreground.sum(-1).max()), 1)
    place = foreground.float().argsort(dim=-1, descending=True, stable=True)[:, :kept]
    packed = tokens.gather(1, place[..., None].expand(-1, -1, tokens.shape[-1]))
    return packed, foreground.gather(1, place), place


def unpack(
    packed: Float[Tensor, "images kept width"],
    place: Int[Tensor, "images kept"],
    like: Float[Tensor, "images tokens width"],
) -> Float[Tensor, "images tokens width"]:
    """Put packed tokens back where they came from; zero elsewhere."""
    return torch.zeros_like(like).scatter(1, place[..., None].expand_as(packed), packed.to(like))
