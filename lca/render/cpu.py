"""The CPU backend: numba kernels behind a torch.autograd.Function."""

import threading
from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor

from lca.geometry.camera import Camera, orbit
from lca.geometry.gaussians import Gaussians
from lca.render import conventions as k
from lca.render.binning import accumulate, count_tiles, fill_tiles, sort_by_depth
from lca.render.projection import CHUNKS, project_all
from lca.render.projection_backward import unproject_all
from lca.render.runtime import launching
from lca.render.tiles import blend_all
from lca.render.tiles_backward import MOMENTS, differentiate_all


@dataclass(frozen=True)
class Drawing:
    """What the backward pass needs of one view: ellipses and the lists of entries (see `lca.render.binning`)."""

    ellipses: np.ndarray
    depths: np.ndarray
    starts: np.ndarray
    entries: np.ndarray
    slots: np.ndarray


def channel_groups(channels: int) -> list[slice]:
    """Channels that one pass draws: all if there are up to four, else seven at a time (three and four are specialised)."""
    size = channels if 0 < channels <= 4 else 7
    return [slice(first, min(first + size, channels)) for first in range(0, max(channels, 1), size)]


def padded_width(channels: int) -> int:
    """Number of channels of the kernel that draws a group, so that few kernels are compiled."""
    return 3 if channels <= 3 else 4 if channels == 4 else 7


def features_of(colors: np.ndarray, depths: np.ndarray) -> np.ndarray:
    """Colours, zeros up to the kernel's width, and the depth: (gaussians, width + 1)."""
    features = np.zeros((len(colors), padded_width(colors.shape[1]) + 1), np.float32)
    features[:, : colors.shape[1]] = colors
    features[:, -1] = depths
    return features


def lens_of(intrinsics: np.ndarray, width: int, height: int) -> tuple[np.float32, ...]:
    """(fx, fy, cx, cy, width, height)."""
    numbers = intrinsics[0, 0], intrinsics[1, 1], intrinsics[0, 2], intrinsics[1, 2], width, height
    return tuple(np.float32(number) for number in numbers)


def prepare(threads: int, inputs: tuple[np.ndarray, ...], view: np.ndarray, lens: tuple[np.float32, ...]) -> Drawing:
    """Project, sort and bin the Gaussians of one view."""
    count, columns, rows = len(inputs[0]), -(-int(lens[4]) // k.TILE), -(-int(lens[5]) // k.TILE)
    ellipses, depths, boxes = np.empty((count, 8), np.float32), np.empty(count, np.float32), np.empty((count, 4), np.int32)
    project_all(threads, *inputs, view, lens, ellipses, depths, boxes)
    order = sort_by_depth(depths, boxes)
    counts, slots = np.empty((threads, columns * rows), np.int32), np.empty(count + 1, np.int32)
    starts = np.empty(columns * rows + 1, np.int32)
    count_tiles(threads, order, boxes, columns, counts)
    entries = np.empty((accumulate(order, boxes, counts, starts, slots), 2), np.int32)
    fill_tiles(threads, order, boxes, columns, counts, slots, entries)
    return Drawing(ellipses, depths, starts, entries, slots)


def draw(threads: int, drawing: Drawing, colors: np.ndarray, background: np.ndarray, picture: tuple[np.ndarray, ...]) -> None:
    """Fill (image, alpha, depth) of one view."""
    for group in channel_groups(colors.shape[1]):
        features = features_of(colors[:, group], drawing.depths)
        width = (0,) * features.shape[1]
        counter = np.zeros(1, np.int64)
        blend_all(
            threads, counter, drawing.starts, drawing.entries, drawing.ellipses, features, width, picture[1].shape,
            background[group], (picture[0][group].reshape(-1), picture[1].reshape(-1), picture[2].reshape(-1)),
        )  # fmt: skip


class Rasterise(torch.autograd.Function):
    """(B, ...) Gaussians, cameras and backgrounds -> image (B, C, H, W), alpha and depth (B, H, W)."""

    @staticmethod
    def forward(ctx, means, quats, scales, opacities, colors, views, background, intrinsics, size):
        """Draw each pair of Gaussians and camera; `size` is (width, height)."""
        width, height = size
        tensors = [x.detach() for x in (means, quats, scales, opacities, colors, views, background)]
        batch, channels = len(means), colors.shape[-1]
        image, alpha, depth = (torch.empty(batch, n, height, width) for n in (channels, 1, 1))
        keep, ctx.drawings, ctx.lenses = any(ctx.needs_input_grad), [], []
        with launching() as threads:
            for i in range(batch):
                *inputs, color, view, behind = (np.ascontiguousarray(x[i].numpy()) for x in tensors)
                lens = lens_of(intrinsics[i].numpy(), width, height)
                drawing = prepare(threads, tuple(inputs), view, lens)
                draw(threads, drawing, color, behind, (image[i].numpy(), alpha[i, 0].numpy(), depth[i, 0].numpy()))
                if keep:
                    ctx.drawings.append(drawing)
                    ctx.lenses.append(lens)
        ctx.save_for_backward(*tensors, image, alpha, depth)
        ctx.set_materialize_grads(False)
        return image, alpha, depth

    @staticmethod
    def backward(ctx, of_image, of_alpha, of_depth):
        """Analytic gradients of everything but the intrinsics."""
        *tensors, image, alpha, depth = ctx.saved_tensors
        given = [x.detach().contiguous() if x is not None else None for x in (of_image, of_alpha, of_depth)]
        with_depth = of_depth is not None
        for i, like in enumerate((image, alpha, depth)):
            given[i] = torch.zeros_like(like) if given[i] is None else given[i]
        outputs = [torch.empty(x.shape) for x in tensors[:5]] + [torch.zeros(tensors[5].shape)]
        with launching() as threads:
            for i, (drawing, lens) in enumerate(zip(ctx.drawings, ctx.lenses, strict=True)):
                arrays = [np.ascontiguousarray(x[i].numpy()) for x in tensors]
                picture = image[i].numpy(), alpha[i, 0].numpy(), depth[i, 0].numpy()
                gradients = given[0][i].numpy(), given[1][i, 0].numpy(), given[2][i, 0].numpy()
                view_gradient = differentiate(
                    threads, drawing, arrays, lens, picture, gradients, with_depth, [x[i].numpy() for x in outputs[:5]]
                )
                outputs[5][i, :3] = torch.from_numpy(view_gradient)
        behind = None
        if ctx.needs_input_grad[6]:
            behind = torch.einsum("b c h w, b h w -> b c", given[0], 1 - alpha[:, 0])
        return *outputs, behind, None, None


def differentiate(threads, drawing, arrays, lens, picture, gradients, with_depth, outputs) -> np.ndarray:
    """Fill the gradients of one view's Gaussians; returns that of the top three rows of the view matrix."""
    *inputs, colors, view, background = arrays
    image, alpha, depth = picture
    total_view = np.zeros((3, 4))
    for i, group in enumerate(channel_groups(colors.shape[1])):
        channels = len(range(*group.indices(colors.shape[1])))
        features = features_of(colors[:, group], drawing.depths)
        deep = with_depth and i == 0
        # a padded group is drawn with its padding: then the depth column takes part, without gradient
        padded = features.shape[1] - 1 != channels
        width = (0,) * (features.shape[1] if deep or padded else features.shape[1] - 1)
        rows = np.empty((len(drawing.entries), MOMENTS + len(width)), np.float32)
        of_image, of_alpha, of_depth = gradients
        if i:
            of_alpha, of_depth = np.zeros_like(of_alpha), np.zeros_like(of_depth)
        differentiate_all(
            threads, np.zeros(1, np.int64), drawing.starts, drawing.entries, drawing.ellipses, features, width,
            alpha.shape, background[group], tuple(x.reshape(-1) for x in (image[group], alpha, depth)),
            tuple(x.reshape(-1) for x in (of_image[group], of_alpha, of_depth)), rows,
        )  # fmt: skip
        filled = outputs if i == 0 else [np.empty_like(x) for x in outputs]
        of_colors = np.empty((len(colors), len(width) - (1 if deep or padded else 0)), np.float32)
        of_views = np.empty((CHUNKS, 3, 4))
        unproject_all(
            threads, rows, drawing.slots, deep or padded, tuple(inputs), view, lens, drawing.ellipses,
            tuple(filled[:4]), of_colors, of_views,
        )  # fmt: skip
        outputs[4][:, group] = of_colors[:, :channels]
        total_view += of_views.sum(0)
        if i:
            for total, part in zip(outputs[:4], filled[:4], strict=True):
                total += part
    return total_view


def rasterise(
    gaussians: Gaussians, camera: Camera, background: Float[Tensor, "batch channels"]
) -> tuple[Float[Tensor, "batch channels height width"], Float[Tensor, "batch 1 height width"], Float[Tensor, "batch 1 height width"]]:
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
    """Compile (seconds, once) or load (a fifth of a second) the kernels for RGB in a background thread."""
    thread = threading.Thread(target=_compile, name="lca-render-warm-up", daemon=True)
    thread.start()
    return thread
