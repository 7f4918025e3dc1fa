"""Points on the body for the solver: what pixels show, what outlines are compared with."""

import numpy as np
import torch
from jaxtyping import Float
from numpy import ndarray
from torch import Tensor

from lca.geometry.body import PARTS
from lca.model.template import Template
from lca.model.transport.nearest import nearest_gaussians
from lca.tracking.kinematics import Points

LONG = {"upper_arm": 0, "forearm": 0, "torso": 1, "hips": 1, "thigh": 1, "calf": 1}
"""Parts that look alike along an axis of the T-pose (x of arms, y of trunk and legs)."""
ALONG = 3.0
"""How many times less certain a canonical point is taken to be along that axis than across."""


def points_at(
    template: Template, gaussian: ndarray, rest: Float[ndarray, "points 3"], betas: Tensor, shapes: int
) -> Points:
    """Points that move as the given Gaussians do; coefficients after the first `shapes` are taken from `betas` for good."""
    directions = template.shape_directions[gaussian].numpy()
    fixed = directions[..., shapes : len(betas)] @ betas[shapes:].numpy()
    return Points(
        rest.astype(np.float64) + fixed,
        np.ascontiguousarray(directions[..., :shapes]),
        template.skin_indices[gaussian].numpy(),
        template.skin_weights[gaussian].numpy(),
        slack_of(template)[gaussian],
    )


def shown(template: Template, canonical: Float[Tensor, "points 3"], betas: Tensor, shapes: int) -> Points:
    """Canonical points of pixels, held by the nearest Gaussian's joints and moved by its shape directions."""
    gaussian = nearest_gaussians(canonical.float().contiguous(), template)[:, 0].numpy()
    return points_at(template, gaussian, canonical.double().numpy(), betas, shapes)


def thinned(template: Template, cell: float, betas: Tensor, shapes: int) -> Points:
    """One Gaussian in each cube of `cell` metres, without slack: an even cover of the body."""
    chosen = _one_per_cell(template, cell)
    points = points_at(template, chosen, template.points[chosen].double().numpy(), betas, shapes)
    return Points(points.rest, points.shape_directions, points.skin_indices, points.skin_weights, 0 * points.slack)


def _one_per_cell(template: Template, cell: float) -> ndarray:
    cells = np.floor(template.points.numpy() / cell).astype(np.int64)
    return np.sort(np.unique(cells, axis=0, return_index=True)[1])


def slack_of(template: Template) -> Float[ndarray, "gaussians 3"]:
    """`Points.slack` of every Gaussian."""
    slack = np.zeros((len(template.points), 3))
    for name, axis in LONG.items():
        slack[(template.part == PARTS.index(name)).numpy(), axis] = (ALONG**2 - 1) ** 0.5
    return slack


def stature_direction(template: Template, shapes: int) -> tuple[Float[ndarray, " shape"], float]:
    """(metres of stature per unit of each beta, the mean body's stature)."""
    zeros = torch.zeros(shapes)
    mean = template.stature(zeros)
    return (template.stature(torch.eye(shapes)) - mean).double().numpy(), float(mean)
