"""Where points of a body are in a picture, and how that depends on pose, place and shape: a sparse analytic Jacobian.

A point hangs on at most 8 joints and each of them on a dozen ancestors; only those columns are touched. Turning joint k by a
small vector w (axes of the camera) about its place p_k moves a point by w x (S_k - W_k p_k), where S_k and W_k sum
(weight x place, weight) over the joints below k that hold the point.
"""

from dataclasses import dataclass, replace
from functools import lru_cache
from typing import no_type_check

import numpy as np
from jaxtyping import Float, Float32, Int
from numba import njit
from numpy import ndarray

from lca.geometry.body import Body


@dataclass(frozen=True)
class Points:
    """Points of a body in rest pose (metres): where they are on the mean body, how shape moves them, which joints hold them.

    `slack` is a direction on the resting body along which the place is less certain, as long as it is less certain: an error of
    s metres across is one of s sqrt(1 + |slack|^2) along it. Zero where all directions are alike.
    """

    rest: Float[ndarray, "points 3"]
    shape_directions: Float32[ndarray, "points 3 shape"]
    skin_indices: Int[ndarray, "points influences"]
    skin_weights: Float32[ndarray, "points influences"]
    slack: Float[ndarray, "points 3"]

    def __len__(self) -> int:
        """Number of points."""
        return len(self.rest)

    def __getitem__(self, index) -> "Points":
        """Some of the points."""
        return Points(*(getattr(self, name)[index] for name in self.__dataclass_fields__))

    def and_then(self, others: "Points") -> "Points":
        """These points and others, which hang on no fewer joints."""
        more = ((0, 0), (0, others.skin_indices.shape[1] - self.skin_indices.shape[1]))
        indices, weights = np.pad(self.skin_indices, more), np.pad(self.skin_weights, more)
        own = replace(self, skin_indices=indices, skin_weights=weights)
        return Points(
            *(np.concatenate([getattr(x, name) for x in (own, others)]) for name in self.__dataclass_fields__)
        )


@dataclass(frozen=True)
class KinematicSkeleton:
    """Joints of the mean body in rest pose (metres) and how shape moves them."""

    joints: Float[ndarray, "joints 3"]
    shape_directions: Float[ndarray, "joints 3 shape"]
    parents: tuple[int, ...]

    @staticmethod
    def of(body: Body, shapes: int) -> "KinematicSkeleton":
        """Of a body, with its first `shapes` shape coefficients."""
        directions = body.joint_shape_directions[..., :shapes].double().numpy().copy()
        return KinematicSkeleton(body.joint_template.double().numpy(), directions, body.parents)

    def root_point(self) -> Points:
        """The root joint as a point of the body."""
        root = np.zeros((1, 1), np.int64)
        return Points(
            self.joints[:1],
            self.shape_directions[:1].astype(np.float32),
            root,
            np.ones((1, 1), np.float32),
            np.zeros((1, 3)),
        )


@lru_cache
def chains_of(parents: tuple[int, ...]) -> Int[ndarray, "joints depth"]:
    """Each joint, its parent, and so on to the root; padded with -1."""
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
    """A posed skeleton in the frame of the camera: places (metres) and turns of the joints, and how both depend on the unknowns.

    `levers` say how fast each joint turns, about the camera's axes, per unit of its `used` unknowns from number `first` on;
    `drift` is how shape moves what a joint holds, beyond the point's own shape direction.
    """

    betas: Float[ndarray, " shape"]
    rest: Float[ndarray, "joints 3"]
    rotations: Float[ndarray, "joints 3 3"]
    places: Float[ndarray, "joints 3"]
    levers: Float[ndarray, "joints 3 lever"]
    first: Int[ndarray, "joints"]
    used: Int[ndarray, "joints"]
    drift: Float[ndarray, "joints 3 shape"]
    parents: tuple[int, ...]
    columns: int
    """Unknowns of the pose; those of translation and shape follow."""


@dataclass(frozen=True)
class Projected:
    """Points in a picture: `pixels`, `depth` (metres), and `slack`, in metres across the line of sight."""

    pixels: Float[ndarray, "points 2"]
    depth: Float[ndarray, "points"]
    slack: Float[ndarray, "points 2"]


def project(points: Points, posture: Posture, intrinsics: Float[ndarray, "3 3"]) -> Projected:
    """Where points are in the picture."""
    empty = np.empty((0, 2, 0), np.float32)
    return _projected(points, posture, intrinsics, empty)


def project_with_jacobian(
    points: Points, posture: Posture, intrinsics: Float[ndarray, "3 3"], rows: int = 2
) -> tuple[Projected, Float32[ndarray, "points rows unknowns"]]:
    """The same, and how pixels, and depth as the third of the `rows`, depend on the unknowns: the pose's, 3 of the translation,
    the shape's."""
    unknowns = posture.columns + 3 + len(posture.betas)
    jacobian = np.zeros((len(points), rows, unknowns), np.float32)
    return _projected(points, posture, intrinsics, jacobian), jacobian


def _projected(points: Points, posture: Posture, intrinsics: ndarray, jacobian: ndarray) -> Projected:
    out = np.empty((len(points), 5))
    _visit(
        (points.rest, points.shape_directions, points.skin_indices, points.skin_weights, points.slack),
        (posture.betas, posture.rest, posture.rotations, posture.places),
        (posture.levers, posture.first, posture.used, posture.drift, chains_of(posture.parents)),
        *(intrinsics, posture.columns, out, jacobian),
    )
    return Projected(out[:, :2], out[:, 2], out[:, 3:])


@njit(cache=True, fastmath=True)
@no_type_check
def _visit(points, body, how, intrinsics, columns, out, jacobian):
    rest, directions, indices, weights, slack = points
    betas, joints, rotations, places = body
    levers, first, used, drift, chains = how
    sums, totals = np.zeros((len(joints), 4)), np.empty(len(joints), np.int64)
    x, place, arm, blended = np.empty(3), np.empty(3), np.empty(3), np.empty((3, 3))
    for point in range(len(rest)):
        for axis in range(3):
            x[axis] = rest[point, axis]
            for shape in range(len(betas)):
                x[axis] += directions[point, axis, shape] * betas[shape]
        place[:], blended[:] = 0, 0
        found = 0
        for influence in range(indices.shape[1]):
            joint, weight = indices[point, influence], weights[point, influence]
            if weight > 0:
                _carry(x, joints[joint], rotations[joint], places[joint], weight, arm, place, blended)
                if len(jacobian):
                    found = _climb(chains[joint], weight, arm, sums, totals, found)
        _picture(place, blended, slack[point], intrinsics, out[point])
        if len(jacobian):
            bones = indices[point], weights[point], drift, blended, directions[point]
            for row in range(jacobian.shape[1]):
                along = intrinsics[row, row] / place[2] if row < 2 else 0.0
                depth = -along * place[row] / place[2] if row < 2 else 1.0
                _turns(row, along, depth, places, levers, first, used, sums, totals[:found], jacobian[point, row])
                _moves(row, along, depth, columns, bones, jacobian[point, row])
            for k in range(found):
                sums[totals[k]] = 0


@njit(cache=True, fastmath=True)
@no_type_check
def _carry(x, joint, rotation, place, weight, arm, total, blended):
    """Where one joint would have the point (`arm`), and its share of the weighted sums."""
    for axis in range(3):
        arm[axis] = place[axis]
        for other in range(3):
            arm[axis] += rotation[axis, other] * (x[other] - joint[other])
            blended[axis, other] += weight * rotation[axis, other]
        total[axis] += weight * arm[axis]


@njit(cache=True, fastmath=True)
@no_type_check
def _climb(chain, weight, arm, sums, active, found):
    """Add a joint's share to all its ancestors: S_k in the first three numbers of `sums`, W_k in the fourth."""
    for above in chain:
        if above < 0:
            break
        if sums[above, 3] == 0:
            active[found] = above
            found += 1
        for axis in range(3):
            sums[above, axis] += weight * arm[axis]
        sums[above, 3] += weight
    return found


@njit(cache=True, fastmath=True)
@no_type_check
def _picture(place, blended, slack, intrinsics, out):
    """x, y, depth, and the slack turned with the point and seen across the line of sight."""
    out[2] = place[2]
    toward = 0.0
    for other in range(3):
        toward += blended[2, other] * slack[other]
    for row in range(2):
        out[row] = intrinsics[row, row] * place[row] / place[2] + intrinsics[row, 2]
        out[3 + row] = -toward * place[row] / place[2]
        for other in range(3):
            out[3 + row] += blended[row, other] * slack[other]


@njit(cache=True, fastmath=True)
@no_type_check
def _turns(row, along, depth, places, levers, first, used, sums, active, out):
    """Columns of the pose: arm x (along e_row + depth e_z), through the levers; of the third row, arm x e_z."""
    arm, turned = np.empty(3), np.empty(3)
    for joint in active:
        if used[joint] == 0:
            continue
        for axis in range(3):
            arm[axis] = sums[joint, axis] - sums[joint, 3] * places[joint, axis]
        if row == 0:
            turned[0], turned[1], turned[2] = depth * arm[1], along * arm[2] - depth * arm[0], -along * arm[1]
        else:
            turned[0], turned[1], turned[2] = depth * arm[1] - along * arm[2], -depth * arm[0], along * arm[0]
        for column in range(used[joint]):
            for axis in range(3):
                out[first[joint] + column] += turned[axis] * levers[joint, axis, column]


@njit(cache=True, fastmath=True)
@no_type_check
def _moves(row, along, depth, columns, bones, out):
    """Columns of translation and shape."""
    indices, weights, drift, blended, directions = bones
    out[columns + row] = along
    out[columns + 2] = depth
    for other in range(3):
        rate = along * blended[row, other] + depth * blended[2, other]
        for shape in range(directions.shape[1]):
            out[columns + 3 + shape] += rate * directions[other, shape]
    for influence in range(len(indices)):
        joint, weight = indices[influence], weights[influence]
        if weight > 0:
            for shape in range(directions.shape[1]):
                out[columns + 3 + shape] += weight * (along * drift[joint, row, shape] + depth * drift[joint, 2, shape])
