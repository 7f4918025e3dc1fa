"""Which Gaussians lie side by side, and which have a twin: on what changes spread and unseen sides are filled."""

from dataclasses import dataclass

import numpy as np
import torch
from scipy.sparse import csr_matrix
from scipy.spatial import KDTree
from torch import Tensor

from lca.geometry.body import PARTS
from lca.geometry.rotations import quat_wxyz_to_matrix
from lca.model.template import Template

NEIGHBOURS = 8
APART = {frozenset(pair): 0.0 for pair in (("face", "head"), ("head", "neck"))}
APART |= {
    frozenset(pair): 0.05 for pair in (("face", "neck"), ("neck", "torso"), ("forearm", "hand"), ("calf", "foot"))
}
"""How far a colour may pass from one part into the next where nothing is seen, of 1: skin ends at collars, cuffs and socks, and
the back of a head takes hair from its sides, never the face."""
ALONE = ("eye", "mouth")
"""Parts that share nothing with their neighbours."""
TWINNED = ("face", "eye", "mouth", "hand")
"""Parts that are like their mirror image before they are like anything else."""
LIKE_MIRROR, LIKE_TWIN, LIKE_BACK = 0.4, 4.0, 0.6
"""Weights of the mirror image, of that of `TWINNED` parts, and of the other side of a garment; a neighbour has 1."""
ACROSS = 0.02
"""Metres in x and y within which a Gaussian of the front has one of the back behind it."""
MIDDLE = 0.01
"""Metres from the plane of symmetry within which a Gaussian is its own mirror image."""


@dataclass(frozen=True)
class SurfaceGraph:
    """`average` (sparse) takes the mean over neighbours of like kind; `links` (sparse, symmetric) weigh who fills whom."""

    average: csr_matrix
    links: csr_matrix

    def mean(self, values: Tensor) -> Tensor:
        """Mean of each Gaussian's neighbours, (gaussians, channels)."""
        return torch.from_numpy(self.average @ values.numpy())

    def smooth(self, values: Tensor, strength: Tensor, sweeps: int = 4) -> Tensor:
        """(I + strength x Laplacian)^-1 values, by Jacobi sweeps; `strength` (gaussians, 1)."""
        smoothed = values
        for _ in range(sweeps):
            smoothed = (values + strength * self.mean(smoothed)) / (1.0 + strength)
        return smoothed


def surface_of(template: Template) -> SurfaceGraph:
    """Neighbours and twins on the template's bare body in rest pose."""
    points, part = template.points.cpu().numpy(), template.part.cpu().numpy()
    count = len(points)
    near = np.asarray(KDTree(points).query(points, k=NEIGHBOURS + 1)[1])[:, 1:]
    kind = np.array([{"eye": 1, "mouth": 2, "hand": 3}.get(name, 0) for name in PARTS])[part]
    same = (kind[near] == kind[:, None]).astype(np.float32)
    same /= np.maximum(same.sum(1, keepdims=True), 1.0)
    starts = np.arange(count + 1) * NEIGHBOURS
    average = csr_matrix((same.ravel(), near.ravel(), starts), (count, count))
    beside = csr_matrix((_affinity()[part[:, None], part[near]].ravel(), near.ravel(), starts), (count, count))
    links = beside + _mirrored(template, points, part) + _behind(template, points, part)
    return SurfaceGraph(average, links.maximum(links.T).tocsr())


def _affinity() -> np.ndarray:
    """How far colour passes between parts, (parts, parts)."""
    affinity = np.ones((len(PARTS), len(PARTS)), np.float32)
    for pair, share in APART.items():
        first, second = (PARTS.index(name) for name in pair)
        affinity[first, second] = affinity[second, first] = share
    for name in ALONE:
        index = PARTS.index(name)
        affinity[index], affinity[:, index] = 0.0, 0.0
        affinity[index, index] = 1.0
    return affinity


def _named(part: np.ndarray, names: tuple[str, ...]) -> np.ndarray:
    return np.isin(part, [PARTS.index(name) for name in names])


def _mirrored(template: Template, points: np.ndarray, part: np.ndarray) -> csr_matrix:
    """Links to mirror images of the same part."""
    mirror = template.mirror.cpu().numpy()
    weight = np.where(_named(part, TWINNED), LIKE_TWIN, LIKE_MIRROR).astype(np.float32)
    weight *= (np.abs(points[:, 0]) > MIDDLE) & (part == part[mirror])
    return csr_matrix((weight, (np.arange(len(points)), mirror)), (len(points), len(points)))


def _behind(template: Template, points: np.ndarray, part: np.ndarray) -> csr_matrix:
    """Links from front to back and back to front of clothed parts: never on heads, nor on hands and feet."""
    facing = quat_wxyz_to_matrix(template.frames.cpu())[..., 2, 2].numpy()
    clothed = ~_named(part, ("head", "face", "eye", "mouth", "neck", "hand", "foot"))
    front, back = (np.flatnonzero(clothed & side) for side in (facing > 0.1, facing < -0.1))
    rows, columns = [], []
    for here, there in ((front, back), (back, front)):
        if len(here) == 0 or len(there) == 0:
            continue
        distance, nearest = KDTree(points[there, :2]).query(points[here, :2])
        partner = there[nearest]
        linked = (distance < ACROSS) & (part[here] == part[partner])
        rows.append(here[linked])
        columns.append(partner[linked])
    row, column = (np.concatenate([np.zeros(0, np.int64), *x]) for x in (rows, columns))
    return csr_matrix((np.full(len(row), LIKE_BACK, np.float32), (row, column)), (len(points), len(points)))
