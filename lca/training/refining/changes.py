"""What refinement may change of an avatar: canonical Gaussians, fourteen numbers each."""

import torch
from jaxtyping import Float
from torch import Tensor
from torch.nn import functional as F

from lca.geometry.gaussians import Gaussians
from lca.training.refining.palette import Palette

SIZES = {"means": 3, "colors": 3, "log_scales": 3, "logits": 1, "quats": 4}
"""Names and widths of the columns of `Changes.values`."""
WIDTH = sum(SIZES.values())
OFFSETS, COLORS = slice(0, 3), slice(3, 6)
STRETCH = 0.7
"""Log of how far a scale may leave what the network gave it."""


class Changes:
    """`values` (gaussians, 14), zero at first: metres, sRGB, log scales, opacity logits, quaternion."""

    values: Float[Tensor, "gaussians 14"]

    def __init__(self, canonical: Gaussians, values: Float[Tensor, "gaussians 14"] | None = None):
        """Nothing is changed yet, or as `values` say."""
        self.base = canonical.map(torch.Tensor.detach)
        self.quats_wxyz = F.normalize(self.base.quats_wxyz, dim=-1)
        self.logits = self.base.opacities.clamp(1e-3, 1.0 - 1e-3).logit()
        self.values = torch.zeros(len(canonical), WIDTH) if values is None else values.detach().clone()
        self.values.requires_grad_(True)

    def applied(self) -> Gaussians:
        """The changed canonical Gaussians, differentiable."""
        means, colors, log_scales, logits, quats = self.values.split(list(SIZES.values()), -1)
        return Gaussians(
            means=self.base.means + means,
            quats_wxyz=self.quats_wxyz + quats,
            scales=self.base.scales * (STRETCH * torch.tanh(log_scales / STRETCH)).exp(),
            opacities=(self.logits + logits[:, 0]).sigmoid(),
            colors=self.base.colors + colors,
        )

    @torch.no_grad()
    def clip(self, palette: Palette) -> None:
        """Keep colours in the palette, and so in [0, 1]: what leaves that is drawn clamped, and no gradient calls it back."""
        self.values[:, COLORS] = palette.clamp(self.base.colors + self.values[:, COLORS]) - self.base.colors
