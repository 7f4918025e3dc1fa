"""The light stage: several cameras in the dark, one light at a time, all lights, and procedural environments."""

from collections.abc import Iterator
from functools import cache

import numpy as np
import torch
from jaxtyping import Float32
from numpy import ndarray

from lca.geometry.camera import Camera
from lca.geometry.directions import fibonacci_directions
from lca.world.light.directional import Light, single_lamp
from lca.world.light.environment import ENVIRONMENTS, even_light, light_of
from lca.world.light.exposure import Film
from lca.world.light.renderer import Seen, Tracer, over
from lca.world.person.people import Person
from lca.world.stages.filming import Taken, drive, exactly, geometry, moment, pictures, stature
from lca.world.stages.framing import Shot, ring_cameras, shot
from lca.world.stages.studio import performed

LAMPS = 64
"""Directions, spread evenly over the sphere; each shines alone once in a capture."""
LAMP = 1.6
"""What a white matte surface that faces a lamp shows, linear: bright sides reach the shoulder of the tone curve."""
TIMES = 8
APART = 1.0
CAMERAS = (0, 3, 6, 9, 12, 15)
"""Of the studio's ring: six, all the way round."""
WHOLE = 2
"""Cameras that take each moment in full light, and in an environment."""
DARK = 0.03
QUALITY = 95


def lightstage(rng: np.random.Generator, person: Person, size: int) -> Taken:
    """Eight moments. Of each: full light and an environment by two cameras, then eight of the lamps alone by one camera each."""
    floor, tall = stature(person)
    betas = np.asarray(person.betas, np.float32)
    name, motion = performed(rng, TIMES, torch.from_numpy(betas), 0.4)
    ring, film, full = ring_cameras(rng, floor, tall, size), Film(QUALITY, 0.0), even_light(rng)
    order, frames, kinds = rng.permutation(LAMPS).reshape(TIMES, -1), [], []
    for time in range(TIMES):
        driven = drive(person, motion, time)
        kinds.append(str(rng.choice(list(ENVIRONMENTS))))
        environment = light_of(rng, kinds[-1])
        seen = viewed(person, driven, ring)
        plan = [*lit_in_full(rng, full, environment), *one_by_one(rng, order[time])]
        for index, light in plan:
            taken, eyes = seen(index)
            body, face = (over(eye.lit(light), darkness(eye.size)) for eye in eyes)
            known = moment(driven, light, APART * time, index)
            frames.append(pictures(rng, film, taken, body, face) | geometry(body.truth) | known)
    scene = {"motion": name, "light": "lightstage", "surroundings": "dark", "lamps": LAMPS, "cameras": len(CAMERAS)}
    return Taken(frames, exactly(frames, betas), scene | {"environments": " ".join(kinds)}, betas)


def viewed(person: Person, driven: dict, ring: Camera):
    """The posed person -> a function from camera to its shot and what it and its face crop see; each is traced once."""
    scene = person.assemble(**driven)
    tracer = Tracer(scene)

    @cache
    def seen(index: int) -> tuple[Shot, tuple[Seen, Seen]]:
        taken = shot(ring[index], scene.vertices, scene.canonical)
        return taken, (Seen.by(tracer, taken.camera), Seen.by(tracer, taken.face_camera))

    return seen


def lit_in_full(rng: np.random.Generator, full: Light, environment: Light) -> Iterator[tuple[int, Light]]:
    """(camera, light): the same two cameras, opposite each other or nearly, in both lights."""
    first = int(rng.integers(len(CAMERAS)))
    pair = [CAMERAS[(first + k * (len(CAMERAS) // WHOLE)) % len(CAMERAS)] for k in range(WHOLE)]
    yield from ((index, light) for light in (full, environment) for index in pair)


def one_by_one(rng: np.random.Generator, lamps: ndarray) -> Iterator[tuple[int, Light]]:
    """(camera, light): each lamp alone, by any of the cameras."""
    directions = fibonacci_directions(LAMPS)[lamps]
    for direction in directions:
        yield int(rng.choice(CAMERAS)), single_lamp(direction, np.full(3, LAMP, np.float32))


def darkness(size: tuple[int, int]) -> Float32[ndarray, "height width 3"]:
    """The cage behind the person."""
    return np.full((*size, 3), DARK, np.float32)
