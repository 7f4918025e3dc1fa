"""The unknowns of one photo, and the posed skeleton that they make."""

from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Float
from numpy import ndarray

from lca.tracking.kinematics import HANDS, JOINTS, Posture, Skeleton, exponential, left_jacobians
from lca.tracking.pose_prior import PosePrior

BODY = 21
ROOT = 3


@dataclass(frozen=True)
class Pose:
    """One photo's unknowns, in the frame of its camera: turn of the root as a matrix, so that no angle is special; the body's
    axis-angle vectors; coefficients of the two hands; translation in metres."""

    root: Float[ndarray, "3 3"]
    body: Float[ndarray, "21 3"]
    hands: Float[ndarray, "2 components"]
    translation: Float[ndarray, "3"]

    @property
    def columns(self) -> int:
        """Unknowns of the pose, without the translation."""
        return ROOT + 3 * BODY + self.hands.size

    def moved(self, step: Float[ndarray, " unknowns"]) -> "Pose":
        """The pose after a small step in all unknowns."""
        root, body, hands = np.split(step[:-3], [ROOT, ROOT + 3 * BODY])
        return replace(
            self,
            root=exponential(root[None])[0] @ self.root,
            body=self.body + body.reshape(BODY, 3),
            hands=self.hands + hands.reshape(self.hands.shape),
            translation=self.translation + step[-3:],
        )

    def angles(self, prior: PosePrior) -> Float[ndarray, "55 3"]:
        """Axis-angle vectors of all joints but the root; jaw and eyes rest."""
        mean, basis = prior.hands()
        angles = np.zeros((JOINTS, 3))
        angles[1 : 1 + BODY] = self.body
        for side, first in enumerate(HANDS):
            angles[first : first + 15] = mean[side] + basis[side] @ self.hands[side]
        return angles


def posed(pose: Pose, skeleton: Skeleton, betas: Float[ndarray, " shape"], prior: PosePrior) -> Posture:
    """Forward kinematics of a body of shape `betas`, with its derivatives."""
    rest = skeleton.joints + skeleton.shape_directions @ betas
    angles = pose.angles(prior)
    local, turns = exponential(angles), left_jacobians(angles)
    local[0] = pose.root
    components = pose.hands.shape[1]
    rotations, places = np.empty((JOINTS, 3, 3)), np.empty((JOINTS, 3))
    shifts = np.empty((JOINTS, 3, len(betas)))
    levers = np.zeros((JOINTS, 3, max(3, components)))
    first, used = np.zeros(JOINTS, np.int64), np.zeros(JOINTS, np.int64)
    rotations[0], places[0], shifts[0] = local[0], rest[0] + pose.translation, skeleton.shape_directions[0]
    levers[0, :, :3], used[0] = np.eye(3), 3
    basis = prior.hands()[1]
    for joint in range(1, JOINTS):
        above = skeleton.parents[joint]
        rotations[joint] = rotations[above] @ local[joint]
        places[joint] = places[above] + rotations[above] @ (rest[joint] - rest[above])
        bone = skeleton.shape_directions[joint] - skeleton.shape_directions[above]
        shifts[joint] = shifts[above] + rotations[above] @ bone
        turn = rotations[above] @ turns[joint]
        if joint <= BODY:
            levers[joint, :, :3], first[joint], used[joint] = turn, 3 * joint, 3
        elif joint >= HANDS[0]:
            side = int(joint >= HANDS[1])
            levers[joint, :, :components] = turn @ basis[side, joint - HANDS[side]]
            first[joint], used[joint] = ROOT + 3 * BODY + side * components, components
    drift = shifts - rotations @ skeleton.shape_directions
    return Posture(rest, rotations, places, levers, first, used, drift)
