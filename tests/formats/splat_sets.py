"""Gaussians for the tests of splat files."""

import numpy as np
import torch
from scipy.spatial.transform import Rotation

from lca.geometry.gaussians import Gaussians

HALF_TURN = np.diag([1.0, -1.0, -1.0])


def random_gaussians(count: int = 50) -> Gaussians:
    return Gaussians(
        torch.randn(count, 3),
        torch.randn(count, 4),
        torch.rand(count, 3) * 0.1 + 1e-3,
        torch.rand(count),
        torch.rand(count, 3),
    )


def matrices(quats_wxyz: np.ndarray) -> np.ndarray:
    """Rotation matrices by scipy, which wants x y z w."""
    return Rotation.from_quat(np.asarray(quats_wxyz, float)[:, [1, 2, 3, 0]]).as_matrix()


def degrees_between(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """The angle between rotation matrices."""
    return np.degrees(Rotation.from_matrix(first @ second.swapaxes(-1, -2)).magnitude())
