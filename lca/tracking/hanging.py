"""How loosely do clothes hang? The garment head guesses it from what it learned on the runway, takes wide trousers for skirts and
narrow skirts for wide ones. Photos with solved poses know better: their outlines say how much of the guess is true, and of which
cut a skirt is."""

from collections.abc import Callable, Sequence
from dataclasses import replace

import torch

from lca.model.avatar import Avatar
from lca.model.network import LCA, Fused
from lca.model.skirt import skirted
from lca.render import render
from lca.tracking.tailoring import tailored
from lca.training.refining.views import View, overlap

SHARES = (1.0, 0.75, 0.5, 0.25, 0.0)
"""Of what the head does, loosest first; 0 is plain skinning."""
AS_GOOD = 0.002
"""Overlap of outlines, of 1, that a looser guess may lack: a skirt that does not tear is worth it."""
TOLERATED = 0.015
"""The same that a skirt may lack of legs that the network has blurred: its hem is where theirs is not."""
TIGHT = 0.02
"""How sure the head is, of 1, that something hangs off the thighs, below which it changes nothing that one sees."""


def as_worn(model: LCA, fused: Fused, hung: Callable[[float], Avatar], views: Sequence[View]) -> Avatar:
    """The avatar in the skirt that the photos show, or else as loose as they show; all that the garment head says where there is
    no photo with a pose. Without a head, plain skinning."""
    avatar = hung(1.0)
    if not views or model.garments is None:
        return avatar
    plain = hung(0.0)
    cut = tailored(plain, model.template, views)
    if cut is not None:
        worn = skirted(plain, model.template, cut)
        if fit(worn, views) > fit(plain, views) - TOLERATED:
            return worn
    return as_loose(hung, views) if may_hang(model, fused, avatar) else avatar


@torch.no_grad()
def as_loose(hung: Callable[[float], Avatar], views: Sequence[View]) -> Avatar:
    """The avatar that suits the photos, which `hung` makes with one of `SHARES` of the garment head: the loosest whose outline
    overlaps the masks as well as any. Its metadata say which, as `loose`."""
    made = {share: hung(share) for share in SHARES}
    overlaps = {share: fit(avatar, views) for share, avatar in made.items()}
    enough = max(overlaps.values()) - AS_GOOD
    share = next(share for share, value in overlaps.items() if value >= enough)
    return replace(made[share], metadata={**made[share].metadata, "loose": f"{share:g}"})


@torch.no_grad()
def may_hang(model: LCA, fused: Fused, avatar: Avatar) -> bool:
    """Whether there is a garment head, and it has something to do for the person of whom `avatar` was made."""
    if model.garments is None:
        return False
    betas = avatar.betas[None]
    return float(model.garments.looseness(model.canonical(fused, betas), model.template.shaped(betas))) > TIGHT


def fit(avatar: Avatar, views: Sequence[View]) -> float:
    """Mean overlap of what the avatar covers in the poses of the photos, whatever its face does, and of the masks there; 0
    without photos."""
    overlaps = []
    for view in views:
        signals, crop = view.signals, view.body
        posed = avatar.drive(signals.theta, translation=signals.translation)
        overlaps.append(overlap(render(posed, crop.camera).alpha, crop.mask))
    return sum(overlaps) / max(len(overlaps), 1)
