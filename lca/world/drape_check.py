"""Whether simulated cloth is fit to be called truth: nothing is NaN, nothing is inside the body, for any motion."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import no_type_check

import numpy as np
import torch
from jaxtyping import Float
from numba import njit
from scipy.interpolate import CubicSpline
from scipy.spatial import KDTree
from tqdm import tqdm

from lca.geometry.motion import Motion
from lca.world.catwalk import catwalk
from lca.world.drape import Draped, Wearer
from lca.world.figure import Figure
from lca.world.loose import sample_cut, tailored
from lca.world.mannequin import Mannequin, touched_surface, transforms_of
from lca.world.poses import random_motion

DEEP = 0.002
"""Metres: cloth this far inside the skin counts as penetration."""
NEAR = 4
"""Nearest vertices whose triangles are searched."""


@njit(cache=True)
@no_type_check
def nearest_on_triangle(p, a, b, c):
    """Barycentric coordinates of the point of triangle a b c that is nearest to p (Ericson 2005, 5.1.5)."""
    ab, ac, ap, bp, cp = b - a, c - a, p - a, p - b, p - c
    d1, d2, d3, d4 = np.dot(ab, ap), np.dot(ac, ap), np.dot(ab, bp), np.dot(ac, bp)
    d5, d6 = np.dot(ab, cp), np.dot(ac, cp)
    if d1 <= 0 and d2 <= 0:
        return 1.0, 0.0, 0.0
    if d3 >= 0 and d4 <= d3:
        return 0.0, 1.0, 0.0
    if d6 >= 0 and d5 <= d6:
        return 0.0, 0.0, 1.0
    va, vb, vc = d3 * d6 - d5 * d4, d5 * d2 - d1 * d6, d1 * d4 - d3 * d2
    if vc <= 0 and d1 >= 0 and d3 <= 0:
        return 1 - d1 / (d1 - d3), d1 / (d1 - d3), 0.0
    if vb <= 0 and d2 >= 0 and d6 <= 0:
        return 1 - d2 / (d2 - d6), 0.0, d2 / (d2 - d6)
    if va <= 0 and d4 - d3 >= 0 and d5 - d6 >= 0:
        w = (d4 - d3) / (d4 - d3 + d5 - d6)
        return 0.0, 1 - w, w
    total = va + vb + vc
    return va / total, vb / total, vc / total


@njit(cache=True)
@no_type_check
def heights(points, near, vertices, normals, faces, first, around):
    """Signed distance (m) of each point from the triangles about its `near` vertices, positive outside."""
    out = np.empty(len(points))
    for i in range(len(points)):
        best, height = np.inf, np.inf
        for v in near[i]:
            for n in range(first[v], first[v + 1]):
                f = faces[around[n]]
                u = nearest_on_triangle(points[i], vertices[f[0]], vertices[f[1]], vertices[f[2]])
                off, normal = points[i].copy(), np.zeros(3)
                for k in range(3):
                    off -= u[k] * vertices[f[k]]
                    normal += u[k] * normals[f[k]]
                square = np.dot(off, off)
                if square < best:
                    best = square
                    height = np.sqrt(square) * (1.0 if np.dot(off, normal) >= 0 else -1.0)
        out[i] = height
    return out


def heights_above(mannequin: Mannequin, transforms: np.ndarray, cloth: np.ndarray) -> Float[np.ndarray, " vertices"]:
    """Signed distance (m) of cloth from the triangles of the posed trunk and legs, positive outside."""
    surface, body = touched_surface(), mannequin.at(transforms)
    corners = surface.faces.ravel()
    around = np.argsort(corners, kind="stable") // 3
    first = np.concatenate([[0], np.cumsum(np.bincount(corners, minlength=len(body.points)))])
    points = cloth.astype(np.float64)
    near = KDTree(body.points).query(points, k=NEAR)[1]
    return heights(points, near, body.points, body.normals, surface.faces, first, around)


def penetration(wearer: Wearer, motion: Motion, draped: Draped) -> Float[np.ndarray, " frames"]:
    """Share of the cloth's vertices that are more than `DEEP` inside the skin, frame by frame."""
    poses = transforms_of(wearer.figure, motion)
    inside = [heights_above(wearer.mannequin, *item) < -DEEP for item in zip(poses, draped.simulated, strict=True)]
    return np.mean(inside, 1)


@dataclass(frozen=True)
class Verdict:
    """Sums over sequences: cloth vertices seen, of those not finite and inside the skin; the longest link over its length."""

    sequences: int
    vertices: int
    not_finite: int
    inside: int
    stretch: float

    @property
    def share_inside(self) -> float:
        """Share of all vertices of all frames that penetrate."""
        return self.inside / max(self.vertices, 1)


def tumble(rng: np.random.Generator, frames: int, betas: torch.Tensor) -> Motion:
    """Unrelated poses joined by splines, three a second, 30 frames a second, turning as it goes: far wilder than people move."""
    keys = max(3, frames // 10 + 2)
    poses = random_motion(rng, keys, betas, 0.0, 0.0)
    theta = poses.theta.numpy().astype(np.float64)
    theta[:, 1] += np.cumsum(rng.normal(0, 0.7, keys))
    places = poses.translation.numpy() + np.cumsum(rng.normal(0, 0.25, (keys, 3)) * [1, 0, 1], 0)
    times = np.linspace(0, keys - 1, frames)
    theta, places = (CubicSpline(np.arange(keys), track)(times).astype(np.float32) for track in (theta, places))
    still = torch.zeros(frames, 52), torch.zeros(frames, 4)
    return Motion(torch.from_numpy(theta), torch.from_numpy(places), *still, fps=30.0)


def walk(rng: np.random.Generator, frames: int, betas: torch.Tensor) -> Motion:
    """The runway's own motion, 30 frames a second."""
    return catwalk(rng, frames / 30, 30.0, betas)


def check(
    sequences: int,
    frames: int,
    seed: int = 0,
    motion: Callable[[np.random.Generator, int, torch.Tensor], Motion] = tumble,
    measured: int = 4,
) -> Verdict:
    """Drape random garments on random people through random motions; every `measured`-th frame is measured. Shows a bar.

    At full size, `check(1000, 60)`, it takes about half an hour on one core.
    """
    seen, broken, deep, longest = 0, 0, 0, 0.0
    for rng in tqdm(np.random.default_rng(seed).spawn(sequences), desc="draping", unit="sequence"):
        betas = np.clip(rng.standard_normal(100), -2.2, 2.2).astype(np.float32)
        figure, moved = Figure(betas), motion(rng, frames, torch.from_numpy(betas))
        garment = tailored(figure, sample_cut(rng)[0])
        wearer = Wearer(figure, garment, float(figure.rest[:, 1].min()))
        draped = wearer.drape(moved)
        finite = np.isfinite(draped.simulated)
        poses = transforms_of(figure, moved)
        for frame in range(0, frames, measured):
            cloth = np.where(finite[frame], draped.simulated[frame], 0)
            seen += len(cloth)
            broken += int((~finite[frame]).any(1).sum())
            deep += int((heights_above(wearer.mannequin, poses[frame], cloth) < -DEEP).sum())
            ends = cloth[garment.fabric.links]
            long = np.linalg.norm(ends[:, 0] - ends[:, 1], axis=1) / garment.fabric.lengths
            longest = max(longest, float(long.max()))
    return Verdict(sequences, seen, broken, deep, longest)
