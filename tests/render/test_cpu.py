"""The numba backend against the oracle in double precision."""

import pytest
import torch

from lca.geometry.camera import Camera, orbit
from lca.geometry.gaussians import Gaussians
from lca.render import Rendering, render
from lca.render.reference import render_reference
from tests.render.scenes import cameras, cloud

NAMES = ("means", "quats_wxyz", "scales", "opacities", "colors", "camera_from_world", "background")


def leaves_of(gaussians: Gaussians, camera: Camera, background: torch.Tensor) -> list[torch.Tensor]:
    """Every differentiable input as a leaf."""
    tensors = (*gaussians.tensors(), camera.camera_from_world, background)
    return [x.detach().clone().requires_grad_() for x in tensors]


def loss_of(image: torch.Tensor, alpha: torch.Tensor, depth: torch.Tensor) -> torch.Tensor:
    """A loss that weighs every pixel of every plane differently."""
    random = torch.Generator().manual_seed(1)
    weights = [torch.randn(x.shape, generator=random).to(x) for x in (image, alpha, depth)]
    return sum(((x * w).sum() for x, w in zip((image, alpha, depth), weights, strict=True)), torch.zeros(()))


def gradient(leaf: torch.Tensor) -> torch.Tensor:
    """A leaf's gradient, which is there."""
    assert leaf.grad is not None
    return leaf.grad


def relative(fast: torch.Tensor, exact: torch.Tensor) -> float:
    """Distance of the gradients of two leaves by the length of the second."""
    return ((gradient(fast) - gradient(exact)).norm() / gradient(exact).norm()).item()


def fast_gradients(leaves: list[torch.Tensor], camera: Camera) -> Rendering:
    """Render and fill the leaves' gradients."""
    moved = Camera(leaves[5], camera.intrinsics, camera.width, camera.height)
    rendering = render(Gaussians(*leaves[:5]), moved, leaves[6])
    loss_of(rendering.image, rendering.alpha, rendering.depth).backward()
    return rendering


@pytest.mark.parametrize("channels", [1, 3, 4, 9])
def test_image_and_gradients_match_double_precision(channels):
    camera = cameras(1)[0]
    leaves = leaves_of(cloud(300, channels), camera, torch.rand(channels))
    rendering = fast_gradients(leaves, camera)
    exact = [x.detach().double().requires_grad_() for x in leaves]
    moved = Camera(exact[5], camera.intrinsics.double(), camera.width, camera.height)
    expected = render_reference(Gaussians(*exact[:5]), moved, exact[6])
    loss_of(*expected).backward()
    for name, a, b in zip(
        ("image", "alpha", "depth"), (rendering.image, rendering.alpha, rendering.depth), expected, strict=True
    ):
        assert (a - b).abs().max() < 1e-5, name
    for name, a, b in zip(NAMES, leaves, exact, strict=True):
        assert relative(a, b) < 1e-4, name


def test_gradients_outside_the_frustum_margin():
    camera = orbit(0.3, distance=0.8, size=(48, 40))
    leaves = leaves_of(cloud(150, seed=3), camera, torch.rand(3))
    fast_gradients(leaves, camera)
    exact = [x.detach().double().requires_grad_() for x in leaves]
    moved = Camera(exact[5], camera.intrinsics.double(), camera.width, camera.height)
    loss_of(*render_reference(Gaussians(*exact[:5]), moved, exact[6])).backward()
    for name, a, b in zip(NAMES, leaves, exact, strict=True):
        assert relative(a, b) < 1e-4, name


def test_gradient_of_the_image_alone_leaves_the_depth_out():
    camera, gaussians = cameras(1)[0], cloud(200)
    leaves = [x.requires_grad_() for x in gaussians.tensors()]
    render(gaussians, camera).image.square().sum().backward()
    exact = [x.detach().double().requires_grad_() for x in leaves]
    wide = Camera(camera.camera_from_world.double(), camera.intrinsics.double(), camera.width, camera.height)
    render_reference(Gaussians(*exact), wide)[0].square().sum().backward()
    for name, a, b in zip(NAMES, leaves, exact, strict=False):
        assert relative(a, b) < 1e-4, name


@pytest.mark.parametrize(
    ("sets", "views", "batch"), [((), 3, (3,)), ((3,), 3, (3,)), ((2, 1), 3, (2, 3)), ((4,), 0, (4,))]
)
def test_batches_are_the_single_pictures(sets, views, batch):
    gaussians, camera = cloud(60, batch=sets), cameras(views) if views else cameras(1)[0]
    leaf = gaussians.means.requires_grad_()
    together = render(gaussians, camera, torch.rand(3))
    assert together.image.shape == (*batch, 3, 56, 72)
    assert together.depth.shape == together.alpha.shape == (*batch, 1, 56, 72)
    together.alpha.sum().backward()
    assert gradient(leaf).shape == leaf.shape
    alone = Gaussians(
        *(x.detach().expand(*batch, *x.shape[len(sets) :])[(-1,) * len(batch)] for x in gaussians.tensors())
    )
    last = render(alone, camera[-1] if views else camera)
    torch.testing.assert_close(together.alpha[(-1,) * len(batch)], last.alpha, atol=0, rtol=0)


def test_nothing_to_see_is_the_background():
    background, camera = torch.rand(3), cameras(1)[0]
    behind = cloud(20)
    behind.means[:] = torch.linalg.inv(camera.camera_from_world)[:3] @ torch.tensor([0.0, 0.0, -1.0, 1.0])
    beside = cloud(20)
    beside.means[:] += 100 * camera.camera_from_world[0, :3]
    for gaussians in (cloud(0), behind, beside):
        leaves = [x.requires_grad_() for x in gaussians.tensors()]
        rendering = render(gaussians, camera, background)
        torch.testing.assert_close(rendering.image, background[:, None, None].expand(3, 56, 72))
        assert not rendering.alpha.any() and not rendering.depth.any()
        (rendering.image.sum() + rendering.depth.sum()).backward()
        assert all(not gradient(leaf).any() for leaf in leaves)


def test_values_without_meaning_do_no_harm():
    gaussians = cloud(64)
    gaussians.means[3], gaussians.scales[9], gaussians.opacities[11] = float("nan"), float("inf"), float("nan")
    gaussians.quats_wxyz[5] = 0.0
    gaussians.scales[17] = 1e4
    rendering = render(gaussians, cameras(1)[0])
    assert rendering.alpha.isfinite().all()


@pytest.mark.parametrize("size", [(1, 1), (16, 16), (17, 15), (130, 33)])
def test_any_picture_size(size):
    camera, gaussians = orbit(0.2, size=size), cloud(50)
    expected = render_reference(gaussians, camera)
    rendering = render(gaussians, camera)
    torch.testing.assert_close(rendering.image, expected[0], atol=1e-5, rtol=0)


def test_equal_depths_keep_their_order():
    gaussians, camera = cloud(2, seed=1), orbit(0.0)
    gaussians.means[:], gaussians.opacities[:] = 0.0, 0.9
    first, second = render(gaussians, camera), render(gaussians[torch.tensor([1, 0])], camera)
    assert not torch.equal(first.image, second.image)
    torch.testing.assert_close(first.image, render_reference(gaussians, camera)[0], atol=1e-5, rtol=0)


def test_one_and_two_threads_agree_to_the_last_bit():
    camera, before = cameras(1)[0], torch.get_num_threads()
    results = []
    for threads in (1, 2, 2):
        torch.set_num_threads(threads)
        leaves = leaves_of(cloud(3000), camera, torch.rand(3, generator=torch.Generator().manual_seed(2)))
        rendering = fast_gradients(leaves, camera)
        results.append([rendering.image, rendering.alpha, rendering.depth, *map(gradient, leaves[:6])])
    torch.set_num_threads(before)
    for other in results[1:]:
        assert all(torch.equal(a, b) for a, b in zip(results[0], other, strict=True))
