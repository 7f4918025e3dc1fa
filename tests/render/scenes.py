"""Small random scenes that every test of the renderer shares."""

import torch

from lca.geometry.camera import Camera, orbit
from lca.geometry.gaussians import Gaussians


def cloud(count: int, channels: int = 3, seed: int = 0, batch: tuple[int, ...] = ()) -> Gaussians:
    """Anisotropic Gaussians about the origin, some large, some faint, some almost opaque."""
    random = torch.Generator().manual_seed(seed)
    shape = (*batch, count)
    return Gaussians(
        torch.randn(*shape, 3, generator=random) * 0.25,
        torch.randn(*shape, 4, generator=random),
        torch.exp(torch.randn(*shape, 3, generator=random) * 0.6 - 3.5),
        torch.rand(*shape, generator=random),
        torch.rand(*shape, channels, generator=random),
    )


def cameras(views: int, size: tuple[int, int] = (72, 56)) -> Camera:
    """A ring of cameras."""
    ring = [orbit(0.4 + 0.9 * i, elevation=0.1 * i, size=size) for i in range(views)]
    matrices, intrinsics = (torch.stack([getattr(c, n) for c in ring]) for n in ("camera_from_world", "intrinsics"))
    return Camera(matrices, intrinsics, *size)


def double(gaussians: Gaussians) -> Gaussians:
    """The same set in double precision."""
    return gaussians.map(lambda x: x.detach().double())
