"""What `render` checks before it trusts its input."""

import torch
from torch import Tensor

from lca.errors import UserError
from lca.geometry.camera import Camera
from lca.geometry.gaussians import Gaussians

LARGEST = 16384  # pixels


def common_batch(gaussians: Gaussians, camera: Camera, background: Tensor | None) -> torch.Size:
    """The batch shape that Gaussians, camera and background broadcast to.

    Raises:
        UserError: wrong dtype, device, shape or picture size.
    """
    named = dict(zip(("means", "quats_wxyz", "scales", "opacities", "colors"), gaussians.tensors(), strict=True))
    named |= {"camera_from_world": camera.camera_from_world, "intrinsics": camera.intrinsics}
    if background is not None:
        named["background"] = background
    _check_kind(named)
    batches = _check_shapes(named)
    _check_camera(camera)
    try:
        return torch.broadcast_shapes(*batches)
    except RuntimeError:
        shapes = ", ".join(f"{name} {tuple(x.shape)}" for name, x in named.items())
        raise UserError(
            f"expected batch axes that broadcast, got {shapes}; use one set, or as many as cameras"
        ) from None


def _check_kind(named: dict[str, Tensor]) -> None:
    device = named["means"].device
    if device.type not in ("cpu", "cuda"):
        raise UserError(f"expected tensors on cpu or cuda, got {device}; move them with .to('cpu')")
    for name, tensor in named.items():
        if tensor.dtype != torch.float32:
            raise UserError(f"{name}: expected float32, got {tensor.dtype}; convert it with .float()")
        if tensor.device != device:
            raise UserError(
                f"{name}: expected device {device} like means, got {tensor.device}; move it with .to('{device}')"
            )


def _check_shapes(named: dict[str, Tensor]) -> list[torch.Size]:
    """Batch axes of each tensor."""
    count = named["means"].shape[-2] if named["means"].dim() > 1 else "gaussians"
    channels = named["colors"].shape[-1] if named["colors"].dim() > 1 else "channels"
    tails = {
        "means": (count, 3),
        "quats_wxyz": (count, 4),
        "scales": (count, 3),
        "opacities": (count,),
        "colors": (count, channels),
        "camera_from_world": (4, 4),
        "intrinsics": (3, 3),
        "background": (channels,),
    }
    for name, tensor in named.items():
        tail = tails[name]
        if tuple(tensor.shape[-len(tail) :]) != tail:
            wanted = ", ".join(map(str, ("...", *tail)))
            raise UserError(f"{name}: expected shape ({wanted}), got {tuple(tensor.shape)}; reshape it")
    return [tensor.shape[: tensor.dim() - len(tails[name])] for name, tensor in named.items()]


def _check_camera(camera: Camera) -> None:
    for name in ("width", "height"):
        size = getattr(camera, name)
        if not isinstance(size, int) or not 1 <= size <= LARGEST:
            raise UserError(f"camera.{name}: expected 1 to {LARGEST} pixels, got {size}; choose another picture size")
    if camera.intrinsics.requires_grad:
        raise UserError("intrinsics: expected a tensor without gradient, got one with; detach it (no backend has it)")
    if camera.intrinsics[..., 0, 1].any():
        raise UserError("intrinsics: expected no skew, got a nonzero entry (0, 1); rectify the camera")
