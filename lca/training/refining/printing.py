"""A face as photos print it: when all else is done its tiles are cut in four, and each takes the colour that photos have there.

Descent gives a tile the colour that is missing where the tile is seen, among those that overlap it. What the others hide keeps
whatever colour it has, and comes out as a freckle as soon as one looks from elsewhere, or as torn lips when they move. In print
neighbours agree as pixels of a photo do.
"""

from dataclasses import dataclass, replace

import torch
from jaxtyping import Float, Int
from torch import Tensor

from lca.formats.photos import pixels_at
from lca.geometry.gaussians import Gaussians
from lca.geometry.tiles import STRAY
from lca.model.avatar import Avatar
from lca.model.template import Template
from lca.render import render
from lca.training.refining.photographs import Photographs
from lca.training.refining.shading import light_on, waves
from lca.training.refining.splitting import quartered
from lca.training.refining.surface import LID_REACH, SurfaceGraph, places_of, surface_of
from lca.training.refining.views import WITHIN, Target, inside
from lca.training.refining.visibility import blended, sight

FAVOUR = 4.0
"""Power of the visibility ratio by which a photo's word counts: the mean over photos a pixel apart would be a blur."""
COVER, ACROSS = 0.8, 0.25
"""What a tile measures along the skin and across it, in gaps to its neighbours: a crack would show the back of the head."""
LIDS = 0.9
"""The gap of a lid's tile, in distances to its nearer neighbours: along an open eye what lies to one side is no gap, and a lid
that reached over it would hide the eye."""
BELIEVED = 0.01
"""Word of all photos together from which it is believed altogether: at a slant the rim of a cheek has the colour of a collar."""
SHARPEN, TOGETHER = 2, 1.0
"""Passes that give back what the tiles' width blurs, and over how many neighbours each is spread."""


@dataclass(frozen=True)
class Print:
    """An avatar, its surface, how far photos are believed about each of its Gaussians (0 to 1), and which one before printing it
    comes of."""

    avatar: Avatar
    surface: SurfaceGraph
    gate: Float[Tensor, "gaussians"]
    parents: Int[Tensor, "gaussians"]


@torch.no_grad()
def printed(before: Print, photographs: Photographs, template: Template, cut: bool = True) -> Print:
    """The same with the face that photos show, in finer tiles if they may be `cut`; as it was where no photo shows a face."""
    if not (before.surface.face & (before.gate > 0.5)).any():
        return before
    avatar, parents = quartered(before.avatar, template.frames[before.avatar.source_of], before.surface.face & cut)
    surface = surface_of(places_of(template, avatar))
    face, means = surface.face, avatar.canonical.means
    lids = surface.reach <= LID_REACH
    gap = torch.where(lids, LIDS * surface.spacing(means), surface.gap(means)).clamp(max=STRAY)
    flat = torch.stack([COVER * gap, COVER * gap, ACROSS * gap], -1)
    scales = torch.where(face[:, None], flat, avatar.canonical.scales)
    avatar = replace(avatar, canonical=replace(avatar.canonical, scales=scales))
    standings = _standings(avatar, parents, surface, photographs)
    plain, word = _print(avatar.canonical.colors, standings)
    colors = torch.where(face[:, None], plain, avatar.canonical.colors)
    for _ in range(SHARPEN):
        colors = (colors + face[:, None] * _blurred_away(colors, standings, surface)).clamp(0.0, 1.0)
    gate = before.gate[parents] * torch.where(face, (word / BELIEVED).clamp(max=1.0), 1.0)
    canonical = replace(avatar.canonical, colors=colors)
    return Print(replace(avatar, canonical=canonical), surface, gate, before.parents[parents])


@dataclass(frozen=True)
class Standing:
    """The avatar as it stands in one photo: its Gaussians, the light on them, and how much that photo says of each. The mask of
    the `crop` leaves out what lies between the lids: it would be painted on them."""

    crop: Target
    posed: Gaussians
    light: Float[Tensor, "gaussians 3"]
    word: Float[Tensor, "gaussians 1"]


def _standings(
    avatar: Avatar, parents: Int[Tensor, "gaussians"], surface: SurfaceGraph, photographs: Photographs
) -> list[Standing]:
    """Of the crops that show the face best; `parents` are the Gaussians of `photographs` that the avatar's come of."""
    standings = []
    for photo, crops in enumerate(zip(photographs.faces, photographs.bodies, strict=True)):
        if (crop := crops[0] or crops[1]) is None:
            continue
        posed = photographs.posed(avatar.canonical, photo, avatar.rig, parents)
        light = light_on(waves(posed), photographs.lights[photo])
        ratio = sight(posed, crop.camera, crop.mask, surface).ratio.clamp(0.0, 1.0)
        skin = crop.mask * ~photographs.between_lids(photo, crop)
        standings.append(Standing(replace(crop, mask=skin), posed, light, ratio[:, None] ** FAVOUR))
    return standings


def _print(
    own: Float[Tensor, "gaussians 3"], standings: list[Standing]
) -> tuple[Float[Tensor, "gaussians 3"], Float[Tensor, "gaussians"]]:
    """Each Gaussian in the mean colour that photos have where it is, out of their light, and how much they say of it together."""
    total, count = torch.zeros_like(own), torch.zeros_like(own[:, :1])
    for here in standings:
        places = here.crop.camera.project(here.posed.means)[:, :2]
        pixels = pixels_at(torch.cat([here.crop.image, here.crop.mask]), places)
        word = here.word * (pixels[:, 3:] > WITHIN)
        total, count = total + word * pixels[:, :3] / here.light, count + word
    plain = (total / count.clamp(min=1e-6)).clamp(0.0, 1.0)
    return torch.where(count > 0, plain, own), count[:, 0]


def _blurred_away(
    colors: Float[Tensor, "gaussians 3"], standings: list[Standing], surface: SurfaceGraph
) -> Float[Tensor, "gaussians 3"]:
    """What the tiles' own width takes from the photos: the error of the pixels that show a Gaussian and its neighbours."""
    total, count = torch.zeros_like(colors), torch.zeros_like(colors[:, :1])
    for here in standings:
        wanted = inside(here.crop.mask, 1)
        with torch.enable_grad():
            seen = (colors * here.light).requires_grad_(True)
            shown = render(replace(here.posed, colors=seen), here.crop.camera, torch.ones(3)).image
            (pulls,) = torch.autograd.grad((shown * ((here.crop.image - shown) * wanted).detach()).sum(), seen)
        total += here.word * pulls
        count += here.word * blended(here.posed, here.crop.camera, wanted)[:, None]
    shared = surface.smooth(torch.cat([total, count], -1), torch.full_like(count, TOGETHER))
    return shared[:, :3] / shared[:, 3:].clamp(min=1e-6)
