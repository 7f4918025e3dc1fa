"""The two stages of the world: *wild* (hand-held camera, any light, noisy tracking), *studio* (calibrated ring, exact truth).

A capture is one person on one stage; it depends on (stage, seed, index) and nothing else.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Float32
from numpy import ndarray

from lca.formats.captures import canonical_bytes, halved, mask_bytes, photo_bytes
from lca.geometry.body import load_body
from lca.geometry.camera import Camera
from lca.geometry.motion import Motion
from lca.world.background import Surroundings, studio_surroundings, wild_surroundings
from lca.world.contact import sole_vertices
from lca.world.environment import even_light, wild_light
from lca.world.framing import RING, HandHeld, Shot, ring_cameras, shot
from lca.world.light import Light
from lca.world.mesh_renderer import Picture, render_views
from lca.world.people import Person
from lca.world.poses import random_motion
from lca.world.tracking import Tracked, tracked_wild

WILD_FRAMES = 8
STUDIO_TIMES = 3
STUDIO_QUALITY = 95
"""Of JPEG files."""


@dataclass(frozen=True)
class Film:
    """How pictures become files: JPEG quality and sensor noise (standard deviation of sRGB values)."""

    quality: int
    noise: float

    def develop(self, rng: np.random.Generator, image: Float32[ndarray, "height width 3"]) -> bytes:
        """The file of a picture."""
        if self.noise:
            image = image + self.noise * rng.standard_normal(image.shape, np.float32)
        return photo_bytes(image, self.quality)


@dataclass(frozen=True)
class Set:
    """What all frames of a capture share."""

    person: Person
    light: Light
    surroundings: Surroundings
    film: Film
    motion: Motion


def stature(person: Person) -> tuple[float, float]:
    """Height of the floor under a person at rest and the person's height above it, metres."""
    body = load_body()
    vertices = body.rest(torch.from_numpy(np.asarray(person.betas, np.float32)))[0]
    floor = float(vertices[sole_vertices(body), 1].min())
    return floor, float(vertices[:, 1].max()) - floor


def photographed(
    rng: np.random.Generator, stage: Set, time: int, cameras: Callable[[ndarray], list[Camera]]
) -> list[dict]:
    """All views of one moment: `cameras` gets the posed vertices -> what the schema keeps of each frame."""
    drive = {name: getattr(stage.motion, name)[time].numpy() for name in ("theta", "translation", "actions", "psi")}
    scene = stage.person.assemble(**drive)
    shots = [shot(camera, scene.vertices, scene.canonical) for camera in cameras(scene.vertices)]
    views = [camera for taken in shots for camera in (taken.camera, taken.face_camera)]
    behind: list[ndarray | None] = [stage.surroundings.view(camera, stage.light) for camera in views]
    pictures = render_views(scene, views, stage.light, behind)
    truth = drive | {"radiance": stage.light.radiance}
    return [frame(rng, stage.film, *item) | truth for item in zip(shots, pictures[::2], pictures[1::2], strict=True)]


def frame(rng: np.random.Generator, film: Film, taken: Shot, body: Picture, face: Picture) -> dict:
    """Pictures as files and the cameras that took them."""
    return {
        "image": film.develop(rng, body.image),
        "mask": mask_bytes(body.mask),
        "canonical": canonical_bytes(halved(body.canonical)),
        "face": film.develop(rng, face.image),
        "face_mask": mask_bytes(face.mask),
        "face_canonical": canonical_bytes(halved(face.canonical)),
        "camera_from_world": taken.camera.camera_from_world.numpy(),
        "intrinsics": taken.camera.intrinsics.numpy(),
        "face_intrinsics": taken.face_camera.intrinsics.numpy(),
        "body_box": mask_box(body.mask),
        "face_box": taken.face_box,
    }


def mask_box(mask: Float32[ndarray, "height width"]) -> Float32[ndarray, "4"]:
    """Tight box x0 y0 x1 y1 round the pixels that are at least half covered; zeros if there are none."""
    rows, columns = np.flatnonzero((mask >= 0.5).any(1)), np.flatnonzero((mask >= 0.5).any(0))
    if len(rows) == 0:
        return np.zeros(4, np.float32)
    return np.array([columns[0], rows[0], columns[-1] + 1, rows[-1] + 1], np.float32)


def wild(rng: np.random.Generator, person: Person, size: int) -> tuple[list[dict], Tracked]:
    """Eight moments of a person who turns a little, seen by one camera carried round; tracked with noise."""
    floor, _ = stature(person)
    betas = np.asarray(person.betas, np.float32)
    motion = random_motion(rng, WILD_FRAMES, torch.from_numpy(betas), rng.uniform(-np.pi, np.pi), 0.25)
    stage = Set(
        person,
        wild_light(rng),
        wild_surroundings(rng, floor),
        Film(int(rng.integers(80, 96)), float(rng.choice([0, 0.01, 0.02], p=[0.5, 0.35, 0.15]))),
        motion,
    )
    walk = HandHeld.sample(rng, WILD_FRAMES, floor)
    frames = []
    for time in range(WILD_FRAMES):
        frames += photographed(rng, stage, time, lambda vertices, time=time: [walk.frame(rng, time, vertices, size)])
    cameras = np.stack([frame["camera_from_world"] for frame in frames])
    return frames, tracked_wild(rng, motion.theta.numpy(), motion.translation.numpy(), betas, cameras)


def studio(rng: np.random.Generator, person: Person, size: int) -> tuple[list[dict], Tracked]:
    """Three moments, each seen by the eight cameras of the ring; tracking is exact. Frames are ordered by time, then camera."""
    floor, tall = stature(person)
    betas = np.asarray(person.betas, np.float32)
    motion = random_motion(rng, STUDIO_TIMES, torch.from_numpy(betas), rng.uniform(-np.pi, np.pi), 0.1)
    stage = Set(person, even_light(rng), studio_surroundings(rng), Film(STUDIO_QUALITY, 0.0), motion)
    ring = ring_cameras(rng, floor, tall, size)
    frames = []
    for time in range(STUDIO_TIMES):
        frames += photographed(rng, stage, time, lambda _: [ring[k] for k in range(RING)])
    columns = [np.stack([frame[name] for frame in frames]) for name in ("theta", "translation", "camera_from_world")]
    return frames, Tracked(columns[0], columns[1], betas, columns[2])


STAGES: dict[str, Callable[[np.random.Generator, Person, int], tuple[list[dict], Tracked]]] = {
    "wild": wild,
    "studio": studio,
}


def split_of(index: int) -> str:
    """Split by identity: one person in twenty is for testing, one for validation."""
    return {0: "test", 1: "validation"}.get(index % 20, "train")


def capture(stage: str, seed: int, index: int, size: int) -> dict:
    """The row (see `lca.formats.captures`) of person `index` of the build `seed` of `stage`, photos of `size` pixels."""
    sequence = np.random.SeedSequence([list(STAGES).index(stage), seed, index])
    person = Person.sample(int(sequence.generate_state(1, np.uint32)[0]))
    rng = np.random.default_rng(sequence.spawn(1)[0])
    frames, tracked = STAGES[stage](rng, person, size)
    row = {name: [taken[name] for taken in frames] for name in frames[0]}
    row = {name: values if isinstance(values[0], bytes) else np.stack(values) for name, values in row.items()}
    return row | {
        "identity": f"{stage}-{index:06d}",
        "seed": person.seed,
        "stage": stage,
        "split": split_of(index),
        "attributes": json.dumps(person.attributes, sort_keys=True),
        "betas": np.asarray(person.betas, np.float32),
        "tracked_betas": tracked.betas,
        "tracked_theta": tracked.theta,
        "tracked_translation": tracked.translation,
        "tracked_camera_from_world": tracked.camera_from_world,
    }
