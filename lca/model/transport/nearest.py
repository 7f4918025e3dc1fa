"""The Gaussians nearest to given canonical points: one fused search on the CPU, plain torch elsewhere."""

import math
from weakref import WeakKeyDictionary

import numpy as np
import torch
from jaxtyping import Float
from numpy import ndarray
from torch import Tensor

from lca.kernels.runtime import launching
from lca.model.kernels.nearest import NEIGHBOURS, list_anchors, nearest_all
from lca.model.template import Template

CELL = 0.04
"""Metres: the edge of a cell that knows which anchors may be nearest to its points."""
MARGIN = 0.1
"""Metres from the outermost anchors to the end of the grid."""
MOST = 48
"""Anchors that a cell remembers; in cells of more, all anchors are asked."""

Table = tuple[ndarray | np.floating, ...]
"""What the search reads (`lca.model.kernels.nearest`): anchors by axis; the grid's origin, edge and shape; how many anchors each
cell lists, and which; by anchor, its candidates' places by axis, and the candidates."""


@torch.no_grad()
def nearest_gaussians(points: Float[Tensor, "pixels 3"], template: Template) -> Tensor:
    """Indices (pixels, NEIGHBOURS) of the nearest Gaussians, nearest first, among the candidates of the nearest
    anchor."""
    if points.is_cuda:
        return search(points, template)
    found = np.empty((len(points), NEIGHBOURS), np.int64)
    with launching(len(points)) as threads:
        nearest_all(threads, points.contiguous().numpy(), table_of(template), found)
    return torch.from_numpy(found)


def search(points: Float[Tensor, "pixels 3"], template: Template) -> Tensor:
    """The same in torch: the readable twin, and what runs on CUDA."""
    anchor = torch.cdist(points, template.anchors).argmin(-1)
    candidates = template.candidates[anchor]
    distance = ((points[:, None] - template.points[candidates]) ** 2).sum(-1)
    return candidates.gather(1, distance.topk(NEIGHBOURS, largest=False).indices)


def table_of(template: Template) -> Table:
    """What the fused search reads, made once for a template on the CPU."""
    if template not in _tables:
        _tables[template] = _make_table(template)
    return _tables[template]


_tables: WeakKeyDictionary[Template, Table] = WeakKeyDictionary()


def _make_table(template: Template) -> Table:
    anchors = np.ascontiguousarray(template.anchors.numpy().T)
    low, high = anchors.min(1) - MARGIN, anchors.max(1) + MARGIN
    shape = np.ceil((high - low) / CELL).astype(np.int64)
    counts, members = np.zeros(shape.prod(), np.int32), np.zeros((shape.prod(), MOST), np.int32)
    grid = low.astype(np.float32), np.float32(CELL), shape
    reach = np.float32(math.sqrt(3.0) * CELL + 1e-4)
    with launching(counts.size) as threads:
        list_anchors(threads, anchors, *grid, reach, counts, members)
    candidates = template.candidates.numpy()
    around = np.ascontiguousarray(template.points.numpy()[candidates].transpose(0, 2, 1))
    return anchors, *grid, counts, members, around, candidates
