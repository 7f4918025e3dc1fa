"""Eyes that look at a point, and the point that a pointer means."""

import math

import torch
from jaxtyping import Float
from torch import Tensor

from lca.geometry.skinning import full_pose, joint_transforms
from lca.panel.channels import PITCH, YAW
from lca.panel.state import Numbers, Pose, Viewpoint

HEAD, EYES = 15, (23, 24)
NEAR = 0.6
"""Metres in front of the head at which a pointer's ray ends; a quarter of the way to a camera that is close."""


def looking_at(
    pose: Pose, point: tuple[float, float, float], joints: Float[Tensor, "55 3"], parents: tuple[int, ...]
) -> Numbers:
    """psi of eyes that look at `point` (world, metres), each as far as an eye turns; `joints` are the rest pose's."""
    theta, _, _, translation = pose.tensors()
    transforms = joint_transforms(full_pose(theta), joints, parents, translation)
    turned = transforms[HEAD, :3, :3].T
    psi: list[float] = []
    for eye in EYES:
        place = transforms[eye, :3, :3] @ joints[eye] + transforms[eye, :3, 3]
        x, y, z = (turned @ (torch.tensor(point) - place)).tolist()
        psi += [_within(math.atan2(x, z), YAW), _within(math.atan2(y, math.hypot(x, z)), PITCH)]
    return tuple(psi)


def pointed_at(view: Viewpoint, x: float, y: float, head: Float[Tensor, "3"]) -> tuple[float, float, float]:
    """The point (world, metres) that a pointer at (x, y), shares of the picture, means: on its ray, a little before the head.

    So eyes meet the viewer when the pointer is on the face, and follow it when it leaves.
    """
    camera = view.camera(1)
    rotation, shift = camera.camera_from_world[:3, :3], camera.camera_from_world[:3, 3]
    depth = float((rotation @ head + shift)[2])
    depth -= min(NEAR, depth / 4)
    focal = float(camera.intrinsics[0, 0])
    ray = torch.tensor([(x - 0.5) / focal, (y - 0.5) / focal, 1.0])
    a, b, c = (rotation.T @ (depth * ray - shift)).tolist()
    return a, b, c


def _within(angle: float, degrees: float) -> float:
    return min(math.radians(degrees), max(-math.radians(degrees), angle))
