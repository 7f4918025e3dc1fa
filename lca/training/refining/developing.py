"""Colours straight from the photos, before any gradient step: what a photo shows at a Gaussian is its colour.

A pass adds to each colour the mean of the error over the pixels that show the Gaussian, weighed by how much (simultaneous
algebraic reconstruction, Andersen and Kak 1984). The photo that sees a Gaussian best has most of the say: the mean over photos a
pixel apart would be a blur.
"""

from dataclasses import replace

import torch
from jaxtyping import Float
from torch import Tensor

from lca.geometry.gaussians import Gaussians
from lca.render import render
from lca.training.refining.changes import COLORS, Changes
from lca.training.refining.photographs import Photographs, Visibility
from lca.training.refining.surface import SurfaceGraph
from lca.training.refining.views import inside
from lca.training.refining.visibility import sight

FAVOUR = 2.0
"""Power of the visibility ratio by which a photo's word counts."""


@torch.no_grad()
def develop(
    changes: Changes,
    photographs: Photographs,
    surface: SurfaceGraph,
    seen: Visibility,
    passes: int,
    held: bool = False,
) -> None:
    """Change the colours of `changes`, as far as the gate is open, by pixels that are learned from, or by those `held` back."""
    for _ in range(passes):
        changes.values[:, COLORS] += seen.gate[:, None] * _mean_error(changes.applied(), photographs, surface, held)
        changes.clip(seen.palette)


def _mean_error(
    canonical: Gaussians, photographs: Photographs, surface: SurfaceGraph, held: bool
) -> Float[Tensor, "gaussians 3"]:
    """Error of those pixels alone, shared out among all that show the Gaussian."""
    total, count = torch.zeros(len(canonical), 3), torch.full((len(canonical), 1), 1e-6)
    for photo in range(len(photographs)):
        posed = photographs.lit(canonical, photo)
        for crop in (photographs.bodies[photo], photographs.faces[photo]):
            if crop is None:
                continue
            where = inside(crop.mask, 1) * ~crop.doubted
            wanted = where * (crop.held == held)
            here = sight(posed, crop.camera, where if held else wanted, surface)
            favour = (here.ratio.clamp(max=1.0) ** FAVOUR)[:, None]
            with torch.enable_grad():
                colors = posed.colors.detach().requires_grad_(True)
                shown = render(replace(posed, colors=colors), crop.camera, torch.ones(3)).image
                (pulls,) = torch.autograd.grad((shown * ((crop.image - shown) * wanted).detach()).sum(), colors)
            total += favour * pulls
            count += favour * here.weight[:, None]
    return total / count
