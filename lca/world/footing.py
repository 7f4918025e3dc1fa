"""Feet on the floor: the translation that a pose needs to stand."""

import torch
from jaxtyping import Float
from torch import Tensor

from lca.geometry.body import PARTS, Body, full_pose, joint_transforms, load_body
from lca.geometry.skinning import blend, skin


def sole_vertices(body: Body) -> Tensor:
    """Indices of about 60 vertices under both feet of the mean person."""
    foot = torch.nonzero(body.part_labels == PARTS.index("foot"))[:, 0]
    height = body.template[foot, 1]
    low = foot[height < height.min() + 0.02]
    return low[:: max(1, len(low) // 60)]


def grounded(theta: Float[Tensor, "frames 156"], betas: Float[Tensor, " shape"] | None = None) -> Float[Tensor, "frames 3"]:
    """Vertical translation that puts the lowest point of the soles where it is in the rest pose of that person."""
    body = load_body()
    sole = sole_vertices(body)
    shape = body.template.new_zeros(1) if betas is None else betas.to(body.template)
    vertices, joints = body.rest(shape)
    transforms = joint_transforms(full_pose(theta), joints.expand(len(theta), -1, -1), body.parents, None)
    weights = blend(transforms, body.skin_indices[sole], body.skin_weights[sole])
    posed = skin(vertices[sole].expand(len(theta), -1, -1), weights)
    lift = vertices[sole, 1].min() - posed[..., 1].min(-1).values
    return torch.stack([torch.zeros_like(lift), lift, torch.zeros_like(lift)], -1)
