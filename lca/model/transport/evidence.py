"""What the photos show at each Gaussian, and how the canonical branch uses it; or that nothing is known."""

import torch
from einops import rearrange
from jaxtyping import Float
from torch import Tensor

SOURCES = 3
"""Colours to choose from beside the token's own: those of the Gaussian itself, of its mirror, of its whole anchor."""
PRIOR = (2.0, -1.0, 0.0, -3.0)
"""Logits of (itself, mirror, anchor, the token's own colour) before training."""


class Carried:
    """What `lca.model.transport.carry` brought to the Gaussians."""

    def __init__(self, values: Float[Tensor, "people gaussians channels"]):
        self.values = values

    def distance(self, share: Float[Tensor, "people gaussians 1"]) -> Float[Tensor, "people gaussians 3"]:
        """How far from the body a Gaussian goes, metres: `share` of the distance at which it was seen."""
        return share * self.values[..., -3:]

    def colour(
        self, own: Float[Tensor, "people gaussians 3"], choice: Float[Tensor, "people gaussians 4"]
    ) -> Float[Tensor, "people gaussians 3"]:
        """A soft choice by logits among the sources seen and the token's `own` colour.

        A source is trusted the more the more pixels it saw: its log weight is added to its logit.
        """
        seen = rearrange(self.values[..., : 4 * SOURCES], "b g (source c) -> b g source c", c=4)
        colours = torch.cat([seen[..., :3], own[..., None, :]], -2)
        trust = torch.cat([seen[..., 3], torch.zeros_like(seen[..., :1, 3])], -1)
        return ((5.0 * choice + trust + torch.tensor(PRIOR).to(choice)).softmax(-1)[..., None] * colours).sum(-2)


class Nothing:
    """The paper to the letter: tokens alone decide."""

    def __init__(self, people: int, gaussians: int, device: torch.device):
        self.values = torch.zeros(people, gaussians, 0, device=device)

    def distance(self, share: Tensor) -> Tensor:
        """Nothing was seen away from the body."""
        return torch.zeros_like(share)

    def colour(self, own: Float[Tensor, "people gaussians 3"], choice: Tensor) -> Float[Tensor, "people gaussians 3"]:
        """The token's own colour."""
        return own


Evidence = Carried | Nothing
"""What the canonical branch asks of the photos."""
