"""The canonical branch: c, p, o, q, s = H_cano(T_gs), once per person."""

import torch
from einops import rearrange
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional as F

from lca.geometry.gaussians import Gaussians
from lca.geometry.rotations import quat_multiply
from lca.model.layers import fourier
from lca.model.template import Template
from lca.model.transport.evidence import Evidence
from lca.precision import mixed_precision

LATENT = 24
HIDDEN = 96
OCTAVES = 7
REACH = 0.08
STRETCH = 0.8
"""Log of how far a scale may leave the spacing. Without bounds, Gaussians whose place is uncertain shrink to dust, and
dust has no gradient: eyes and mouths once died of it, as they did of opacities without a floor."""
FAINTEST = 0.3


class CanonicalDecoder(nn.Module):
    """Each geometry token unfolds into K Gaussians; a small network per Gaussian joins in what the photos show of it.

    Positions are offsets from the template surface (of at most a few `REACH` metres: hair, skirts), scales start at the spacing
    of the template's points, flat along the surface. The final layer starts near zero: training starts from the bare body.
    """

    def __init__(self, width: int, per_anchor: int, channels: int, sources: int):
        """`channels` of the evidence join in; a colour is chosen among `sources`."""
        super().__init__()
        self.per_anchor, self.sources = per_anchor, sources
        self.unfold = nn.Linear(width, per_anchor * LATENT)
        place = 3 * (1 + 2 * OCTAVES)
        self.join = nn.Sequential(
            nn.Linear(LATENT + place + channels, HIDDEN), nn.GELU(), nn.Linear(HIDDEN, HIDDEN), nn.GELU()
        )
        self.heads = nn.Linear(HIDDEN, 3 + 3 + sources + 3 + 1 + 3 + 1 + 4)
        nn.init.normal_(self.heads.weight, std=0.01)
        nn.init.zeros_(self.heads.bias)

    def forward(
        self,
        tokens: Float[Tensor, "people anchors width"],
        evidence: Evidence,
        template: Template,
        positions: Float[Tensor, "people gaussians 3"],
    ) -> Gaussians:
        """Canonical Gaussians of the people whose bare rest-pose `positions` are given (metres)."""
        latent = rearrange(self.unfold(tokens), "b g (k c) -> b (g k) c", k=self.per_anchor)
        place = fourier(template.points, OCTAVES).expand(len(tokens), -1, -1)
        with mixed_precision(tokens.device):
            joined = self.join(torch.cat([latent, place, evidence.values], -1))
        raw = self.heads(joined.float())
        colour, fix, choice, offset, reach, log_scale, logit, turn = raw.split([3, 3, self.sources, 3, 1, 3, 1, 4], -1)
        spacing = template.spacing[:, None]
        flat = torch.tensor([0.75, 0.75, 0.35]).to(raw)
        identity = torch.tensor([1.0, 0.0, 0.0, 0.0]).to(raw)
        moved = REACH * torch.tanh(offset) + evidence.distance(reach.sigmoid())
        shown = torch.where(
            template.eye[:, None] > 0, template.eye_paint, evidence.colour((2.0 * colour).sigmoid(), choice)
        )
        return Gaussians(
            means=positions + (1.0 - template.eye[:, None]) * moved,  # painted eyeballs stay round
            quats_wxyz=quat_multiply(template.frames.expand_as(turn), F.normalize(identity + turn, dim=-1)),
            scales=spacing * flat * (STRETCH * torch.tanh(log_scale / STRETCH)).exp(),
            opacities=FAINTEST + (1.0 - FAINTEST) * (logit[..., 0] + 2.0).sigmoid(),
            colors=(shown + 0.3 * torch.tanh(fix)).clamp(0.0, 1.0),
        )
