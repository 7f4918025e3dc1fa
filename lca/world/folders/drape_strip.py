"""A strip of one person's walk in a loose garment: as simulated, and below as skinning alone would have it."""

import numpy as np
import torch
from jaxtyping import UInt8
from numpy import ndarray

from lca.geometry.camera import Camera, look_at
from lca.geometry.motion import Motion
from lca.motion.catwalk import catwalk
from lca.motion.sequences import played
from lca.world.light.environment import even_light, towards
from lca.world.light.renderer import render_scene
from lca.world.person.people import Person
from lca.world.stages.filming import drive, stature
from lca.world.stages.walker import walker

SECONDS, FPS = 3.4, 30.0
FAR = 3.6
"""Metres from the person to the camera."""
GREY = 0.78
"""Background, sRGB."""


def drape_strip(seed: int, moments: int = 8, tile: tuple[int, int] = (160, 256)) -> UInt8[ndarray, "height width 3"]:
    """A catwalk of the person of `seed`, `moments` of the middle part of it in tiles of `tile` (width, height) pixels."""
    rng, person = np.random.default_rng(seed), Person.sample(seed)
    dressed = walker(rng, person)
    motion = played([catwalk], rng, SECONDS, FPS, torch.from_numpy(np.asarray(person.betas, np.float32)))
    draped = dressed.wearer.drape(motion)
    lamp = towards(1.4, 0.9).astype(np.float32), np.full(3, 0.6, np.float32)
    light, grey = even_light(rng).with_lamp(*lamp, 0.1).exposed(0.9), np.full((tile[1], tile[0], 3), GREY, np.float32)
    columns = []
    for time in np.linspace(0.2, 0.9, moments):
        frame = round(time * (len(motion) - 1))
        camera = before(person, motion, frame, tile)
        column = []
        for cloth in (draped.simulated[frame], draped.skinned[frame]):
            scene = dressed.scene(drive(person, motion, frame), cloth)
            column.append(render_scene(scene, camera, light, grey).image)
        columns.append(np.concatenate(column, 0))
    return (np.concatenate(columns, 1) * 255 + 0.5).astype(np.uint8)


def before(person: Person, motion: Motion, frame: int, tile: tuple[int, int]) -> Camera:
    """A camera that goes along with the person."""
    (width, height), (floor, tall) = tile, stature(person)
    place = motion.translation[frame].numpy() * [1, 0, 1] + [0.0, floor + tall / 2, 0.0]
    eye = place + FAR * np.array([0.5, 0.12, 0.86])
    matrix = look_at(torch.from_numpy(eye).float(), torch.from_numpy(place).float())
    focal = 0.80 * height * FAR / tall
    lens = torch.tensor([[focal, 0.0, width / 2], [0.0, focal, height / 2], [0.0, 0.0, 1.0]], dtype=torch.float32)
    return Camera(matrix, lens, width, height)
