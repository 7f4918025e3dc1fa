"""The studio stage: a ring of calibrated cameras in even light, exact truth."""

import numpy as np
import torch

from lca.geometry.motion import Motion
from lca.motion.poses import random_motion
from lca.motion.sequences import SEQUENCES, sequence
from lca.world.light.background import studio_surroundings
from lca.world.light.environment import even_light
from lca.world.light.exposure import Film
from lca.world.light.renderer import Seen, Tracer, over
from lca.world.person.people import Person
from lca.world.stages.filming import Taken, drive, exactly, geometry, moment, pictures, stature
from lca.world.stages.framing import RING, group, ring_cameras, shot

TIMES = 4
"""Moments of a capture; each is taken by a third of the ring."""
APART = 2.0
"""Seconds between them."""
QUALITY = 95
"""Of JPEG files."""


def performed(rng: np.random.Generator, moments: int, betas: torch.Tensor, sway: float = 0.1) -> tuple[str, Motion]:
    """Moments of somebody: half of the time unrelated poses, else taken from a sequence of the library -> its name, motion."""
    heading = rng.uniform(-np.pi, np.pi)
    if rng.random() < 0.5:
        return "poses", random_motion(rng, moments, betas, heading, sway)
    name = str(rng.choice(list(SEQUENCES)))
    motion = sequence(name, rng, APART * moments, 1 / APART, betas, heading)
    home = motion.translation * torch.tensor([0.0, 1.0, 0.0])
    return name, Motion(motion.theta, home, motion.actions, motion.psi, motion.fps)


def studio(rng: np.random.Generator, person: Person, size: int) -> Taken:
    """Four moments, each seen by six cameras all round; tracking is exact. Frames are ordered by time, then camera."""
    floor, tall = stature(person)
    betas = np.asarray(person.betas, np.float32)
    name, motion = performed(rng, TIMES, torch.from_numpy(betas))
    light, screen, film = even_light(rng), studio_surroundings(rng), Film(QUALITY, 0.0)
    ring = ring_cameras(rng, floor, tall, size)
    frames = []
    for time in range(TIMES):
        driven = drive(person, motion, time)
        scene = person.assemble(**driven)
        tracer = Tracer(scene)
        for index in group(time):
            taken = shot(ring[index], scene.vertices, scene.canonical)
            views = [
                over(Seen.by(tracer, camera).lit(light), screen.view(camera, light))
                for camera in (taken.camera, taken.face_camera)
            ]
            known = moment(driven, light, APART * time, index)
            frames.append(pictures(rng, film, taken, *views) | geometry(views[0].truth) | known)
    scene = {"motion": name, "light": "even", "surroundings": "screen", "cameras": RING, "jpeg_quality": QUALITY}
    return Taken(frames, exactly(frames, betas), scene, betas)
