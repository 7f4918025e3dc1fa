"""More Gaussians where photos show more than those there are can hold: a print on a shirt, brows, a belt.

As adaptive density control does (Kerbl et al. 2023), but once, by what is left of the error, within a budget, and on the surface: a
Gaussian becomes four of half its size, side by side in its own plane, that share its skinning and its correction.
"""

from dataclasses import replace

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor

from lca.geometry.gaussians import Gaussians
from lca.geometry.rotations import quat_wxyz_to_matrix
from lca.model.avatar import Avatar

QUARTERS = ((-1.0, -1.0), (-1.0, 1.0), (1.0, -1.0), (1.0, 1.0))
APART, SMALLER = 0.45, 0.6
"""How far from the middle the quarters lie and how large they are, in sides of the whole."""

WIDE, THIN = 0.6, 0.3
"""Most that a Gaussian measures along its surface and across, in distances to its neighbours."""

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


def quartered(avatar: Avatar, chosen: Bool[Tensor, "gaussians"]) -> tuple[Avatar, Int[Tensor, "parts"]]:
    """The avatar with the chosen Gaussians split, and which old Gaussian each new one comes of; the others stay in front."""
    kept, split = (~chosen).nonzero()[:, 0], chosen.nonzero()[:, 0]
    parents = torch.cat([kept, split.repeat_interleave(len(QUARTERS))])
    canonical = avatar.canonical.map(lambda x: x[parents])
    quarters = canonical.map(lambda x: x[len(kept) :])
    canonical = canonical.map(lambda x: x.clone())
    canonical.means[len(kept) :] += _shifts(quarters)
    canonical.scales[len(kept) :] *= torch.where(_thinnest(quarters), 1.0, SMALLER)
    rig = replace(
        avatar.rig, skin_indices=avatar.rig.skin_indices[parents], skin_weights=avatar.rig.skin_weights[parents]
    )
    sources = parents if avatar.sources is None else avatar.sources[parents]
    return replace(avatar, canonical=canonical, rig=rig, sources=sources), parents


def _thinnest(gaussians: Gaussians) -> Bool[Tensor, "gaussians 3"]:
    return torch.nn.functional.one_hot(gaussians.scales.argmin(-1), 3).bool()


def _shifts(quarters: Gaussians) -> Float[Tensor, "quarters 3"]:
    """Metres from the middle of the whole, along its two longer axes."""
    order = _longer(quarters)
    signs = torch.tensor(QUARTERS).repeat(len(quarters) // len(QUARTERS), 1)
    rotation = quat_wxyz_to_matrix(torch.nn.functional.normalize(quarters.quats_wxyz, dim=-1))
    sides = APART * signs * quarters.scales.gather(-1, order)
    along = rotation.gather(-1, order[:, None].expand(-1, 3, -1))
    return (along @ sides[..., None])[..., 0]


def _longer(gaussians: Gaussians) -> Int[Tensor, "gaussians 2"]:
    """The two longer axes of each."""
    return gaussians.scales.argsort(-1, descending=True)[:, :2]


def tightened(canonical: Gaussians, spacing: Float[Tensor, "gaussians"], gate: Float[Tensor, "gaussians"]) -> Gaussians:
    """As thin and as small as tiles of a surface may be where photos show it, and as opaque as they must be.

    Where the network is unsure it makes Gaussians large: a standard deviation of 1.2 spacings leaves a tenth of a stripe that
    is two spacings wide, whatever its colours.
    """
    most = torch.where(_thinnest(canonical), THIN, WIDE) * spacing[:, None]
    tight = torch.minimum(canonical.scales, most)
    opaque = torch.lerp(canonical.opacities, canonical.opacities.clamp(min=OPAQUE), gate)
    return replace(canonical, scales=canonical.scales * (tight / canonical.scales) ** gate[:, None], opacities=opaque)
