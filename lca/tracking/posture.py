"""The unknowns of one photo, and the posed skeleton that they make."""

from dataclasses import dataclass, replace

import numpy as np
import torch
from jaxtyping import Float
from numpy import ndarray

from lca.geometry.rotations import matrix_to_axis_angle
from lca.tracking.kinematics import KinematicSkeleton, Posture
from lca.tracking.pose_prior import PosePrior

JOINTS = 55
BODY = 21
ROOT = 3
HANDS = (25, 40)
"""First joints of the left and the right hand, of 15 each."""


@dataclass(frozen=True)
class PhotoPose:
    """One photo's unknowns, in the frame of its camera: the root's turn as a matrix, so that no angle is special; axis-angle
    vectors of the body's joints; coefficients of the two hands (`PosePrior`); translation in metres."""

    root: Float[ndarray, "3 3"]
    body: Float[ndarray, "21 3"]
    hands: Float[ndarray, "2 components"]
    translation: Float[ndarray, "3"]

    @property
    def columns(self) -> int:
        """Unknowns without the translation."""
        return ROOT + 3 * BODY + self.hands.size

    def moved(self, step: Float[ndarray, " unknowns"]) -> "PhotoPose":
        """The pose after a small step in all unknowns."""
        root, body, hands = np.split(step[:-3], [ROOT, ROOT + 3 * BODY])
        return replace(
            self,
            root=exponential(root[None])[0] @ self.root,
            body=self.body + body.reshape(BODY, 3),
            hands=self.hands + hands.reshape(self.hands.shape),
            translation=self.translation + step[-3:],
        )

    def towards(self, other: "PhotoPose", share: float) -> "PhotoPose":
        """The pose at a share of the way to another."""
        turn = matrix_to_axis_angle(torch.from_numpy(other.root @ self.root.T)).numpy()
        rest = ((getattr(other, name) - getattr(self, name)).reshape(-1) for name in ("body", "hands", "translation"))
        return self.moved(share * np.concatenate([turn, *rest]))

    def angles(self, prior: PosePrior) -> Float[ndarray, "55 3"]:
        """Axis-angle vectors of all joints but the root; jaw and eyes rest."""
        mean, basis = prior.hands()
        angles = np.zeros((JOINTS, 3))
        angles[1 : 1 + BODY] = self.body
        for side, first in enumerate(HANDS):
            angles[first : first + 15] = mean[side] + basis[side] @ self.hands[side]
        return angles

    def theta(self, prior: PosePrior) -> Float[ndarray, "156"]:
        """The same in theta's layout."""
        angles = self.angles(prior)
        angles[0] = matrix_to_axis_angle(torch.from_numpy(self.root)).numpy()
        return np.concatenate([angles[: 1 + BODY], angles[HANDS[0] :]]).reshape(-1)


def posed(pose: PhotoPose, skeleton: KinematicSkeleton, betas: Float[ndarray, " shape"], prior: PosePrior) -> Posture:
    """Forward kinematics of a body of shape `betas`, with its derivatives."""
    directions = skeleton.shape_directions
    rest = skeleton.joints + directions @ betas
    angles = pose.angles(prior)
    local, turns = exponential(angles), left_jacobians(angles)
    rotations, places, shifts = np.empty((JOINTS, 3, 3)), np.empty((JOINTS, 3)), np.empty_like(directions)
    rotations[0], places[0], shifts[0] = pose.root, rest[0] + pose.translation, directions[0]
    for joint in range(1, JOINTS):
        above = skeleton.parents[joint]
        rotations[joint] = rotations[above] @ local[joint]
        places[joint] = places[above] + rotations[above] @ (rest[joint] - rest[above])
        shifts[joint] = shifts[above] + rotations[above] @ (directions[joint] - directions[above])
        turns[joint] = rotations[above] @ turns[joint]
    levers, first, used = _levers(turns, pose, prior)
    drift = shifts - rotations @ directions
    return Posture(
        betas, rest, rotations, places, levers, first, used, drift, skeleton.parents, columns=pose.columns
    )  # fmt: skip


def _levers(turns: Float[ndarray, "55 3 3"], pose: PhotoPose, prior: PosePrior) -> tuple[ndarray, ndarray, ndarray]:
    """`Posture`'s levers, first and used: the root and the body's joints turn freely, fingers along the hands' components."""
    components, basis = pose.hands.shape[1], prior.hands()[1]
    levers = np.zeros((JOINTS, 3, max(3, components)))
    first, used = np.zeros(JOINTS, np.int64), np.zeros(JOINTS, np.int64)
    levers[: 1 + BODY, :, :3] = turns[: 1 + BODY]
    levers[0, :, :3] = np.eye(3)
    first[: 1 + BODY], used[: 1 + BODY] = 3 * np.arange(1 + BODY), 3
    for side, start in enumerate(HANDS):
        fingers = slice(start, start + 15)
        levers[fingers, :, :components] = turns[fingers] @ basis[side]
        first[fingers], used[fingers] = ROOT + 3 * BODY + side * components, components
    return levers, first, used


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
