"""`lca bench render`: the rasteriser against its plain-torch twin, on a standing person.

A time is the median of repeats taken in turns, so that whatever else the machine does meets both alike.
"""

import math
import statistics
import time
from collections.abc import Callable

import torch
from torch import Tensor

from lca.geometry.camera import Camera, orbit
from lca.geometry.gaussians import Gaussians
from lca.render import render
from lca.render.reference import render_tiled

CASES = {"8k_256": (8_000, 256), "20k_256": (20_000, 256), "20k_512": (20_000, 512), "64k_512": (64_000, 512)}
# (from, to, radius) in metres: head, trunk, hips, arms, legs of a person 1.75 m tall, arms a little away from the body
CAPSULES = (
    ((0.0, 0.68, 0.0), (0.0, 0.78, 0.02), 0.10),
    ((0.0, 0.05, 0.0), (0.0, 0.45, 0.0), 0.16),
    ((-0.08, -0.05, 0.0), (0.08, -0.05, 0.0), 0.13),
    ((0.18, 0.45, 0.0), (0.45, -0.05, 0.05), 0.05),
    ((-0.18, 0.45, 0.0), (-0.45, -0.05, 0.05), 0.05),
    ((0.10, -0.10, 0.0), (0.16, -0.85, 0.0), 0.075),
    ((-0.10, -0.10, 0.0), (-0.16, -0.85, 0.0), 0.075),
)


def standing_person(count: int, seed: int = 0) -> Gaussians:
    """`count` flat Gaussians with rounded edges on the surface of a standing person of capsules."""
    random = torch.Generator().manual_seed(seed)
    ends = torch.tensor([[a, b] for a, b, _ in CAPSULES])
    radii = torch.tensor([radius for _, _, radius in CAPSULES])
    lengths = (ends[:, 1] - ends[:, 0]).norm(dim=-1)
    areas = 2 * math.pi * radii * (lengths + 2 * radii)
    part = torch.multinomial(areas, count, replacement=True, generator=random)
    along = torch.rand(count, 1, generator=random)
    normals = torch.nn.functional.normalize(torch.randn(count, 3, generator=random), dim=-1)
    means = torch.lerp(ends[part, 0], ends[part, 1], along) + radii[part, None] * normals
    spacing = math.sqrt(areas.sum().item() / count)
    scales = spacing * torch.exp(0.25 * torch.randn(count, 3, generator=random) - 0.4) * torch.tensor([1.0, 1.0, 0.2])
    to_normal = torch.stack([1 + normals[:, 2], -normals[:, 1], normals[:, 0], torch.zeros(count)], -1)
    opacities = torch.sigmoid(torch.randn(count, generator=random) + 2)
    return Gaussians(means, to_normal, scales, opacities, torch.rand(count, 3, generator=random))


def _leaves(gaussians: Gaussians, camera: Camera) -> tuple[Gaussians, Camera]:
    leaves = gaussians.map(lambda x: x.clone().requires_grad_())
    matrix = camera.camera_from_world.clone().requires_grad_()
    return leaves, Camera(matrix, camera.intrinsics, camera.width, camera.height)


def _fast(gaussians: Gaussians, camera: Camera) -> tuple[Tensor, Tensor]:
    rendering = render(gaussians, camera)
    return rendering.image, rendering.alpha


def _plain(gaussians: Gaussians, camera: Camera) -> tuple[Tensor, Tensor]:
    image, alpha, _ = render_tiled(gaussians, camera)
    return image, alpha


def _forward(renderer: Callable, gaussians: Gaussians, camera: Camera) -> None:
    with torch.no_grad():
        renderer(gaussians, camera)


def _both(renderer: Callable, gaussians: Gaussians, camera: Camera) -> None:
    image, alpha = renderer(*_leaves(gaussians, camera))
    (image.square().sum() + alpha.sum()).backward()


def _milliseconds(call: Callable, repeats: int) -> list[float]:
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        call()
        times.append(1e3 * (time.perf_counter() - start))
    return times


def bench_case(count: int, size: int, rounds: int = 3, repeats: int = 7) -> dict[str, float]:
    """Frames a second and ratios to the plain-torch twin for `count` Gaussians at `size` x `size` pixels, RGB and alpha."""
    gaussians, camera = standing_person(count), orbit(0.5, distance=3.6, size=size)
    times: dict[str, list[float]] = {name: [] for name in ("forward", "both", "plain_forward", "plain_both")}
    for _ in range(rounds):
        times["forward"] += _milliseconds(lambda: _forward(_fast, gaussians, camera), repeats)
        times["plain_forward"] += _milliseconds(lambda: _forward(_plain, gaussians, camera), 1)
        times["both"] += _milliseconds(lambda: _both(_fast, gaussians, camera), repeats)
        times["plain_both"] += _milliseconds(lambda: _both(_plain, gaussians, camera), 1)
    middle = {name: statistics.median(values) for name, values in times.items()}
    return {
        "forward_ms": round(middle["forward"], 2),
        "both_ms": round(middle["both"], 2),
        "forward_fps": round(1e3 / middle["forward"], 1),
        "both_fps": round(1e3 / middle["both"], 1),
        "forward_ratio": round(middle["plain_forward"] / middle["forward"], 1),
        "both_ratio": round(middle["plain_both"] / middle["both"], 1),
    }


def bench() -> dict[str, dict[str, float]]:
    """One JSON-able entry a case; the keys are Gaussians_pixels."""
    bench_case(64, 32, rounds=1)
    return {name: bench_case(count, size) for name, (count, size) in CASES.items()}
