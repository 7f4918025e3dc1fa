"""Heads without cracks. Hair and hats lie off the body, where each Gaussian was moved its own way; between those that parted one
saw the sky, or the other side of the head, and rims were half clear."""

from dataclasses import replace

import torch

from lca.geometry.gaussians import Gaussians
from lca.geometry.tiles import covering, gap
from lca.model.template import Template

SHARE = 0.6
"""Standard deviation along the surface, in gaps to the neighbours, that tiles of a head have at least. With more, faces score
still higher within their masks and lower with what is round them."""


def covered(canonical: Gaussians, template: Template) -> Gaussians:
    """Canonical Gaussians of some people with tiles on heads and necks as large as the gaps between them ask for."""
    asked = SHARE * template.head * gap(canonical.means, template.near)
    return replace(canonical, scales=covering(canonical, asked, torch.zeros_like(asked)))
