"""gsplat against the oracle and the CPU backend; needs a CUDA device and builds gsplat at first use."""

import pytest
import torch

from lca.geometry.camera import Camera
from lca.geometry.gaussians import Gaussians
from lca.render import render
from lca.render.reference import render_reference
from tests.render.scenes import cameras, cloud
from tests.render.test_cpu import NAMES, leaves_of, loss_of, relative

pytestmark = [pytest.mark.gpu, pytest.mark.slow, pytest.mark.filterwarnings("ignore")]


@pytest.mark.parametrize("channels", [1, 3, 4, 9])
def test_image_and_gradients_match_double_precision(channels):
    camera, gaussians, background = cameras(1)[0], cloud(300, channels), torch.rand(channels)
    there = leaves_of(gaussians.to("cuda"), camera.to("cuda"), background.cuda())
    moved = Camera(there[5], camera.intrinsics.cuda(), camera.width, camera.height)
    rendering = render(Gaussians(*there[:5]), moved, there[6])
    assert rendering.image.is_cuda and rendering.image.shape == (channels, camera.height, camera.width)
    loss_of(rendering.image.cpu(), rendering.alpha.cpu(), rendering.depth.cpu()).backward()
    exact = [x.detach().cpu().double().requires_grad_() for x in there]
    wide = Camera(exact[5], camera.intrinsics.double(), camera.width, camera.height)
    expected = render_reference(Gaussians(*exact[:5]), wide, exact[6])
    loss_of(*expected).backward()
    planes = (rendering.image, rendering.alpha, rendering.depth)
    for name, a, b in zip(("image", "alpha", "depth"), planes, expected, strict=True):
        assert (a.cpu() - b).abs().max() < 1e-4, name
    for name, a, b in zip(NAMES, there, exact, strict=True):
        a.grad = None if a.grad is None else a.grad.cpu()
        assert relative(a, b) < 1e-3, name


@pytest.mark.parametrize(("sets", "views", "batch"), [((), 3, (3,)), ((3,), 3, (3,)), ((2, 1), 3, (2, 3))])
def test_batches_match_the_cpu(sets, views, batch):
    gaussians, camera, background = cloud(60, batch=sets), cameras(views), torch.rand(3)
    here = render(gaussians, camera, background)
    there = render(gaussians.to("cuda"), camera.to("cuda"), background.cuda())
    assert there.image.shape == (*batch, 3, 56, 72)
    torch.testing.assert_close(there.image.cpu(), here.image, atol=1e-4, rtol=0)


def test_autocast_leaves_the_renderer_in_float32():
    gaussians, camera = cloud(100).to("cuda"), cameras(1)[0].to("cuda")
    with torch.autocast("cuda", dtype=torch.bfloat16):
        image = render(gaussians, camera).image
    assert image.dtype == torch.float32
    torch.testing.assert_close(image, render(gaussians, camera).image, atol=1e-6, rtol=0)
