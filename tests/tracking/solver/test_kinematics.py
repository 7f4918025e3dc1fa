import numpy as np
import pytest
import torch

from lca.geometry.body_file import load_body
from lca.tracking.kinematics import KinematicSkeleton, Points, project, project_with_jacobian
from lca.tracking.pose_prior import load_pose_prior, mirrored
from lca.tracking.posture import BODY, PhotoPose, exponential, posed

SHAPES = 8
INTRINSICS = np.array([[300.0, 0, 128], [0, 300, 120], [0, 0, 1]])


@pytest.fixture(scope="module")
def scene():
    body, rng = load_body(), np.random.default_rng(0)
    chosen = rng.choice(len(body.template), 60, replace=False)
    points = Points(
        body.template.double().numpy()[chosen],
        np.ascontiguousarray(body.shape_directions.numpy()[chosen, :, :SHAPES]),
        body.skin_indices.numpy()[chosen],
        body.skin_weights.numpy()[chosen],
        np.zeros((60, 3)),
    )
    root = exponential(np.array([[np.pi, 0.1, 0.2]]))[0]
    components = load_pose_prior().hand_basis.shape[1]
    pose = PhotoPose(root, rng.normal(0, 0.3, (BODY, 3)), rng.normal(size=(2, components)), np.array([0.1, 0.2, 3.0]))
    return chosen, points, pose, rng.normal(size=SHAPES)


def test_posed_points_are_those_of_the_body(scene):
    chosen, points, pose, betas = scene
    prior, body = load_pose_prior(), load_body().to(torch.float64)
    seen = project(points, posed(pose, KinematicSkeleton.of(load_body(), SHAPES), betas, prior), INTRINSICS)
    theta, place = torch.from_numpy(pose.theta(prior)), torch.from_numpy(pose.translation)
    vertices = body.posed(torch.from_numpy(betas), theta, place)[chosen].numpy()
    np.testing.assert_allclose(seen.depth, vertices[:, 2], atol=1e-6)
    image = vertices @ INTRINSICS.T
    np.testing.assert_allclose(seen.pixels, image[:, :2] / image[:, 2:], atol=1e-3)


def test_jacobian_is_that_of_finite_differences(scene):
    _, points, pose, betas = scene
    skeleton, prior = KinematicSkeleton.of(load_body(), SHAPES), load_pose_prior()
    jacobian = project_with_jacobian(points, posed(pose, skeleton, betas, prior), INTRINSICS, rows=3)[1]
    own = pose.columns + 3

    def moved(column, amount):
        step, shape = np.zeros(own), betas.copy()
        if column < own:
            step[column] = amount
        else:
            shape[column - own] += amount
        seen = project(points, posed(pose.moved(step), skeleton, shape, prior), INTRINSICS)
        return np.concatenate([seen.pixels, seen.depth[:, None]], 1)

    for column in range(own + SHAPES):
        slope = (moved(column, 1e-5) - moved(column, -1e-5)) / 2e-5
        np.testing.assert_allclose(jacobian[:, :, column], slope, atol=2e-3)


def test_the_root_is_a_point_before_others(scene):
    _, points, pose, betas = scene
    skeleton, prior = KinematicSkeleton.of(load_body(), SHAPES), load_pose_prior()
    posture = posed(pose, skeleton, betas, prior)
    both = project(skeleton.root_point().and_then(points), posture, INTRINSICS)
    np.testing.assert_allclose(both.depth[0], posture.places[0, 2], atol=1e-9)
    np.testing.assert_array_equal(both.pixels[1:], project(points, posture, INTRINSICS).pixels)


def test_a_mirror_twice_is_no_mirror():
    theta = np.random.default_rng(0).normal(size=(2, 156))
    np.testing.assert_array_equal(mirrored(mirrored(theta)), theta)
    assert not np.allclose(mirrored(theta), theta)
