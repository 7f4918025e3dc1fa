"""The door: bad input becomes one line that says what was expected, what came, what to do."""

import dataclasses
import subprocess
import sys

import pytest
import torch

from lca.errors import UserError
from lca.geometry.camera import Camera
from lca.geometry.gaussians import Gaussians
from lca.render import render, warm_up
from tests.render.scenes import cameras, cloud


def unchecked(kind: type, **fields):
    """A record made past the shape checks that run in tests only."""
    record = object.__new__(kind)
    for name, value in fields.items():
        object.__setattr__(record, name, value)
    return record


def gaussians_with(**changes) -> Gaussians:
    """Five Gaussians, some fields replaced."""
    good = cloud(5)
    return unchecked(Gaussians, **({f.name: getattr(good, f.name) for f in dataclasses.fields(good)} | changes))


def camera_with(**changes) -> Camera:
    """A camera, some fields replaced."""
    good = cameras(1)[0]
    return unchecked(Camera, **({f.name: getattr(good, f.name) for f in dataclasses.fields(good)} | changes))


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"means": torch.zeros(5, 2)}, r"means: expected shape \(..., 5, 3\), got \(5, 2\); "),
        ({"means": torch.zeros(3)}, r"means: expected shape"),
        ({"quats_wxyz": torch.zeros(4, 4)}, r"quats_wxyz: expected shape \(..., 5, 4\), got \(4, 4\); "),
        ({"scales": torch.zeros(5)}, r"scales: expected shape"),
        ({"opacities": torch.zeros(5, 1)}, r"opacities: expected shape \(..., 5\), got \(5, 1\); "),
        ({"colors": torch.zeros(5, 3, dtype=torch.float64)}, r"colors: expected float32, got torch.float64; convert"),
        ({"means": torch.zeros(5, 3, device="meta")}, r"expected device meta|expected tensors on cpu or cuda"),
        ({"opacities": torch.zeros(5, device="meta")}, r"opacities: expected device cpu like means, got meta; move"),
        (
            {"means": torch.zeros(4, 5, 3), "scales": torch.zeros(3, 5, 3)},
            r"expected batch axes that broadcast, got means",
        ),
    ],
)
def test_bad_gaussians(changes, message):
    with pytest.raises(UserError, match=message):
        render(gaussians_with(**changes), cameras(1)[0])


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"camera_from_world": torch.eye(3)}, r"camera_from_world: expected shape \(..., 4, 4\), got \(3, 3\); "),
        ({"intrinsics": torch.eye(4)}, r"intrinsics: expected shape"),
        ({"width": 0}, r"camera.width: expected 1 to 16384 pixels, got 0; "),
        ({"height": 2.5}, r"camera.height: expected"),
        ({"intrinsics": torch.eye(3, requires_grad=True)}, r"intrinsics: expected a tensor without gradient"),
        ({"intrinsics": torch.eye(3) + torch.eye(3).roll(1, 1)}, r"intrinsics: expected no skew"),
    ],
)
def test_bad_camera(changes, message):
    with pytest.raises(UserError, match=message):
        render(cloud(5), camera_with(**changes))


@pytest.mark.parametrize("shape", [(4,), (2, 4), ()])
def test_bad_background(shape):
    with pytest.raises(UserError, match="background: expected shape"):
        render(cloud(5), cameras(1)[0], torch.zeros(shape))


def test_warm_up_does_not_block_and_ends():
    thread = warm_up()
    thread.join(timeout=120)
    assert not thread.is_alive()


def test_a_program_that_ends_meanwhile_waits_for_the_warm_up():
    """A compiler that is cut off at the end of a program aborts it."""
    program = "import time; from lca.render import cpu; cpu._compile = lambda: (time.sleep(0.5), print('done')); cpu.warm_up()"
    ended = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=120, check=True)
    assert ended.stdout == "done\n"
