"""Tiles beside the network's own Gaussians: teeth, eyeballs. Each is driven as a part of one of them (`Avatar.sources`)."""

from dataclasses import replace

import torch
from jaxtyping import Float, Int
from torch import Tensor

from lca.geometry.gaussians import Gaussians
from lca.model.avatar import Avatar
from lca.model.materials import Materials


def with_tiles(
    avatar: Avatar,
    tiles: Gaussians,
    carriers: Int[Tensor, "tiles"],
    indices: Int[Tensor, "tiles influences"],
    weights: Float[Tensor, "tiles influences"],
) -> Avatar:
    """The avatar with `tiles` at its end, skinned by `weights` to the joints `indices`; `carriers` are the avatar's Gaussians
    whose parts they are. Their outer side is their z axis."""
    sources, known, rig = torch.cat([avatar.source_of, avatar.source_of[carriers]]), avatar.materials, avatar.rig
    canonical = Gaussians(*map(torch.cat, zip(avatar.canonical.tensors(), tiles.tensors(), strict=True)))
    rig = replace(
        rig,
        skin_indices=torch.cat([rig.skin_indices, indices]),
        skin_weights=torch.cat([rig.skin_weights, weights]),
    )
    if known is not None:
        inside = known.of(carriers)
        facing = torch.tensor([0.0, 0.0, 1.0]).expand_as(inside.normals)
        pairs = zip(vars(known).values(), vars(replace(inside, normals=facing)).values(), strict=True)
        known = Materials(*map(torch.cat, pairs))
    return replace(avatar, canonical=canonical, rig=rig, sources=sources, materials=known)
