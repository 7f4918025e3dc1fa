"""Make lca/assets/example: a person of the world whom no training set holds, photographed in front of a place of the world.

    python tools/build_example.py [--seed 20260406] [--out lca/assets/example]

The seed is a person's seed; the builds for training draw theirs from other sequences.
"""

import argparse
import json
import math
from pathlib import Path

import numpy as np
import torch
from PIL import Image

from lca.formats.atomic import writing
from lca.geometry.camera import Camera, look_at
from lca.motion.poses import random_motion
from lca.world.light.background import wild_surroundings
from lca.world.light.environment import wild_light
from lca.world.light.renderer import render_views
from lca.world.person.people import Person
from lca.world.stages.filming import drive, stature

SEED = 20260406
PHOTO_SIZE = (640, 960)
TARGET_SIZE = (256, 256)
PHOTO_SIDES = (0.1, 1.25, math.pi, -1.2)
"""Azimuths of the photos relative to where the person faces, radians."""
TARGET_SIDES = (-0.5, 0.55, 2.2, -2.3)
QUALITY = 82
GREY = 0.5


def main() -> None:
    """Render and write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--out", type=Path, default=Path("lca/assets/example"))
    args = parser.parse_args()
    build(args.seed, args.out)
    print(sum(file.stat().st_size for file in args.out.iterdir()), "bytes")


def build(seed: int, out: Path) -> None:
    """Four photos in one place and light, four targets with their truth."""
    rng = np.random.default_rng(seed)
    person = Person.sample(seed)
    floor, _ = stature(person)
    light, surroundings = wild_light(rng), wild_surroundings(rng, floor)
    motion = random_motion(
        rng, 8, torch.from_numpy(np.asarray(person.betas, np.float32)), rng.uniform(-math.pi, math.pi), 0.25
    )
    driven = [drive(person, motion, index) for index in range(len(motion))]
    cameras = []
    for index, side in enumerate(PHOTO_SIDES + TARGET_SIDES):
        is_photo = index < len(PHOTO_SIDES)
        scene = person.assemble(**driven[index])
        azimuth = heading(motion.theta[index, :3].numpy()) + side
        camera = framed(rng, scene.vertices, azimuth, floor, PHOTO_SIZE if is_photo else TARGET_SIZE)
        behind = surroundings.view(camera, light) if is_photo else np.full((*TARGET_SIZE, 3), GREY, np.float32)
        (picture,) = render_views(scene, [camera], light, [behind], samples=3)
        if is_photo:
            save(out / f"photo_{index + 1}.jpg", picture.image, quality=QUALITY)
        else:
            save(
                out / f"target_{index - 3}.png",
                np.concatenate([picture.image, picture.mask[..., None]], -1),
                optimize=True,
            )
            cameras.append(camera)
    truth = {name: np.stack([one[name] for one in driven[len(PHOTO_SIDES) :]]) for name in driven[0]}
    with writing(out / "truth.npz") as temporary:
        np.savez_compressed(
            temporary,
            allow_pickle=False,
            **truth,
            camera_from_world=np.stack([camera.camera_from_world.numpy() for camera in cameras]),
            intrinsics=np.stack([camera.intrinsics.numpy() for camera in cameras]),
            betas=np.asarray(person.betas, np.float32),
            attributes=np.array(json.dumps(person.attributes, sort_keys=True)),
        )


def heading(root: np.ndarray) -> float:
    """Azimuth that a person turned by the axis-angle `root` faces."""
    from scipy.spatial.transform import Rotation

    x, _, z = Rotation.from_rotvec(root).apply([0.0, 0.0, 1.0])
    return math.atan2(x, z)


def framed(
    rng: np.random.Generator, vertices: np.ndarray, azimuth: float, floor: float, size: tuple[int, int]
) -> Camera:
    """A camera about 3 m away at breast to eye height; the person fills 85% of the picture."""
    width, height = size
    low, high = vertices.min(0), vertices.max(0)
    centre = torch.from_numpy((low + high) / 2).float()
    distance = rng.uniform(2.6, 3.4)
    eye = torch.tensor([distance * math.sin(azimuth), 0.0, distance * math.cos(azimuth)]) + centre
    eye[1] = floor + rng.uniform(1.2, 1.6)
    matrix = look_at(eye, centre)
    pixels = Camera(matrix, torch.eye(3), width, height).project(torch.from_numpy(vertices).float())[:, :2]
    (x0, y0), (x1, y1) = pixels.amin(0).tolist(), pixels.amax(0).tolist()
    focal = 0.85 * min(height / (y1 - y0), width / (x1 - x0))
    shift_x = width / 2 - focal * (x0 + x1) / 2 + rng.uniform(-0.04, 0.04) * width
    shift_y = height / 2 - focal * (y0 + y1) / 2 + rng.uniform(-0.03, 0.03) * height
    return Camera(matrix, torch.tensor([[focal, 0.0, shift_x], [0.0, focal, shift_y], [0.0, 0.0, 1.0]]), width, height)


def save(path: Path, image: np.ndarray, **options) -> None:
    """Write a picture in [0, 1]."""
    with writing(path) as temporary:
        Image.fromarray((image * 255).round().clip(0, 255).astype(np.uint8)).save(temporary, **options)


if __name__ == "__main__":
    main()
