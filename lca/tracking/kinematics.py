"""How posed points move in a picture when joints turn, the body is moved or its shape changes: a sparse analytic Jacobian.

A point on the skin hangs on at most 8 joints, and each of them on a chain of at most a dozen ancestors; only those columns are
touched. Turning joint k by a small vector w (axes of the camera) about its place p_k moves a point by w x (S_k - W_k p_k), where
S_k and W_k sum (weight x place, weight) over the joints below k that hold the point.
"""

from dataclasses import dataclass
from functools import lru_cache
from typing import no_type_check

import numpy as np
from jaxtyping import Float, Int
from numba import njit
from numpy import ndarray

JOINTS = 55
HANDS = (25, 40)
"""First joints of the left and the right hand, of 15 each."""
SPLIT = (0, *range(1, 22), *range(25, 55))
"""Places of theta's 52 joints among all 55."""


@dataclass(frozen=True)
class Points:
    """Points of a body in rest pose: where they are on the mean body, how shape moves them, which joints hold them."""

    rest: Float[ndarray, "points 3"]
    shape_directions: Float[ndarray, "points 3 shape"]
    skin_indices: Int[ndarray, "points influences"]
    skin_weights: Float[ndarray, "points influences"]
    axes: Float[ndarray, "points 3"]

    def __len__(self) -> int:
        """Number of points."""
        return len(self.rest)

    def __getitem__(self, index) -> "Points":
        """Some of the points."""
        return Points(
            self.rest[index], self.shape_directions[index], self.skin_indices[index], self.skin_weights[index], self.axes[index]
        )


@dataclass(frozen=True)
class Skeleton:
    """Joints of the mean body (metres), how shape moves them, and the chain of ancestors of each, padded with -1."""

    joints: Float[ndarray, "55 3"]
    shape_directions: Float[ndarray, "55 3 shape"]
    parents: tuple[int, ...]

    @property
    def chains(self) -> Int[ndarray, "55 depth"]:
        """Each joint, its parent, and so on to the root."""
        return chains_of(self.parents)


@lru_cache
def chains_of(parents: tuple[int, ...]) -> Int[ndarray, "55 depth"]:
    """See `Skeleton.chains`."""
    chains = []
    for joint in range(len(parents)):
        chain = [joint]
        while chain[-1] != 0:
            chain.append(parents[chain[-1]])
        chains.append(chain)
    depth = max(map(len, chains))
    return np.array([chain + [-1] * (depth - len(chain)) for chain in chains])


@dataclass(frozen=True)
class Posture:
    """A posed skeleton in the frame of the camera: rotations of the bones, places of the joints, how both depend on the
    unknowns.

    `levers` (55, 3, columns) say how fast each joint turns, about the camera's axes, per unit of the unknowns from `first`
    on; `drift` (55, 3, shape) is how shape moves what a joint holds beyond the point's own shape direction.
    """

    rest: Float[ndarray, "55 3"]
    rotations: Float[ndarray, "55 3 3"]
    places: Float[ndarray, "55 3"]
    levers: Float[ndarray, "55 3 lever"]
    first: Int[ndarray, "55"]
    used: Int[ndarray, "55"]
    drift: Float[ndarray, "55 3 shape"]


def exponential(vectors: Float[ndarray, "joints 3"]) -> Float[ndarray, "joints 3 3"]:
    """Rotation matrices of axis-angle vectors (Rodrigues)."""
    angle = np.linalg.norm(vectors, axis=-1)[:, None, None]
    near = angle < 1e-4
    safe = np.where(near, 1.0, angle)
    sine = np.where(near, 1 - angle**2 / 6, np.sin(safe) / safe)
    cosine = np.where(near, 0.5 - angle**2 / 24, (1 - np.cos(safe)) / safe**2)
    cross = cross_matrices(vectors)
    return np.eye(3) + sine * cross + cosine * (cross @ cross)


def left_jacobians(vectors: Float[ndarray, "joints 3"]) -> Float[ndarray, "joints 3 3"]:
    """J with exp(v + d) = exp(J d) exp(v) to first order."""
    angle = np.linalg.norm(vectors, axis=-1)[:, None, None]
    near = angle < 1e-3
    safe = np.where(near, 1.0, angle)
    first = np.where(near, 0.5 - angle**2 / 24, (1 - np.cos(safe)) / safe**2)
    second = np.where(near, 1 / 6 - angle**2 / 120, (safe - np.sin(safe)) / safe**3)
    cross = cross_matrices(vectors)
    return np.eye(3) + first * cross + second * (cross @ cross)


def cross_matrices(vectors: Float[ndarray, "joints 3"]) -> Float[ndarray, "joints 3 3"]:
    """Matrices of v x."""
    x, y, z = vectors.T
    zero = np.zeros_like(x)
    return np.stack([zero, -z, y, z, zero, -x, -y, x, zero], -1).reshape(-1, 3, 3)


def project(
    points: Points, betas: Float[ndarray, " shape"], posture: Posture, intrinsics: Float[ndarray, "3 3"]
) -> Float[ndarray, "points 3"]:
    """Where points are in the picture: (x, y) in pixels and depth in metres."""
    return _project(
        points.rest, points.shape_directions, points.skin_indices, points.skin_weights, points.axes,
        betas, posture.rest, posture.rotations, posture.places, intrinsics,
    )  # fmt: skip


def project_with_jacobian(
    points: Points,
    skeleton: Skeleton,
    betas: Float[ndarray, " shape"],
    posture: Posture,
    intrinsics: Float[ndarray, "3 3"],
    columns: int,
) -> tuple[Float[ndarray, "points 3"], Float[ndarray, "points 2 unknowns"]]:
    """The same, and how (x, y) depend on the unknowns: `columns` of the pose, 3 of the translation, then the shape's."""
    jacobian = np.zeros((len(points), 2, columns + 3 + len(betas)), np.float32)
    pixels = _jacobian(
        points.rest, points.shape_directions, points.skin_indices, points.skin_weights, skeleton.chains, betas,
        posture.rest, posture.rotations, posture.places, posture.levers, posture.first, posture.used, posture.drift,
        intrinsics, columns, jacobian,
    )  # fmt: skip
    return pixels, jacobian


@njit(cache=True, fastmath=True)
@no_type_check
def _project(rest, directions, indices, weights, axes, betas, joints, rotations, places, intrinsics):
    pixels, x, place, axis_ = np.empty((len(rest), 5)), np.empty(3), np.empty(3), np.empty(3)
    for point in range(len(rest)):
        _shaped(rest[point], directions[point], betas, x)
        place[:], axis_[:] = 0, 0
        for influence in range(indices.shape[1]):
            joint, weight = indices[point, influence], weights[point, influence]
            if weight > 0:
                for axis in range(3):
                    moved = places[joint, axis]
                    for other in range(3):
                        moved += rotations[joint, axis, other] * (x[other] - joints[joint, other])
                        axis_[axis] += weight * rotations[joint, axis, other] * axes[point, other]
                    place[axis] += weight * moved
        _picture(place, intrinsics, pixels[point])
        pixels[point, 3] = axis_[0] - axis_[2] * place[0] / place[2]
        pixels[point, 4] = axis_[1] - axis_[2] * place[1] / place[2]
    return pixels


@njit(cache=True, fastmath=True)
@no_type_check
def _shaped(rest, directions, betas, x):
    for axis in range(3):
        x[axis] = rest[axis]
        for shape in range(len(betas)):
            x[axis] += directions[axis, shape] * betas[shape]


@njit(cache=True, fastmath=True)
@no_type_check
def _picture(place, intrinsics, pixel):
    pixel[0] = intrinsics[0, 0] * place[0] / place[2] + intrinsics[0, 2]
    pixel[1] = intrinsics[1, 1] * place[1] / place[2] + intrinsics[1, 2]
    pixel[2] = place[2]


@njit(cache=True, fastmath=True)
@no_type_check
def _jacobian(
    rest, directions, indices, weights, chains, betas,
    joints, rotations, places, levers, first, used, drift, intrinsics, columns, jacobian,
):  # fmt: skip
    count, shapes = len(joints), len(betas)
    pixels, x, place, moved = np.empty((len(rest), 3)), np.empty(3), np.empty(3), np.empty(3)
    sums, totals, active = np.zeros((count, 3)), np.zeros(count), np.empty(count, np.int64)
    by_shape, turned, blended = np.empty((3, shapes)), np.empty(3), np.empty((3, 3))
    for point in range(len(rest)):
        _shaped(rest[point], directions[point], betas, x)
        place[:], by_shape[:], blended[:] = 0, 0, 0
        found = 0
        for influence in range(indices.shape[1]):
            joint, weight = indices[point, influence], weights[point, influence]
            if weight <= 0:
                continue
            for axis in range(3):
                moved[axis] = places[joint, axis]
                for other in range(3):
                    moved[axis] += rotations[joint, axis, other] * (x[other] - joints[joint, other])
                    blended[axis, other] += weight * rotations[joint, axis, other]
                place[axis] += weight * moved[axis]
                for shape in range(shapes):
                    by_shape[axis, shape] += weight * drift[joint, axis, shape]
            for level in range(chains.shape[1]):
                above = chains[joint, level]
                if above < 0:
                    break
                if totals[above] == 0:
                    active[found] = above
                    found += 1
                totals[above] += weight
                for axis in range(3):
                    sums[above, axis] += weight * moved[axis]
        _picture(place, intrinsics, pixels[point])
        for axis in range(3):
            for shape in range(shapes):
                for other in range(3):
                    by_shape[axis, shape] += blended[axis, other] * directions[point, other, shape]
        for row in range(2):
            along = intrinsics[row, row] / place[2]
            depth = -along * place[row] / place[2]
            out = jacobian[point, row]
            for k in range(found):
                joint = active[k]
                if used[joint] == 0:
                    continue
                for axis in range(3):
                    moved[axis] = sums[joint, axis] - totals[joint] * places[joint, axis]
                # lever arm x (along e_row + depth e_z)
                if row == 0:
                    turned[0], turned[1], turned[2] = depth * moved[1], along * moved[2] - depth * moved[0], -along * moved[1]
                else:
                    turned[0], turned[1], turned[2] = depth * moved[1] - along * moved[2], -depth * moved[0], along * moved[0]
                for column in range(used[joint]):
                    for axis in range(3):
                        out[first[joint] + column] += turned[axis] * levers[joint, axis, column]
            out[columns + row] = along
            out[columns + 2] = depth
            for shape in range(shapes):
                out[columns + 3 + shape] = along * by_shape[row, shape] + depth * by_shape[2, shape]
        for k in range(found):
            totals[active[k]] = 0
            sums[active[k]] = 0
    return pixels
