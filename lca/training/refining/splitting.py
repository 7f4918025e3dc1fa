"""More Gaussians where photos show more than those there are can hold: a print on a shirt, brows, a belt.

As adaptive density control does (Kerbl et al. 2023), but once, by what is left of the error, within a budget, and on the surface:
a Gaussian becomes four of half its size, side by side in its own plane, that share its skinning and its correction.
"""

from dataclasses import replace

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor

from lca.geometry.gaussians import Gaussians
from lca.geometry.rotations import quat_wxyz_to_matrix
from lca.geometry.tiles import covering, thinnest
from lca.model.avatar import Avatar
from lca.training.refining.surface import SurfaceGraph

QUARTERS = ((-1.0, -1.0), (-1.0, 1.0), (1.0, -1.0), (1.0, 1.0))
APART, SMALLER = 0.45, 0.6
"""How far from the middle the quarters lie and how large they are, in sides of the whole."""

WIDE, NARROW, THIN = 0.6, 0.5, 0.3
"""Most and least that a Gaussian measures along its surface, and most across, in gaps to its neighbours: between narrower tiles
cracks open as soon as one looks closer than the photo did."""

EVEN, EVEN_SWEEPS = 8.0, 6
"""Smoothing of first colours, and its sweeps."""
UNSEEN, ROUND = 0.9, 0.5
"""The least where no photo shows it, along its surface and across: through the back one would see a print on the front, between
tiles that the network has stood on edge too."""
OPAQUE = 0.95
"""Least opacity of a tile: through thin ones the background shows."""


def worth_splitting(
    error: Float[Tensor, "gaussians"], gate: Float[Tensor, "gaussians"], share: float
) -> Bool[Tensor, "gaussians"]:
    """The `share` of all Gaussians on which most of the error hangs, among those that photos show well."""
    worth = error * (gate > 0.5)
    chosen = torch.zeros_like(worth, dtype=torch.bool)
    chosen[worth.topk(round(share * len(worth))).indices] = True
    return chosen & (worth > 0)


def quartered(
    avatar: Avatar, frames: Float[Tensor, "gaussians 4"], chosen: Bool[Tensor, "gaussians"]
) -> tuple[Avatar, Int[Tensor, "parts"]]:
    """The avatar with the chosen Gaussians split, and which old Gaussian each new one comes of; the others stay in front.

    `frames` are those of their places: quarters lie in the plane of the skin, for a network that is unsure turns Gaussians any
    way.
    """
    kept, split = (~chosen).nonzero()[:, 0], chosen.nonzero()[:, 0]
    parents = torch.cat([kept, split.repeat_interleave(len(QUARTERS))])
    sources = parents if avatar.sources is None else avatar.sources[parents]
    own, frames = avatar.canonical.map(lambda x: x[parents]), frames[parents]
    quarter = torch.arange(len(parents)) >= len(kept)
    thin, short, long = own.scales.sort(-1).values.unbind(-1)
    side = (short * long).sqrt()
    signs = torch.cat([torch.zeros(len(kept), 3), _corners(len(split))])
    shift = (quat_wxyz_to_matrix(frames) @ (APART * side[:, None] * signs)[..., None])[..., 0]
    flat = torch.stack([SMALLER * side, SMALLER * side, thin], -1)
    canonical = replace(
        own,
        means=own.means + shift,
        quats_wxyz=torch.where(quarter[:, None], frames, own.quats_wxyz),
        scales=torch.where(quarter[:, None], flat, own.scales),
    )
    materials = None if avatar.materials is None else avatar.materials.of(parents).reframed(own, canonical)
    rig = avatar.rig.of(parents)
    return replace(avatar, canonical=canonical, rig=rig, sources=sources, materials=materials), parents


def _corners(wholes: int) -> Float[Tensor, "quarters 3"]:
    return torch.tensor([(*corner, 0.0) for corner in QUARTERS]).repeat(wholes, 1)


def tightened(canonical: Gaussians, surface: SurfaceGraph, gate: Float[Tensor, "gaussians"]) -> Gaussians:
    """As thin and as small as tiles of a surface may be where photos show it, and as opaque as they must be.

    Where the network is unsure it makes Gaussians large: a standard deviation of 1.2 spacings leaves a tenth of a stripe that
    is two spacings wide, whatever its colours. Those begin smooth: a dark tile under a bright one is not seen in the photo, but
    it is as soon as one looks closer. What no photo shows is made to cover, and no more: through the back of a head one would
    look into the face.
    """
    gap = surface.gap(canonical.means)
    along, across = UNSEEN + gate * (NARROW - UNSEEN), ROUND * (1.0 - gate)
    solid, tiled = surface.reach > 0, surface.tiled
    least = covering(canonical, tiled * along * gap, tiled * across * gap)
    most = torch.where(thinnest(canonical), THIN, WIDE) * gap[:, None]
    return replace(
        canonical,
        scales=least * (least.clamp(max=most) / least) ** (tiled * gate)[:, None],
        opacities=torch.where(solid, canonical.opacities.clamp(min=OPAQUE), canonical.opacities),
        colors=surface.smooth(canonical.colors, EVEN * gate[:, None], sweeps=EVEN_SWEEPS),
    )


def closed(canonical: Gaussians, surface: SurfaceGraph) -> Gaussians:
    """Tiles that have moved apart cover the gaps again: through a crack in a face one sees the hair on the back of the head."""
    asked = NARROW * surface.tiled * surface.gap(canonical.means)
    return replace(canonical, scales=covering(canonical, asked, torch.zeros_like(asked)))
