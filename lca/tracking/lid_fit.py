"""Eyes as wide open as photos show them: lids drawn back along the way that a blink brings them down."""

from dataclasses import replace

import torch

from lca.model.avatar import Avatar
from lca.tracking.face_points import LID_RIMS
from lca.tracking.face_sight import Sitting

RIMS = tuple((rim[-k], rim[k]) for rim in LID_RIMS for k in (3, 4, 5))
"""Landmarks of the middle of the upper lids, each with the one below it."""
TILES, MOST = 0.45, 0.55
"""Shares of a blink: by which tiles reach over the rims that they lie on, and that lids are drawn back at most."""
UNSURE = 0.3
"""Standard deviation of a share before any photo is seen."""


def awake(avatar: Avatar, sitting: Sitting) -> Avatar:
    """The avatar with lids as far apart as the landmarks of its photos, on average, are."""
    shut = avatar.blendshapes[..., list(avatar.lids.actions)].sum(-1)
    open_way = -shut[sitting.nearest].mean(1)
    upper, lower = ([sitting.points.chosen.index(number) for number in rims] for rims in zip(*RIMS, strict=True))
    agreed, evidence = 0.0, 1.0 / UNSURE**2
    for sight in sitting.seen(avatar):
        way = open_way @ sight.across.mT
        apart, wanted = way[upper] - way[lower], sight.off[upper] - sight.off[lower]
        weight = torch.minimum(sight.weight[upper], sight.weight[lower])[:, None]
        agreed, evidence = agreed + float((weight * apart * wanted).sum()), evidence + float((weight * apart**2).sum())
    share = min(max(TILES + agreed / evidence, 0.0), MOST)
    return replace(avatar, canonical=replace(avatar.canonical, means=avatar.canonical.means - share * shut))
