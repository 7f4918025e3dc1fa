"""Build lca/assets/body_points.npz: where on the body the 33 landmarks of a person lie.

    lca world build wild --identities 160 --seed 12 --out data/poses
    python tools/build_body_points.py data/poses

The network finds its landmarks in pictures of people whose pose and camera are known; each landmark's place in the rest frame of
the joint that holds it is fitted to all of them at once (robustly: a landmark may be on another limb), and left and right are
made mirror images.
"""

import argparse
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import numpy as np
import torch
from tqdm import tqdm

from lca.data.datasets import load_world
from lca.data.sample import Capture
from lca.formats.atomic import writing
from lca.formats.picture_file import Picture
from lca.geometry.body_file import load_body
from lca.geometry.skinning import full_pose, joint_transforms, skin
from lca.tracking.body_landmarks import NAMES
from lca.tracking.body_points import BODY_POINTS, holding_joints
from lca.tracking.finder import PeopleFinder

FRAMES = 6
"""Pictures of a person, evenly spread over the capture."""
SEEN = 0.5
"""Least visibility of a landmark that counts."""
SCALE, STEPS = 0.03, 30
"""Metres of the robust cost, and its reweightings."""


@dataclass(frozen=True)
class Seen:
    """Landmarks of one picture; of all joints the turns into the camera's axes and the places (metres), and the intrinsics."""

    landmarks: np.ndarray
    visible: np.ndarray
    turns: np.ndarray
    places: np.ndarray
    intrinsics: np.ndarray


def seen(folder: Path) -> Iterator[Seen]:
    """What the network says of the training people of a world."""
    body, find = load_body(), PeopleFinder()
    for row in tqdm(load_world(folder, "train"), unit="person"):
        row = cast("Mapping[str, Any]", row)
        count = len(row["image"])
        capture = Capture.read(row, np.linspace(0, count - 1, min(FRAMES, count)).round().astype(int).tolist())
        betas = capture.betas.double()
        joints = body.joint_template.double() + body.joint_shape_directions[..., : len(betas)].double() @ betas
        for k, image in enumerate(capture.image):
            found = find.look(Picture(capture.identity, image, None))
            if found is None:
                continue
            pose = full_pose(capture.theta[k].double())
            moved = joint_transforms(pose, joints, body.parents, capture.translation[k].double())
            view = capture.camera.camera_from_world[k].double()
            turns = view[:3, :3] @ moved[:, :3, :3]
            places = skin(joints, moved[:, :3]) @ view[:3, :3].T + view[:3, 3]
            landmarks = found.landmarks.double()
            inside = ((landmarks > 0) & (landmarks < image.shape[-1])).all(-1) & (found.visibility > SEEN)
            intrinsics = capture.camera.intrinsics[k].double()
            yield Seen(*(x.numpy() for x in (landmarks, inside, turns, places, intrinsics)))


def fitted(pictures: list[Seen], number: int, joint: int) -> tuple[np.ndarray, float]:
    """(offset of one landmark in its joint's rest frame, median distance in the picture), metres."""
    shown = [picture for picture in pictures if picture.visible[number]]
    turns, places = (np.stack([getattr(p, name)[joint] for p in shown]) for name in ("turns", "places"))
    pixels, intrinsics = np.stack([p.landmarks[number] for p in shown]), np.stack([p.intrinsics for p in shown])
    offset = np.zeros(3)
    for _ in range(STEPS):
        points = turns @ offset + places
        depth = points[:, 2:]
        focal = intrinsics[:, 0, :1]
        off = (pixels - intrinsics[:, :2, 2]) * depth / focal - points[:, :2]
        slope = turns[:, :2] - points[:, :2, None] / depth[..., None] * turns[:, 2:]
        weight = 1.0 / (1.0 + (off**2).sum(-1) / SCALE**2)
        system = np.einsum("p,pij,pik->jk", weight, slope, slope)
        offset = offset + np.linalg.solve(system, np.einsum("p,pij,pi->j", weight, slope, off))
    return offset, float(np.median(np.linalg.norm(off, axis=-1)))


def main() -> None:
    """Look, fit, mirror, write the file."""
    parser = argparse.ArgumentParser(description="Measure where the landmarks of people lie on the body.")
    parser.add_argument("data", type=Path, help="folder written by `lca world build wild`")
    pictures, joints = list(seen(parser.parse_args().data)), holding_joints()
    found = [fitted(pictures, number, int(joint)) for number, joint in enumerate(joints)]
    offsets, error = np.stack([offset for offset, _ in found]), np.array([stray for _, stray in found])
    mirror = np.array([NAMES.index(_other_side(name)) for name in NAMES])
    apart = np.linalg.norm(offsets - offsets[mirror] * [-1, 1, 1], axis=-1)
    offsets, error = (offsets + offsets[mirror] * [-1, 1, 1]) / 2, (error + error[mirror]) / 2
    print(f"{len(pictures)} pictures; landmarks stray by {error.mean() * 100:.1f} cm")
    print(f"left and right differ by {apart.mean() * 100:.1f} cm")
    for name, offset, stray in zip(NAMES, offsets, error, strict=True):
        print(f"{name:18s} {np.round(offset * 100, 1)} cm, strays by {stray * 100:.1f} cm")
    with writing(BODY_POINTS) as temporary, open(temporary, "wb") as file:
        np.savez_compressed(file, offsets=offsets.astype(np.float32), error=error.astype(np.float32))


def _other_side(name: str) -> str:
    return "_".join({"left": "right", "right": "left"}.get(part, part) for part in name.split("_"))


if __name__ == "__main__":
    torch.set_num_threads(1)
    main()
