"""Relighting head: geometry tokens -> materials, post-trained on the light stage alone. Off is the paper's base model."""

import torch
from einops import rearrange
from jaxtyping import Float, Int
from torch import Tensor, nn
from torch.nn import functional as F

from lca.geometry.body import PARTS
from lca.geometry.gaussians import Gaussians
from lca.geometry.illumination import WAVES, harmonics
from lca.geometry.rotations import quat_wxyz_to_matrix
from lca.geometry.tone import light_from_pixels
from lca.model.layers import fourier
from lca.model.materials import Materials
from lca.model.template import Template

LATENT, HIDDEN, OCTAVES = 16, 64, 4
METERED = 0.85
"""Mean light in which cameras expose their pictures; what the head begins with."""
STIFF, DARK = 0.02, 0.01
"""How much light is taken for none where normals say little; linear colour below which no light is seen."""
BEND = 0.7
"""How far a normal may leave the template's: the tangent of the angle."""
LOCAL = 0.4
"""Logarithm of how far one Gaussian's painted light may be from that of its normal."""


class RelightHead(nn.Module):
    """A light of the photos, from all tokens of a person; and of each Gaussian what that light and the surface do there."""

    def __init__(self, width: int, per_anchor: int):
        super().__init__()
        self.per_anchor = per_anchor
        self.norm_pooled = nn.LayerNorm(2 * width)
        self.pooled = nn.Sequential(nn.Linear(2 * width + 3 * WAVES, HIDDEN), nn.GELU())
        self.photo_light = nn.Linear(HIDDEN, WAVES * 3)
        self.norm = nn.LayerNorm(width)
        self.unfold = nn.Linear(width, per_anchor * LATENT)
        inputs = LATENT + 3 * (1 + 2 * OCTAVES) + 3 + 3
        self.join = nn.Sequential(nn.Linear(inputs, HIDDEN), nn.GELU(), nn.Linear(HIDDEN, HIDDEN), nn.GELU())
        self.heads = nn.Linear(HIDDEN, 3 + 3 + 3 + 2)
        for last in (self.photo_light, self.heads):
            nn.init.normal_(last.weight, std=0.01)
            nn.init.zeros_(last.bias)

    def forward(
        self, tokens: Float[Tensor, "people anchors width"], canonical: Gaussians, template: Template
    ) -> Materials:
        """Materials of the people's canonical Gaussians. Normals begin as the template's: where the base model is unsure it turns
        Gaussians any way."""
        axes = quat_wxyz_to_matrix(template.frames)
        normals = axes[..., 2].expand(len(tokens), -1, -1)
        latent = rearrange(self.unfold(self.norm(tokens)), "b g (k c) -> b (g k) c", k=self.per_anchor)
        place = fourier(template.points, OCTAVES).expand(len(tokens), -1, -1)
        joined = self.join(torch.cat([latent, place, normals, canonical.colors], -1))
        local, bend, transfer, gloss = self.heads(joined).split([3, 3, 3, 2], -1)
        shading = painted_light(canonical, normals, template.part)
        pooled = self.norm_pooled(torch.cat([tokens.mean(1), tokens.amax(1)], -1))
        light = self.photo_light(self.pooled(torch.cat([pooled, shading.flatten(1)], -1))).unflatten(-1, (WAVES, 3))
        strength = torch.tensor(METERED).log() + harmonics(normals) @ (shading + light)
        upright = torch.tensor([0.0, 0.0, 1.0]).to(bend)
        bent = (axes @ F.normalize(upright + BEND * torch.tanh(bend), dim=-1)[..., None])[..., 0]
        return Materials(
            baked=strength + LOCAL * torch.tanh(local),
            normals=(quat_wxyz_to_matrix(canonical.quats_wxyz).mT @ bent[..., None])[..., 0],
            transfer=(1.0 + torch.tanh(transfer) / 2),
            gloss=torch.cat([0.25 * (gloss[..., :1] - 2.0).sigmoid(), 3.0 + torch.tanh(gloss[..., 1:])], -1),
        )


@torch.no_grad()
def painted_light(
    canonical: Gaussians, normals: Float[Tensor, "people gaussians 3"], part: Int[Tensor, "gaussians"]
) -> Float[Tensor, "people 9 3"]:
    """What of the logarithm of the colours goes with the normals: harmonics of the light that is painted onto a person, if each
    body part were of one albedo. How bright the light is as a whole cannot be told so: the first is 0."""
    bright = light_from_pixels(canonical.colors).clamp(min=DARK).log()
    waves, parts = harmonics(normals)[..., 1:], F.one_hot(part, len(PARTS)).to(bright)
    design = torch.cat([waves, parts.expand(len(waves), -1, -1)], -1)
    weighted = design * canonical.opacities[..., None]
    ridge = torch.cat([torch.full((WAVES - 1,), STIFF), torch.full((len(PARTS),), 1e-3)]).diag().to(design)
    solved = torch.linalg.solve(weighted.mT @ design / len(canonical) + ridge, weighted.mT @ bright / len(canonical))
    return F.pad(solved[:, : WAVES - 1], (0, 0, 1, 0))
