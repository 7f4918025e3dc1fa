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

LATENT = 24
HIDDEN = 96
OCTAVES = 7
REACH = 0.08
STRETCH = 0.8
"""Log of how far a scale may leave the spacing. Without bounds, Gaussians whose place is uncertain shrink to dust, and
dust has no gradient: eyes and mouths once died of it, as they did of opacities without a floor."""
FAINTEST = 0.3


class CanonicalDecoder(nn.Module):
    """Each geometry token unfolds into K Gaussians; a small network per Gaussian joins in what was transported to it.

    Positions are offsets from the template surface (of at most a few `REACH` metres: hair, skirts), scales start at
    the spacing of the template's points, flat along the surface. The final layer starts near zero: training starts
    from the bare body.
    """

    def __init__(self, width: int, per_anchor: int, evidence: int):
        super().__init__()
        self.per_anchor = per_anchor
        self.sources = 1 + (3 if evidence else 0)
        self.unfold = nn.Linear(width, per_anchor * LATENT)
        place = 3 * (1 + 2 * OCTAVES)
        self.join = nn.Sequential(
            nn.Linear(LATENT + place + evidence, HIDDEN), nn.GELU(), nn.Linear(HIDDEN, HIDDEN), nn.GELU()
        )
        self.heads = nn.Linear(HIDDEN, 3 + 3 + self.sources + 3 + 1 + 3 + 1 + 4)
        nn.init.normal_(self.heads.weight, std=0.01)
        nn.init.zeros_(self.heads.bias)

    def forward(
        self,
        tokens: Float[Tensor, "people anchors width"],
        evidence: Float[Tensor, "people gaussians evidence"] | None,
        template: Template,
        positions: Float[Tensor, "people gaussians 3"],
    ) -> Gaussians:
        """Canonical Gaussians of the people whose bare rest-pose `positions` are given (metres)."""
        latent = rearrange(self.unfold(tokens), "b g (k c) -> b (g k) c", k=self.per_anchor)
        place = fourier(template.points, OCTAVES).expand(len(tokens), -1, -1)
        parts = [latent, place] if evidence is None else [latent, place, evidence]
        with torch.autocast(tokens.device.type, torch.bfloat16):
            joined = self.join(torch.cat(parts, -1))
        raw = self.heads(joined.float())
        colour, fix, choice, offset, reach, log_scale, logit, turn = raw.split([3, 3, self.sources, 3, 1, 3, 1, 4], -1)
        spacing = template.spacing[:, None]
        flat = torch.tensor([0.75, 0.75, 0.35]).to(raw)
        identity = torch.tensor([1.0, 0.0, 0.0, 0.0]).to(raw)
        return Gaussians(
            means=positions + self._offset(offset, reach, evidence, template),
            quats_wxyz=quat_multiply(template.frames.expand_as(turn), F.normalize(identity + turn, dim=-1)),
            scales=spacing * flat * (STRETCH * torch.tanh(log_scale / STRETCH)).exp(),
            opacities=FAINTEST + (1.0 - FAINTEST) * (logit[..., 0] + 2.0).sigmoid(),
            colors=self._colour(colour, fix, choice, evidence, template),
        )

    def _offset(self, offset: Tensor, reach: Tensor, evidence: Tensor | None, template: Template) -> Tensor:
        """The learned offset, and a learned share of the distance from the body at which the photos show this point;
        painted eyeballs stay round."""
        learned = REACH * torch.tanh(offset)
        if evidence is None:
            return learned
        return (1.0 - template.eye[:, None]) * (learned + reach.sigmoid() * evidence[..., -3:])

    def _colour(
        self, colour: Tensor, fix: Tensor, choice: Tensor, evidence: Tensor | None, template: Template
    ) -> Tensor:
        """A soft choice between the token's own colour and the transported ones (own, mirrored, anchor), and a small
        correction. Eyeballs begin as the template paints them.

        A source is trusted the more the more pixels it saw: its log weight is added to its logit.
        """
        if evidence is None:
            return (2.0 * colour).sigmoid()
        seen = rearrange(evidence[..., :12], "b g (source c) -> b g source c", c=4)
        colours = torch.cat([seen[..., :3], (2.0 * colour).sigmoid()[..., None, :]], -2)
        prior = torch.tensor([2.0, -1.0, 0.0, -3.0]).to(choice)
        trust = torch.cat([seen[..., 3], torch.zeros_like(seen[..., :1, 3])], -1)
        mixed = ((5.0 * choice + trust + prior).softmax(-1)[..., None] * colours).sum(-2)
        mixed = torch.where(template.eye[:, None] > 0, template.eye_paint, mixed)
        return (mixed + 0.3 * torch.tanh(fix)).clamp(0.0, 1.0)
