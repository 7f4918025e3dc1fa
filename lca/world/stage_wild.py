"""The wild stage: a video of one person by one hand-held camera, in any light, tracked with noise."""

import math

import numpy as np
import torch
from jaxtyping import Float32, Int
from numpy import ndarray
from torch import Tensor

from lca.geometry.body import load_body
from lca.geometry.motion import Motion
from lca.geometry.skinning import blend, full_pose, joint_transforms, skin
from lca.world.background import place_for, wild_surroundings
from lca.world.environment import light_of, wild_kind
from lca.world.exposure import FAR, Film, Shutter, exposed
from lca.world.filming import Taken, column, drive, moment, pictures, stature
from lca.world.framing import shot
from lca.world.ground import ground_shade
from lca.world.handheld import HandHeld, hand_held
from lca.world.mesh_renderer import Seen, Tracer
from lca.world.occluders import Occluders, placed
from lca.world.people import Person
from lca.world.sequences import DENSE, SEQUENCES, sequence
from lca.world.tracking import tracked_wild

FRAMES = {12: 0.2, 24: 0.04, 32: 0.02, 8: 0.6, 16: 0.14}
"""How many frames a video has, and how often."""
SECONDS = (6.0, 11.0)
ROUND = (0.95, 1.1)
"""Full circles by which the camera sees the person turn, so that few frames show all sides."""
OCCLUDED = 0.3
"""Share of captures with something in the way."""
SHUTTERS = {"sun": (2e-4, 2e-3), "overcast": (1e-3, 8e-3), "evening": (2e-3, 2e-2), "night": (1.6e-2, 6e-2)}
INDOOR_SHUTTER = (6e-3, 4e-2)
"""Seconds for which the shutter is open."""
POINTS = 9
"""Every so many vertices are followed for motion blur."""
NIGHT_SKY = 0.05
ESTIMATES = ("tracked_theta", "tracked_translation", "tracked_betas", "tracked_camera_from_world", "tracked_confidence")


def acted(rng: np.random.Generator) -> tuple[str, ...]:
    """One act of the motion library, or two."""
    return tuple(str(name) for name in rng.choice(list(SEQUENCES), 2 if rng.random() < 0.4 else 1, replace=False))


def film_for(rng: np.random.Generator, light: str) -> Film:
    """JPEG from good to poor; noise in half of the captures, and at night in all."""
    noise = rng.uniform(0.012, 0.04) if light == "night" else rng.choice([0, 0.01, 0.02], p=[0.5, 0.35, 0.15])
    return Film(int(rng.integers(60, 96)), float(noise))


def body_points(
    motion: Motion, betas: Float32[Tensor, "100"], indices: Int[ndarray, " moments"]
) -> tuple[Float32[ndarray, "moments points 3"], Float32[ndarray, "moments 55 3"]]:
    """Some points of the skin, and the joints, at some moments of a motion."""
    body, chosen = load_body(), torch.arange(0, len(load_body().template), POINTS)
    vertices, joints = body.rest(betas)
    transforms = joint_transforms(full_pose(motion.theta[indices]), joints, body.parents, motion.translation[indices])
    points = skin(vertices[chosen], blend(transforms, body.skin_indices[chosen], body.skin_weights[chosen]))
    return points.numpy(), skin(joints, transforms[..., :3, :]).numpy()


def wild(rng: np.random.Generator, person: Person, size: int) -> Taken:
    """A person who moves and turns while somebody carries a camera about; eight to 32 frames, evenly spread in time."""
    floor, tall = stature(person)
    betas = np.asarray(person.betas, np.float32)
    count = int(rng.choice(list(FRAMES), p=list(FRAMES.values())))
    acts, kind = acted(rng), wild_kind(rng)
    light, place = light_of(rng, kind), place_for(rng, kind)
    surroundings = wild_surroundings(rng, floor, place, NIGHT_SKY if kind == "night" else 1.0)
    motion, hand = staged(rng, acts, betas, floor, tall)
    moments = np.linspace(0, len(motion) - 2, count).round().astype(int)
    shutter = math.exp(rng.uniform(*np.log(SHUTTERS.get(kind, INDOOR_SHUTTER))))
    joints = body_points(motion, torch.from_numpy(betas), np.arange(0, len(motion), 6))[1]
    thing = placed(rng, joints, hand.eyes[::6], floor) if rng.random() < OCCLUDED else None
    film, frames = film_for(rng, kind), []
    (now, _), (later, _) = (body_points(motion, torch.from_numpy(betas), moments + step) for step in (0, 1))
    for number, index in enumerate(moments):
        driven = drive(motion, index)
        scene = person.assemble(**driven)
        tracer, stand = Tracer(scene), (float(driven["translation"][0]), float(driven["translation"][2]))
        ground = ground_shade(tracer, light, floor, stand)
        taken = shot(hand.camera(index, size), scene.vertices, scene.canonical)
        blur = Shutter(taken.camera, hand.camera(index + 1, size), now[number], later[number], shutter * DENSE)
        views = []
        for camera in (taken.camera, taken.face_camera):
            behind = surroundings.view(camera, light, ground, stand)
            before = None if thing is None else thing.view(camera, light)
            lens, shape = camera.intrinsics.numpy(), (camera.width, camera.height)
            person_moves, world_moves = blur.person(lens, shape), blur.world(lens, shape, FAR)
            views.append(exposed(Seen.by(tracer, camera).lit(light), behind, before, person_moves, world_moves))
        frames.append(pictures(rng, film, taken, *views) | moment(driven, light, index / DENSE, 0))
    theta, translation, cameras = (column(frames, name) for name in ("theta", "translation", "camera_from_world"))
    tracked = tracked_wild(rng, moments / DENSE, theta, translation, betas, cameras)
    words = record(acts, kind, place, hand, shutter, film, thing)
    return Taken(frames, tracked, words, betas, ESTIMATES)


def staged(
    rng: np.random.Generator, acts: tuple[str, ...], betas: Float32[ndarray, "100"], floor: float, tall: float
) -> tuple[Motion, HandHeld]:
    """The movement and the camera's way: together they go once round the person, who does most or all of the turning."""
    seconds = rng.uniform(*SECONDS)
    whole = rng.choice([-1, 1]) * 2 * math.pi * rng.uniform(*ROUND)
    carried = 0.0 if rng.random() < 0.2 else rng.uniform(0.05, 0.25 if "walk" in acts else 0.6)
    heading = rng.uniform(-math.pi, math.pi)
    turning = -whole * (1 - carried)
    motion = sequence(acts, rng, seconds, DENSE, torch.from_numpy(betas), heading, turning)
    pelvis = body_points(motion, torch.from_numpy(betas), np.arange(len(motion)))[1][:, 0]
    times = np.arange(len(motion)) / DENSE
    start = rng.uniform(-math.pi, math.pi)
    return motion, hand_held(rng, times, pelvis.astype(float), floor, tall, start, whole * carried)


def record(
    acts: tuple[str, ...],
    light: str,
    place: str,
    hand: HandHeld,
    shutter: float,
    film: Film,
    thing: Occluders | None,
) -> dict[str, str | float]:
    """Words and numbers about the capture."""
    return {
        "motion": " ".join(acts),
        "light": light,
        "surroundings": place,
        "focal": round(float(hand.focals[0]), 3),
        "closer": str(hand.closer),
        "shutter": round(shutter, 5),
        "jpeg_quality": film.quality,
        "noise": film.noise,
        "occluder": "none" if thing is None else thing.kind,
    }
