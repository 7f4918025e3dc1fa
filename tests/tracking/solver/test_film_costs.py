"""Costs over time against finite differences, and numbers over time made even."""

import numpy as np
import pytest
from scipy.linalg import solveh_banded

from lca.geometry.body_file import load_body
from lca.tracking.film.evenness import Band, moved_by, sliding, uneven
from lca.tracking.film.series import even
from lca.tracking.kinematics import KinematicSkeleton
from lca.tracking.pose_prior import load_pose_prior
from lca.tracking.posture import PhotoPose, exponential, posed

FPS, NO_SHAPE = 30.0, np.zeros(0)
PRIOR = load_pose_prior()
SKELETON = KinematicSkeleton.of(load_body(), 0)


@pytest.fixture
def poses():
    """Six moments of somebody who turns about and bends."""
    rng = np.random.default_rng(0)
    start, turn = rng.normal(0, 0.3, (21, 3)), rng.normal(0, 0.05, 3)
    places = np.cumsum(rng.normal(0, 0.01, (6, 3)), 0)
    moments = [start + rng.normal(0, 0.02, (21, 3)) for _ in range(6)]
    hands = rng.normal(0, 1, (2, PRIOR.hand_basis.shape[1]))
    return [
        PhotoPose(exponential(k * turn[None])[0], moments[k], hands + 0.1 * k * k, places[k] + [0, 0, 3])
        for k in range(6)
    ]


def postures(poses):
    return [posed(pose, SKELETON, NO_SHAPE, PRIOR) for pose in poses]


COSTS = {
    "uneven": lambda poses, band=None: uneven(poses, FPS, 2.0, band),
    "sliding": lambda poses, band=None: sliding(postures(poses), FPS, 3.0, band),
}


def slope(cost, poses, frame, unknown, step=1e-6):
    """Central difference."""
    values = []
    for sign in (1, -1):
        move = np.zeros(poses[0].columns + 3)
        move[unknown] = sign * step
        values.append(cost([pose.moved(move) if k == frame else pose for k, pose in enumerate(poses)]))
    return (values[0] - values[1]) / (2 * step)


@pytest.mark.parametrize("name", COSTS)
def test_gradients_are_those_of_the_cost(poses, name):
    band = Band(len(poses), poses[0].columns + 3)
    COSTS[name](poses, band)
    # the root's turns between frames are small, not nothing: their cost is linearised as if they were
    near = {"rel": 2e-2, "abs": 2e-2 * np.abs(band.gradient).max()}
    for frame in range(len(poses)):
        for unknown in (0, 2, 4, 13, 40, 70, 78, 80):
            assert band.gradient[frame, unknown] == pytest.approx(slope(COSTS[name], poses, frame, unknown), **near)


@pytest.mark.parametrize("name", COSTS)
def test_a_step_of_the_model_lowers_the_cost(poses, name):
    band = Band(len(poses), poses[0].columns + 3)
    before = COSTS[name](poses, band)
    band.lower[0] += 10.0
    step = solveh_banded(band.lower, -band.gradient.reshape(-1), lower=True).reshape(band.gradient.shape)
    assert COSTS[name]([pose.moved(one) for pose, one in zip(poses, step, strict=True)]) < 0.9 * before


def test_band_holds_what_a_full_matrix_would():
    rng, band = np.random.default_rng(1), Band(3, 4)
    square, across = rng.normal(size=(4, 4)), rng.normal(size=(4, 4))
    square = square @ square.T
    full = np.zeros((12, 12))
    band.add_block(1, 1, square)
    band.add_block(2, 1, across)
    band.add_diagonal(2, np.full((1, 4), 7.0))
    full[4:8, 4:8] += square
    full[8:, 4:8] += across
    full[range(8, 12), range(4)] += 7.0
    for down in range(9):
        assert np.allclose(band.lower[down, : 12 - down], np.diag(full, -down))


def test_feet_depend_on_the_legs_alone(poses):
    jacobian = moved_by(postures(poses)[0])
    move = np.zeros(poses[0].columns + 3)
    move[[1, 7, 14, 79]] = 1e-6
    step = [posture.places[[7, 10, 8, 11]] for posture in postures([poses[0], poses[0].moved(move)])]
    assert np.allclose(jacobian @ move, step[1] - step[0], atol=1e-10)
    head, finger = 3 + 3 * 14, 3 + 63 + 1
    assert not jacobian[..., head : head + 3].any() and not jacobian[..., finger].any()


def test_a_swing_of_that_frequency_is_halved_without_lag():
    time = np.arange(300) / FPS
    for hertz, least, most in ((5.0, 0.45, 0.55), (1.0, 0.98, 1.0), (12.0, 0.0, 0.1)):
        swing = np.sin(2 * np.pi * hertz * time)
        left = even(swing[:, None], np.ones(300), FPS, 5.0)[50:250, 0]
        assert least < left @ swing[50:250] / (swing[50:250] @ swing[50:250]) < most
        assert abs(left @ np.cos(2 * np.pi * hertz * time)[50:250]) < 1.0  # no lag


def test_what_is_not_seen_follows_its_neighbours():
    line, known = np.linspace(0, 1, 40)[:, None], np.ones(40)
    known[10:25] = 0
    assert np.allclose(even(np.where(known[:, None] > 0, line, 99.0), known, FPS, 5.0), line, atol=1e-3)
    assert not even(np.full((5, 2), 3.0), np.zeros(5), FPS, 5.0).any()
    assert np.allclose(even(np.array([[1.0], [3.0]]), np.array([1.0, 0.0]), FPS, 5.0), [[1.0], [1.0]])
