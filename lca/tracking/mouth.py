"""The inside of a likeness's mouth: where the draft has it, for photos of lips tell nothing of what they hide; painted, and with
teeth."""

from dataclasses import replace

import torch

from lca.model.avatar import Avatar
from lca.model.teeth import lips_moved, with_teeth
from lca.model.template import Template, painted_mouth
from lca.tracking.face_fit import behind_lips


@torch.no_grad()
def with_mouth(refined: Avatar, start: Avatar, template: Template) -> Avatar:
    """The refined avatar with what is behind its lips put back to the draft's (`start`), as far as the lips have moved since, and
    teeth."""
    own, before = refined.canonical, start.canonical
    sources = refined.source_of
    hidden = behind_lips(template)[sources]
    inside = hidden > 0.5
    moved = lips_moved(refined, template) - lips_moved(start, template)
    canonical = replace(
        own,
        means=torch.where(inside, before.means[sources] + moved, own.means),
        quats_wxyz=torch.where(inside, before.quats_wxyz[sources], own.quats_wxyz),
        scales=torch.where(inside, before.scales[sources], own.scales),
        opacities=torch.where(inside[:, 0], before.opacities[sources], own.opacities),
        colors=torch.lerp(own.colors, painted_mouth(template.points)[sources], hidden),
    )
    return with_teeth(replace(refined, canonical=canonical), template)
