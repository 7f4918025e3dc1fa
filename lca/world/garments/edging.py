"""The borders of garments: hems with thickness, and the loop of the neckline on which collars stand."""

from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Float, Int
from scipy.ndimage import gaussian_filter1d

from lca.world.body.figure import Piece
from lca.world.body.scene import vertex_normals

HEM_DEPTH = 0.012
"""How far a hem is folded back inside, metres."""
COLLAR_ANGLES = np.linspace(-np.pi, np.pi, 73)
"""Where necklines are sampled, radians from the front towards the left; the two ends meet at the back."""


def borders(faces: Int[np.ndarray, "faces 3"]) -> Int[np.ndarray, "edges 2"]:
    """Edges that one face only has, in that face's direction."""
    edges = np.concatenate([faces[:, [0, 1]], faces[:, [1, 2]], faces[:, [2, 0]]]).astype(np.int64)
    low, high = edges.min(1), edges.max(1)
    _, place, count = np.unique(low * (faces.max() + 1) + high, return_index=True, return_counts=True)
    return edges[place[count == 1]]


def hemmed(cloth: Piece, thick: float) -> Piece:
    """The piece with each border turned in: a rim `thick` metres wide and a strip that runs back inside."""
    edges = borders(cloth.faces)
    rim, ends = np.unique(edges, return_inverse=True)
    first, second = ends.reshape(-1, 2).T
    count, start = len(rim), len(cloth.rest)
    outer, inner, fold = rim[first], start + np.arange(count), start + count + np.arange(count)
    other = rim[second]
    strips = [
        np.stack([other, outer, inner[first]], 1),
        np.stack([other, inner[first], inner[second]], 1),
        np.stack([inner[second], inner[first], fold[first]], 1),
        np.stack([inner[second], fold[first], fold[second]], 1),
    ]
    faces = np.concatenate([cloth.faces, *strips])
    both = np.concatenate([rim, rim])
    details = cloth.details[both].copy()
    details[:, 0] = 0

    def turned(points: Float[np.ndarray, "vertices 3"]) -> Float[np.ndarray, "more 3"]:
        """`points` and the two rings of the hem."""
        under, back = -thick * vertex_normals(points, cloth.faces)[rim], inward(points, cloth.faces, rim)
        rings = [points[rim] + under, points[rim] + 1.1 * under + HEM_DEPTH * back]
        return np.concatenate([points, *rings]).astype(np.float32)

    def repeated(table: np.ndarray) -> np.ndarray:
        return np.concatenate([table, table[both]])

    return replace(
        cloth,
        rest=turned(cloth.rest),
        canonical=turned(cloth.canonical),
        faces=faces,
        weights=repeated(cloth.weights),
        details=np.concatenate([cloth.details, details]),
        tangents=repeated(cloth.tangents),
        parts=np.full(len(faces), cloth.parts[0], np.uint8),
        loose=None if cloth.loose is None else repeated(cloth.loose),
    )


def inward(
    points: Float[np.ndarray, "vertices 3"], faces: Int[np.ndarray, "faces 3"], rim: Int[np.ndarray, " rim"]
) -> Float[np.ndarray, "rim 3"]:
    """Unit vectors from border vertices towards the middles of the faces that have them."""
    middles = points[faces].mean(1)
    total, count = np.zeros_like(points, np.float64), np.zeros(len(points))
    for corner in faces.T:
        np.add.at(total, corner, middles)
        np.add.at(count, corner, 1)
    off = total[rim] / np.maximum(count[rim], 1)[:, None] - points[rim]
    return off / np.maximum(np.linalg.norm(off, axis=1, keepdims=True), 1e-6)


@dataclass(frozen=True)
class Neckline:
    """The border of a garment round the neck at evenly spread angles (from the front, towards the left)."""

    rest: Float[np.ndarray, "angles 3"]
    canonical: Float[np.ndarray, "angles 3"]
    weights: Float[np.ndarray, "angles joints"]


def neckline(cloth: Piece, angles: Float[np.ndarray, " angles"]) -> Neckline:
    """The highest border of `cloth`, resampled at `angles` (a full turn, ends included) and smoothed a little."""
    ring = highest_ring(borders(cloth.faces), cloth.canonical)
    off = cloth.canonical[ring] - cloth.canonical[ring].mean(0)
    around = np.arctan2(off[:, 0], off[:, 2])
    order = np.argsort(around)

    def resampled(table: np.ndarray) -> np.ndarray:
        columns = [np.interp(angles[:-1], around[order], column, period=2 * np.pi) for column in table[ring][order].T]
        even = gaussian_filter1d(np.stack(columns, 1), 1.2, axis=0, mode="wrap")
        return np.concatenate([even, even[:1]])

    return Neckline(resampled(cloth.rest), resampled(cloth.canonical), resampled(cloth.weights))


def highest_ring(
    edges: Int[np.ndarray, "edges 2"], points: Float[np.ndarray, "vertices 3"]
) -> Int[np.ndarray, " ring"]:
    """The vertices of the connected border that lies highest."""
    ids, ends = np.unique(edges, return_inverse=True)
    first, second = ends.reshape(-1, 2).T
    group = np.arange(len(ids))
    while True:
        least = group.copy()
        np.minimum.at(least, first, group[second])
        np.minimum.at(least, second, group[first])
        if (least == group).all():
            break
        group = least[least]
    height = np.array([points[ids[group == g], 1].mean() for g in np.unique(group)])
    return ids[group == np.unique(group)[height.argmax()]]
