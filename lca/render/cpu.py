"""The CPU backend: numba kernels behind a torch.autograd.Function."""

import threading

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor

from lca.geometry.camera import Camera, orbit
from lca.geometry.gaussians import Gaussians
from lca.kernels.runtime import launching
from lca.render.views import Arrays, ViewArrays, differentiate, draw, lens_of, prepare


def _view(i: int, tensors: list[Tensor], intrinsics: Tensor, size: tuple[int, int]) -> ViewArrays:
    means, quats, scales, opacities, colors, matrix, background = (np.ascontiguousarray(x[i].numpy()) for x in tensors)
    lens = lens_of(intrinsics[i].numpy(), *size)
    return ViewArrays(means, quats, scales, opacities, colors, matrix, background, lens)


def _work(means: Tensor, size: tuple[int, int]) -> int:
    return means.shape[1] + size[0] * size[1] // 16


def _planes(i: int, image: Tensor, alpha: Tensor, depth: Tensor) -> Arrays:
    return image[i].numpy(), alpha[i, 0].numpy(), depth[i, 0].numpy()


class Rasterise(torch.autograd.Function):
    """(B, ...) Gaussians, view matrices and backgrounds -> image (B, C, H, W), alpha and depth (B, 1, H, W)."""

    @staticmethod
    def forward(ctx, means, quats, scales, opacities, colors, matrices, background, intrinsics, size):
        """Draw each pair of Gaussians and camera; `size` is (width, height)."""
        tensors = [x.detach() for x in (means, quats, scales, opacities, colors, matrices, background)]
        width, height = size
        image = tensors[6][:, :, None, None].expand(-1, -1, height, width).contiguous()
        alpha, depth = torch.zeros(len(means), 1, height, width), torch.zeros(len(means), 1, height, width)
        ctx.drawings, ctx.intrinsics, ctx.size = [], intrinsics, size
        with launching(_work(means, size)) as threads:
            for i in range(len(means)):
                view = _view(i, tensors, intrinsics, size)
                drawing = prepare(threads, view)
                draw(threads, view, drawing, _planes(i, image, alpha, depth))
                if any(ctx.needs_input_grad):
                    ctx.drawings.append(drawing)
        ctx.save_for_backward(*tensors, image, alpha, depth)
        ctx.set_materialize_grads(False)
        return image, alpha, depth

    @staticmethod
    @torch.autograd.function.once_differentiable
    def backward(ctx, of_image, of_alpha, of_depth):
        """Analytic gradients of everything but the intrinsics."""
        *tensors, image, alpha, depth = ctx.saved_tensors
        pairs = zip((of_image, of_alpha, of_depth), (image, alpha, depth), strict=True)
        given = [torch.zeros_like(like) if x is None else x.contiguous() for x, like in pairs]
        outputs = [torch.empty(x.shape) for x in tensors[:6]]
        with launching(_work(tensors[0], ctx.size)) as threads:
            for i, drawing in enumerate(ctx.drawings):
                view = _view(i, tensors, ctx.intrinsics, ctx.size)
                picture, gradients = _planes(i, image, alpha, depth), _planes(i, *given)
                parts = differentiate(threads, view, drawing, picture, gradients, of_depth is not None)
                for output, part in zip(outputs, parts, strict=True):
                    output[i] = torch.from_numpy(part)
        behind = None
        if ctx.needs_input_grad[6]:
            behind = torch.einsum("b c h w, b z h w -> b c", given[0], 1 - alpha)
        return *outputs, behind, None, None


def rasterise(
    gaussians: Gaussians, camera: Camera, background: Float[Tensor, "batch channels"]
) -> tuple[
    Float[Tensor, "batch channels height width"],
    Float[Tensor, "batch 1 height width"],
    Float[Tensor, "batch 1 height width"],
]:
    """Pairs of Gaussians and cameras, one batch axis each -> (image, alpha, depth)."""
    size = camera.width, camera.height
    return Rasterise.apply(*gaussians.tensors(), camera.camera_from_world, background, camera.intrinsics, size)


def _compile() -> None:
    camera = orbit(0.0, size=32)
    means = torch.zeros(1, 4, 3, requires_grad=True)
    gaussians = Gaussians(means, torch.ones(1, 4, 4), torch.full((1, 4, 3), 0.1), torch.ones(1, 4), torch.ones(1, 4, 3))
    batched = Camera(camera.camera_from_world[None], camera.intrinsics[None], 32, 32)
    image, _, _ = rasterise(gaussians, batched, torch.zeros(1, 3))
    image.sum().backward()


def warm_up() -> threading.Thread:
    """Compile (seconds, once) or load (a fraction of a second) the kernels for RGB in a background thread. A program that ends
    meanwhile waits for it: a compiler that is cut off aborts the process."""
    thread = threading.Thread(target=_compile, name="lca-render-warm-up")
    thread.start()
    return thread
