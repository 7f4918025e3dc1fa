"""Garment head: W' = W(n) + H_skin(T_node), post-trained on loose garments alone. Off is the paper's base model.

Beyond the paper, a node also moves its part of the canonical surface: our base model, which stays as it is, keeps Gaussians
within centimetres of the legs, and a wide hem is further away than that.
"""

from dataclasses import dataclass, replace

import torch
from jaxtyping import Float
from torch import Tensor, nn

from lca.geometry.body import PARTS
from lca.geometry.gaussians import Gaussians
from lca.model.layers import fourier
from lca.model.nodes import GarmentNodes
from lca.model.rig import Rig
from lca.model.template import INFLUENCES, Template

JOINTS = 22
"""Pelvis to wrists: fingers and faces hold no garment."""
HIDDEN, OCTAVES = 128, 6
WEIGHT, SHIFT, GROWTH = 0.5, 0.15, 0.5
"""What an output of 1 means: of a skinning weight, metres, logarithm of a size."""
DROPOUT = 0.3
"""Of the tokens' channels, in training: so few people wear loose garments there that the head learns them by heart without."""
LARGEST = 0.7
"""Logarithm of how much larger a Gaussian may get: a skirt is to be moved into place, not stretched into it."""
LOOSE, SURE = 0.0135, 0.0012
"""Metres that Gaussians of the thighs are off the skin on average: between trousers of the studio (0.008 +- 0.003) and skirts of
the runway (0.022 +- 0.006), and the difference that counts."""
OFFSETS = 10.0
"""Per metre: how loud the base model's own offsets are beside the tokens."""


@dataclass(frozen=True)
class Loosened:
    """What the head changes at the nodes of each person; zeros leave plain skinning."""

    weights: Float[Tensor, "people nodes 22"]
    """H_skin: added to the skinning weights."""
    shift: Float[Tensor, "people nodes 3"]
    """Metres, in rest pose."""
    growth: Float[Tensor, "people nodes 1"]
    """Logarithm of the Gaussians' sizes."""

    def scaled(self, share: float | Tensor) -> "Loosened":
        """So much of it: 0 is plain skinning, 1 all."""
        return Loosened(share * self.weights, share * self.shift, share * self.growth)


class GarmentHead(nn.Module):
    """Tokens at the nodes -> what a loose garment does there. Its last layer starts at zero: at first there is plain skinning."""

    plain: Tensor
    thighs: Tensor

    def __init__(self, width: int, template: Template):
        super().__init__()
        self.nodes = GarmentNodes(template)
        self.norm = nn.Sequential(nn.LayerNorm(width), nn.Dropout(DROPOUT))
        inputs = width + 3 * (1 + 2 * OCTAVES) + 3
        self.hidden = nn.Sequential(nn.Linear(inputs, HIDDEN), nn.GELU(), nn.Linear(HIDDEN, HIDDEN), nn.GELU())
        self.out = nn.Linear(HIDDEN, JOINTS + 3 + 1)
        nn.init.zeros_(self.out.weight)
        nn.init.zeros_(self.out.bias)
        joints = 1 + int(template.skin_indices.max())
        held = self.nodes.followers
        plain = torch.zeros(len(held), max(joints, JOINTS))
        plain.scatter_add_(1, template.skin_indices[held], template.skin_weights[held])
        self.register_buffer("plain", plain, persistent=False)
        self.register_buffer("thighs", (template.part == PARTS.index("thigh")).nonzero()[:, 0], persistent=False)

    def forward(
        self,
        tokens: Float[Tensor, "people anchors width"],
        canonical: Gaussians,
        rest: Float[Tensor, "people gaussians 3"],
    ) -> Loosened:
        """From the fused tokens and from where the base model has the `canonical` Gaussians beside the body's `rest` places."""
        apart = tokens - tokens.mean(1, keepdim=True)  # what all tokens share tells where people were filmed
        at_nodes = self.norm(apart[:, self.nodes.anchor])
        place = fourier(self.nodes.places, OCTAVES).expand(len(tokens), -1, -1)
        offset = OFFSETS * self.nodes.around(canonical.means - rest)
        raw = self.out(self.hidden(torch.cat([at_nodes, place, offset], -1)))
        weights, shift, growth = raw.split([JOINTS, 3, 1], -1)
        whole = Loosened(WEIGHT * weights, SHIFT * shift, GROWTH * growth)
        return whole.scaled(self.looseness(canonical, rest)[:, None, None])

    def looseness(self, canonical: Gaussians, rest: Float[Tensor, "people gaussians 3"]) -> Float[Tensor, "people"]:
        """How sure the base model is that something hangs off the thighs, 0 to 1. Tokens alone would tell the runway, where all
        wear skirts, from other places, and dress people in trousers there."""
        away = (canonical.means - rest)[:, self.thighs].norm(dim=-1).mean(-1)
        return ((away - LOOSE) / SURE).sigmoid()

    def dressed(self, canonical: Gaussians, rig: Rig, loosened: Loosened) -> tuple[Gaussians, Rig]:
        """Canonical Gaussians where the garment hangs, and the rig with W'."""
        return self.reshaped(canonical, loosened), self.reskinned(rig, loosened)

    def reshaped(self, canonical: Gaussians, loosened: Loosened) -> Gaussians:
        """Canonical Gaussians where the garment hangs: none smaller than it was, and where nodes part by as much larger as gaps
        between Gaussians have become; else a skirt that is spread out hangs in shreds."""
        nodes, held = self.nodes, self.nodes.followers
        before = nodes.around(canonical.means)
        apart = nodes.stretch(before, before + loosened.shift)[..., None]
        grown = (nodes.spread(loosened.growth).clamp(min=0) + nodes.spread(apart)).clamp(max=LARGEST).exp()
        return replace(
            canonical,
            means=canonical.means.index_add(1, held, nodes.spread(loosened.shift)),
            scales=canonical.scales.index_copy(1, held, canonical.scales[:, held] * grown),
        )

    def reskinned(self, rig: Rig, loosened: Loosened) -> Rig:
        """The rig with W' for each person, of which the largest few are kept."""
        people, held = len(loosened.weights), self.nodes.followers
        more = nn.functional.pad(self.nodes.spread(loosened.weights), (0, self.plain.shape[1] - JOINTS))
        weights, indices = blended(self.plain, more).topk(INFLUENCES, -1)
        weights = weights / weights.sum(-1, keepdim=True)
        every = rig.skin_indices.expand(people, -1, -1), rig.skin_weights.expand(people, -1, -1)
        return replace(
            rig,
            skin_indices=every[0].index_copy(1, held, indices.to(every[0].dtype)),
            skin_weights=every[1].index_copy(1, held, weights),
        )


def blended(
    plain: Float[Tensor, "*#batch joints"], more: Float[Tensor, "*#batch joints"]
) -> Float[Tensor, "*batch joints"]:
    """W' = W + H_skin as weights of a blend: none is below 0, and they add up to 1."""
    weights = (plain + more).clamp(min=0)
    return weights / weights.sum(-1, keepdim=True).clamp(min=1e-6)
