"""People drawn instead of photographed: toon shading with outlines, flat colour, pencil sketch."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float
from numpy import ndarray
from scipy.ndimage import gaussian_filter, maximum_filter

from lca.geometry.camera import Camera
from lca.world.mesh_renderer import Picture, Seen
from lca.world.transfer import srgb

SAMPLES = 2
"""Drawings are made at twice the size and reduced."""
AMBIENT = 0.35
CREASE = 0.45
"""Cosine between neighbouring normals below which a line is drawn."""
STEP = 0.035
"""Metres of depth between neighbours at which a line is drawn."""


@dataclass(frozen=True)
class Plates:
    """What a draughtsman knows of each fine pixel: own colour (sRGB), light 0 to 1, what it is (0: nothing), where lines go."""

    colour: Float[ndarray, "height width 3"]
    light: Float[ndarray, "height width"]
    there: Bool[ndarray, "height width"]
    lines: Bool[ndarray, "height width"]


def plates(seen: Seen, camera: Camera, lamp: Float[ndarray, "3"]) -> Plates:
    """The plates of a view lit from the direction `lamp` (unit), with its shadows."""
    height, width = (SAMPLES * side for side in seen.size)
    surface = seen.surface
    x = SAMPLES * seen.pixels[:, 0] + seen.groups % SAMPLES
    y = SAMPLES * seen.pixels[:, 1] + seen.groups // SAMPLES
    facing = surface[:, 3:6] @ lamp
    towards = np.repeat(np.asarray(lamp, np.float32)[None], len(surface), 0)
    blocked = seen.tracer.blocked(np.ascontiguousarray(surface[:, :3]), towards)
    ahead = camera.camera_from_world.numpy()[2]
    numbers = {
        "colour": np.clip(srgb(surface[:, 9:12]), 0, 1),
        "light": np.clip(facing, 0, 1) * ~blocked,
        "normal": surface[:, 3:6],
        "depth": surface[:, :3] @ ahead[:3] + ahead[3],
        "part": seen.tracer.scene.parts[seen.faces].astype(float),
    }
    grids = {}
    for name, values in numbers.items():
        grids[name] = np.zeros((height, width, *values.shape[1:]))
        grids[name][y, x] = values
    there = grids["part"] > 0
    return Plates(grids["colour"], grids["light"], there, edges(grids["depth"], grids["normal"], grids["part"]))


def edges(
    depth: Float[ndarray, "height width"],
    normal: Float[ndarray, "height width 3"],
    part: Float[ndarray, "height width"],
) -> Bool[ndarray, "height width"]:
    """Where neighbours differ in what they are, lie at different depths, or meet at a sharp angle."""
    lines = np.zeros(depth.shape, bool)
    for axis in (0, 1):
        ahead = [slice(None)] * 2
        behind = [slice(None)] * 2
        ahead[axis], behind[axis] = slice(1, None), slice(None, -1)
        a, b = tuple(ahead), tuple(behind)
        both = (part[a] > 0) & (part[b] > 0)
        lines[a] |= part[a] != part[b]
        lines[a] |= both & (np.abs(depth[a] - depth[b]) > STEP)
        lines[a] |= both & ((normal[a] * normal[b]).sum(-1) < CREASE)
    return lines


def thick(lines: Bool[ndarray, "height width"], pixels: float) -> Float[ndarray, "height width"]:
    """Lines of a width in fine pixels, with soft edges."""
    return np.clip(gaussian_filter(maximum_filter(lines, max(1, round(pixels))).astype(float), 0.6) * 1.3, 0, 1)


def toon(rng: np.random.Generator, drawn: Plates, paper: ndarray) -> ndarray:
    """Own colours in two or three tones, dark outlines."""
    low, high = rng.uniform(0.05, 0.15), rng.uniform(0.4, 0.65)
    tones = np.where(drawn.light < low, rng.uniform(0.5, 0.68), np.where(drawn.light < high, 0.86, 1.0))
    lively = drawn.colour.mean(-1, keepdims=True)
    vivid = np.clip(lively + 1.35 * (drawn.colour - lively) + 0.06, 0, 1)
    picture = np.where(drawn.there[..., None], vivid * tones[..., None], paper)
    ink = thick(drawn.lines, rng.uniform(1.5, 3.2) * len(paper) / 512)[..., None]
    return picture * (1 - ink) + ink * rng.uniform(0.02, 0.15, 3)


def flat(rng: np.random.Generator, drawn: Plates, paper: ndarray) -> ndarray:
    """Few plain colours without light; coloured contours or none."""
    levels = rng.integers(3, 6)
    plain = (np.round(drawn.colour * levels) / levels + 0.4 * drawn.colour) / 1.4
    picture = np.where(drawn.there[..., None], plain, paper)
    ink = rng.choice([0.0, 0.7]) * thick(drawn.lines, 1.5 * len(paper) / 512)[..., None]
    return picture * (1 - ink) + ink * 0.45 * plain


def sketch(rng: np.random.Generator, drawn: Plates, paper: ndarray) -> ndarray:
    """Pencil on paper: outlines, and hatching where it is dark."""
    height, width = drawn.light.shape
    fibre = gaussian_filter(rng.normal(0, 1, (height, width)), 1.0)
    tone = drawn.colour @ [0.3, 0.59, 0.11] * (AMBIENT + (1 - AMBIENT) * drawn.light)
    rows, columns = (
        np.mgrid[0:height, 0:width] + 1.5 * gaussian_filter(rng.normal(0, 1, (2, height, width)), (0, 4, 4)) * 6
    )
    period = rng.uniform(5, 7) * height / 512
    strokes = np.zeros((height, width))
    for limit, slope in ((0.55, rng.uniform(0.6, 1.2)), (0.28, -rng.uniform(0.6, 1.2)), (0.12, 0.1)):
        stripe = np.abs(((columns + slope * rows) / period) % 1 - 0.5) * 2
        strokes = np.maximum(strokes, (stripe > 0.55) * np.clip((limit - tone) / 0.12, 0, 1))
    wash = 0.25 * np.clip(0.8 - tone, 0, 1)
    grey = np.where(drawn.there, np.maximum(0.75 * strokes, wash), 0.0)
    ink = np.maximum(grey, 0.85 * thick(drawn.lines, 1.6 * height / 512)) * np.clip(0.9 + 0.25 * fibre, 0.3, 1)
    lead = rng.uniform(0.08, 0.25) * np.ones(3)
    return paper * (1 - ink[..., None]) + ink[..., None] * lead


STYLES: dict[str, Callable[[np.random.Generator, Plates, ndarray], ndarray]] = {
    "toon": toon,
    "flat": flat,
    "sketch": sketch,
}
"""Generator, plates, what lies behind (fine pixels, sRGB) -> the drawing."""


def paper(rng: np.random.Generator, style: str) -> Float[ndarray, "2 3"]:
    """Colours of the background at the top and at the bottom: nearly white for pencils, else any."""
    if style == "sketch":
        return np.clip(rng.uniform(0.9, 0.99) + rng.normal(0, 0.012, (1, 3)), 0, 1).repeat(2, 0)
    first = rng.uniform(0.3, 1.0, (1, 3))
    return np.clip(np.concatenate([first, first + rng.normal(0, 0.12, (1, 3))]), 0, 1)


def drawing(
    rng: np.random.Generator,
    style: str,
    seen: Seen,
    camera: Camera,
    lamp: Float[ndarray, "3"],
    sheet: Float[ndarray, "2 3"],
) -> Picture:
    """A view in one of `STYLES`; its truth is that of a photograph."""
    height, width = seen.size
    share = np.linspace(0, 1, SAMPLES * height)[:, None, None]
    behind = np.broadcast_to(sheet[0] * (1 - share) + sheet[1] * share, (SAMPLES * height, SAMPLES * width, 3))
    drawn = plates(seen, camera, lamp)
    fine = np.clip(STYLES[style](rng, drawn, behind), 0, 1)
    image = fine.reshape(height, SAMPLES, width, SAMPLES, 3).mean((1, 3)).astype(np.float32)
    mask = drawn.there.reshape(height, SAMPLES, width, SAMPLES).mean((1, 3)).astype(np.float32)
    return Picture(image, mask, **seen.truth)
