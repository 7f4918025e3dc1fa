"""Eyes to be looked into. The network has some seventy Gaussians for the front of an eyeball, each as wide as a pupil, and no
photo of a whole person tells them apart: tiles with a painted pupil, iris and white are laid over them, in the photos' colours.
"""

import math
from dataclasses import dataclass, replace
from functools import cache

import torch
from jaxtyping import Float
from torch import Tensor
from torch.nn import functional as F

from lca.geometry.gaussians import Gaussians
from lca.model.added import with_tiles
from lca.model.avatar import Avatar
from lca.model.template import EYES, IRIS, SCLERA, upright

TILES, CAP = 400, 1.3
"""Of each eye, and how far they reach from its axis, radians: 1.3 mm apart, the lids hide the rest."""
SIDE, THIN, SOLID = 0.7, 0.25, 0.97
"""Size of a tile over the distance of its neighbours, its thickness over its size, and its opacity."""
PUPIL_RADIUS, IRIS_RADIUS, SOFT = 0.19, 0.44, 0.04
"""Radians from the axis at which pupil and iris end, and within how much: 2.3 and 5.3 mm of an eyeball of 12 mm."""
PUPIL = (0.03, 0.025, 0.02)
"""sRGB."""
RIM, RIM_WIDTH = 0.5, 0.12
"""How dark the edge of an iris is, of its colour, and how wide that edge, radians."""
SUNK = 0.92
"""Share of their distance from the middle at which the network's own Gaussians stay, behind the tiles."""


@dataclass(frozen=True)
class EyeColors:
    """What photos show of somebody's eyes, sRGB."""

    iris: Float[Tensor, "3"]
    white: Float[Tensor, "3"]


BROWN = EyeColors(torch.tensor(IRIS), torch.tensor(SCLERA))
"""Eyes that no photo shows well."""


@torch.no_grad()
def with_eyes(avatar: Avatar, colors: EyeColors = BROWN) -> Avatar:
    """The avatar with finely painted eyeballs; as it is if it has no Gaussians there."""
    leading = avatar.rig.leading
    for joint in EYES:
        own = (leading == joint).nonzero()[:, 0]
        if len(own):
            avatar = _with_eye(avatar, own, avatar.rig.joints[joint], colors)
    return avatar


def _with_eye(avatar: Avatar, own: Tensor, middle: Float[Tensor, "3"], colors: EyeColors) -> Avatar:
    """One eyeball about its `middle`; `own` are its Gaussians."""
    before = avatar.canonical
    out = before.means[own] - middle
    radius = out[out[:, 2] > 0].norm(dim=-1).median()
    axes = cap()
    parents = own[torch.cdist(axes, F.normalize(out, dim=-1)).argmin(1)]
    side = SIDE * radius * math.sqrt(2 * math.pi * (1 - math.cos(CAP)) / TILES)
    tiles = Gaussians(
        means=middle + radius * axes,
        quats_wxyz=upright(axes),
        scales=torch.stack([side, side, THIN * side]).expand(TILES, 3),
        opacities=torch.full((TILES,), SOLID),
        colors=painted(axes, colors),
    )
    means, old = before.means.clone(), before.colors.clone()
    means[own], old[own] = middle + SUNK * out, painted(out, colors)
    behind = replace(avatar, canonical=replace(before, means=means, colors=old))
    return with_tiles(behind, tiles, parents, avatar.rig.skin_indices[parents], avatar.rig.skin_weights[parents])


@cache
def cap() -> Float[Tensor, "tiles 3"]:
    """Unit vectors spread evenly about the z axis (a Fibonacci spiral)."""
    share = (torch.arange(TILES) + 0.5) / TILES
    height, turn = 1 - share * (1 - math.cos(CAP)), math.pi * (1 + math.sqrt(5)) * torch.arange(TILES)
    across = (1 - height**2).sqrt()
    return torch.stack([across * turn.cos(), across * turn.sin(), height], -1)


def painted(out: Float[Tensor, "tiles 3"], colors: EyeColors) -> Float[Tensor, "tiles 3"]:
    """What colour an eyeball has in a direction from its middle."""
    angle = torch.atan2(out[:, :2].norm(dim=-1), out[:, 2])[:, None]
    edge = ((angle - IRIS_RADIUS + RIM_WIDTH) / RIM_WIDTH).clamp(0.0, 1.0)
    iris = colors.iris * (1.0 - (1.0 - RIM) * edge)
    eye = torch.lerp(iris, colors.white, _beyond(angle, IRIS_RADIUS))
    return torch.lerp(iris.new_tensor(PUPIL), eye, _beyond(angle, PUPIL_RADIUS))


def _beyond(angle: Tensor, radius: float) -> Tensor:
    """0 within `radius`, 1 outside of it."""
    return ((angle - radius) / SOFT + 0.5).clamp(0.0, 1.0)
