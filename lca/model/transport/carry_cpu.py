"""Colour transport on the CPU in float32: numba kernels behind a torch.autograd.Function."""

import numpy as np
import torch
from jaxtyping import Float, Int
from numpy import ndarray
from torch import Tensor

from lca.kernels.runtime import launching
from lca.model.kernels.carry import FEATURE, carry_all, carry_back
from lca.model.kernels.nearest import NEIGHBOURS
from lca.model.template import Template
from lca.model.transport.nearest import table_of

INSIDE = 0.6
"""Of a pixel must be the person's, to be carried."""


def foreground(masks: Float[Tensor, "images 1 height width"]) -> Int[Tensor, "pixels 3"]:
    """(image, row, column) of every pixel that is carried."""
    return (masks[:, 0] > INSIDE).nonzero()


class CarryPixels(torch.autograd.Function):
    """Maps of pictures, and the pictures -> sums at the Gaussians of each person."""

    @staticmethod
    def forward(ctx, maps, pictures, pixels, template, size):
        """`maps` (images, rows, columns, channels); `pixels` (image, row, column) in order; `size` is (people, views)."""
        people, views = size
        ctx.pixels, ctx.template, ctx.views = pixels.numpy(), template, views
        ctx.found = np.empty((len(pixels), NEIGHBOURS), np.int32)
        ctx.save_for_backward(maps, pictures)
        sums = maps.new_zeros(people, len(template.points), maps.shape[-1] - FEATURE + 7)
        with launching(len(pixels)) as threads:
            firsts = _firsts(ctx.pixels[:, 0] // views, people)
            cloud = template.points.numpy(), template.spacing.numpy()
            carry_all(
                threads, firsts, ctx.pixels, maps.numpy(), pictures.numpy(), cloud, table_of(template), ctx.found, sums.numpy()
            )  # fmt: skip
        return sums

    @staticmethod
    @torch.autograd.function.once_differentiable
    def backward(ctx, given):
        """The analytic gradient of the maps; pictures have none."""
        maps, pictures = ctx.saved_tensors
        output = torch.zeros_like(maps)
        with launching(len(ctx.pixels)) as threads:
            firsts = _firsts(ctx.pixels[:, 0], len(maps))
            cloud = ctx.template.points.numpy(), ctx.template.spacing.numpy()
            carry_back(
                threads, firsts, ctx.views, ctx.pixels, maps.numpy(), pictures.numpy(), cloud, ctx.found,
                given.contiguous().numpy(), output.numpy(),
            )  # fmt: skip
        return output, None, None, None, None


def _firsts(owners: ndarray, count: int) -> ndarray:
    """Where the pixels of each owner begin, and where the last one's end."""
    return np.searchsorted(owners, np.arange(count + 1))


def carry_fused(
    maps: Float[Tensor, "images rows columns channels"],
    pictures: Float[Tensor, "images 3 height width"],
    masks: Float[Tensor, "images 1 height width"],
    template: Template,
    size: tuple[int, int],
) -> Float[Tensor, "people gaussians sums"]:
    """Sums (colour, feature, residual, 1), weighted, over the foreground pixels; `maps` as `lca.model.kernels.carry` reads them,
    `size` is (people, views of each)."""
    return CarryPixels.apply(
        maps.float().contiguous(), pictures.detach().float().contiguous(), foreground(masks), template, size
    )
