"""Posed Gaussians -> image: `render(gaussians, camera)`.

The device of the tensors chooses the backend: numba kernels on the CPU, gsplat on CUDA. `reference` is the oracle of both,
in plain torch. All three follow the constants in `conventions`. Gradients flow to every tensor but the intrinsics.
"""

from dataclasses import dataclass
from threading import Thread

import torch
from jaxtyping import Float
from torch import Tensor

from lca.errors import UserError
from lca.geometry.camera import Camera
from lca.geometry.gaussians import Gaussians


@dataclass(frozen=True)
class Rendering:
    """One picture or a batch.

    `image` has the channels of the Gaussians' colours, composited over the background (black if none: premultiplied);
    `alpha` is coverage in [0, 1]; `depth` is the expected z in metres (0 where nothing is hit).
    """

    image: Float[Tensor, "*batch channels height width"]
    alpha: Float[Tensor, "*batch 1 height width"]
    depth: Float[Tensor, "*batch 1 height width"]

    def __getitem__(self, index) -> "Rendering":
        """Index the leading batch axes."""
        return Rendering(self.image[index], self.alpha[index], self.depth[index])


def render(
    gaussians: Gaussians, camera: Camera, background: Float[Tensor, "*batch channels"] | None = None
) -> Rendering:
    """Splat `gaussians` into `camera`'s picture.

    The batch axes of Gaussians, camera and background broadcast: one set and V cameras give V pictures, B sets and B cameras B.

    Raises:
        UserError: shapes that do not fit, a dtype other than float32, tensors on different devices, a skewed camera.
    """
    batch = _check(gaussians, camera, background)
    device = gaussians.means.device
    if background is None:
        background = torch.zeros(gaussians.colors.shape[-1], device=device)
    count, channels = gaussians.colors.shape[-2:]
    tails = (count, 3), (count, 4), (count, 3), (count,), (count, channels)
    pairs = zip(gaussians.tensors(), tails, strict=True)
    sets = Gaussians(*(x.expand(*batch, *tail).reshape(-1, *tail) for x, tail in pairs))
    cameras = Camera(
        camera.camera_from_world.expand(*batch, 4, 4).reshape(-1, 4, 4),
        camera.intrinsics.expand(*batch, 3, 3).reshape(-1, 3, 3),
        camera.width,
        camera.height,
    )
    behind = background.expand(*batch, channels).reshape(-1, channels)
    if device.type == "cpu":
        from lca.render.cpu import rasterise
    else:
        from lca.render.cuda import rasterise
    image, alpha, depth = rasterise(sets, cameras, behind)
    return Rendering(*(x.reshape(*batch, *x.shape[1:]) for x in (image, alpha, depth)))


def warm_up() -> Thread:
    """Compile the CPU kernels in a background thread, so that the first picture does not wait for it."""
    from lca.render.cpu import warm_up as start

    return start()


def _check(gaussians: Gaussians, camera: Camera, background: Tensor | None) -> torch.Size:
    """The common batch shape.

    Raises:
        UserError: see `render`.
    """
    named = dict(zip(("means", "quats_wxyz", "scales", "opacities", "colors"), gaussians.tensors(), strict=True))
    named |= {"camera_from_world": camera.camera_from_world, "intrinsics": camera.intrinsics}
    if background is not None:
        named["background"] = background
    for name, tensor in named.items():
        if tensor.dtype != torch.float32:
            raise UserError(f"{name}: expected float32, got {tensor.dtype}; convert it with .float()")
        if tensor.device != gaussians.means.device:
            where = gaussians.means.device
            raise UserError(
                f"{name}: expected device {where} like means, got {tensor.device}; move it with .to('{where}')"
            )
    if gaussians.means.device.type not in ("cpu", "cuda"):
        raise UserError(f"expected tensors on cpu or cuda, got {gaussians.means.device}; move them with .to('cpu')")
    count = gaussians.means.shape[-2] if gaussians.means.dim() >= 2 else -1
    channels = gaussians.colors.shape[-1] if gaussians.colors.dim() else -1
    tails = {
        "means": (count, 3), "quats_wxyz": (count, 4), "scales": (count, 3), "opacities": (count,),
        "colors": (count, channels), "camera_from_world": (4, 4), "intrinsics": (3, 3), "background": (channels,),
    }  # fmt: skip
    for name, tensor in named.items():
        tail = tails[name]
        if tensor.dim() < len(tail) or tuple(tensor.shape[-len(tail) :]) != tail:
            raise UserError(
                f"{name}: expected shape (..., {', '.join(map(str, tail))}), got {tuple(tensor.shape)}; reshape it"
            )
    for name in ("width", "height"):
        size = getattr(camera, name)
        if not isinstance(size, int) or not 1 <= size <= 16384:
            raise UserError(f"camera.{name}: expected 1 to 16384 pixels, got {size}; choose another picture size")
    if camera.intrinsics.requires_grad:
        raise UserError(
            "intrinsics: expected a tensor without gradient, got requires_grad; detach it (no backend has it)"
        )
    try:
        return torch.broadcast_shapes(*(x.shape[: x.dim() - len(tails[name])] for name, x in named.items()))
    except RuntimeError:
        shapes = ", ".join(f"{name} {tuple(x.shape)}" for name, x in named.items())
        raise UserError(
            f"expected batch axes that broadcast, got {shapes}; use one set, or as many sets as cameras"
        ) from None
