"""What stands behind a person: rooms, gardens, streets, collages and plain screens, the same in all frames of a capture."""

import math
from dataclasses import dataclass
from functools import cache, cached_property

import numpy as np
from jaxtyping import Float32
from numpy import ndarray
from PIL import Image, ImageDraw, ImageFilter

from lca.formats.transfer import rolled_off, srgb
from lca.geometry.camera import Camera
from lca.world.light.backdrop import (
    BOX,
    ELLIPSOID,
    GROUND_REACH,
    MATERIAL_NUMBERS,
    PATTERNS,
    POLE,
    SHAPE_NUMBERS,
    trace,
)
from lca.world.light.directional import Light

KINDS = ("room", "outdoors", "collage", "plain")
PANORAMA = (1536, 512)
"""Width and height of a collage in pixels: once round, and 60 degrees up and down."""
AXES = np.concatenate([[sign * np.eye(3)[axis] for sign in (1, -1)] for axis in range(3)]).astype(np.float32)


@dataclass(frozen=True)
class Surroundings:
    """Numbers for `trace` (see there), and for the flat kinds a seed; `blur` in pixels of a 256-pixel picture."""

    kind: str
    room: Float32[ndarray, "6"]
    shapes: Float32[ndarray, "shapes 8"]
    materials: Float32[ndarray, "materials 9"]
    blur: float
    seed: int

    def view(
        self,
        camera: Camera,
        light: Light,
        ground: Float32[ndarray, "cells cells"] | None = None,
        stand: tuple[float, float] = (0.0, 0.0),
        clear: float = 0.0,
    ) -> Float32[ndarray, "height width 3"]:
        """The picture that `camera` takes of them, sRGB in [0, 1].

        A person stands at `stand` (x, z); `ground` is the share of light on the floor about there (default: a soft spot). Nothing
        stands between the camera and the person, nor within `clear` metres of the camera.
        """
        if self.kind == "plain":
            image = plain(np.random.default_rng(self.seed), camera.width, camera.height)
        elif self.kind == "collage":
            image = all_round(self.panorama, rays_of(camera)[1])
        else:
            image = self.traced(camera, light, soft_spot() if ground is None else ground, stand, clear)
        return blurred(image, self.blur * camera.height / 256)

    @cached_property
    def panorama(self) -> Float32[ndarray, "rows columns 3"]:
        """A collage that surrounds the camera."""
        return collage(np.random.default_rng(self.seed), *PANORAMA)

    def traced(
        self,
        camera: Camera,
        light: Light,
        ground: Float32[ndarray, "cells cells"],
        stand: tuple[float, float],
        clear: float,
    ) -> Float32[ndarray, "height width 3"]:
        """Shapes in perspective under `light`."""
        origin, rays = rays_of(camera)
        place = np.array(stand, np.float32)
        clearance = max(float(np.linalg.norm(origin[[0, 2]] - place)) + 0.3, clear)
        cube = light.irradiance(AXES).astype(np.float32)
        linear = trace(origin, rays, self.room, self.shapes, self.materials, cube, clearance, ground, place)
        return srgb(rolled_off(linear))


def rays_of(camera: Camera) -> tuple[Float32[ndarray, "3"], Float32[ndarray, "height width 3"]]:
    """The camera's place and unit directions through its pixel centres."""
    matrix = camera.camera_from_world.numpy().astype(float)
    across, down, ahead = (matrix[:3, :3].T @ np.linalg.inv(camera.intrinsics.numpy().astype(float))).T.astype(
        np.float32
    )
    columns, rows = (np.arange(count, dtype=np.float32) + 0.5 for count in (camera.width, camera.height))
    rays = columns[:, None] * across + ahead + (rows[:, None] * down)[:, None]
    rays /= np.sqrt((rays * rays).sum(-1, keepdims=True))
    return (-matrix[:3, :3].T @ matrix[:3, 3]).astype(np.float32), rays


def all_round(
    panorama: Float32[ndarray, "rows columns 3"], rays: Float32[ndarray, "height width 3"]
) -> Float32[ndarray, "height width 3"]:
    """A picture taken from the middle of a panorama."""
    rows, columns = panorama.shape[:2]
    u = (np.arctan2(rays[..., 0], rays[..., 2]) / (2 * math.pi) + 0.5) * columns
    v = (0.5 - np.arcsin(np.clip(rays[..., 1], -1, 1)) / (2 * math.pi / 3)) * rows
    left, top = np.floor(u).astype(int) % columns, np.clip(np.floor(v).astype(int), 0, rows - 2)
    a, b = (u % 1)[..., None], np.clip(v - top, 0, 1)[..., None]
    right = (left + 1) % columns
    upper = panorama[top, left] * (1 - a) + panorama[top, right] * a
    lower = panorama[top + 1, left] * (1 - a) + panorama[top + 1, right] * a
    return (upper * (1 - b) + lower * b).astype(np.float32)


@cache
def soft_spot(cells: int = 32) -> Float32[ndarray, "cells cells"]:
    """The shadow of somebody under an even sky."""
    line = ((np.arange(cells) + 0.5) / cells * 2 - 1) * GROUND_REACH
    return (1 - 0.55 * np.exp(-6 * (line[:, None] ** 2 + line**2))).astype(np.float32)


def blurred(image: Float32[ndarray, "height width 3"], radius: float) -> Float32[ndarray, "height width 3"]:
    """Out of focus by `radius` pixels."""
    if radius < 0.3:
        return image
    picture = Image.fromarray((image * 255 + 0.5).astype(np.uint8)).filter(ImageFilter.GaussianBlur(radius))
    return np.asarray(picture, np.float32) / 255


def plain(rng: np.random.Generator, width: int, height: int) -> Float32[ndarray, "height width 3"]:
    """One colour, often white or grey, with a faint vignette and slope."""
    colour = np.full(3, rng.choice([1.0, 0.9, 0.5, 0.2, 0.05])) if rng.random() < 0.5 else rng.uniform(0.05, 1, 3)
    y, x = np.mgrid[0:height, 0:width].astype(np.float32) / height - 0.5
    shade = 1 - rng.uniform(0, 0.25) * (x**2 + y**2) + rng.normal(0, 0.06) * x + rng.normal(0, 0.06) * y
    return np.clip(colour * shade[..., None], 0, 1).astype(np.float32)


def collage(rng: np.random.Generator, width: int, height: int) -> Float32[ndarray, "height width 3"]:
    """Overlapping rectangles, ellipses and lines over a gradient with noise of several sizes."""
    ends = rng.uniform(0, 255, (2, 3))
    slope = np.linspace(0, 1, height)[:, None, None] if rng.random() < 0.5 else np.linspace(0, 1, width)[None, :, None]
    base = ends[0] + (ends[1] - ends[0]) * slope + np.zeros((height, width, 3))
    for scale in (8, 24, 64):
        grain = (
            rng.normal(0, rng.uniform(0, 22), (scale, scale, 3))
            .astype(np.float32)
            .mean(-1, keepdims=True)
            .repeat(3, -1)
        )
        layer = Image.fromarray(np.clip(grain + 128, 0, 255).astype(np.uint8)).resize(
            (width, height), Image.Resampling.BICUBIC
        )
        base = base + np.asarray(layer, np.float32) - 128
    picture = Image.fromarray(np.clip(base, 0, 255).astype(np.uint8))
    draw = ImageDraw.Draw(picture)
    for _ in range(rng.integers(3, 18)):
        x0, y0 = rng.uniform(-0.2, 1, 2) * (width, height)
        w, h = rng.uniform(0.05, 0.6, 2) * (width, height)
        colour = tuple(int(c) for c in rng.integers(0, 256, 3))
        shape = rng.choice(["rectangle", "ellipse", "line"])
        if shape == "line":
            draw.line([x0, y0, x0 + rng.normal() * w, y0 + h], fill=colour, width=int(rng.integers(1, 10)))
        else:
            (draw.rectangle if shape == "rectangle" else draw.ellipse)([x0, y0, x0 + w, y0 + h], fill=colour)
    return np.asarray(picture, np.float32) / 255


def material(
    rng: np.random.Generator, patterns: tuple[str, ...], tone: ndarray, frequency: float
) -> Float32[ndarray, "9"]:
    """A random pattern among `patterns` in shades of a linear colour."""
    second = np.clip(tone * rng.uniform(0.25, 1.6) + rng.normal(0, 0.06, 3), 0.01, 0.95)
    index = PATTERNS.index(str(rng.choice(patterns)))
    numbers = [index, *np.clip(tone, 0.01, 0.95), *second, frequency * rng.uniform(0.6, 1.7), rng.integers(1, 9999)]
    return np.array(numbers, np.float32)


def colour(rng: np.random.Generator, greyness: float = 0.5) -> ndarray:
    """A linear surface colour."""
    grey = rng.uniform(0.04, 0.85)
    return grey + (1 - greyness) * (rng.uniform(0.03, 0.8, 3) - grey)


def shapes_around(
    rng: np.random.Generator, outdoors: bool, floor: float
) -> tuple[list[list[float | int]], list[ndarray]]:
    """Furniture, or trunks, bushes and houses, at some distance round the person."""
    shapes, paints = [], []
    for _ in range(rng.integers(10, 22) if outdoors else rng.integers(5, 14)):
        azimuth, radius = rng.uniform(-math.pi, math.pi), rng.uniform(2.2, 14) if outdoors else rng.uniform(1.5, 3.2)
        x, z = radius * math.sin(azimuth), radius * math.cos(azimuth)
        kind = rng.choice(["trunk", "bush", "house"] if outdoors else ["cupboard", "table", "ball", "pole", "picture"])
        green = np.array([0.08, 0.25, 0.04]) * rng.uniform(0.4, 1.6) * rng.uniform(0.7, 1.3, 3)
        if kind in ("trunk", "pole"):
            half, thick = rng.uniform(0.6, 2.5), rng.uniform(0.03, 0.3) if outdoors else rng.uniform(0.02, 0.12)
            shapes.append([POLE, x, floor + half, z, thick, half, thick, 0.0])
            paints.append(material(rng, ("noise", "plain"), colour(rng, 0.7) * 0.6, 6.0))
            if outdoors:
                crown = rng.uniform(0.6, 1.6)
                shapes.append([ELLIPSOID, x, floor + 2 * half, z, crown, crown * 0.8, crown, 0.0])
                paints.append(material(rng, ("leaves",), green, 5.0))
        elif kind in ("bush", "ball"):
            size = rng.uniform(0.3, 1.3) if outdoors else rng.uniform(0.12, 0.5)
            height = floor + size * 0.6 + (0 if outdoors else rng.uniform(0, 1.2))
            shapes.append([ELLIPSOID, x, height, z, size, size * rng.uniform(0.5, 1.1), size, 0.0])
            paints.append(
                material(rng, ("leaves",), green, 6.0) if outdoors else material(rng, PATTERNS, colour(rng), 6.0)
            )
        else:
            halves = rng.uniform(0.15, 0.8, 3) * (rng.uniform(2, 5) if kind == "house" else 1)
            height = floor + halves[1] + (rng.uniform(0.6, 1.6) if kind == "picture" else 0)
            halves[2] = 0.03 if kind == "picture" else halves[2]
            shapes.append([BOX, x, height, z, *halves, azimuth + rng.normal(0, 0.3)])
            paints.append(material(rng, PATTERNS, colour(rng), 1.2 if kind == "house" else 4.0))
    return shapes, paints


INDOORS = ("window", "lamps")
"""Lights (`lca.world.light.environment.ENVIRONMENTS`) that are found in rooms."""


def place_for(rng: np.random.Generator, light: str) -> str:
    """A kind of surroundings that goes with a kind of light: rooms for windows and lamps, mostly outdoors for the others."""
    odds = (0.75, 0.0, 0.15, 0.1) if light in INDOORS else (0.2, 0.6, 0.12, 0.08)
    if light == "night":
        odds = (0.4, 0.6, 0.0, 0.0)
    return str(rng.choice(KINDS, p=odds))


def wild_surroundings(
    rng: np.random.Generator, floor: float, kind: str | None = None, sky: float = 1.0
) -> Surroundings:
    """One of `KINDS` (default: a room in 45%, outdoors 30%, a collage 15%, a plain screen 10%).

    `floor` is the height of the ground, `sky` how bright the sky is against that of a day.
    """
    drawn = str(rng.choice(KINDS, p=[0.45, 0.3, 0.15, 0.1]))
    kind = drawn if kind is None else kind
    outdoors = kind == "outdoors"
    blur = float(np.clip(rng.normal(0.7, 0.8), 0, 3))
    if kind in ("collage", "plain"):
        empty = np.zeros((0, SHAPE_NUMBERS), np.float32), np.zeros((0, MATERIAL_NUMBERS), np.float32)
        return Surroundings(kind, np.zeros(6, np.float32), *empty, blur, int(rng.integers(2**31)))
    shapes, paints = shapes_around(rng, outdoors, floor)
    if outdoors:
        ground = material(rng, ("noise", "leaves", "checks", "plain"), colour(rng, 0.6) * 0.7, 2.5)
        haze = np.clip(rng.uniform(0.55, 1.0) + rng.normal(0, 0.04, 3), 0, 1)
        blue = np.clip(haze * np.array([0.35, 0.55, 0.95]) * rng.uniform(0.6, 1.1), 0, 1)
        above = np.array([0, *sky * blue, *sky * haze, rng.uniform(0, 1), rng.integers(1, 9999)], np.float32)
        room = np.array([0, 0, 80, 80, floor, floor + 100], np.float32)
        return Surroundings(
            kind, room, np.array(shapes, np.float32), np.stack([ground, ground, above, *paints]), blur, 0
        )
    halves, centre = rng.uniform(2.6, 5.0, 2), rng.uniform(-0.8, 0.8, 2)
    surfaces = [
        material(rng, ("planks", "checks", "noise", "plain"), colour(rng, 0.6), rng.choice([1.5, 6.0])),
        material(rng, ("plain", "plain", "noise", "bricks", "stripes", "panels"), 0.3 + 0.7 * colour(rng, 0.7), 3.0),
        material(rng, ("plain",), np.full(3, rng.uniform(0.4, 0.9)), 1.0),
    ]
    room = np.array([*centre, *halves, floor, floor + rng.uniform(2.3, 3.5)], np.float32)
    return Surroundings(kind, room, np.array(shapes, np.float32), np.stack([*surfaces, *paints]), blur, 0)


def studio_surroundings(rng: np.random.Generator) -> Surroundings:
    """A seamless screen."""
    empty = np.zeros((0, SHAPE_NUMBERS), np.float32), np.zeros((0, MATERIAL_NUMBERS), np.float32)
    return Surroundings("plain", np.zeros(6, np.float32), *empty, 0.0, int(rng.integers(2**31)))
