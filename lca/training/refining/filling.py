"""Colours for what no photo shows: a screened harmonic field over the surface, pinned where photos speak.

The field x minimises

    sum_links w (x_i - x_j)^2 + sum_g trust_g (x_g - seen_g)^2 + sum_g own_g (x_g - predicted_g)^2

a mean over neighbours, mirror image and the other side of a garment. What the network predicted of a side that it did not see is
muddy: but on faces and hands it hardly counts, and a neighbour's word carries all the way round.
"""

from dataclasses import replace

import numpy as np
import torch
from jaxtyping import Float
from scipy.sparse import diags
from scipy.sparse.linalg import splu
from torch import Tensor

from lca.training.refining.surface import SurfaceGraph

TRUST, MOST = 20.0, 1000.0
"""Weight of a photo's word per gate^3 / (1 - gate), and at most."""
ALIKE, STRANGE = 0.2, 0.4
"""Distances (sRGB) from the colour of a person's hands up to which a photo's word is taken there, and from which it is not."""
BARE = 0.2
"""Share of what is seen of hands that must be like the face for them to be bare, without gloves."""
LITTLE = 0.1
"""Share of hands, and of a face, of which one learns nothing about all of it."""
EXPECTED = 0.1
"""Weight of the face's skin on hands that nobody sees, of a neighbour's 1: cuffs end at them."""


def fill(
    colors: Float[Tensor, "gaussians 3"],
    predicted: Float[Tensor, "gaussians 3"],
    gate: Float[Tensor, "gaussians"],
    surface: SurfaceGraph,
) -> Float[Tensor, "gaussians 3"]:
    """Refined `colors` where photos show the Gaussian (`gate` 1), filled where none does (0), something between between."""
    seen, free = gate.double().numpy(), (gate < 1.0).numpy()
    if not free.any() or free.all():
        return colors
    links = surface.links.astype(np.float64)
    trust = np.minimum(TRUST * seen**3 / (1.0 - np.minimum(seen, 1.0 - 1e-6)), MOST)
    system = (diags(np.asarray(links.sum(1))[:, 0] + trust + surface.own) - links).tocsr()[free]
    shown, behind = colors.double().numpy(), predicted.double().numpy()
    wanted = (trust[:, None] * shown + surface.own[:, None] * behind)[free] - system[:, ~free] @ shown[~free]
    factors = splu(system[:, free].tocsc(), permc_spec="MMD_AT_PLUS_A", options={"SymmetricMode": True})
    filled = colors.clone()
    filled[torch.from_numpy(free)] = torch.from_numpy(factors.solve(wanted)).float().clamp(0.0, 1.0)
    return filled


def of_one_skin(
    colors: Float[Tensor, "gaussians 3"], gate: Float[Tensor, "gaussians"], surface: SurfaceGraph
) -> Float[Tensor, "gaussians"]:
    """The gate, shut on hands where photos show another colour than on the rest of both, be they bare or gloved: a finger that is
    not where it was solved to be takes the colour of what lies behind it."""
    hands, shown = surface.hands.nonzero()[:, 0], gate > 0.5
    seen, face = colors[surface.hands & shown], colors[surface.face & shown]
    if len(seen) == 0:
        return gate
    if len(face):
        skin = seen[(seen - face.median(0).values).norm(dim=-1) < STRANGE]
        bare = len(skin) > BARE * len(seen) or len(seen) < LITTLE * len(hands)
        seen = (skin if len(skin) else face) if bare else seen
    off = (colors[hands] - seen.median(0).values).norm(dim=-1)
    sure = gate.clone()
    sure[hands] *= ((STRANGE - off) / (STRANGE - ALIKE)).clamp(0.0, 1.0)
    return sure


def in_pockets(
    colors: Float[Tensor, "gaussians 3"],
    predicted: Float[Tensor, "gaussians 3"],
    gate: Float[Tensor, "gaussians"],
    surface: SurfaceGraph,
) -> tuple[SurfaceGraph, Float[Tensor, "gaussians 3"]]:
    """The graph and the predicted colours for `fill`: hands that no photo shows, in pockets or sleeves, have the face's skin."""
    shown = gate > 0.5
    hands, face = (shown & part for part in (surface.hands, surface.face))
    if hands.sum() > LITTLE * surface.hands.sum() or face.sum() <= LITTLE * surface.face.sum():
        return surface, predicted
    expected = torch.where(surface.hands[:, None], colors[face].median(0).values, predicted)
    return replace(surface, own=np.where(surface.hands, EXPECTED, surface.own)), expected
