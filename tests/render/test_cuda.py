"""gsplat against the oracle and the CPU backend, on a CUDA device; elsewhere, the call that gsplat would get."""

import ast
import importlib.util
import sys
import types
from pathlib import Path

import pytest
import torch

from lca.geometry.camera import Camera
from lca.geometry.gaussians import Gaussians
from lca.render import render
from lca.render.cuda import rasterise
from lca.render.reference import render_reference
from tests.render.scenes import cameras, cloud
from tests.render.test_cpu import NAMES, leaves_of, loss_of, relative

on_cuda = [pytest.mark.gpu, pytest.mark.slow, pytest.mark.filterwarnings("ignore")]


def marked(test):
    """A test that compiles and runs gsplat."""
    for mark in on_cuda:
        test = mark(test)
    return test


def pretend_rasterization(means, quats, scales, opacities, colors, viewmats, Ks, width, height, **options):
    """gsplat's `rasterization` with a batch of one camera each, by the oracle: (B, 1, H, W, C + 1) and (B, 1, H, W, 1)."""
    assert viewmats.shape == (len(means), 1, 4, 4) and Ks.shape == (len(means), 1, 3, 3)
    assert options["render_mode"] == "RGB+ED" and options["packed"] is False
    planes, alphas = [], []
    for i in range(len(means)):
        gaussians = Gaussians(means[i], quats[i], scales[i], opacities[i], colors[i])
        camera = Camera(viewmats[i, 0], Ks[i, 0], width, height)
        image, alpha, depth = render_reference(gaussians, camera, options["backgrounds"][i, 0])
        planes.append(torch.cat([image, depth]).permute(1, 2, 0)[None])
        alphas.append(alpha.permute(1, 2, 0)[None])
    return torch.stack(planes), torch.stack(alphas), {}


def test_gsplat_gets_the_shapes_it_documents(monkeypatch):
    monkeypatch.setitem(sys.modules, "gsplat", types.SimpleNamespace(rasterization=pretend_rasterization))
    gaussians, camera, background = cloud(40, batch=(3,)), cameras(3), torch.rand(3, 3)
    image, alpha, depth = rasterise(gaussians, camera, background)
    expected = render(gaussians, camera, background)
    torch.testing.assert_close(image, expected.image, atol=1e-5, rtol=0)
    torch.testing.assert_close(alpha, expected.alpha, atol=1e-5, rtol=0)
    torch.testing.assert_close(depth, expected.depth, atol=1e-4, rtol=0)
    empty, coverage, _ = rasterise(cloud(0, batch=(3,)), camera, background)
    assert torch.equal(empty, background[:, :, None, None].expand_as(empty)) and not coverage.any()


def test_gsplat_knows_every_argument_that_is_passed():
    found = importlib.util.find_spec("gsplat")
    assert found is not None and found.origin is not None
    tree = ast.parse(Path(found.origin).with_name("rendering.py").read_text())
    (theirs,) = (n for n in tree.body if isinstance(n, ast.FunctionDef) and n.name == "rasterization")
    names = {argument.arg for argument in theirs.args.args}
    ours = ast.parse(Path(str(sys.modules[rasterise.__module__].__file__)).read_text())
    calls = [n for n in ast.walk(ours) if isinstance(n, ast.Call) and getattr(n.func, "id", "") == "rasterization"]
    assert len(calls) == 1 and {k.arg for k in calls[0].keywords} <= names


@marked
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


@marked
@pytest.mark.parametrize(("sets", "views", "batch"), [((), 3, (3,)), ((3,), 3, (3,)), ((2, 1), 3, (2, 3))])
def test_batches_match_the_cpu(sets, views, batch):
    gaussians, camera, background = cloud(60, batch=sets), cameras(views), torch.rand(3)
    here = render(gaussians, camera, background)
    there = render(gaussians.to("cuda"), camera.to("cuda"), background.cuda())
    assert there.image.shape == (*batch, 3, 56, 72)
    torch.testing.assert_close(there.image.cpu(), here.image, atol=1e-4, rtol=0)


@marked
def test_autocast_leaves_the_renderer_in_float32():
    gaussians, camera = cloud(100).to("cuda"), cameras(1)[0].to("cuda")
    with torch.autocast("cuda", dtype=torch.bfloat16):
        image = render(gaussians, camera).image
    assert image.dtype == torch.float32
    torch.testing.assert_close(image, render(gaussians, camera).image, atol=1e-6, rtol=0)
