"""Photographs of a person as a capture: what the solver found of each, in the columns that training reads.

Nothing here is truth: masks are a network's, poses and the camera's place the solver's. Canonical maps and the light are unknown.
"""

import json
from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor

from lca.formats.captures import CLOTH, FACE_SIZE, PICTURES, RADIANCE_LIGHTS, mask_bytes, photo_bytes
from lca.formats.photos import BODY_MARGIN, Picture, crop_square, mask_box, square_box
from lca.geometry.body_file import load_body
from lca.geometry.rotations import axis_angle_to_matrix, matrix_to_axis_angle
from lca.matting.cutout import FoundPerson
from lca.tracking.solution import Solution

STAGE = "photographs"
SIZE = 256
"""Pixels of a picture's side."""
QUALITY = 95
UPRIGHT = torch.diag(torch.tensor([1.0, -1.0, -1.0]))
"""The solver's frame is the camera's (y down, z forward); a capture's world has y up."""


def usable(people: Sequence[FoundPerson], solution: Solution) -> list[int]:
    """Photos with a pose and a head."""
    return [k for k, solved in enumerate(solution.solved) if solved and bool(people[k].head_box.any())]


def capture_of(
    identity: str, pictures: Sequence[Picture], people: Sequence[FoundPerson], solution: Solution
) -> dict[str, Any]:
    """A row of `lca.formats.captures.SCHEMA` but for its split, a frame for each usable photo."""
    used = usable(people, solution)
    frames = [frame_of(pictures[k], people[k], solution, k) for k in used]
    betas = torch.zeros(100)
    betas[: len(solution.betas)] = solution.betas
    columns = {name: [frame[name] for frame in frames] for name in frames[0]}
    tracked = ("theta", "translation", "camera_from_world")
    count = len(used)
    return {
        **{name: [] for name in (*PICTURES, *CLOTH)},
        "identity": identity,
        "stage": STAGE,
        "attributes": json.dumps({"unknown": ["canonical", "radiance"]}),
        "scene": json.dumps({"photos": [pictures[k].name for k in used]}),
        "exact": "[]",
        "seed": 0,
        "betas": betas.tolist(),
        "tracked_betas": betas.tolist(),
        "time": [float(k) for k in used],
        "camera_index": used,
        "radiance": np.full((count, RADIANCE_LIGHTS, 3), np.nan).tolist(),
        "lamp_direction": np.zeros((count, 3)).tolist(),
        "lamp_colour": np.zeros((count, 3)).tolist(),
        **columns,
        **{f"tracked_{name}": columns[name] for name in tracked},
    }


def frame_of(picture: Picture, person: FoundPerson, solution: Solution, photo: int) -> dict[str, Any]:
    """One photo: pictures of body and head, their cameras, and the drive."""
    both = torch.cat([picture.image, person.mask])
    body_square, head_square = square_box(person.body_box, BODY_MARGIN), square_box(person.head_box)
    camera = solution.camera(photo)
    body, face = (
        crop_square(both, square, size).clamp(0, 1) for square, size in ((body_square, SIZE), (head_square, FACE_SIZE))
    )
    view = torch.eye(4)
    view[:3, :3] = UPRIGHT
    scale = SIZE / (body_square[2] - body_square[0])
    return {
        "image": photo_bytes(pixels(body[:3]), QUALITY),
        "mask": mask_bytes(body[3].numpy()),
        "face": photo_bytes(pixels(face[:3]), QUALITY),
        "face_mask": mask_bytes(face[3].numpy()),
        "camera_from_world": view.tolist(),
        "intrinsics": camera.cropped(body_square.tolist(), SIZE, SIZE).intrinsics.tolist(),
        "face_intrinsics": camera.cropped(head_square.tolist(), FACE_SIZE, FACE_SIZE).intrinsics.tolist(),
        "body_box": mask_box(body[3:]).tolist(),
        "face_box": ((head_square - body_square[:2].repeat(2)) * scale).tolist(),
        "tracked_confidence": float(person.confidence),
        **drive_of(solution, photo),
    }


def pixels(image: Tensor) -> np.ndarray:
    """Channels first -> last."""
    return image.movedim(0, -1).contiguous().numpy()


def drive_of(solution: Solution, photo: int) -> dict[str, list[float]]:
    """theta, translation, actions and psi in a world whose y is up."""
    body, theta = load_body(), solution.theta[photo].clone()
    theta[:3] = matrix_to_axis_angle(UPRIGHT @ axis_angle_to_matrix(theta[:3]))
    directions = body.joint_shape_directions[0][..., : len(solution.betas)]
    pelvis = body.joint_template[0] + directions @ solution.betas
    return {
        "theta": theta.tolist(),
        "translation": (UPRIGHT @ (pelvis + solution.translation[photo]) - pelvis).tolist(),
        "actions": solution.actions[photo].clamp(0, 1).tolist(),
        "psi": solution.psi[photo].tolist(),
    }
