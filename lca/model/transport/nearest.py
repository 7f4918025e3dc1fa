"""The Gaussians nearest to given canonical points: one fused search on the CPU, plain torch elsewhere."""

from concurrent.futures import ThreadPoolExecutor
from typing import no_type_check

import numpy as np
import torch
from jaxtyping import Float
from numba import njit
from torch import Tensor

from lca.model.template import Template

NEIGHBOURS = 4


@torch.no_grad()
def nearest_gaussians(points: Float[Tensor, "pixels 3"], template: Template) -> Tensor:
    """Indices (pixels, NEIGHBOURS) of the nearest Gaussians, nearest first, among the candidates of the nearest
    anchor."""
    if points.is_cuda:
        return search(points, template)
    found = np.empty((len(points), NEIGHBOURS), np.int64)
    anchors, candidates = template.anchors.numpy().T.copy(), template.candidates.numpy()
    around = np.ascontiguousarray(template.points.numpy()[candidates].transpose(0, 2, 1))
    threads = torch.get_num_threads()
    shares = zip(np.array_split(points.contiguous().numpy(), threads), np.array_split(found, threads), strict=True)
    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(lambda share: _search(share[0], anchors, candidates, around, share[1]), shares))
    return torch.from_numpy(found)


def search(points: Float[Tensor, "pixels 3"], template: Template) -> Tensor:
    """The same in torch: the readable twin, and what runs on CUDA."""
    anchor = torch.cdist(points, template.anchors).argmin(-1)
    candidates = template.candidates[anchor]
    distance = ((points[:, None] - template.points[candidates]) ** 2).sum(-1)
    return candidates.gather(1, distance.topk(NEIGHBOURS, largest=False).indices)


@njit(cache=True, nogil=True, fastmath=True, error_model="numpy")
@no_type_check
def _search(points, anchors, candidates, around, found):
    """Buffers of distances first, minima after: both loops become vector instructions."""
    to_anchor = np.empty(anchors.shape[1], np.float32)
    to_candidate = np.empty(candidates.shape[1], np.float32)
    for pixel in range(len(points)):
        x, y, z = points[pixel, 0], points[pixel, 1], points[pixel, 2]
        best = np.float32(np.inf)
        for a in range(to_anchor.size):
            to_anchor[a] = (anchors[0, a] - x) ** 2 + (anchors[1, a] - y) ** 2 + (anchors[2, a] - z) ** 2
            best = min(best, to_anchor[a])
        anchor = 0
        while anchor < to_anchor.size - 1 and to_anchor[anchor] != best:
            anchor += 1
        for c in range(to_candidate.size):
            dx, dy, dz = around[anchor, 0, c] - x, around[anchor, 1, c] - y, around[anchor, 2, c] - z
            to_candidate[c] = dx * dx + dy * dy + dz * dz
        for place in range(found.shape[1]):
            best = np.float32(np.inf)
            for c in range(to_candidate.size):
                best = min(best, to_candidate[c])
            c = 0
            while c < to_candidate.size - 1 and to_candidate[c] != best:
                c += 1
            found[pixel, place] = candidates[anchor, c]
            to_candidate[c] = np.float32(3e38)
