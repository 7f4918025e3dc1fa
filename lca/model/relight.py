"""Relighting head: geometry tokens -> materials, post-trained on the light stage alone. Off is the paper's base model."""

import torch
from einops import rearrange
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional as F

from lca.geometry.gaussians import Gaussians
from lca.geometry.illumination import WAVES, harmonics
from lca.geometry.rotations import quat_wxyz_to_matrix
from lca.model.layers import fourier
from lca.model.materials import Materials
from lca.model.template import Template

LATENT, HIDDEN, OCTAVES = 16, 64, 4
METERED = 0.85
"""Mean light in which cameras expose their pictures; what the head begins with."""
LOCAL = 0.4
"""Logarithm of how far one Gaussian's painted light may be from that of its normal."""


class RelightHead(nn.Module):
    """A light of the photos, from all tokens of a person; and of each Gaussian what that light and the surface do there."""

    def __init__(self, width: int, per_anchor: int):
        super().__init__()
        self.per_anchor = per_anchor
        self.photo_light = nn.Sequential(
            nn.LayerNorm(2 * width), nn.Linear(2 * width, HIDDEN), nn.GELU(), nn.Linear(HIDDEN, WAVES * 3)
        )
        self.norm = nn.LayerNorm(width)
        self.unfold = nn.Linear(width, per_anchor * LATENT)
        inputs = LATENT + 3 * (1 + 2 * OCTAVES) + 3 + 3
        self.join = nn.Sequential(nn.Linear(inputs, HIDDEN), nn.GELU(), nn.Linear(HIDDEN, HIDDEN), nn.GELU())
        self.heads = nn.Linear(HIDDEN, 3 + 3 + 3 + 2)
        for last in (self.photo_light[-1], self.heads):
            nn.init.normal_(last.weight, std=0.01)
            nn.init.zeros_(last.bias)

    def forward(
        self, tokens: Float[Tensor, "people anchors width"], canonical: Gaussians, template: Template
    ) -> Materials:
        """Materials of the people's canonical Gaussians."""
        axes = quat_wxyz_to_matrix(canonical.quats_wxyz)
        normals = axes[..., 2]
        latent = rearrange(self.unfold(self.norm(tokens)), "b g (k c) -> b (g k) c", k=self.per_anchor)
        place = fourier(template.points, OCTAVES).expand(len(tokens), -1, -1)
        joined = self.join(torch.cat([latent, place, normals, canonical.colors], -1))
        local, bend, transfer, gloss = self.heads(joined).split([3, 3, 3, 2], -1)
        light = self.photo_light(torch.cat([tokens.mean(1), tokens.amax(1)], -1)).unflatten(-1, (WAVES, 3))
        strength = torch.tensor(METERED).log() + harmonics(normals) @ light
        upright = torch.tensor([0.0, 0.0, 1.0]).to(bend)
        return Materials(
            baked=strength + LOCAL * torch.tanh(local),
            normals=F.normalize(upright + 0.7 * torch.tanh(bend), dim=-1),
            transfer=(1.0 + torch.tanh(transfer) / 2),
            gloss=torch.cat([0.25 * (gloss[..., :1] - 2.0).sigmoid(), 3.0 + torch.tanh(gloss[..., 1:])], -1),
        )
