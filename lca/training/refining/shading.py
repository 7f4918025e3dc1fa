"""Light of one photo: gain and tint, and shading over the normals, so that it is not painted onto the person.

A photo's colours are the avatar's times 1 + gain + sum_k b_k Y_k(n): spherical harmonics of the second order (Ramamoorthi and
Hanrahan 2001) over posed normals. On average over photos they are drawn to 1, and the avatar keeps the mean light.
"""

import torch
from jaxtyping import Float
from torch import Tensor

from lca.geometry.gaussians import Gaussians
from lca.geometry.rotations import quat_wxyz_to_matrix

GAINS, WAVES = 3, 8
PRIOR, MEAN_PRIOR = 0.02, 0.2
"""Weights of the mean square of the coefficients, and of that of their mean over photos."""

DARKEST = 0.2
"""Least light that a colour is divided by."""


@torch.no_grad()
def waves(posed: Gaussians) -> Float[Tensor, "gaussians 8"]:
    """First and second order harmonics, without their constants, of the normals: a Gaussian's z axis (see `Template`)."""
    x, y, z = quat_wxyz_to_matrix(posed.quats_wxyz)[..., 2].unbind(-1)
    return torch.stack([x, y, z, x * y, y * z, x * z, x * x - y * y, 1.5 * z * z - 0.5], -1)


def shaded(
    colors: Float[Tensor, "gaussians 3"], basis: Float[Tensor, "gaussians 8"], light: Float[Tensor, "11"]
) -> Float[Tensor, "gaussians 3"]:
    """Colours in the light of a photo."""
    return colors * (1.0 + light[:GAINS] + (basis @ light[GAINS:])[:, None])


def light_on(basis: Float[Tensor, "gaussians 8"], light: Float[Tensor, "11"]) -> Float[Tensor, "gaussians 3"]:
    """What the light of a photo makes of white: colours that one sees there are divided by it."""
    return shaded(torch.ones(len(basis), GAINS), basis, light).clamp(min=DARKEST)


def light_prior(lights: Float[Tensor, "photos 11"]) -> Tensor:
    """What strong light costs, and light that all photos share."""
    return PRIOR * (lights**2).mean() + MEAN_PRIOR * (lights.mean(0) ** 2).mean()
