"""Portraits: heads of people from several sides, and whole people, on one sheet."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from jaxtyping import Float, UInt8
from PIL import Image

from lca.formats.atomic import writing
from lca.geometry.camera import orbit
from lca.motion.posture import at_rest, theta_of_posture
from lca.world.light.directional import Light, studio_light
from lca.world.light.renderer import render_scene
from lca.world.person.people import Person

FRONT_SIDE_BACK = (0.35, -1.45, 2.75)
"""Azimuths in radians; 0 is in front."""
GREY = 0.62
"""Background, sRGB."""


def portrait(
    person: Person,
    azimuth: float = 0.35,
    size: int = 192,
    theta: Float[np.ndarray, "156"] | None = None,
    actions: Float[np.ndarray, "52"] | None = None,
    light: Light | None = None,
) -> Float[np.ndarray, "size size 3"]:
    """Head and shoulders in the T-pose with the resting face (or posed by `theta` and `actions`), sRGB."""
    theta = np.zeros(156, np.float32) if theta is None else theta
    actions = person.relaxed(np.zeros(52, np.float32)) if actions is None else actions
    scene = person.assemble(theta, np.zeros(3, np.float32), actions, np.zeros(4, np.float32))
    skin = scene.vertices[np.abs(scene.canonical - [0.0, 0.59, 0.06]).max(1) < 0.12]
    x, y, z = (float(v) for v in skin.mean(0))
    camera = orbit(azimuth, 0.05, 1.6, (x, y - 0.02, z), 0.30, size)
    grey = np.full((size, size, 3), GREY, np.float32)
    return render_scene(scene, camera, light or studio_light(), grey).image


def full_length(person: Person, azimuth: float = 0.35, size: int = 192) -> Float[np.ndarray, "size width 3"]:
    """The whole person, standing at ease, on 5/8 of a square picture, sRGB."""
    theta = theta_of_posture(at_rest(1))[0]
    actions = person.relaxed(np.zeros(52, np.float32))
    scene = person.assemble(theta, np.zeros(3, np.float32), actions, np.zeros(4, np.float32))
    x, y, z = (float(v) for v in (scene.vertices.min(0) + scene.vertices.max(0)) / 2)
    camera = orbit(azimuth, 0.05, 4.2, (x, y, z), 0.48, size)
    grey = np.full((size, size, 3), GREY, np.float32)
    return render_scene(scene, camera, studio_light(), grey).image[:, size * 3 // 16 : size * 13 // 16]


def portrait_sheet(
    seeds: Sequence[int], out: str | Path, azimuths: Sequence[float] = FRONT_SIDE_BACK, size: int = 192, across: int = 4
) -> Path:
    """Draw the heads of the people of `seeds` to a picture, `across` of them in a row, each from all `azimuths`."""
    people = (Person.sample(seed) for seed in seeds)
    return tiled(
        [np.concatenate([portrait(one, azimuth, size) for azimuth in azimuths], 1) for one in people], out, across
    )


def people_sheet(seeds: Sequence[int], out: str | Path, size: int = 192, across: int = 12) -> Path:
    """Draw the people of `seeds` at full length to a picture, `across` of them in a row; every fourth shows the back."""
    views = [full_length(Person.sample(seed), (0.35, -0.5, 0.0, 2.75)[seed % 4], size) for seed in seeds]
    return tiled(views, out, across)


def tiled(views: Sequence[Float[np.ndarray, "size width 3"]], out: str | Path, across: int) -> Path:
    """Views in rows, as PNG or JPEG by the file's name."""
    tiles: list[UInt8[np.ndarray, "size width 3"]] = [(view * 255 + 0.5).astype(np.uint8) for view in views]
    tiles += [np.zeros_like(tiles[0])] * (-len(tiles) % across)
    rows = [np.concatenate(tiles[k : k + across], 1) for k in range(0, len(tiles), across)]
    with writing(out) as path:
        Image.fromarray(np.concatenate(rows, 0)).save(
            path, format="JPEG" if Path(out).suffix == ".jpg" else "PNG", quality=88
        )
    return Path(out)
