"""Colours for what no photo shows: a screened harmonic field over the surface, pinned where photos speak.

The field x minimises

    sum_links w (x_i - x_j)^2 + sum_g trust_g (x_g - seen_g)^2 + BACK sum_g (x_g - predicted_g)^2

a mean over neighbours, mirror image and the other side of a garment whose word fades with distance, until the network's own is
left.
"""

import numpy as np
import torch
from jaxtyping import Float
from scipy.sparse import diags
from scipy.sparse.linalg import cg
from torch import Tensor

from lca.training.refining.surface import SurfaceGraph

TRUST, MOST = 20.0, 1000.0
"""Weight of a photo's word per gate^3 / (1 - gate), and at most."""
BACK = 0.008
"""Weight of what the network predicted: the photos' word is halved after some twenty Gaussians."""


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
    system = (diags(np.asarray(links.sum(1))[:, 0] + trust + BACK) - links).tocsr()[free]
    own, behind = colors.double().numpy(), predicted.double().numpy()
    known = system[:, ~free] @ own[~free]
    wanted = (trust[:, None] * own + BACK * behind)[free] - known
    inner = system[:, free]
    scale = diags(1.0 / inner.diagonal())
    filled = colors.clone()
    for channel in range(colors.shape[-1]):
        field, _ = cg(inner, wanted[:, channel], x0=own[free, channel], rtol=1e-4, maxiter=300, M=scale)
        filled[torch.from_numpy(free), channel] = torch.from_numpy(field).float().clamp(0.0, 1.0)
    return filled
