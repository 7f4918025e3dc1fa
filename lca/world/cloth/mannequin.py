"""The moving body as an obstacle for cloth: trunk and legs as a surface, forearms and hands as capsules."""

from dataclasses import dataclass
from functools import cached_property, lru_cache

import numpy as np
import torch
from jaxtyping import Float, Int
from scipy.sparse import csr_array
from scipy.spatial import KDTree

from lca.geometry.body import PARTS
from lca.geometry.motion import Motion
from lca.geometry.skinning import full_pose, joint_transforms
from lca.world.body.figure import Figure, body_pattern
from lca.world.body.mesh import neighbours
from lca.world.body.scene import vertex_normals

SOLID = tuple(PARTS.index(name) for name in ("torso", "hips", "thigh", "calf", "foot"))
LIMBS = ((18, 20, 0.042), (20, 29, 0.038), (19, 21, 0.042), (21, 44, 0.038))
"""Capsules of both arms: elbow to wrist, wrist to the middle finger's second joint; radius in metres."""

SPARSE = 6
"""One vertex of so many is enough to find the way to the nearest."""


@dataclass(frozen=True)
class TouchedSurface:
    """The part of the body's mesh that cloth touches: its vertices among the body's, faces, neighbours, skinning weights."""

    vertices: Int[np.ndarray, " solid"]
    faces: Int[np.ndarray, "faces 3"]
    ring_start: Int[np.ndarray, " solid_and_one"]
    ring: Int[np.ndarray, " neighbours"]
    weights: csr_array


@lru_cache
def touched_surface() -> TouchedSurface:
    """Trunk, legs and feet, open at neck and shoulders."""
    body, pattern = body_pattern()
    inside = np.isin(body.part_labels.numpy()[pattern.faces], SOLID).all(1)
    vertices, faces = np.unique(pattern.faces[inside], return_inverse=True)
    faces = faces.reshape(-1, 3)
    graph = neighbours(faces, len(vertices))
    graph.sort_indices()
    ring_start, ring = graph.indptr.astype(np.int64), graph.indices.astype(np.int64)
    return TouchedSurface(vertices, faces, ring_start, ring, csr_array(pattern.weights[vertices]))


@dataclass(frozen=True)
class Moment:
    """The obstacle at one time, world metres: surface vertices, unit normals, capsule ends."""

    points: Float[np.ndarray, "solid 3"]
    normals: Float[np.ndarray, "solid 3"]
    limbs: Float[np.ndarray, "limbs 6"]

    def nearest(self, points: Float[np.ndarray, "points 3"]) -> Int[np.ndarray, " points"]:
        """The nearest of every `SPARSE`-th vertex of the surface: where to start from when looking for the nearest of all."""
        return SPARSE * np.asarray(KDTree(self.points[::SPARSE]).query(points)[1])


@dataclass(frozen=True)
class Mannequin:
    """A person's undressed body, to be posed."""

    figure: Figure

    @cached_property
    def rest(self) -> Float[np.ndarray, "solid 3"]:
        """The surface in the T-pose."""
        return self.figure.rest[touched_surface().vertices]

    def at(self, transforms: Float[np.ndarray, "55 4 4"]) -> Moment:
        """The body with these joint transforms."""
        surface = touched_surface()
        points = skinned(surface.weights, self.rest, transforms)
        normals = vertex_normals(points.astype(np.float32), surface.faces).astype(np.float64)
        places = np.einsum("jab,jb->ja", transforms[:, :3, :3], self.figure.joints) + transforms[:, :3, 3]
        limbs = np.stack([np.concatenate([places[a], places[b]]) for a, b, _ in LIMBS])
        return Moment(points, normals, limbs.astype(np.float64))


def skinned(weights, rest: Float[np.ndarray, "points 3"], transforms: Float[np.ndarray, "55 4 4"]) -> np.ndarray:
    """Linear blend skinning by `weights` (points, 55), sparse or dense -> (points, 3) float64."""
    blended = (weights @ transforms[:, :3].reshape(-1, 12)).reshape(-1, 3, 4)
    return (np.einsum("vij,vj->vi", blended[..., :3], rest) + blended[..., 3]).astype(np.float64)


def transforms_of(figure: Figure, motion: Motion) -> Float[np.ndarray, "frames 55 4 4"]:
    """Joint transforms of a person in every frame of a motion."""
    joints = torch.from_numpy(figure.joints.astype(np.float32))
    pose = full_pose(motion.theta, motion.psi)
    return joint_transforms(pose, joints, body_pattern()[0].parents, motion.translation).numpy()
