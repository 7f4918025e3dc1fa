"""Where a body may touch: feet stand on the floor, hands stay outside trunk, head and thighs."""

import torch
from jaxtyping import Float, Int
from torch import Tensor

from lca.geometry.body import PARTS, Body, full_pose, joint_transforms
from lca.geometry.body_file import load_body
from lca.geometry.skinning import skin, skin_points_plain

TRUNK = ((0, 12, 0.15), (15, 15, 0.16), (1, 4, 0.09), (2, 5, 0.09))
"""Capsules that hands keep out of: two joints and a radius in metres (pelvis to neck, head, thighs)."""
HEAD_CENTRE = 0.09
"""Metres from the head joint up to the middle of the skull."""
REACHING = ((20, 28), (21, 43))
"""Of each arm: wrist, first joint of the middle finger (elbow and finger tip follow from them)."""
GRIP = 0.008
"""Metres above the floor at which a point of the sole has lost 63% of its hold."""


def sole_vertices(body: Body) -> Int[Tensor, " soles"]:
    """Indices of about 60 vertices under both feet of the mean person."""
    foot = torch.nonzero(body.part_labels == PARTS.index("foot"))[:, 0]
    height = body.template[foot, 1]
    low = foot[height < height.min() + 0.02]
    return low[:: max(1, len(low) // 60)]


def soles(
    theta: Float[Tensor, "frames 156"], betas: Float[Tensor, " shape"] | None
) -> tuple[Float[Tensor, "frames soles 3"], float]:
    """Points under both feet without any translation, and the height of the floor that this person rests on."""
    body = load_body()
    sole = sole_vertices(body)
    vertices, joints = body.rest(body.template.new_zeros(1) if betas is None else betas.to(body.template))
    transforms = joint_transforms(full_pose(theta), joints, body.parents)
    posed = skin_points_plain(vertices[sole], transforms, body.skin_indices[sole], body.skin_weights[sole])
    return posed, float(vertices[sole, 1].min())


def grounded(
    theta: Float[Tensor, "frames 156"], betas: Float[Tensor, " shape"] | None = None
) -> Float[Tensor, "frames 3"]:
    """Vertical translation that puts the lowest point of the soles where it is in the rest pose of that person."""
    posed, floor = soles(theta, betas)
    lift = floor - posed[..., 1].min(-1).values
    return torch.stack([torch.zeros_like(lift), lift, torch.zeros_like(lift)], -1)


def planted(
    theta: Float[Tensor, "frames 156"], betas: Float[Tensor, " shape"] | None = None
) -> Float[Tensor, "frames 3"]:
    """Translation of a person whose soles hold the floor wherever they touch it: walking legs carry the body along.

    Between two frames the body moves against the mean motion of the sole's points, weighted by how near the floor they are.
    Needs at least 60 frames per second. The path is centred on the origin.
    """
    posed, floor = soles(theta, betas)
    lift = floor - posed[..., 1].min(-1).values
    hold = torch.exp(-(posed[..., 1] + lift[:, None] - floor) / GRIP)
    shared = hold[1:] * hold[:-1]
    weights = shared / shared.sum(-1, keepdim=True)
    steps = -(weights[..., None] * (posed[1:] - posed[:-1])[..., [0, 2]]).sum(-2)
    path = torch.cat([torch.zeros(1, 2).to(steps), steps.cumsum(0)])
    path = path - (path.max(0).values + path.min(0).values) / 2
    return torch.stack([path[:, 0], lift, path[:, 1]], -1)


def hand_depth(theta: Float[Tensor, "frames 156"], betas: Float[Tensor, " shape"]) -> Float[Tensor, " frames"]:
    """Metres by which forearms, palms or finger tips are inside the capsules round trunk, head and thighs; 0: outside."""
    body = load_body()
    joints = body.joint_template + body.joint_shape_directions[..., : len(betas)] @ betas
    transforms = joint_transforms(full_pose(theta), joints, body.parents)
    places = skin(joints, transforms[..., :3, :])
    reach = []
    for elbow, (wrist, finger) in zip((18, 19), REACHING, strict=True):
        palm = places[:, finger] - places[:, wrist]
        reach += [(places[:, elbow] + 2 * places[:, wrist]) / 3, places[:, wrist]]
        reach += [places[:, finger], places[:, finger] + 0.6 * palm]
    points = torch.stack(reach, 1)
    skull = places[:, 15] + HEAD_CENTRE * transforms[:, 15, :3, 1]
    deepest = torch.zeros(len(theta))
    for first, last, radius in TRUNK:
        start, end = (skull, skull) if first == 15 else (places[:, first], places[:, last])
        axis = (end - start)[:, None]
        from_start = points - start[:, None]
        along = ((from_start * axis).sum(-1) / (axis * axis).sum(-1).clamp(min=1e-9)).clamp(0, 1)
        away = (from_start - along[..., None] * axis).norm(dim=-1).min(1).values
        deepest = torch.maximum(deepest, radius - away)
    return deepest


def hands_clear(theta: Float[Tensor, "1 156"], betas: Float[Tensor, " shape"]) -> bool:
    """Whether forearms, palms and finger tips keep out of the body."""
    return bool(hand_depth(theta, betas) <= 0)
