"""People drawn instead of photographed: toon shading with outlines, flat colour, pencil sketch."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float
from numpy import ndarray
from scipy.ndimage import gaussian_filter, maximum_filter

from lca.formats.transfer import srgb
from lca.geometry.body import PARTS
from lca.geometry.camera import Camera
from lca.world.body.scene import SCENE_PARTS
from lca.world.light.renderer import RenderedPicture, Seen

SAMPLES = 2
"""Drawings are made at twice the size and reduced."""
CREASE = 0.45
"""Cosine between neighbouring normals below which a line is drawn."""
STEP = 0.035
"""Metres of depth between neighbours at which a line is drawn."""
CONTRAST = 0.16
"""Difference of own tone between neighbours at which a line is drawn: brows, lips, prints."""
GREY = np.array([0.3, 0.59, 0.11])
NEIGHBOURS = ((np.s_[1:], np.s_[:-1]), (np.s_[:, 1:], np.s_[:, :-1]))
SKIN_PARTS = tuple(name for name in PARTS if name not in ("eye", "mouth"))
KINDS_OF_PARTS = np.array([0.0, *(1.0 if name in SKIN_PARTS else 2.0 + k for k, name in enumerate(SCENE_PARTS))])
"""By part id: what is drawn without a line between; all bare skin is one."""


@dataclass(frozen=True)
class Plates:
    """What a draughtsman knows of each fine pixel: own colour (sRGB), light 0 to 1, whether anything is there, where contours go,
    and where the own tone changes."""

    colour: Float[ndarray, "height width 3"]
    light: Float[ndarray, "height width"]
    there: Bool[ndarray, "height width"]
    lines: Bool[ndarray, "height width"]
    marks: Bool[ndarray, "height width"]


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
        "part": KINDS_OF_PARTS[seen.tracer.scene.parts[seen.faces]],
    }
    grids = {}
    for name, values in numbers.items():
        grids[name] = np.zeros((height, width, *values.shape[1:]))
        grids[name][y, x] = values
    lines, marks = edges(grids["part"], grids["depth"], grids["normal"], grids["colour"] @ GREY)
    return Plates(grids["colour"], grids["light"], grids["part"] > 0, lines, marks)


def edges(
    part: Float[ndarray, "height width"],
    depth: Float[ndarray, "height width"],
    normal: Float[ndarray, "height width 3"],
    tone: Float[ndarray, "height width"],
) -> tuple[Bool[ndarray, "height width"], Bool[ndarray, "height width"]]:
    """Where neighbours differ in what they are, lie at different depths or meet at a sharp angle; and where in own tone."""
    lines, marks = np.zeros(part.shape, bool), np.zeros(part.shape, bool)
    for a, b in NEIGHBOURS:
        both = (part[a] > 0) & (part[b] > 0)
        folded = (normal[a] * normal[b]).sum(-1) < CREASE
        lines[a] |= (part[a] != part[b]) | both & (folded | (np.abs(depth[a] - depth[b]) > STEP))
        marks[a] |= both & (np.abs(tone[a] - tone[b]) > CONTRAST)
    return lines, marks


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
    levels, strength = rng.integers(3, 6), np.maximum(drawn.colour.max(-1, keepdims=True), 1e-3)
    plain = drawn.colour * (np.clip(np.round(strength * levels), 0.6, levels) / levels / strength)
    picture = np.where(drawn.there[..., None], plain, paper)
    ink = rng.choice([0.0, 0.7]) * thick(drawn.lines, 1.5 * len(paper) / 512)[..., None]
    return picture * (1 - ink) + ink * 0.45 * plain


def sketch(rng: np.random.Generator, drawn: Plates, paper: ndarray) -> ndarray:
    """Pencil on paper: outlines, and hatching where it is dark; the lightest tones of a person are the paper."""
    height, width = drawn.light.shape
    tone = 0.6 * drawn.colour @ GREY + 0.4 * drawn.light
    low, high = np.quantile(tone[drawn.there], (0.05, 0.8)) if drawn.there.any() else (0.0, 1.0)
    tone = np.clip((tone - low) / max(high - low, 0.1), 0, 1)
    noise = gaussian_filter(rng.normal(0, 1, (3, height, width)), (0, 4, 4)) * 10
    rows, columns = np.mgrid[0:height, 0:width] + noise[:2]
    period = rng.uniform(6, 9) * height / 512
    strokes = np.zeros((height, width))
    for limit, slope in ((0.5, rng.uniform(0.6, 1.2)), (0.25, -rng.uniform(0.6, 1.2))):
        stripe = np.abs(((columns + slope * rows) / period) % 1 - 0.5) * 2
        strokes = np.maximum(strokes, np.clip((stripe - 0.5) / 0.3, 0, 1) * np.clip((limit - tone) / 0.2, 0, 1))
    grey = np.where(drawn.there, np.maximum(0.55 * strokes, 0.22 * (1 - tone)), 0.0)
    ink = np.maximum(grey, 0.95 * thick(drawn.lines | drawn.marks, 2.0 * height / 512)) * np.clip(
        0.95 + 0.12 * noise[2], 0.4, 1
    )
    return paper * (1 - ink[..., None]) + ink[..., None] * rng.uniform(0.08, 0.25)


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


def graded(sheet: Float[ndarray, "2 3"], height: int, width: int) -> Float[ndarray, "height width 3"]:
    """Paper that fades from its upper to its lower colour."""
    share = np.linspace(0, 1, height)[:, None, None]
    return np.broadcast_to(sheet[0] * (1 - share) + sheet[1] * share, (height, width, 3))


def drawing(
    rng: np.random.Generator,
    style: str,
    seen: Seen,
    camera: Camera,
    lamp: Float[ndarray, "3"],
    sheet: Float[ndarray, "2 3"],
) -> RenderedPicture:
    """A view in one of `STYLES`; its truth is that of a photograph."""
    height, width = seen.size
    behind = graded(sheet, SAMPLES * height, SAMPLES * width)
    drawn = plates(seen, camera, lamp)
    fine = np.clip(STYLES[style](rng, drawn, behind), 0, 1)
    image = fine.reshape(height, SAMPLES, width, SAMPLES, 3).mean((1, 3)).astype(np.float32)
    mask = drawn.there.reshape(height, SAMPLES, width, SAMPLES).mean((1, 3)).astype(np.float32)
    return RenderedPicture(image, mask, seen.truth)
