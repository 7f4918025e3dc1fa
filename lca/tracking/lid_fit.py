"""Eyes as wide open as photos show them: lids drawn back along the way that a blink brings them down."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import torch
from jaxtyping import Float
from torch import Tensor

from lca.model.avatar import Avatar
from lca.model.template import Template
from lca.tracking.face_points import FacePoints
from lca.training.refining.landmarks import NEAREST

RIMS = ((159, 145), (160, 144), (158, 153), (386, 374), (385, 380), (387, 373))
"""Landmarks of the upper lids, each with the one below it."""
TILES, MOST = 0.45, 0.55
"""Shares of a blink: by which tiles reach over the rims that they lie on, and that lids are drawn back at most."""
UNSURE = 0.3
"""Standard deviation of a share before any photo is seen."""


@dataclass(frozen=True)
class SeenLandmarks:
    """Landmarks of one photo: how far `off` the avatar's they are (metres, x and y of the picture), the directions `across` the
    line of sight in the head's rest frame, and the `weight` of each landmark (1 / metres^2)."""

    off: Float[Tensor, "points 2"]
    across: Float[Tensor, "2 3"]
    weight: Float[Tensor, "points"]


def awake(avatar: Avatar, template: Template, points: FacePoints, sights: Sequence[SeenLandmarks]) -> Avatar:
    """The avatar with lids as far apart as the landmarks of its photos, on average, are."""
    shut = avatar.blendshapes[..., list(avatar.lids.actions)].sum(-1)
    open_way = -shut[template.nearest(points.canonical, NEAREST)].mean(1)
    upper, lower = ([points.chosen.index(number) for number in rims] for rims in zip(*RIMS, strict=True))
    agreed, evidence = 0.0, 1.0 / UNSURE**2
    for sight in sights:
        way = open_way @ sight.across.mT
        apart, wanted = way[upper] - way[lower], sight.off[upper] - sight.off[lower]
        weight = torch.minimum(sight.weight[upper], sight.weight[lower])[:, None]
        agreed, evidence = agreed + float((weight * apart * wanted).sum()), evidence + float((weight * apart**2).sum())
    share = min(max(TILES + agreed / evidence, 0.0), MOST)
    return replace(avatar, canonical=replace(avatar.canonical, means=avatar.canonical.means - share * shut))
