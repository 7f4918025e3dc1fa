"""Shoes and boots: a smooth hull lofted round the mean foot, bound to the foot's skin, and a shaft round the calf."""

from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np

from lca.world.body.figure import Figure, Piece, body_pattern, joint, piece
from lca.world.body.mesh import Binding, bind, clip, tube_faces
from lca.world.body.scene import SCENE_PARTS
from lca.world.garments.trousers import make_shaft
from lca.world.garments.wardrobe import ground

SLICES, AROUND = 30, 28
SOLE = 0.016
"""Thickness of the sole below the bare foot, metres; the ground lies that much lower."""


@dataclass(frozen=True)
class Shoe:
    """Metres unless said otherwise. `collar` height of the opening above the ground, `throat` how far along the foot it reaches
    (0 heel, 1 toe), `point` how much the toe narrows (0 to 1), `welt` how far the sole stands out, `arch` how high the sole is
    cut away before the heel, `shaft` height above the ground of a boot's upper border (0: none) and `room` between it and the
    leg.
    """

    collar: float = 0.072
    throat: float = 0.62
    point: float = 0.0
    welt: float = 0.003
    arch: float = 0.0
    shaft: float = 0.0
    room: float = 0.008


def silhouette(points: np.ndarray, centre: np.ndarray, angles: np.ndarray) -> np.ndarray:
    """Distance from `centre` to the convex hull of 2D `points` along each of `angles` (counted from x towards y)."""
    fan = np.linspace(0, 2 * np.pi, 90, endpoint=False)
    support = ((points - centre) @ np.stack([np.cos(fan), np.sin(fan)])).max(0)
    cosine = np.cos(angles[:, None] - fan[None])
    return np.where(cosine > 0.05, support / np.maximum(cosine, 0.05), np.inf).min(1)


@lru_cache
def last(shoe: Shoe) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray, Binding]:
    """The left shoe of the mean person.

    Returns vertices (V, 3), faces (F, 3), details (V, 4): height, along, across; border distance; binding to the body.
    """
    skin = body_pattern()[1].template
    foot = np.flatnonzero((skin[:, 0] > 0) & (skin[:, 1] < joint("left_ankle")[1] + 0.06))
    points = skin[foot].astype(np.float64)
    low, back, front = points[:, 1].min(), points[:, 2].min(), points[:, 2].max()
    angles = np.linspace(0, 2 * np.pi, AROUND, endpoint=False)
    rings, alongs, acrosses = [], [], []
    for along in 0.5 - 0.5 * np.cos(np.linspace(0, np.pi, SLICES)):
        z = back - 0.008 + along * (front - back + 0.024)
        inside = np.clip(z, back + 0.012, front - 0.018)
        near = points[np.abs(points[:, 2] - inside) < 0.016]
        centre = np.array([(near[:, 0].min() + near[:, 0].max()) / 2, low + 0.35 * (near[:, 1].max() - low)])
        closing = (inside - z) / 0.020 if z < inside else (z - inside) / 0.034
        radius = (silhouette(near[:, :2], centre, angles) + 0.006) * np.sqrt(max(1 - closing**2, 0.0016))
        ring = np.stack(
            [centre[0] + radius * np.cos(angles), centre[1] + radius * np.sin(angles), np.full(AROUND, z)], 1
        )
        tread = low - SOLE + 0.5 * max(0.0, along - 0.85) ** 2 + shoe.arch * np.exp(-(((along - 0.42) / 0.10) ** 4))
        ring[:, 1] = np.maximum(ring[:, 1], low - SOLE)
        ring[np.sin(angles) < -0.45, 1] = tread
        ring[:, 0] = centre[0] + (ring[:, 0] - centre[0]) * (1 - 0.30 * shoe.point * max(0.0, along / 0.3 - 2.33) ** 2)
        ring[ring[:, 1] < low + 0.006, 0] += shoe.welt * np.sign(np.cos(angles))[ring[:, 1] < low + 0.006]
        rings.append(ring)
        alongs.append(np.full(AROUND, along))
        acrosses.append(np.cos(angles))
    vertices = np.concatenate(rings)
    faces = tube_faces(SLICES, AROUND)[:, ::-1]
    height = vertices[:, 1] - low + SOLE
    along, across = np.concatenate(alongs), np.concatenate(acrosses)
    opening = shoe.collar + SOLE + 0.012 * np.cos(np.clip(along / 0.45, 0, 1) * 2 * np.pi) - height
    field = np.where(along < shoe.throat, opening, np.maximum(opening, 0.01))
    details = np.stack([height, along, across, field], 1).astype(np.float32)
    cut = clip(faces, field)
    tie = bind(cut(vertices), skin[foot])
    return cut(vertices), cut.faces, cut(details), across, Binding(foot[tie.indices], tie.weights)


def make_shoes(figure: Figure, shoe: Shoe, look: int) -> list[Piece]:
    """Both shoes on the figure, and the shafts of boots."""
    pattern, part = body_pattern()[1], 1 + SCENE_PARTS.index("shoes")
    vertices, faces, details, _, tie = last(shoe)
    mirror = np.array([-1.0, 1.0, 1.0])
    other = mirrored(tie)
    pair = []
    for side, binding, order in ((1, tie, faces), (-1, other, faces[:, ::-1])):
        canonical = vertices * (mirror if side < 0 else 1)
        sides = piece(canonical + binding(figure.moved), canonical, order, binding(pattern.weights), look, part)
        pair.append(replace(sides, details=details.astype(np.float32)))
    return [*pair, make_boot_shaft(figure, shoe, look)] if shoe.shaft > 0 else pair


def make_boot_shaft(figure: Figure, shoe: Shoe, look: int) -> Piece:
    """Both shafts; their details go on from the shoe's: height, along, across."""
    shaft = make_shaft(figure, 0.075, shoe.shaft, shoe.room, "shoes", look)
    x, y, z = shaft.canonical.T
    height = np.minimum(y - ground() + SOLE, shoe.shaft + SOLE)
    shaft.details[:, 0] = height
    shaft.details[:, 1] = np.clip((z + 0.055) / 0.29, 0, 0.45)
    shaft.details[:, 2] = np.clip((np.abs(x) - 0.142) / 0.05, -1, 1)
    return shaft


def mirrored(tie: Binding) -> Binding:
    """The same binding on the other foot (the body is symmetric up to half a millimetre)."""
    skin = body_pattern()[1].template
    right = np.flatnonzero(skin[:, 0] < 0)
    pairs = bind(skin[tie.indices.ravel()] * np.array([-1, 1, 1], np.float32), skin[right], near=1)
    return Binding(right[pairs.indices.reshape(tie.indices.shape)], tie.weights)
