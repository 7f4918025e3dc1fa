"""How far a followed person is from the truth: joints with pelvises laid upon each other, and how much they tremble."""

import math
from dataclasses import dataclass
from pathlib import Path

import torch
from jaxtyping import Float
from torch import Tensor

from lca.formats.motion import read_motion
from lca.formats.motion_file import checked
from lca.geometry.camera import Camera
from lca.geometry.motion import Motion
from lca.geometry.npz_file import read_npz
from lca.motion.posed import joints
from lca.tracking.solution import BODY_JOINTS, Solution

HAND_JOINTS = slice(25, 55)
LARGEST = 2**27
"""Bytes of a truth that are read."""


@dataclass(frozen=True)
class FilmTruth:
    """What is true of a film: the motion in the world, the person's shape, and the camera."""

    motion: Motion
    betas: Float[Tensor, " shape"]
    camera: Camera

    @staticmethod
    def read(path: Path) -> "FilmTruth":
        """Of a file of `lca world film`. Raises: UserError: it is none, or damaged."""
        arrays = read_npz(path, {"betas", "camera_from_world", "intrinsics", "size"}, LARGEST, "the truth of a film")
        values = {name: checked(value, name, path).float() for name, value in arrays.items()}
        width, height = (int(side) for side in values["size"])
        camera = Camera(values["camera_from_world"], values["intrinsics"], width, height)
        return FilmTruth(read_motion(path).motion, values["betas"], camera)

    def joints(self) -> Float[Tensor, "frames 55 3"]:
        """In the frame of the camera, metres."""
        view = self.camera.camera_from_world
        return joints(self.betas, self.motion.theta, self.motion.translation) @ view[:3, :3].T + view[:3, 3]


def films_in(folder: Path) -> list[tuple[Path, Path]]:
    """(film, truth) of each film that `lca world film` wrote into a folder; none in other folders."""
    pairs = [(film, film.with_suffix(".npz")) for film in sorted(folder.glob("*.mp4"))]
    return [pair for pair in pairs if pair[1].exists()]


def film_error(found: Solution, truth: FilmTruth) -> dict[str, float]:
    """How far a solution is from the truth in the frame of the camera.

    `body`, `hands`: centimetres of joints, pelvises laid upon each other; `tremble`: m/s^2 by which accelerations of the body's
    joints are off; `actions`, `gaze`: mean distance of facial actions (0 to 1) and of psi (degrees).
    """
    count = min(len(found), len(truth.motion))
    seen = joints(found.betas, found.theta[:count], found.translation[:count])
    true = truth.joints()[:count]
    off = ((seen - seen[:, :1]) - (true - true[:, :1])).norm(dim=-1) * 100
    shaking = torch.diff(seen - true, n=2, dim=0)[:, :BODY_JOINTS].norm(dim=-1) * truth.motion.fps**2
    gaze = (found.psi[:count] - truth.motion.psi[:count]).abs().mean()
    return {
        "body": float(off[:, :BODY_JOINTS].mean()),
        "hands": float(off[:, HAND_JOINTS].mean()),
        "tremble": float(shaking.mean()) if count > 2 else float("nan"),
        "actions": float((found.actions[:count] - truth.motion.actions[:count]).abs().mean()),
        "gaze": math.degrees(float(gaze)),
    }
