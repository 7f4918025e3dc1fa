"""Things that stand between the camera and the person: chairs, poles, tables, plants, boxes."""

import math
from dataclasses import dataclass
from itertools import product

import numpy as np
import torch
from jaxtyping import Float, Float32
from numpy import ndarray

from lca.formats.transfer import rolled_off
from lca.geometry.camera import Camera
from lca.world.light.backdrop import BOX, ELLIPSOID, PATTERNS, POLE, trace_shapes
from lca.world.light.background import AXES, colour, material, rays_of
from lca.world.light.directional import Light

KINDS = {"pole": 0.3, "chair": 0.25, "table": 0.15, "plant": 0.15, "box": 0.15}
CLEAR_OF_PERSON, CLEAR_OF_CAMERA = 0.25, 0.7
"""Metres that an occluder keeps from the person's joints and from the camera, at all times."""
TRIES = 12
SAMPLES = 2


@dataclass(frozen=True)
class Occluders:
    """Shapes as `lca.world.light.backdrop` has them, in the world; row k of `materials` paints shape k."""

    kind: str
    shapes: Float32[ndarray, "shapes 8"]
    materials: Float32[ndarray, "shapes 9"]

    def view(self, camera: Camera, light: Light) -> Float32[ndarray, "height width 5"] | None:
        """Linear RGB multiplied by coverage, coverage, and depth (metres, 0 where there is nothing); None: not in the picture."""
        x0, y0, x1, y1 = self.window(camera)
        if x0 >= x1 or y0 >= y1:
            return None
        shift = torch.tensor([[1.0, 0.0, -x0], [0.0, 1.0, -y0], [0.0, 0.0, 1.0]])
        part = Camera(camera.camera_from_world, shift @ camera.intrinsics, x1 - x0, y1 - y0)
        origin, rays = rays_of(part.resized(SAMPLES * part.width, SAMPLES * part.height))
        cube = light.irradiance(AXES).astype(np.float32)
        hit = trace_shapes(origin, rays, self.shapes, self.materials, cube)
        there = hit[..., 3:] > 0
        depth = hit[..., 3:] * (rays @ camera.camera_from_world.numpy()[2, :3])[..., None]
        fine = np.concatenate([np.where(there, rolled_off(hit[..., :3]), 0), there, depth], -1)
        view = np.zeros((camera.height, camera.width, 5), np.float32)
        mean = fine.reshape(part.height, SAMPLES, part.width, SAMPLES, 5).mean((1, 3))
        mean[..., 4] /= np.maximum(mean[..., 3], 1e-6)
        view[y0:y1, x0:x1] = mean
        return view

    def window(self, camera: Camera) -> tuple[int, int, int, int]:
        """The box (x0, y0, x1, y1) of pixels that the shapes can touch; the whole picture if one is beside the camera."""
        signs = np.array(list(product((-1, 1), repeat=3)), np.float32)
        halves = self.shapes[:, 4:7].copy()
        halves[:, [0, 2]] = np.hypot(halves[:, 0], halves[:, 2])[:, None]
        corners = (self.shapes[:, None, 1:4] + signs * halves[:, None]).reshape(-1, 3)
        pixels = camera.project(torch.from_numpy(np.ascontiguousarray(corners))).numpy()
        if pixels[:, 2].min() < 0.05:
            return 0, 0, camera.width, camera.height
        low, high = np.floor(pixels[:, :2].min(0)), np.ceil(pixels[:, :2].max(0))
        (x0, y0), (x1, y1) = (
            np.clip(side, 0, (camera.width, camera.height)).astype(int).tolist() for side in (low, high)
        )
        return x0, y0, x1, y1


def occluder(rng: np.random.Generator, kind: str, floor: float) -> Occluders:
    """One thing at the origin of the floor, `floor` metres high there."""
    wood, other = colour(rng, 0.6) * rng.uniform(0.3, 1.0), colour(rng, 0.4)
    turn = rng.uniform(0, 2 * math.pi)
    rows: list[list[float]] = []
    if kind == "pole":
        thick, half = rng.uniform(0.02, 0.07), rng.uniform(0.9, 1.6)
        rows.append([POLE, 0, floor + half, 0, thick, half, thick, 0])
    elif kind in ("chair", "table"):
        wide, deep, high = (
            (0.21, 0.21, 0.46) if kind == "chair" else (rng.uniform(0.3, 0.6), 0.3, rng.uniform(0.5, 0.75))
        )
        rows.append([BOX, 0, floor + high, 0, wide, 0.025, deep, turn])
        for x, z in ((1, 1), (1, -1), (-1, 1), (-1, -1)):
            px, pz = turned(turn, 0.9 * wide * x, 0.9 * deep * z)
            rows.append([BOX, px, floor + high / 2, pz, 0.02, high / 2, 0.02, turn])
        if kind == "chair":
            px, pz = turned(turn, 0.0, -0.95 * deep)
            rows.append([BOX, px, floor + high + 0.3, pz, wide, 0.14, 0.02, turn])
    elif kind == "plant":
        size = rng.uniform(0.2, 0.35)
        rows.append([POLE, 0, floor + 0.16, 0, 0.15, 0.16, 0.15, 0])
        rows.append([ELLIPSOID, 0, floor + 0.3 + size, 0, size, size * rng.uniform(1.0, 1.6), size, 0])
    else:
        wide, high = rng.uniform(0.12, 0.35), rng.uniform(0.15, 0.45)
        rows.append([BOX, 0, floor + high, 0, wide, high, wide * rng.uniform(0.6, 1.2), turn])
    paints = np.stack(
        [material(rng, ("plain", "noise", "planks") if kind != "box" else PATTERNS, wood, 4.0) for _ in rows]
    )
    paints[1:] = paints[0]
    if kind == "plant":
        paints[1] = material(rng, ("leaves",), np.array([0.08, 0.25, 0.04]) * rng.uniform(0.5, 1.6), 8.0)
    elif rng.random() < 0.5:
        paints[0] = material(rng, PATTERNS, other, 4.0)
    return Occluders(kind, np.array(rows, np.float32), paints.astype(np.float32))


def turned(turn: float, x: float, z: float) -> tuple[float, float]:
    """A point of a shape's own plane -> world axes, for a shape turned by `turn`."""
    c, s = math.cos(turn), math.sin(turn)
    return c * x + s * z, -s * x + c * z


def placed(
    rng: np.random.Generator,
    joints: Float[ndarray, "frames joints 3"],
    eyes: Float[ndarray, "frames 3"],
    floor: float,
) -> Occluders | None:
    """Something between the person and the camera at one of the moments; None where nothing fits.

    It keeps clear of where the person and the camera are at any moment.
    """
    thing = occluder(rng, str(rng.choice(list(KINDS), p=list(KINDS.values()))), floor)
    around = joints.reshape(-1, 3)[:, [0, 2]]
    for _ in range(TRIES):
        when = rng.integers(len(eyes))
        person, eye = joints[when].mean(0)[[0, 2]], eyes[when][[0, 2]]
        aside = rng.normal(0, 0.18) * np.array([-(eye - person)[1], (eye - person)[0]]) / np.linalg.norm(eye - person)
        place = person + (eye - person) * rng.uniform(0.2, 0.65) + aside
        wide = float(np.abs(thing.shapes[:, [4, 6]]).max())
        off_person = np.linalg.norm(around - place, axis=1).min() - wide
        off_camera = np.linalg.norm(eyes[:, [0, 2]] - place, axis=1).min() - wide
        if off_person > CLEAR_OF_PERSON and off_camera > CLEAR_OF_CAMERA:
            shapes = thing.shapes.copy()
            shapes[:, [1, 3]] += place.astype(np.float32)
            return Occluders(thing.kind, shapes, thing.materials)
    return None
