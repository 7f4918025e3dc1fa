"""Between two poses: joints turn along the shortest arc, everything else moves in a straight line."""

import numpy as np
from scipy.spatial.transform import Rotation

from lca.panel.state import Numbers, Pose


def blended(first: Pose, second: Pose, share: float) -> Pose:
    """`first` at 0, `second` at 1; joints by spherical interpolation of their rotations."""
    start, end = (Rotation.from_rotvec(np.reshape(pose.theta, (-1, 3))) for pose in (first, second))
    between = start * Rotation.from_rotvec(share * (start.inv() * end).as_rotvec())
    return Pose(
        theta=numbers(between.as_rotvec()),
        psi=_mixed(first.psi, second.psi, share),
        actions=_mixed(first.actions, second.actions, share),
        translation=_mixed(first.translation, second.translation, share),
    )


def numbers(values) -> Numbers:
    """Any array of numbers as a flat tuple."""
    return tuple(np.asarray(values, np.float64).reshape(-1).tolist())


def _mixed(first: Numbers, second: Numbers, share: float) -> Numbers:
    return tuple((1 - share) * a + share * b for a, b in zip(first, second, strict=True))
