"""Image tokens: T = F_proj(E(I)), one encoder for body pictures and face crops (the paper's E_sap).

The default is a small vision transformer trained with the model; any frozen Hugging Face vision backbone can take its
place (`BackboneEncoder`). Both follow the `Encoder` protocol.
"""

from dataclasses import dataclass
from typing import Protocol

import torch
from einops import rearrange
from jaxtyping import Bool, Float
from torch import Tensor, nn
from torch.nn import functional as F

from lca.errors import UserError
from lca.model.backbone import grid_tokens, load_backbone, token_size
from lca.model.layers import DEPTHS, WIDTHS, SelfBlock, check_heads, grid_positions, pack_foreground, unpack
from lca.ranges import check_numbers

PATCH = 16
IMAGENET_MEAN, IMAGENET_STD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)


@dataclass(frozen=True)
class EncoderConfig:
    """The image encoder."""

    width: int = 192
    """Channels of the small transformer's tokens."""
    depth: int = 3
    """Blocks of the small transformer."""
    photo_depth: int = 2
    """Blocks in which the body picture and the face crop of one photo see each other; 0 is the paper to the letter."""
    heads: int = 4
    """Attention heads of the small transformer."""
    stem: tuple[int, int, int] = (24, 48, 96)
    """Channels of the convolutional pyramid at strides 2, 4 and 8."""
    backbone: str | None = None
    """A Hugging Face vision backbone (id or folder) used frozen in place of the small transformer."""

    def __post_init__(self):
        """Raises: UserError: a number that makes no network."""
        check_numbers(self, {"width": WIDTHS, "depth": DEPTHS, "photo_depth": DEPTHS, "stem": WIDTHS}, "encoder.")
        check_heads("encoder", self.width, self.heads)
        if any(channels % 4 for channels in self.stem):
            raise UserError(f"expected encoder.stem in multiples of 4, got {self.stem}")


@dataclass(frozen=True)
class ImageTokens:
    """T_body or T_face before the shared projection: one picture a photo, all photos of all people in one row."""

    grid: Float[Tensor, "images tokens channels"]
    """A grid with stride `PATCH`, rows first."""
    foreground: Bool[Tensor, "images tokens"]
    """Which tokens show the person."""
    pyramid: list[Tensor]
    """Convolutional features of the same pictures at strides 2, 4 and 8."""

    @property
    def rows(self) -> int:
        """Rows of the grid."""
        return self.pyramid[-1].shape[-2] // 2


class Encoder(Protocol):
    """Pictures -> tokens of one picture, a grid with stride `PATCH`, rows first."""

    width: int

    def __call__(
        self,
        images: Float[Tensor, "images 3 height width"],
        stem: Float[Tensor, "images stem rows columns"],
        foreground: Bool[Tensor, "images tokens"],
    ) -> Float[Tensor, "images tokens channels"]:
        """Tokens of `images`. An encoder may ignore `stem`, the stride-8 level of the pyramid, and leave tokens outside
        `foreground` zero."""
        ...


class Pyramid(nn.Module):
    """Convolutional features at strides 2, 4 and 8: the transformer's stem and the fine detail of the dense head."""

    def __init__(self, channels: tuple[int, int, int]):
        super().__init__()
        sizes = (3, *channels)
        self.levels = nn.ModuleList(
            nn.Sequential(
                nn.Conv2d(before, after, 3, stride=2, padding=1),
                nn.GroupNorm(4, after),
                nn.GELU(),
            )
            for before, after in zip(sizes[:-1], sizes[1:], strict=True)
        )

    def forward(self, images: Float[Tensor, "images 3 height width"]) -> list[Tensor]:
        """[stride 2, stride 4, stride 8]; images in [0, 1]."""
        x, features = (images * 2.0 - 1.0).contiguous(memory_format=torch.channels_last), []
        for level in self.levels:
            x = level(x)
            features.append(x)
        return features


class SmallViT(nn.Module):
    """A vision transformer on the pyramid's stride-8 features, trained with the model."""

    def __init__(self, config: EncoderConfig):
        super().__init__()
        self.width = config.width
        self.embed = nn.Conv2d(config.stem[-1], config.width, 3, stride=2, padding=1)
        self.blocks = nn.ModuleList(SelfBlock(config.width, config.heads) for _ in range(config.depth))
        self.norm = nn.LayerNorm(config.width)

    def forward(self, images: Tensor, stem: Tensor, foreground: Tensor) -> Tensor:
        """See `Encoder`; the background never enters the transformer."""
        grid = self.embed(stem)
        everywhere = rearrange(grid, "i c h w -> i (h w) c")
        everywhere = everywhere + grid_positions(grid.shape[-2], grid.shape[-1], self.width).to(everywhere)
        tokens, keep, place = pack_foreground(everywhere, foreground)
        for block in self.blocks:
            tokens = block(tokens, keep)
        tokens = self.norm(tokens) * keep[..., None]
        return unpack(tokens, place, everywhere)


class BackboneEncoder(nn.Module):
    """A frozen vision backbone of the transformers library, resampled to the stride of `PATCH` pixels."""

    mean: Tensor
    std: Tensor

    def __init__(self, name: str):
        super().__init__()
        self.backbone = load_backbone(name)
        self.width, self.patch = token_size(self.backbone.config)
        self.register_buffer("mean", torch.tensor(IMAGENET_MEAN)[:, None, None], persistent=False)
        self.register_buffer("std", torch.tensor(IMAGENET_STD)[:, None, None], persistent=False)

    def train(self, mode: bool = True) -> "BackboneEncoder":
        """Stay in evaluation mode: the backbone is frozen."""
        return super().train(False)

    @torch.no_grad()
    def forward(self, images: Tensor, stem: Tensor, foreground: Tensor) -> Tensor:
        """See `Encoder`; class and register tokens are dropped."""
        rows, columns = images.shape[-2] // PATCH, images.shape[-1] // PATCH
        size = (rows * self.patch, columns * self.patch)
        images = F.interpolate(images, size, mode="bilinear", antialias=True, align_corners=False)
        states = self.backbone((images - self.mean) / self.std, **self._resolution()).last_hidden_state
        return grid_tokens(states, rows * columns)

    def _resolution(self) -> dict[str, bool]:
        """ViT keeps its trained resolution unless asked; the DINO families interpolate by themselves."""
        return {"interpolate_pos_encoding": True} if self.backbone.config.model_type == "vit" else {}


def build_encoder(config: EncoderConfig) -> SmallViT | BackboneEncoder:
    """The encoder that the config names."""
    return BackboneEncoder(config.backbone) if config.backbone else SmallViT(config)
