"""The scalp as a surface over directions from the centre of the head.

`polar` is the angle from the (backward tilted) crown, `azimuth` runs from the front towards the person's left; radians.
"""

from functools import lru_cache

import numpy as np
from jaxtyping import Float
from scipy.ndimage import gaussian_filter1d
from scipy.spatial import KDTree

from lca.geometry.body import PARTS
from lca.world.body.figure import body_pattern
from lca.world.body.scene import vertex_normals
from lca.world.paint.face import hair_limit

HEAD_CENTRE = np.array([0.0, 0.60, 0.058])
CROWN, FRONT = np.array([0.0, 0.94, -0.34]), np.array([0.0, 0.34, 0.94])
Directions = Float[np.ndarray, "*shape 3"]


@lru_cache
def skull() -> tuple[KDTree, np.ndarray]:
    """Directions (a tree) and distances of the scalp and neck's outer vertices, without the ears."""
    body, pattern = body_pattern()
    labels, points = body.part_labels.numpy(), pattern.template.astype(np.float64)
    near = np.isin(labels, [PARTS.index(name) for name in ("head", "face", "neck")])
    off = points - HEAD_CENTRE
    ear = (np.abs(points[:, 0]) > 0.0745) & (points[:, 1] < 0.625)
    outside = (off * vertex_normals(pattern.template, pattern.faces)).sum(1) > 0
    kept = near & ~ear & outside & (points[:, 1] > 0.46)
    reach = np.linalg.norm(off[kept], axis=1)
    return KDTree(off[kept] / reach[:, None]), reach


def directions(polar: np.ndarray | float, azimuth: np.ndarray | float) -> Directions:
    """Unit vectors (..., 3)."""
    polar, azimuth = np.broadcast_arrays(np.asarray(polar, float), np.asarray(azimuth, float))
    side = np.stack([np.sin(azimuth), np.zeros(azimuth.shape), np.zeros(azimuth.shape)], -1)
    return np.cos(polar)[..., None] * CROWN + np.sin(polar)[..., None] * (np.cos(azimuth)[..., None] * FRONT + side)


def scalp(towards: Directions) -> Float[np.ndarray, "*shape"]:
    """Distance of the scalp from the head's centre, metres, smooth."""
    tree, reach = skull()
    angle, near = tree.query(towards, 10)
    weight = np.exp(-((angle / 0.12) ** 2)) + 1e-9
    return np.asarray((weight * reach[near]).sum(-1) / weight.sum(-1))


def hair_limits(azimuth: Float[np.ndarray, " columns"], shift: float, recede: float) -> Float[np.ndarray, " columns"]:
    """Polar angle of the hairline."""
    return np.array([hair_limit(float(a), shift, recede) for a in np.abs(azimuth)])


def between(
    start: Float[np.ndarray, "columns 3"], end: Float[np.ndarray, "columns 3"], share: Float[np.ndarray, "rows columns"]
) -> Float[np.ndarray, "rows columns 3"]:
    """Unit vectors along the great circles from `start` to `end`."""
    angle = np.arccos(np.clip((start * end).sum(-1), -0.9999, 0.9999))
    near, far = np.sin((1 - share) * angle), np.sin(share * angle)
    mixed = near[..., None] * start + far[..., None] * end
    return mixed / np.linalg.norm(mixed, axis=-1, keepdims=True)


def ring_noise(rng: np.random.Generator, width: float, columns: int) -> Float[np.ndarray, " columns"]:
    """Smooth noise round the head, unit variance; `width` in columns; the first and the last column agree."""
    noise = gaussian_filter1d(rng.standard_normal(columns - 1), width, mode="wrap")
    noise = (noise - noise.mean()) / (noise.std() + 1e-9)
    return np.append(noise, noise[0])
