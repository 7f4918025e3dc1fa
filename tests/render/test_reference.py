"""The oracle against closed forms and against itself."""

import math

import torch

from lca.geometry.camera import Camera
from lca.geometry.gaussians import Gaussians
from lca.render import conventions, render
from lca.render.reference import project, render_reference, render_tiled, rotation_matrix
from tests.render.scenes import cameras, cloud, double

FOCAL, SIZE = 120.0, 32


def front_camera() -> Camera:
    """At the origin, looking along +z."""
    intrinsics = torch.tensor([[FOCAL, 0.0, SIZE / 2], [0.0, FOCAL, SIZE / 2], [0.0, 0.0, 1.0]])
    return Camera(torch.eye(4), intrinsics, SIZE, SIZE)


def one_gaussian(deviation: float, depth: float, opacity: float) -> Gaussians:
    """A sphere on the optical axis; at its centre the Jacobian is exactly FOCAL / depth."""
    return Gaussians(
        torch.tensor([[0.0, 0.0, depth]]),
        torch.tensor([[1.0, 0.0, 0.0, 0.0]]),
        torch.full((1, 3), deviation),
        torch.tensor([opacity]),
        torch.tensor([[0.2, 0.6, 1.0]]),
    )


def test_one_gaussian_has_its_analytic_image():
    deviation, depth, opacity = 0.05, 2.0, 0.8
    variance = (FOCAL * deviation / depth) ** 2 + conventions.BLUR
    at = torch.arange(SIZE) + 0.5 - SIZE / 2
    alpha = opacity * torch.exp(-(at[None, :] ** 2 + at[:, None] ** 2) / (2 * variance))
    alpha = torch.where(alpha >= 1 / 255, alpha, 0.0)
    expected = torch.tensor([0.2, 0.6, 1.0])[:, None, None] * alpha
    for renderer in (render_reference, render_tiled):
        image, coverage, distance = renderer(one_gaussian(deviation, depth, opacity), front_camera())
        torch.testing.assert_close(image, expected, atol=1e-6, rtol=0)
        torch.testing.assert_close(coverage[0], alpha, atol=1e-6, rtol=0)
        torch.testing.assert_close(distance[0], torch.where(alpha > 0, depth, 0.0), atol=1e-5, rtol=0)
    fast = render(one_gaussian(deviation, depth, opacity), front_camera(), torch.ones(3))
    torch.testing.assert_close(fast.image, expected + (1 - alpha), atol=1e-6, rtol=0)


def test_the_nearer_gaussian_covers_the_farther_one():
    near, far = one_gaussian(0.2, 1.0, 0.75), one_gaussian(0.4, 2.0, 0.5)
    both = Gaussians(*(torch.cat(pair) for pair in zip(far.tensors(), near.tensors(), strict=True)))
    both.colors[0] = torch.tensor([1.0, 0.0, 0.0])
    middle = (..., SIZE // 2, SIZE // 2)
    rendering = render(both, front_camera())
    falloff = math.exp(-0.25 / ((FOCAL * 0.2) ** 2 + conventions.BLUR))
    first, second = 0.75 * falloff, 0.5 * falloff * (1 - 0.75 * falloff)
    expected = torch.tensor([0.2 * first + second, 0.6 * first, first])
    torch.testing.assert_close(rendering.image[middle], expected, atol=1e-5, rtol=0)
    torch.testing.assert_close(
        rendering.depth[middle].item(), (first + 2 * second) / (first + second), atol=1e-4, rtol=0
    )


def test_tiles_change_nothing():
    gaussians, camera = double(cloud(200)), cameras(1)[0]
    camera = Camera(camera.camera_from_world.double(), camera.intrinsics.double(), camera.width, camera.height)
    background = torch.rand(3, dtype=torch.float64)
    whole, tiled = (f(gaussians, camera, background) for f in (render_reference, render_tiled))
    for a, b in zip(whole, tiled, strict=True):
        torch.testing.assert_close(a, b, atol=1e-12, rtol=0)


def test_splats_are_sorted_and_culled():
    gaussians, camera = cloud(100), cameras(1)[0]
    depth = camera.project(gaussians.means)[:, 2]
    gaussians.opacities[:] = 0.5
    gaussians.opacities[3] = 0.001
    gaussians.means[5] = torch.linalg.inv(camera.camera_from_world)[:3] @ torch.tensor([0.0, 0.0, -1.0, 1.0])
    kept = project(gaussians, camera).features[:, -1]
    expected = torch.cat([depth[:3], depth[4:5], depth[6:]]).sort().values
    torch.testing.assert_close(kept, expected)


def test_rotation_matrix_of_any_length_of_quaternion():
    quarter_about_z = torch.tensor([[3.0, 0.0, 0.0, 3.0]])
    expected = torch.tensor([[[0.0, -1.0, 0.0], [1.0, 0.0, 0.0], [0.0, 0.0, 1.0]]])
    torch.testing.assert_close(rotation_matrix(quarter_about_z), expected)
