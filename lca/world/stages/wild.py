"""The wild stage: a video of one person by one hand-held camera, in any light, tracked with noise."""

import math
from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Float32, Float64, Int
from numpy import ndarray
from scipy.spatial.transform import Rotation

from lca.geometry.camera import Camera
from lca.geometry.motion import Motion
from lca.motion.posed import joints_at, points_at
from lca.motion.sequences import DENSE, SEQUENCES, sequence
from lca.world.body.scene import Scene
from lca.world.light.background import Surroundings, place_for, wild_surroundings
from lca.world.light.directional import Light
from lca.world.light.environment import light_of, wild_kind
from lca.world.light.exposure import FAR, Film, Shutter, exposed
from lca.world.light.ground import ground_shade
from lca.world.light.occluders import Occluders, placed
from lca.world.light.renderer import RenderedPicture, Seen, Tracer
from lca.world.person.people import Person
from lca.world.stages.filming import Frame, Taken, column, drive, moment, pictures, stature
from lca.world.stages.framing import shot
from lca.world.stages.handheld import HandHeld, hand_held
from lca.world.stages.tracking import tracked_wild

FRAMES = {12: 0.2, 24: 0.04, 32: 0.02, 8: 0.6, 16: 0.14}
"""How many frames a video has, and how often."""
SECONDS = (6.0, 11.0)
ROUND = (0.95, 1.1)
"""Full circles by which the camera sees the person turn, so that few frames show all sides."""
OCCLUDED = 0.3
"""Share of captures with something in the way."""
SHUTTERS = {"sun": (2e-4, 2e-3), "overcast": (1e-3, 8e-3), "evening": (2e-3, 1.5e-2), "night": (8e-3, 3e-2)}
INDOOR_SHUTTER = (4e-3, 2.5e-2)
"""Seconds for which the shutter is open."""
NIGHT_SKY = 0.05
TIME_SHARE = 0.35
"""How much key frames are spread over time; the rest is over sides."""
ESTIMATES = ("tracked_theta", "tracked_translation", "tracked_betas", "tracked_camera_from_world", "tracked_confidence")


def acted(rng: np.random.Generator) -> tuple[str, ...]:
    """One act of the motion library, or two."""
    return tuple(str(name) for name in rng.choice(list(SEQUENCES), 2 if rng.random() < 0.4 else 1, replace=False))


def planned(rng: np.random.Generator) -> tuple[int, tuple[str, ...], str]:
    """The first draws of a video: how many frames, which acts, what kind of light."""
    count = int(rng.choice(list(FRAMES), p=list(FRAMES.values())))
    return count, acted(rng), wild_kind(rng)


def film_for(rng: np.random.Generator, light: str) -> Film:
    """JPEG from good to poor; noise in half of the captures, and at night in all."""
    noise = rng.uniform(0.012, 0.04) if light == "night" else rng.choice([0, 0.01, 0.02], p=[0.5, 0.35, 0.15])
    return Film(int(rng.integers(60, 96)), float(noise))


@dataclass(frozen=True)
class Place:
    """Where a video is shot, and with what. `shutter` is the time that it is open, seconds."""

    light: Light
    surroundings: Surroundings
    thing: Occluders | None
    film: Film
    shutter: float
    floor: float
    clear: float = 0.0
    """Metres of the camera within which nothing stands."""

    def frame(self, rng: np.random.Generator, scene: Scene, driven: dict, blur: Shutter) -> Frame:
        """Photo and face crop of a posed person, taken by the camera of `blur`."""
        tracer, stand = Tracer(scene), stands(driven)
        ground = ground_shade(tracer, self.light, self.floor, stand)
        taken = shot(blur.now, scene.vertices, scene.canonical)
        views = [self.seen(tracer, camera, ground, stand, blur) for camera in (taken.camera, taken.face_camera)]
        return pictures(rng, self.film, taken, *views)

    def seen(
        self,
        tracer: Tracer,
        camera: Camera,
        ground: Float32[ndarray, "cells cells"],
        stand: tuple[float, float],
        blur: Shutter,
    ) -> RenderedPicture:
        """What `camera` sees of a person who stands at `stand` (x, z) on shaded ground while the shutter is open."""
        behind = self.surroundings.view(camera, self.light, ground, stand, self.clear)
        before = None if self.thing is None else self.thing.view(camera, self.light)
        lens, size = camera.intrinsics.numpy(), (camera.width, camera.height)
        fields = blur.person(lens, size), blur.world(lens, size, FAR)
        return exposed(Seen.by(tracer, camera).lit(self.light), behind, before, *fields)


def stands(driven: dict) -> tuple[float, float]:
    """Where somebody stands on the floor: x, z."""
    return float(driven["translation"][0]), float(driven["translation"][2])


def wild(rng: np.random.Generator, person: Person, size: int) -> Taken:
    """A person who moves and turns while somebody carries a camera about: eight to 32 key frames of a video."""
    floor, tall = stature(person)
    count, acts, kind = planned(rng)
    motion, hand = staged(rng, acts, np.asarray(person.betas, np.float32), floor, tall)
    return filmed(rng, person, size, Scenario(acts, kind, floor, motion, hand, key_frames(motion, hand, count)))


@dataclass(frozen=True)
class Scenario:
    """What happens in a video: acts and kind of light by name, the floor's height, the movement, the camera's way, and which
    moments are kept."""

    acts: tuple[str, ...]
    light: str
    floor: float
    motion: Motion
    hand: HandHeld
    moments: Int[ndarray, " frames"]


def filmed(rng: np.random.Generator, person: Person, size: int, what: Scenario) -> Taken:
    """The video, with the place, the film and the tracker that are drawn for it."""
    motion, hand, moments = what.motion, what.hand, what.moments
    betas = np.asarray(person.betas, np.float32)
    shape, frames = torch.from_numpy(betas), []
    where = place_for(rng, what.light)
    joints = joints_at(motion, shape, np.arange(0, len(motion), 6))
    place = found(rng, what.light, where, what.floor, joints, hand.eyes[::6])
    now, later = (points_at(motion, shape, moments + step) for step in (0, 1))
    for number, index in enumerate(moments.tolist()):
        driven = drive(person, motion, index)
        first, second = hand.camera(index, size), hand.camera(index + 1, size)
        blur = Shutter(first, second, now[number], later[number], place.shutter * DENSE)
        taken = place.frame(rng, person.assemble(**driven), driven, blur)
        frames.append(taken | moment(driven, place.light, index / DENSE, 0))
    theta, translation, views = (column(frames, name) for name in ("theta", "translation", "camera_from_world"))
    tracked = tracked_wild(rng, moments / DENSE, theta, translation, betas, views)
    words = {"motion": " ".join(what.acts), "light": what.light, "surroundings": where}
    return Taken(frames, tracked, words | lens_and_film(hand, place), betas, ESTIMATES)


def found(
    rng: np.random.Generator,
    light: str,
    kind: str,
    floor: float,
    joints: Float32[ndarray, "moments 55 3"],
    eyes: Float64[ndarray, "moments 3"],
) -> Place:
    """Surroundings of a kind in a kind of light, a film and a shutter for it, perhaps with something in the way."""
    surroundings = wild_surroundings(rng, floor, kind, NIGHT_SKY if light == "night" else 1.0)
    shutter = math.exp(rng.uniform(*np.log(SHUTTERS.get(light, INDOOR_SHUTTER))))
    thing = placed(rng, joints, eyes, floor) if rng.random() < OCCLUDED else None
    return Place(light_of(rng, light), surroundings, thing, film_for(rng, light), shutter, floor)


def key_frames(motion: Motion, hand: HandHeld, count: int) -> Int[ndarray, " frames"]:
    """Moments of a video, spread evenly in time and, more so, over the sides that the person shows to the camera."""
    ahead = Rotation.from_rotvec(motion.theta[:, :3].numpy()).apply([0.0, 0.0, 1.0])
    away = hand.eyes - motion.translation.numpy()
    side = np.unwrap(np.arctan2(away[:, 0], away[:, 2]) - np.arctan2(ahead[:, 0], ahead[:, 2]))
    turned = np.abs(np.diff(side[:-1]))
    pace = TIME_SHARE / len(turned) + (1 - TIME_SHARE) * turned / max(turned.sum(), 1e-9)
    done = np.concatenate([[0.0], np.cumsum(pace)])
    return np.searchsorted(done, np.linspace(0, 0.999 * done[-1], count))


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
    pelvis = joints_at(motion, torch.from_numpy(betas), np.arange(len(motion)))[:, 0]
    times = np.arange(len(motion)) / DENSE
    start = rng.uniform(-math.pi, math.pi)
    return motion, hand_held(rng, times, pelvis.astype(float), floor, tall, start, whole * carried)


def lens_and_film(hand: HandHeld, place: Place) -> dict[str, str | float]:
    """Numbers about the pictures, for the record."""
    return {
        "focal": round(float(hand.focals[0]), 3),
        "closer": str(hand.closer),
        "shutter": round(place.shutter, 5),
        "jpeg_quality": place.film.quality,
        "noise": round(place.film.noise, 4),
        "occluder": "none" if place.thing is None else place.thing.kind,
    }
