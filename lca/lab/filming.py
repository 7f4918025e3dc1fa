"""Where a film is seen from: in front of the person as they begin, and beside them wherever they go."""

import math
from dataclasses import replace

import torch
from jaxtyping import Float
from torch import Tensor
from torch.nn import functional as F

from lca.geometry.camera import Camera
from lca.geometry.motion import Motion
from lca.geometry.rotations import axis_angle_to_matrix
from lca.lab.playing import body_camera, face_camera
from lca.model.avatar import Avatar

FACES = ("face", "gaze")
"""Motions of which the face is filmed."""
CALM = 0.5
"""Seconds over which a camera that follows evens out the way."""


def film_cameras(
    avatar: Avatar,
    motion: Motion,
    name: str,
    size: int | tuple[int, int] = 512,
    azimuth: float | None = None,
    follow: bool = True,
) -> list[Camera]:
    """A camera for each frame: of the face for `FACES`, of the whole body else.

    `azimuth` (radians, 0 looks at what faces +z, growing towards its left) is by default where the person's front is in the first
    frame. A camera that follows moves along the floor as the pelvis does, smoothed, so that the person stays as large; one that
    does not sees the whole way.
    """
    azimuth = facing(motion) if azimuth is None else azimuth
    way = steps_along(motion) if follow else torch.zeros(len(motion), 3)
    stays = replace(motion, translation=motion.translation - way)
    look = face_camera if name in FACES else body_camera
    return moved(look(avatar, stays, size, azimuth), way)


def facing(motion: Motion) -> float:
    """Where the pelvis faces in the first frame: radians about the vertical, 0 is +z, growing towards +x; 0 for who lies."""
    ahead = axis_angle_to_matrix(motion.theta[0, :3]) @ torch.tensor([0.0, 0.0, 1.0])
    across = math.hypot(float(ahead[0]), float(ahead[2]))
    return math.atan2(float(ahead[0]), float(ahead[2])) if across > 0.5 else 0.0


def steps_along(motion: Motion) -> Float[Tensor, "frames 3"]:
    """How far a following camera has gone along the floor by each frame, metres: the pelvis's way, evened out without lag."""
    way = (motion.translation - motion.translation[:1]) * torch.tensor([1.0, 0.0, 1.0])
    reach = min(round(2 * CALM * motion.fps), len(motion) - 1)
    if reach < 1:
        return way
    weights = torch.exp(-0.5 * (torch.arange(-reach, reach + 1) / (CALM * motion.fps)) ** 2)
    ends = [2 * way[:1] - way[1 : reach + 1].flip(0), way, 2 * way[-1:] - way[-reach - 1 : -1].flip(0)]
    smooth = F.conv1d(torch.cat(ends).T[:, None], (weights / weights.sum())[None, None])
    return smooth[:, 0].T


def moved(camera: Camera, way: Float[Tensor, "frames 3"]) -> list[Camera]:
    """The same camera, moved by each of some ways in the world (metres)."""
    cameras = []
    for step in way:
        matrix = camera.camera_from_world.clone()
        matrix[:3, 3] -= matrix[:3, :3] @ step
        cameras.append(replace(camera, camera_from_world=matrix))
    return cameras
