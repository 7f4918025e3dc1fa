"""The LCA encoder: geometry tokens meet the image tokens of any number of photos.

Each of the L layers is (1) self-attention within each photo (its body picture and face crop together), (2) self-attention of
the geometry tokens, (3) multimodal attention. Sources differ on (3): here geometry queries attend to the image tokens of all
photos, so the cost grows linearly with the photos and their order cannot matter.
"""

from dataclasses import dataclass

import torch
from einops import rearrange
from jaxtyping import Bool, Float
from torch import Tensor, nn

from lca.model.layers import DEPTHS, WIDTHS, CrossBlock, SelfBlock, check_heads, fourier
from lca.ranges import check_numbers

OCTAVES = 6


@dataclass(frozen=True)
class FusionConfig:
    """The alternating attention."""

    width: int = 192
    """D, channels of every token."""
    depth: int = 3
    """L, layers; the paper has 8."""
    heads: int = 4
    """Attention heads."""

    def __post_init__(self):
        """Raises: UserError: a number that makes no network."""
        check_numbers(self, {"width": WIDTHS, "depth": DEPTHS}, "fusion.")
        check_heads("fusion", self.width, self.heads)


class FusionLayer(nn.Module):
    """Image self-attention, geometry self-attention, multimodal attention."""

    def __init__(self, config: FusionConfig):
        super().__init__()
        self.image = SelfBlock(config.width, config.heads)
        self.geometry = SelfBlock(config.width, config.heads)
        self.multimodal = CrossBlock(config.width, config.heads)

    def forward(
        self,
        geometry: Float[Tensor, "people anchors width"],
        image: Float[Tensor, "people views tokens width"],
        keep: Bool[Tensor, "people views tokens"],
    ) -> tuple[Tensor, Tensor]:
        """(geometry, image) tokens after one layer."""
        people, views = image.shape[:2]
        flat = self.image(rearrange(image, "p v t c -> (p v) t c"), rearrange(keep, "p v t -> (p v) t"))
        image = rearrange(flat, "(p v) t c -> p v t c", p=people, v=views)
        geometry = self.geometry(geometry)
        everything = rearrange(image, "p v t c -> p (v t) c")
        return self.multimodal(geometry, everything, rearrange(keep, "p v t -> p (v t)")), image


class Fusion(nn.Module):
    """Projections into the shared space and L fusion layers."""

    def __init__(self, config: FusionConfig, image_width: int):
        super().__init__()
        self.project_image = nn.Linear(image_width, config.width)
        self.project_geometry = nn.Linear(3 * (1 + 2 * OCTAVES), config.width)
        self.kind = nn.Parameter(torch.zeros(2, config.width))
        self.layers = nn.ModuleList(FusionLayer(config) for _ in range(config.depth))
        self.norm = nn.LayerNorm(config.width)

    def image_tokens(self, encoded: Float[Tensor, "images tokens channels"], kind: int) -> Tensor:
        """T_body (kind 0) or T_face (kind 1): one shared F_proj for both."""
        return self.project_image(encoded) + self.kind[kind]

    def geometry_tokens(self, anchors: Float[Tensor, "anchors 3"]) -> Float[Tensor, "1 anchors width"]:
        """T_gs = F_proj_gs(F_PE(X))."""
        return self.project_geometry(fourier(anchors, OCTAVES))[None]

    def forward(self, geometry: Tensor, image: Tensor, keep: Tensor) -> Float[Tensor, "people anchors width"]:
        """Fused geometry tokens."""
        for layer in self.layers:
            geometry, image = layer(geometry.expand(len(image), -1, -1), image, keep)
        return self.norm(geometry)
