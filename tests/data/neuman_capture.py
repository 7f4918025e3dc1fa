"""Writes a small capture in NeuMan's layout: dots of a posed body, seen by a camera, and the numbers that made them."""

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from torch import Tensor

from lca.data.neuman import FittedBody
from lca.geometry.body_file import load_body
from lca.geometry.skinning import gaze
from lca.geometry.smplx_file import smplx_arrays

WIDTH, HEIGHT, FOCAL = 320, 240, 300.0
FRAMES = (3, 4, 7, 12)


@dataclass(frozen=True)
class Truth:
    """What was filmed; the body of the capture is ours, its hands rest in a mean pose that the files leave out."""

    body: FittedBody
    theta: Tensor
    psi: Tensor
    vertices: Tensor
    """Of every frame, in the camera's frame."""


def write_capture(folder: Path, cameras: str = "colmap") -> Truth:
    """Four frames of a person in front of the camera: two to train, one to validate, one to test."""
    draw, body = torch.Generator().manual_seed(1), load_body()
    fitted = FittedBody(body.joint_template, body.joint_shape_directions, 0.2 * torch.randn(90, generator=draw))
    betas = torch.cat([torch.randn(10, generator=draw), torch.zeros(90)])
    theta = 0.15 * torch.randn(len(FRAMES), 156, generator=draw)
    theta[:, :3] = torch.tensor([torch.pi, 0.0, 0.0]) + theta[:, :3]  # upright for a camera whose y points down
    psi = 0.3 * torch.randn(len(FRAMES), 4, generator=draw)
    place = torch.tensor([0.1, 0.05, 3.2]).expand(len(FRAMES), 3)
    vertices = body.posed(betas.expand(len(FRAMES), -1), theta, place, psi)
    for name in ("images", "masks", "sparse", "smplx_optimized/smplx_params", "cam_params"):
        (folder / name).mkdir(parents=True)
    write(folder / "smplx_optimized/shape_param.json", betas.tolist())
    for index, frame in enumerate(FRAMES):
        write(
            folder / f"smplx_optimized/smplx_params/{frame}.json",
            parameters(theta[index], psi[index], place[index], fitted),
        )
        write_pictures(folder, frame, vertices[index])
        if cameras == "own":
            write(folder / f"cam_params/{frame}.json", {"focal": [FOCAL, FOCAL], "princpt": [WIDTH / 2, HEIGHT / 2]})
    if cameras == "colmap":
        line = f"1 PINHOLE {WIDTH} {HEIGHT} {FOCAL} {FOCAL} {WIDTH / 2} {HEIGHT / 2}"
        (folder / "sparse/cameras.txt").write_text(f"# CAMERA_ID, MODEL, WIDTH, HEIGHT, PARAMS[]\n{line}\n")
    for split, frames in (("train", FRAMES[:2]), ("val", FRAMES[2:3]), ("test", FRAMES[3:])):
        (folder / f"{split}_split.txt").write_text("".join(f"{frame:05d}.png\n" for frame in frames))
    return Truth(fitted, theta, psi, vertices)


def parameters(theta: Tensor, psi: Tensor, place: Tensor, fitted: FittedBody) -> dict:
    """One frame as ExAvatar writes it."""
    hands = theta[66:] - fitted.hand_mean
    eyes = gaze(psi)
    poses = {"root_pose": theta[:3], "body_pose": theta[3:66].view(21, 3), "jaw_pose": torch.zeros(3)}
    poses |= {"leye_pose": eyes[0], "reye_pose": eyes[1], "trans": place, "expr": torch.zeros(50)}
    poses |= {"lhand_pose": hands[:45].view(15, 3), "rhand_pose": hands[45:].view(15, 3)}
    return {name: value.tolist() for name, value in poses.items()}


def write_pictures(folder: Path, frame: int, vertices: Tensor) -> None:
    """The person's vertices as green squares of 5 pixels on blue, and the same as a white mask."""
    x = (FOCAL * vertices[:, 0] / vertices[:, 2] + WIDTH / 2).long()
    y = (FOCAL * vertices[:, 1] / vertices[:, 2] + HEIGHT / 2).long()
    mask = np.zeros((HEIGHT, WIDTH), np.uint8)
    for shift_y in range(-2, 3):
        for shift_x in range(-2, 3):
            mask[(y + shift_y).clamp(0, HEIGHT - 1), (x + shift_x).clamp(0, WIDTH - 1)] = 255
    picture = np.zeros((HEIGHT, WIDTH, 3), np.uint8)
    picture[..., 1], picture[..., 2] = mask, 255 - mask
    Image.fromarray(picture).save(folder / f"images/{frame:05d}.png")
    Image.fromarray(mask).save(folder / f"masks/{frame:05d}.png")


def write(path: Path, values: object) -> None:
    path.write_text(json.dumps(values))


def write_smplx(path: Path, fitted: FittedBody) -> Path:
    """Our body in the layout of SMPL-X, with the mean hands of `fitted`."""
    arrays = smplx_arrays(load_body())
    arrays |= {"hands_meanl": fitted.hand_mean[:45].numpy(), "hands_meanr": fitted.hand_mean[45:].numpy()}
    np.savez(path, allow_pickle=False, **arrays)
    return path
