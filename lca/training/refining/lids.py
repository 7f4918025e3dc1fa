"""Lids as they are under an open eye: photos show them folded, and paint them with lashes and the iris that they do not cover."""

import torch
from jaxtyping import Float
from torch import Tensor

from lca.model.avatar import Avatar

LASHES = 0.85
"""Share of the way of what a blink moves farthest, from which on it is the rim of the lid, as dark as photos show it."""


@torch.no_grad()
def unpainted(avatar: Avatar, actions: Float[Tensor, "photos 52"]) -> Float[Tensor, "gaussians 3"]:
    """Colours with those of the lids from the skin round them, the less the farther shut some photo shows the eye."""
    lids, colors = avatar.lids, avatar.canonical.colors
    for action, cover in zip(lids.actions, lids.cover, strict=True):
        travel = avatar.travel[:, action]
        lid = (
            cover * (travel > 0) * (travel < LASHES * travel.max()) * (1.0 - actions[:, action].amax().clamp(0.0, 1.0))
        )
        colors = torch.lerp(colors, lids.tone, lid[:, None])
    return colors
