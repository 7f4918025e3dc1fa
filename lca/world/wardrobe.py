"""Garments: helper meshes of the body, eased away from the skin, cut along fields of canonical position.

All fields are in metres and positive where there is cloth; they serve twice, to cut the garment and to find the skin below.
"""

from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
from jaxtyping import Float

from lca.world.figure import JOINT_INDEX, Figure, Piece, helper_pattern, joint, piece
from lca.world.mesh import clip, neighbours, subdivide
from lca.world.scene import SCENE_PARTS, vertex_normals

Points = Float[np.ndarray, "points 3"]
Field = Float[np.ndarray, " points"]


@dataclass(frozen=True)
class Top:
    """A shirt; metres.

    `sleeve` from the shoulder joint along the arm (negative: a tank top), `hem` below the first spine joint, `neck` how far
    the collar stands from the neck, `vee` how deep it is cut, `ease` the room inside.
    """

    sleeve: float
    hem: float
    neck: float
    vee: float
    ease: float


@dataclass(frozen=True)
class Bottom:
    """Trousers, shorts or a skirt. `length` from the waist to the hem; `ease` room inside; `width` radius of the leg's hem or how
    far a skirt flares (m); `skirt` 1 for a skirt, `pleats` its number of folds.
    """

    skirt: bool
    length: float
    ease: float
    width: float
    pleats: int


WAIST_ABOVE_HIP = 0.105
"""Where trousers and skirts end above the hip joints."""


def ramp(low: float, high: float, x: np.ndarray) -> np.ndarray:
    """Smooth step of arrays."""
    t = np.clip((x - low) / (high - low), 0, 1)
    return t * t * (3 - 2 * t)


def top_field(points: Points, top: Top) -> Field:
    """Cloth of a shirt; the arms point along x in the T-pose."""
    x, y, z = points.T
    shoulder, neck = joint("left_shoulder"), joint("neck")
    hem = y - (joint("spine1")[1] - top.hem)
    sleeve = np.maximum(shoulder[0] + top.sleeve - np.abs(x), 0.7 * (shoulder[1] - 0.115 - y))
    width = 0.060 + top.neck
    axis = neck[2] + 0.012 + 0.33 * (y - neck[1] + 0.04)  # the neck leans forward
    ring = np.hypot(x / width, (z - axis) / (width + 0.008)) * width - width
    below = neck[1] - 0.020 - 0.5 * top.neck - 0.30 * (z - neck[2]) - y
    vee = 0.5 * (1.5 * np.abs(x) + neck[1] - 0.045 - top.vee - y)
    vee = np.where((z > neck[2]) & (top.vee > 0), vee, 1.0)
    return np.minimum.reduce([hem, sleeve, np.maximum(ring, below), vee, neck[1] + 0.03 - y])


def waist() -> float:
    """Canonical height of the waistband."""
    return float(joint("left_hip")[1] + WAIST_ABOVE_HIP)


def bottom_field(points: Points, bottom: Bottom) -> Field:
    """Cloth of trousers or a skirt (arms lie above the waist)."""
    y = points[:, 1]
    return np.minimum(waist() - y, y - (waist() - bottom.length))


def draped(rest: Points, faces: np.ndarray, ease: Field, rounds: int) -> Points:
    """Cloth at `ease` from the skin that bridges hollows: smoothed while it keeps 0.85 of its ease."""
    normals, mean = vertex_normals(rest.astype(np.float32), faces), neighbours(faces, len(rest))
    cloth = rest + ease[:, None] * normals
    for _ in range(rounds):
        cloth = 0.4 * cloth + 0.6 * (mean @ cloth)
        above = ((cloth - rest) * normals).sum(1)
        cloth += np.maximum(0.85 * ease - above, 0)[:, None] * normals
    return cloth


def softened(weights: np.ndarray, faces: np.ndarray, rounds: int) -> np.ndarray:
    """Skinning weights averaged over the mesh: cloth bends more gently than skin."""
    mean = neighbours(faces, len(weights))
    for _ in range(rounds):
        weights = 0.5 * weights + 0.5 * (mean @ weights)
    return (weights / weights.sum(1, keepdims=True)).astype(np.float32)


def finished(cloth: Piece, field: Field) -> Piece:
    """The piece where `field` is positive; its first detail is the distance to the border."""
    cut = cloth.mixed(clip(cloth.faces, field))
    cut.details[:, 0] = clip(cloth.faces, field)(field)
    return cut


def sewn(figure: Figure, name: str, look: int, part: str, shape, weights: np.ndarray) -> Piece:
    """A helper mesh given form by `shape(rest, figure)` on this figure and, as its canonical place, on the mean figure."""
    pattern = helper_pattern(name)
    rest, canonical = (shape(pattern.shaped(f.betas).astype(np.float64), f) for f in (figure, mean_figure()))
    return piece(rest, canonical, pattern.faces, weights, look, 1 + SCENE_PARTS.index(part))


@lru_cache
def mean_figure() -> Figure:
    """The mean person."""
    return Figure(np.zeros(100, np.float32))


def make_top(figure: Figure, top: Top, over: float, look: int) -> Piece:
    """A shirt; `over` is the room it leaves for trousers below its hem (0 when tucked in)."""
    tights = helper_pattern("tights")
    x, y = np.abs(tights.template[:, 0]), tights.template[:, 1]
    arm = ramp(joint("left_shoulder")[0] - 0.03, joint("left_shoulder")[0] + 0.08, x)
    low = ramp(joint("spine3")[1] + 0.05, joint("spine1")[1] - 0.02, y)
    room = 0.35 + 0.65 * low - (1.0 * ramp(0.12, 0.02, y) if over == 0 else 0)
    snug = 0.004 * ramp(0.12, 0.02, y) if over == 0 else 0.0
    ease = 0.007 - snug + top.ease * np.maximum(room, 0) * (1 - arm) + 0.7 * top.ease * arm + over * low * (1 - arm)

    def shape(rest: Points, _: Figure) -> Points:
        return draped(rest, tights.faces, ease, 12)

    shirt = sewn(figure, "tights", look, "shirt", shape, softened(tights.weights, tights.faces, 3))
    shirt = shirt.mixed(subdivide(shirt.faces, len(shirt.rest)))
    return finished(shirt, top_field(shirt.canonical, top))


def make_trousers(figure: Figure, bottom: Bottom, under: float, look: int) -> Piece:
    """Trousers or shorts: eased tights, legs widened to at least a cone about the bones; `under` is the room at the waist."""
    tights = helper_pattern("tights")
    top = ramp(waist() - 0.10, waist(), tights.template[:, 1])
    ease = under + (0.006 + bottom.ease - under) * (1 - top)
    side = np.where(tights.template[:, 0] > 0, 1, -1)

    def shape(rest: Points, on: Figure) -> Points:
        return widened(draped(rest, tights.faces, ease, 8), on, bottom, side)

    weights = tights.weights.copy()
    for foot, calf in ((7, 4), (8, 5), (10, 4), (11, 5)):
        weights[:, calf] += weights[:, foot]
        weights[:, foot] = 0
    legs = sewn(figure, "tights", look, "trousers", shape, softened(weights, tights.faces, 3))
    legs = legs.mixed(subdivide(legs.faces, len(legs.rest)))
    return finished(legs, bottom_field(legs.canonical, bottom))


def widened(rest: Points, on: Figure, bottom: Bottom, side: np.ndarray) -> Points:
    """The legs at least as wide as a cone from the thigh to the hem, kept apart from each other."""
    places = [on.joints[JOINT_INDEX[f"left_{name}"]] for name in ("ankle", "knee", "hip")]
    heights = [float(p[1]) for p in places]
    axis = np.stack([np.interp(rest[:, 1], heights, [p[k] for p in places]) for k in (0, 2)], 1)
    axis[:, 0] *= side
    off = rest[:, [0, 2]] - axis
    radius = np.maximum(np.linalg.norm(off, axis=1, keepdims=True), 1e-4)
    start = heights[2] - 0.10
    blend = ramp(start, start - 0.16, rest[:, 1])[:, None]
    knee = min(bottom.width + 0.012, 0.095)
    wide = np.interp(rest[:, 1], [on.rest[:, 1].min(), heights[1], start], [bottom.width, knee, 0.095])[:, None]
    rest[:, [0, 2]] += blend * (np.maximum(radius, wide) / radius - 1) * off
    crossed = (side * rest[:, 0] < 0.004) & (blend[:, 0] > 0.2)
    rest[:, 0] = np.where(crossed, side * 0.004, rest[:, 0])
    return rest


def make_skirt(figure: Figure, bottom: Bottom, under: float, look: int) -> Piece:
    """A skirt with real folds; it hangs from the hips, follows the thighs in part and is pushed off the posed legs."""
    pattern = helper_pattern("skirt")
    fine = subdivide(pattern.faces, len(pattern.template))
    mean = fine(pattern.template)
    down = np.clip((waist() - mean[:, 1]) / 0.8, 0, 1)
    angle = np.arctan2(mean[:, 0], mean[:, 2] - mean[:, 2].mean())
    fold = np.sin(bottom.pleats * angle + 1.3 * np.sin(2 * angle)) * (0.012 + 0.022 * down) * ramp(0.02, 0.3, down)
    push = under + 0.002 + bottom.ease * ramp(0.0, 0.2, down) + (bottom.width - 0.05) * down + fold

    def shape(rest: Points, _: Figure) -> Points:
        off = rest[:, [0, 2]] - rest[:, [0, 2]].mean(0)
        rest[:, [0, 2]] += push[:, None] * off / np.linalg.norm(off, axis=1, keepdims=True)
        return rest

    rest, canonical = (shape(fine(pattern.shaped(f.betas).astype(np.float64)), f) for f in (figure, mean_figure()))
    skirt = piece(rest, canonical, fine.faces, skirt_weights(mean), look, 1 + SCENE_PARTS.index("skirt"))
    skirt = replace(skirt, gap=0.014, loose=ramp(0.06, 0.16, waist() - mean[:, 1]).astype(np.float32))
    return finished(skirt, bottom_field(canonical, bottom))


def skirt_weights(canonical: Points) -> np.ndarray:
    """Hips and most of each thigh's swing, mixed smoothly across the middle and fading downwards, as hanging cloth does."""
    y = canonical[:, 1]
    hip = joint("left_hip")[1]
    swing = 0.92 * ramp(hip + 0.05, hip - 0.14, y) * (1 - 0.30 * ramp(hip - 0.3, hip - 0.8, y))
    left = ramp(-0.14, 0.14, canonical[:, 0])
    weights = np.zeros((len(canonical), 55), np.float32)
    weights[:, 0], weights[:, 1], weights[:, 2] = 1 - swing, swing * left, swing * (1 - left)
    return weights
