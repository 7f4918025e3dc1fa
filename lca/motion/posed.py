"""Where joints and skin are at some moments of a motion: for cameras, occluders and motion blur."""

import torch
from jaxtyping import Float32, Int
from numpy import ndarray
from torch import Tensor

from lca.geometry.body_file import load_body
from lca.geometry.motion import Motion
from lca.geometry.skinning import full_pose, joint_transforms, skin, skin_points_plain

EVERY = 9
"""One vertex in so many is followed."""


def joints_at(
    motion: Motion, betas: Float32[Tensor, "100"], moments: Int[ndarray, " moments"]
) -> Float32[ndarray, "moments 55 3"]:
    """Joints in the world, metres."""
    return joints(betas, motion.theta[moments], motion.translation[moments]).numpy()


def joints(
    betas: Float32[Tensor, "100"], theta: Float32[Tensor, "frames 156"], translation: Float32[Tensor, "frames 3"]
) -> Float32[Tensor, "frames 55 3"]:
    """Where the joints are in the world, metres."""
    body = load_body()
    rest = body.rest(betas)[1]
    return skin(rest, joint_transforms(full_pose(theta), rest, body.parents, translation)[..., :3, :])


def points_at(
    motion: Motion, betas: Float32[Tensor, "100"], moments: Int[ndarray, " moments"]
) -> Float32[ndarray, "moments points 3"]:
    """Some points of the skin in the world, metres."""
    body, chosen = load_body(), torch.arange(0, len(load_body().template), EVERY)
    vertices, joints = body.rest(betas)
    pose, place = full_pose(motion.theta[moments]), motion.translation[moments]
    transforms = joint_transforms(pose, joints, body.parents, place)
    return skin_points_plain(vertices[chosen], transforms, body.skin_indices[chosen], body.skin_weights[chosen]).numpy()
