"""Cutting, refining and smoothing triangle meshes, all as sparse mixes of source vertices.

A garment is a helper mesh of the body that was cut along scalar fields. A `Mix` remembers each new vertex as a blend of two
old ones, so that position, canonical position and skinning weights all go the same way.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int
from scipy import sparse
from scipy.spatial import KDTree


@dataclass(frozen=True)
class Mix:
    """New vertices as share * old[first] + (1 - share) * old[second], and the faces over them."""

    first: Int[np.ndarray, " new"]
    second: Int[np.ndarray, " new"]
    share: Float[np.ndarray, " new"]
    faces: Int[np.ndarray, "faces 3"]

    def __call__(self, table: Float[np.ndarray, "old *rest"]) -> Float[np.ndarray, "new *rest"]:
        """The new vertices' numbers from the old vertices' numbers."""
        share = self.share.reshape(-1, *[1] * (table.ndim - 1)).astype(table.dtype)
        return share * table[self.first] + (1 - share) * table[self.second]


def joined_faces(
    meshes: Iterable[tuple[Float[np.ndarray, "_vertices 3"], Int[np.ndarray, "_faces 3"]]],
) -> Int[np.ndarray, "faces 3"]:
    """Faces of several meshes (vertices, faces) as one, when the vertices of each follow those of the one before."""
    start, moved = 0, []
    for vertices, faces in meshes:
        moved.append(faces + start)
        start += len(vertices)
    return np.concatenate(moved)


def tube_faces(rings: int, columns: int) -> Int[np.ndarray, "faces 3"]:
    """Triangles of a tube whose vertices are numbered ring by ring, each ring closed."""
    start, column = np.arange(rings - 1)[:, None] * columns, np.arange(columns)[None]
    a, b = (start + column).ravel(), (start + (column + 1) % columns).ravel()
    return np.concatenate([np.stack([a, a + columns, b], 1), np.stack([b, a + columns, b + columns], 1)])


def clip(faces: Int[np.ndarray, "faces 3"], field: Float[np.ndarray, " vertices"]) -> Mix:
    """The part of the mesh where the linearly interpolated `field` is positive, cut along its zero line."""
    inside = field > 0
    count = inside[faces].sum(1)
    kept = [faces[count == 3]]
    edges: list[np.ndarray] = []
    for wanted in (1, 2):
        some = faces[count == wanted]
        odd = inside[some] if wanted == 1 else ~inside[some]
        some = np.take_along_axis(some, (np.arange(3)[None] + odd.argmax(1)[:, None]) % 3, 1)
        start = len(field) + sum(len(edge) for edge in edges)
        edges += [some[:, [0, 1]], some[:, [0, 2]]]
        one, two = start + np.arange(len(some)), start + len(some) + np.arange(len(some))
        if wanted == 1:
            kept.append(np.stack([some[:, 0], one, two], 1))
        else:
            kept += [np.stack([one, some[:, 1], some[:, 2]], 1), np.stack([one, some[:, 2], two], 1)]
    cut = np.concatenate(edges)
    share = field[cut[:, 1]] / (field[cut[:, 1]] - field[cut[:, 0]] + 1e-20)
    first = np.concatenate([np.arange(len(field)), cut[:, 0]])
    second = np.concatenate([np.arange(len(field)), cut[:, 1]])
    return tidy(Mix(first, second, np.concatenate([np.ones(len(field)), np.clip(share, 0, 1)]), np.concatenate(kept)))


def subdivide(faces: Int[np.ndarray, "faces 3"], vertices: int) -> Mix:
    """Every triangle in four."""
    edges = np.sort(np.concatenate([faces[:, [0, 1]], faces[:, [1, 2]], faces[:, [2, 0]]]), 1)
    pairs, inverse = np.unique(edges, axis=0, return_inverse=True)
    a, b, c = (vertices + inverse.reshape(3, -1)).reshape(3, -1)
    p, q, r = faces.T
    fine = np.concatenate([np.stack(corners, 1) for corners in ((p, a, c), (a, q, b), (c, b, r), (a, b, c))])
    first = np.concatenate([np.arange(vertices), pairs[:, 0]])
    second = np.concatenate([np.arange(vertices), pairs[:, 1]])
    return Mix(first, second, np.concatenate([np.ones(vertices), np.full(len(pairs), 0.5)]), fine)


def tidy(mix: Mix) -> Mix:
    """Without unused vertices, and cut vertices that fall on one edge made one, so that normals stay smooth."""
    low, high = np.minimum(mix.first, mix.second), np.maximum(mix.first, mix.second)
    _, leader, group = np.unique(np.stack([low, high], 1), axis=0, return_index=True, return_inverse=True)
    faces = leader[group.ravel()][mix.faces]
    used, faces = np.unique(faces, return_inverse=True)
    return Mix(mix.first[used], mix.second[used], mix.share[used], faces.reshape(-1, 3))


def neighbours(faces: Int[np.ndarray, "faces 3"], vertices: int) -> sparse.csr_array:
    """(vertices, vertices) averaging over the neighbours of each vertex."""
    i = faces[:, [0, 1, 2, 1, 2, 0]].ravel()
    j = faces[:, [1, 2, 0, 0, 1, 2]].ravel()
    matrix = sparse.csr_array((np.ones(len(i)), (i, j)), (vertices, vertices))
    matrix.data[:] = 1
    return sparse.diags_array(1 / np.maximum(np.asarray(matrix.sum(1)).ravel(), 1)) @ matrix


@dataclass(frozen=True)
class Binding:
    """Points tied to their nearest body vertices, to follow the body's shape and skinning."""

    indices: Int[np.ndarray, "points near"]
    weights: Float[np.ndarray, "points near"]

    def __call__(self, table: Float[np.ndarray, "vertices *rest"]) -> Float[np.ndarray, "points *rest"]:
        """Body vertices' numbers mixed for the points."""
        return np.einsum("pn,pn...->p...", self.weights, table[self.indices]).astype(np.float32)


def bind(points: Float[np.ndarray, "points 3"], vertices: Float[np.ndarray, "vertices 3"], near: int = 8) -> Binding:
    """Inverse-square-distance weights to the `near` closest of `vertices`."""
    found = KDTree(vertices).query(points, k=near)
    distance, indices = (np.reshape(x, (len(points), near)) for x in found)
    weights = 1 / (distance + 0.004) ** 2
    return Binding(indices, weights / weights.sum(1, keepdims=True))
