"""Examples of smaller pictures: for networks that are to train in minutes, on the captures that larger ones train on."""

from dataclasses import replace

from torch import Tensor
from torch.nn import functional as F

from lca.data.batch import Batch, Targets, stack

SHRINKS = (1, 8)
"""Least and most pixels that become one, along a side."""


def shrunk(batch: Batch, by: int) -> Batch:
    """The same example, or batch, with every `by` x `by` pixels of photos and targets averaged to one; cameras follow."""
    if by == 1:
        return batch
    return replace(
        batch,
        photos=batch.photos.map(lambda pictures: _averaged(pictures, by)),
        body_canonical=_thinned(batch.body_canonical, by),
        face_canonical=_thinned(batch.face_canonical, by),
        targets=_targets(batch.targets, by),
        code_faces=_averaged(batch.code_faces, by),
    )


def stack_shrunk(examples: list[Batch], by: int) -> Batch:
    """Collate what is shrunk."""
    return stack([shrunk(example, by) for example in examples])


def _targets(targets: Targets, by: int) -> Targets:
    pictures = {name: _averaged(getattr(targets, name), by) for name in ("image", "mask", "face", "face_mask")}
    rows = targets.intrinsics.new_tensor([1.0 / by, 1.0 / by, 1.0])[:, None]
    return replace(
        targets, **pictures, intrinsics=rows * targets.intrinsics, face_intrinsics=rows * targets.face_intrinsics
    )


def _averaged(pictures: Tensor, by: int) -> Tensor:
    return F.avg_pool2d(pictures.flatten(0, -4), by).unflatten(0, pictures.shape[:-3])


def _thinned(maps: tuple[Tensor, Tensor], by: int) -> tuple[Tensor, Tensor]:
    """Canonical points are never blended: one pixel in `by` x `by` is kept."""
    points, valid = maps
    return points[..., ::by, ::by], valid[..., ::by, ::by]
