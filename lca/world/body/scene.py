"""A posed person as triangles: what the mesh renderer draws."""

from dataclasses import dataclass
from typing import no_type_check

import numpy as np
from jaxtyping import Float, Int, UInt8
from numba import njit

from lca.geometry.body import PARTS

SCENE_PARTS = (*PARTS, "hair", "shirt", "trousers", "skirt", "shoes", "accessories")
"""Names of the part ids in `Scene.parts` and `Truth.part`: id = 1 + index, 0 is background."""

DETAILS = 4
"""Numbers per vertex beside its place; their meaning is the material's (see `lca.world.paint.materials`)."""


@dataclass(frozen=True)
class Scene:
    """Triangles in world space, metres.

    `canonical` is the same surface point on the mean-shape person in the T-pose (garments and hair: on their own mean
    mesh), `materials` one row of numbers per material (first number: its kind), `looks` the row of each face,
    `tangents` the direction of hair strands (zero elsewhere), `parts` 1 + index into SCENE_PARTS of each face.
    """

    vertices: Float[np.ndarray, "vertices 3"]
    faces: Int[np.ndarray, "faces 3"]
    canonical: Float[np.ndarray, "vertices 3"]
    normals: Float[np.ndarray, "vertices 3"]
    tangents: Float[np.ndarray, "vertices 3"]
    details: Float[np.ndarray, "vertices 4"]
    materials: Float[np.ndarray, "materials numbers"]
    looks: UInt8[np.ndarray, " faces"]
    parts: UInt8[np.ndarray, " faces"]


@njit(cache=True)
@no_type_check
def vertex_normals(vertices, faces):
    """Area-weighted unit normals (V, 3) of vertices (V, 3), faces (F, 3)."""
    normals = np.zeros_like(vertices)
    for f in range(faces.shape[0]):
        a, b, c = faces[f, 0], faces[f, 1], faces[f, 2]
        ux, uy, uz = vertices[b, 0] - vertices[a, 0], vertices[b, 1] - vertices[a, 1], vertices[b, 2] - vertices[a, 2]
        vx, vy, vz = vertices[c, 0] - vertices[a, 0], vertices[c, 1] - vertices[a, 1], vertices[c, 2] - vertices[a, 2]
        nx, ny, nz = uy * vz - uz * vy, uz * vx - ux * vz, ux * vy - uy * vx
        for v in (a, b, c):
            normals[v, 0] += nx
            normals[v, 1] += ny
            normals[v, 2] += nz
    for v in range(vertices.shape[0]):
        length = np.sqrt(normals[v, 0] ** 2 + normals[v, 1] ** 2 + normals[v, 2] ** 2)
        if length > 1e-20:
            for k in range(3):
                normals[v, k] /= length
        else:
            normals[v, 1] = 1.0
    return normals
