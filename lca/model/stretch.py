"""Skin that stretches. Blendshapes move the middles of the face's Gaussians, which part where skin stretches, as below an opened
mouth: one saw between them into the head, and each by itself in a colour that was right among its neighbours only.

Each grows along its own axes as the skin round it does, and takes the colour of what lies there together.
"""

from dataclasses import dataclass, replace

import numpy as np
import torch
from einops import einsum
from jaxtyping import Bool, Float, Int
from scipy.spatial import KDTree
from torch import Tensor
from torch.nn import functional as F

from lca.geometry.body import PARTS
from lca.geometry.body_file import load_body
from lca.geometry.gaussians import Gaussians
from lca.geometry.rotations import quat_wxyz_to_matrix
from lca.model.driver import Correction

NEIGHBOURS = 12
TORN = 2.5
"""Metres that an action parts neighbours for each metre between them, from which they are not of one skin: two lips, a lid
and its eye."""
LEAST = 0.002
"""Metres that some action moves a Gaussian from which on its skin may stretch."""
NOISE = 0.0005
"""Metres that are noise in where Gaussians lie."""
STIFF = 0.1
"""What keeps the gradient of too few neighbours small, beside their number."""
LITTLE = 0.05
"""Growth, of itself, that nobody sees."""
MOST = 1.4
"""Times that a Gaussian may grow along an axis."""
FADED = 0.8
"""Growth, of itself, at which it has the colour of its skin altogether."""


@dataclass(frozen=True)
class Stretch:
    """Which Gaussians stretch (`skin`, their numbers), by how much of themselves along each axis with each action, and the colour
    (sRGB) of the skin round each."""

    skin: Int[Tensor, "skin"]
    strain: Float[Tensor, "skin 3 52"]
    tone: Float[Tensor, "skin 3"]

    def follow(
        self, made: Correction, colors: Float[Tensor, "*people gaussians 3"], actions: Float[Tensor, "people 52"]
    ) -> Correction:
        """The correction of Gaussians of canonical `colors` with the growth that the actions ask for."""
        growth = F.linear(actions, self.strain.flatten(0, 1)).unflatten(1, (-1, 3)).clamp(0.0, MOST - 1.0)
        faded = (growth.amax(-1, keepdim=True) / FADED).clamp(max=1.0) * (self.tone - colors[..., self.skin, :])
        return replace(
            made,
            colors=made.colors.index_add(1, self.skin, faded),
            log_scales=made.log_scales.index_add(1, self.skin, growth.log1p()),
        )


@torch.no_grad()
def on_skin(means: Float[Tensor, "gaussians 3"], betas: Float[Tensor, "shape"]) -> Bool[Tensor, "gaussians"]:
    """Which Gaussians (rest pose, metres) lie on the skin of the default body in this shape, and neither on eyeballs nor in the
    mouth: what is dark there would come through the lips."""
    body = load_body()
    known = min(len(betas), body.shape_directions.shape[-1])
    rest = body.template + body.shape_directions[..., :known] @ betas[:known].cpu()
    nearest = torch.from_numpy(np.asarray(KDTree(rest.numpy()).query(means.cpu().numpy())[1]))
    inside = torch.tensor([PARTS.index("eye"), PARTS.index("mouth")])
    return ~torch.isin(body.part_labels[nearest], inside).to(means.device)


@torch.no_grad()
def stretch_of(
    canonical: Gaussians,
    directions: Float[Tensor, "gaussians 3 52"],
    skin: Bool[Tensor, "gaussians"],
    painted: Float[Tensor, "gaussians"],
) -> Stretch:
    """How the `skin` that actions move by `directions` (metres) stretches: the gradient of motion on which neighbours agree. What
    is `painted` otherwise (1: altogether) keeps its colour."""
    moving = skin.nonzero()[:, 0]
    moving = moving[directions[moving].square().sum(1).amax(1) > LEAST**2]
    if len(moving) <= NEIGHBOURS:
        return Stretch(moving[:0], directions[:0], canonical.colors[:0])
    means, moves, axes = canonical.means[moving], directions[moving], quat_wxyz_to_matrix(canonical.quats_wxyz[moving])
    places = means.cpu().numpy()
    near = torch.from_numpy(np.asarray(KDTree(places).query(places, k=NEIGHBOURS + 1)[1])[:, 1:]).to(means.device)
    along, parted = (means[near] - means[:, None]) @ axes, moves[near] - moves[:, None]
    distance = along.norm(dim=-1).clamp(min=NOISE)
    one_skin = (parted.square().sum(2).amax(-1) < (TORN * distance) ** 2).float()
    unit = along / distance[..., None]
    weighted = (one_skin[..., None] * unit).mT
    mix = torch.linalg.solve(weighted @ unit + STIFF * torch.eye(3).to(means), weighted) / distance[:, None]
    gradient = (mix @ parted.flatten(2)).unflatten(2, (3, -1))
    strain = einsum(axes, gradient, "g x k, g k x a -> g k a")
    colors = canonical.colors[moving]
    tone = (colors + (one_skin[..., None] * colors[near]).sum(1)) / (1.0 + one_skin.sum(1, keepdim=True))
    tone = torch.lerp(tone, colors, painted[moving, None])
    much = strain.amax((1, 2)) > LITTLE
    return Stretch(moving[much], strain[much], tone[much])
