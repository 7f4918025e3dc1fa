"""Skinning on the CPU in float32: numba kernels behind a torch.autograd.Function."""

import math

import numpy as np
import torch
from jaxtyping import Float, Int
from numpy import ndarray
from torch import Tensor

from lca.errors import UserError
from lca.geometry.kernels.skinning import CHUNK, skin_all, unskin_all
from lca.kernels.lanes import WIDTH
from lca.kernels.runtime import launching

LAST = (2, 2, 3, 2, 2)
"""Axes of points, quats, transforms, indices and weights behind those of the batch."""
LIGHTER = 4
"""Points are skinned in the time that the unit of work of `launching` takes."""


def items(tensor: Tensor, last: int, whole: bool) -> ndarray:
    """The batch axes as one; the last ones as they are if `whole`, else as one too. Contiguous."""
    batch, rest = tensor.shape[: tensor.ndim - last], tensor.shape[tensor.ndim - last :]
    shape = (math.prod(batch), *(rest if whole else [math.prod(rest)]))
    return tensor.detach().reshape(shape).contiguous().numpy()


def flattened(tensors: tuple[Tensor, ...]) -> tuple[ndarray, ...]:
    """The inputs as the kernels read them."""
    return tuple(items(x, last, whole=i > 2) for i, (x, last) in enumerate(zip(tensors, LAST, strict=True)))


def rows_of(batches: list[torch.Size], batch: torch.Size) -> ndarray:
    """(inputs, items): the row of each input that an item of the common batch takes."""
    return np.stack([np.broadcast_to(np.arange(own.numel()).reshape(own), batch).reshape(-1) for own in batches])


class Skin(torch.autograd.Function):
    """Points and quaternions (none: no Gaussians), transforms, indices, weights -> posed points and quaternions."""

    @staticmethod
    def forward(ctx, *tensors):
        """Every input has batch axes of its own, which broadcast."""
        batches = [x.shape[: x.ndim - last] for x, last in zip(tensors, LAST, strict=True)]
        batch = torch.broadcast_shapes(*batches)
        ctx.save_for_backward(*tensors)
        ctx.rows = rows_of(batches, batch)
        outputs = [x.new_empty(*batch, *x.shape[-2:]) for x in tensors[:2]]
        for i, output in enumerate(outputs):
            if not (ctx.needs_input_grad[i] or ctx.needs_input_grad[2] or ctx.needs_input_grad[4]):
                ctx.mark_non_differentiable(output)
        with launching(batch.numel() * tensors[0].shape[-2] // LIGHTER) as threads:
            known = np.ones(threads, np.bool_)
            flat = tuple(items(x, 2, whole=False) for x in outputs)
            skin_all(threads, flattened(tensors), ctx.rows, flat, known)
        if not known.all():
            low, high = tensors[3].aminmax()
            raise UserError(
                f"expected skinning indices from 0 to {tensors[2].shape[-3] - 1} (one a joint), got {low} to {high}: "
                "they belong to another skeleton, or the file is damaged"
            )
        return tuple(outputs)

    @staticmethod
    @torch.autograd.function.once_differentiable
    def backward(ctx, *given):
        """Analytic gradients of everything but the indices."""
        points, quats, transforms, _, weights = tensors = ctx.saved_tensors
        _, _, of_transforms, _, of_weights = ctx.needs_input_grad
        batch, (count, influences) = given[0].shape[:-2], weights.shape[-2:]
        chunks = -(-count // (CHUNK * WIDTH)) if of_transforms or of_weights else 0
        outputs = [x.new_empty(*batch, *x.shape[-2:]) for x in (points, quats)]
        outputs.append(weights.new_empty(*batch, count if of_weights else 0, influences))
        partial = transforms.new_empty(*batch, chunks, *transforms.shape[-3:])
        flat = [items(x, 2, whole=i == 2) for i, x in enumerate(outputs)]
        with launching(batch.numel() * count // LIGHTER) as threads:
            unskin_all(
                threads, flattened(tensors), ctx.rows, tuple(items(x, 2, whole=False) for x in given), tuple(flat),
                items(partial.flatten(-3), 2, whole=True),
            )  # fmt: skip
        return (
            outputs[0].sum_to_size(points.shape),
            outputs[1].sum_to_size(quats.shape),
            partial.sum(-4).sum_to_size(transforms.shape) if of_transforms else None,
            None,
            outputs[2].sum_to_size(weights.shape) if of_weights else None,
        )


def skin_fused(
    points: Float[Tensor, "*#batch points 3"],
    quats_wxyz: Float[Tensor, "*#batch turned columns"],
    transforms: Float[Tensor, "*#batch joints 4 4"],
    indices: Int[Tensor, "*#batch points influences"],
    weights: Float[Tensor, "*#batch points influences"],
) -> tuple[Float[Tensor, "*batch points 3"], Float[Tensor, "*batch turned columns"]]:
    """Posed points and quaternions; `quats_wxyz` is as long as `points`, or of shape (0, 0) if nothing turns.

    Raises:
        UserError: the sizes differ, or an index names no joint.
    """
    lengths = [x.shape[-2] for x in (points, indices, weights)] + [quats_wxyz.shape[-2]] * (quats_wxyz.shape[-1] > 0)
    if len(set(lengths)) > 1 or indices.shape[-1] != weights.shape[-1]:
        raise UserError(
            f"expected skinning indices and weights for each of {points.shape[-2]} points, got shapes "
            f"{tuple(indices.shape)} and {tuple(weights.shape)}"
        )
    return Skin.apply(points, quats_wxyz, transforms, indices.long(), weights)
