"""A film of one person, every frame of it, by a camera that stands still: what following a person is tried and measured on."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch
from jaxtyping import Float, Float32
from numpy import ndarray
from torch import Tensor

from lca.errors import UserError
from lca.geometry.camera import Camera, orbit
from lca.geometry.motion import Motion
from lca.motion.posed import joints_at, points_at
from lca.motion.sequences import sequence
from lca.world.light.background import place_for
from lca.world.light.environment import wild_kind
from lca.world.light.exposure import Shutter
from lca.world.light.ground import ground_shade
from lca.world.light.renderer import Tracer
from lca.world.person.people import Person
from lca.world.stages.filming import drive, stature
from lca.world.stages.wild import Place, found, stands

WHEN = 2
"""Moments of the motion for each frame: now, and later, towards which things blur."""
FOCALS = (1.0, 1.5)
"""Focal length over the picture's longer side."""
MARGIN = 0.25
"""Metres of skin, hair and cloth about the joints, which the camera keeps in the picture."""
NEAREST, STEP = 2.0, 1.05
"""Metres of the nearest camera, and the factor by which it steps back until it sees everything."""
ASIDE, TURN = 0.6, 2.0
"""Radians: how far people look past the camera at first, and turn at most."""
HEIGHTS = (0.9, 1.6)
"""Metres of the camera above the floor."""


@dataclass(frozen=True)
class PersonFilm:
    """A film before it is drawn, and all that is true of it: the motion, the shape, the camera, and the place."""

    person: Person
    motion: Motion
    between: Motion
    """The moments right after each of the motion's."""
    camera: Camera
    place: Place

    @property
    def betas(self) -> Float[Tensor, "100"]:
        """The person's shape."""
        return torch.from_numpy(np.asarray(self.person.betas, np.float32))

    def __len__(self) -> int:
        """Number of frames."""
        return len(self.motion)

    def frames(self) -> Iterator[Float32[ndarray, "height width 3"]]:
        """The pictures, sRGB in [0, 1], one at a time."""
        every = np.arange(len(self))
        now, later = (points_at(motion, self.betas, every) for motion in (self.motion, self.between))
        for index in every.tolist():
            driven = drive(self.person, self.motion, index)
            tracer, stand = Tracer(self.person.assemble(**driven)), stands(driven)
            ground = ground_shade(tracer, self.place.light, self.place.floor, stand)
            share = self.place.shutter * self.motion.fps * WHEN
            blur = Shutter(self.camera, self.camera, now[index], later[index], share)
            yield self.place.seen(tracer, self.camera, ground, stand, blur).image


def clip(
    rng: np.random.Generator,
    person: Person,
    acts: str | Sequence[str],
    seconds: float,
    fps: float = 30.0,
    size: tuple[int, int] = (512, 512),
) -> PersonFilm:
    """A film of acts of the motion library (`lca.motion.sequences`), `size` = (width, height) pixels.

    The person faces the camera about at first and may turn; light and surroundings are the wild stage's, nothing is in the way.

    Raises:
        UserError: an unknown act, no frame at all.
    """
    floor, _ = stature(person)
    shape = torch.from_numpy(np.asarray(person.betas, np.float32))
    heading, turning = rng.uniform(-ASIDE, ASIDE), rng.uniform(-TURN, TURN)
    fine = sequence(acts, rng, seconds, WHEN * fps, shape, heading, turning)
    if len(fine) < WHEN:
        raise UserError(f"expected at least one frame, got {seconds:g} s at {fps:g} fps: ask for more seconds")
    whole = len(fine) // WHEN * WHEN
    motion, between = (every_second(fine, first, whole) for first in range(WHEN))
    joints = joints_at(motion, shape, np.arange(len(motion)))
    camera = standing_back(rng, joints, floor, size)
    kind = wild_kind(rng)
    eyes = np.tile(camera.eye.double().numpy(), (len(joints), 1))
    place = found(rng, kind, place_for(rng, kind), floor, joints, eyes)
    farthest = float(np.linalg.norm(joints[..., [0, 2]] - camera.eye.numpy()[[0, 2]], axis=-1).max())
    return PersonFilm(person, motion, between, camera, replace(place, thing=None, clear=farthest + MARGIN))


def every_second(fine: Motion, first: int, whole: int) -> Motion:
    """Each `WHEN`th moment from `first` on, of `whole` moments; facial actions too."""
    some = slice(first, whole, WHEN)
    return Motion(fine.theta[some], fine.translation[some], fine.actions[some], fine.psi[some], fine.fps / WHEN)


def standing_back(
    rng: np.random.Generator, joints: Float32[ndarray, "frames 55 3"], floor: float, size: tuple[int, int]
) -> Camera:
    """A level-headed camera in front, as near as it can be and see all joints at all times."""
    width, height = size
    low, high = joints.min((0, 1)), joints.max((0, 1))
    middle = (low + high) / 2
    focal = rng.uniform(*FOCALS) * max(size)
    field_of_view = 2 * math.atan(height / 2 / focal)
    above = floor + rng.uniform(*HEIGHTS) - middle[1]
    distance = NEAREST
    while True:
        elevation = math.asin(max(-1.0, min(1.0, above / distance)))
        camera = orbit(0.0, elevation, distance, tuple(middle.tolist()), field_of_view, size)
        seen = camera.project(torch.from_numpy(joints.reshape(-1, 3)))
        room = MARGIN * focal / seen[:, 2:].clamp(min=0.1)
        inside = (seen[:, :2] > room).all() and (seen[:, :2] < torch.tensor([width, height]) - room).all()
        if bool(inside and (seen[:, 2] > 0.5).all()):
            return camera
        distance *= STEP
