"""Tiles beside the network's own Gaussians: teeth, eyeballs. Each is driven as a part of one of them (`Avatar.sources`)."""

from dataclasses import replace

import torch
from jaxtyping import Float, Int
from torch import Tensor

from lca.geometry.gaussians import Gaussians
from lca.model.avatar import Avatar
from lca.model.materials import Materials
from lca.model.rig import Rig


def with_tiles(avatar: Avatar, tiles: Gaussians, carriers: Int[Tensor, "tiles"], rig: Rig) -> Avatar:
    """The avatar with `tiles` at its end; `carriers` are the avatar's Gaussians whose parts they are, `rig` carries all. Their
    outer side is their z axis."""
    sources, known = torch.cat([avatar.source_of, avatar.source_of[carriers]]), avatar.materials
    canonical = Gaussians(*map(torch.cat, zip(avatar.canonical.tensors(), tiles.tensors(), strict=True)))
    if known is not None:
        inside = known.of(carriers)
        facing = torch.tensor([0.0, 0.0, 1.0]).expand_as(inside.normals)
        pairs = zip(vars(known).values(), vars(replace(inside, normals=facing)).values(), strict=True)
        known = Materials(*map(torch.cat, pairs))
    return replace(avatar, canonical=canonical, rig=rig, sources=sources, materials=known)


def extended(rig: Rig, indices: Int[Tensor, "tiles influences"], weights: Float[Tensor, "tiles influences"]) -> Rig:
    """The rig with the skinning of more Gaussians at its end."""
    return replace(
        rig,
        skin_indices=torch.cat([rig.skin_indices, indices]),
        skin_weights=torch.cat([rig.skin_weights, weights]),
    )
