"""What pulls a posed body towards a photo: points towards their pixels, and every part of it into the person's outline.

All costs are Cauchy's, log(1 + (r / s)^2) / 2, of distances in the picture that are measured in metres at the body's depth.
"""

from dataclasses import dataclass
from typing import no_type_check

import numpy as np
from jaxtyping import Float
from numba import njit
from numpy import ndarray

from lca.tracking.kinematics import Points, Posture, Projected, project, project_with_jacobian

NEAREST = 0.05
"""Metres: what is nearer to the camera than this, or behind it, is as wrong as can be."""


@dataclass
class Normal:
    """A cost and its Gauss-Newton model: value + gradient x + x hessian x / 2."""

    value: float
    gradient: Float[ndarray, " unknowns"]
    hessian: Float[ndarray, "unknowns unknowns"]

    def add(self, value: float, residual: ndarray, jacobian: ndarray) -> None:
        """Add a weighted square of residuals (rows,) with their Jacobian (rows, unknowns)."""
        self.value += value
        self.gradient += jacobian.T @ residual.astype(np.float32)
        self.hessian += jacobian.T @ jacobian


@dataclass(frozen=True)
class Pulls:
    """Points that belong at `pixels`; `scales` in metres, `weights` say for how many observations each counts."""

    points: Points
    pixels: Float[ndarray, "points 2"]
    scales: Float[ndarray, "points"]
    weights: Float[ndarray, "points"]

    def value(self, seen: Projected, slack: Float[ndarray, "points 2"], focal: float, softness: float) -> float:
        """Cost of a projection, with the slack that was linearised about."""
        return self._weighted(seen, slack, focal, softness)[0]

    def linearise(
        self, posture: Posture, intrinsics: ndarray, softness: float, normal: Normal
    ) -> Float[ndarray, "points 2"]:
        """Add to `normal`; returns the slack.

        With slack c the covariance in the picture is s^2 (I + c c'); residuals are whitened by its inverse root,
        (I - h c c') / s.
        """
        seen, jacobian = project_with_jacobian(self.points, posture, intrinsics)
        value, residual, weight = self._weighted(seen, seen.slack, intrinsics[0, 0], softness)
        squared = (seen.slack**2).sum(-1)
        h = (1 - 1 / np.sqrt(1 + squared)) / np.maximum(squared, 1e-12)
        root = np.sqrt(weight)
        lean = (h[:, None] * seen.slack).astype(np.float32)
        along = np.einsum("pi,piu->pu", seen.slack.astype(np.float32), jacobian)
        jacobian -= lean[:, :, None] * along[:, None]
        jacobian *= root.astype(np.float32)[:, None, None]
        white = root[:, None] * (residual - (seen.slack * residual).sum(-1, keepdims=True) * lean)
        normal.add(value, white.reshape(-1), jacobian.reshape(2 * len(seen.depth), -1))
        return seen.slack

    def _weighted(
        self, seen: Projected, slack: ndarray, focal: float, softness: float
    ) -> tuple[float, Float[ndarray, "points 2"], Float[ndarray, "points"]]:
        scale = self.scales * softness * focal / np.maximum(seen.depth, NEAREST)
        residual = seen.pixels - self.pixels
        across = (slack * residual).sum(-1) ** 2 / (1 + (slack**2).sum(-1))
        squared = ((residual**2).sum(-1) - across) / scale**2
        squared = np.where(seen.depth > NEAREST, squared, 1e9)
        value = 0.5 * (self.weights * np.log1p(squared)).sum()
        return float(value), residual, self.weights / (1 + squared) / scale**2


@dataclass(frozen=True)
class Relief:
    """Points that lie `depth` metres further from the camera than the first of them, the pelvis; `scales` in metres, `weights`
    say for how many observations each counts (the pelvis has neither, nor a depth)."""

    points: Points
    depth: Float[ndarray, "seen"]
    scales: Float[ndarray, "seen"]
    weights: Float[ndarray, "seen"]

    def value(self, seen: Projected) -> float:
        """Cost of a projection."""
        return self._weighted(seen)[0]

    def linearise(self, posture: Posture, intrinsics: ndarray, normal: Normal) -> None:
        """Add to `normal`."""
        seen, jacobian = project_with_jacobian(self.points, posture, intrinsics, rows=3)
        value, residual, weight = self._weighted(seen)
        root = np.sqrt(weight)
        behind = jacobian[1:, 2] - jacobian[0, 2]
        normal.add(value, root * residual, root.astype(np.float32)[:, None] * behind)

    def _weighted(self, seen: Projected) -> tuple[float, Float[ndarray, "seen"], Float[ndarray, "seen"]]:
        residual = seen.depth[1:] - seen.depth[0] - self.depth
        squared = (residual / self.scales) ** 2
        return (
            float(0.5 * (self.weights * np.log1p(squared)).sum()),
            residual,
            self.weights / (1 + squared) / self.scales**2,
        )


@dataclass(frozen=True)
class Outline:
    """The body must lie inside the person's mask: `distance` (pixels of the photo) to the mask over the square `box`, 0 inside
    the mask and where the photo ends."""

    points: Points
    distance: Float[ndarray, "rows columns"]
    box: Float[ndarray, "4"]
    scale: float
    weight: float

    def value(self, seen: Projected, focal: float) -> float:
        """Cost of a projection."""
        return self._weighted(seen, focal)[0]

    def linearise(self, posture: Posture, intrinsics: ndarray, normal: Normal) -> None:
        """Add to `normal`."""
        seen = project(self.points, posture, intrinsics)
        value, distance, slope, weight = self._weighted(seen, intrinsics[0, 0])
        out = distance > 0
        jacobian = project_with_jacobian(self.points[out], posture, intrinsics)[1]
        root = np.sqrt(weight[out])
        rows = np.einsum("pi,piu->pu", (slope[out] * root[:, None]).astype(np.float32), jacobian)
        normal.add(value, root * distance[out], rows)

    def _weighted(self, seen: Projected, focal: float) -> tuple[float, ndarray, ndarray, ndarray]:
        distance, slope = self._at(seen.pixels)
        scale = self.scale * focal / np.maximum(seen.depth, NEAREST)
        squared = (distance / scale) ** 2
        return (
            float(0.5 * self.weight * np.log1p(squared).sum()),
            distance,
            slope,
            self.weight / (1 + squared) / scale**2,
        )

    def _at(self, pixels: Float[ndarray, "points 2"]) -> tuple[Float[ndarray, "points"], Float[ndarray, "points 2"]]:
        """Distance and its slope between the grid's centres; beyond the box the slope is the border's."""
        rows, columns = self.distance.shape
        per_pixel = np.array([columns, rows]) / (self.box[2:] - self.box[:2])
        place = np.nan_to_num((pixels - self.box[:2]) * per_pixel - 0.5)
        low = np.clip(np.floor(place), 0, [columns - 2, rows - 2]).astype(np.int64)
        x, y = np.clip(place - low, 0, 1).T
        column, row = low.T
        a, b = self.distance[row, column], self.distance[row, column + 1]
        c, d = self.distance[row + 1, column], self.distance[row + 1, column + 1]
        value = (1 - y) * ((1 - x) * a + x * b) + y * ((1 - x) * c + x * d)
        slope = np.stack([(1 - y) * (b - a) + y * (d - c), (1 - x) * (c - a) + x * (d - b)], -1) * per_pixel
        return value, slope


@dataclass(frozen=True)
class Cover:
    """Every pixel of the mask is explained by some point of the body, near it in the picture and near what it is said to show."""

    pixels: Float[ndarray, "pixels 2"]
    canonical: Float[ndarray, "pixels 3"]
    reach: Float[ndarray, "pixels"]
    """Metres on the resting body."""
    scales: Float[ndarray, "pixels"]
    weights: Float[ndarray, "pixels"]
    spread: float
    """Metres across the line of sight that count as much as one `reach`."""

    def matched(self, surface: Points, posture: Posture, intrinsics: ndarray) -> Pulls:
        """Each pixel with the point of `surface` that explains it best now."""
        seen = project(surface, posture, intrinsics)
        metres = max(float(np.median(seen.depth)), NEAREST) / intrinsics[0, 0]
        pixels, canonical, places, points = (
            np.ascontiguousarray(x, np.float32) for x in (self.pixels, self.canonical, seen.pixels.T, surface.rest.T)
        )
        best = _best(pixels, canonical, self.reach, places, points, metres / self.spread)
        return Pulls(surface[best], self.pixels, self.scales, self.weights)


@njit(cache=True, fastmath=True)
@no_type_check
def _best(pixels, canonical, reach, places, points, per_spread):
    """Costs first, the least of them after: both loops become vector instructions. `places` and `points` have points last."""
    best, costs = np.zeros(len(pixels), np.int64), np.empty(points.shape[1], np.float32)
    near = np.float32(per_spread**2)
    for i in range(len(pixels)):
        u, v = pixels[i, 0], pixels[i, 1]
        x, y, z = canonical[i, 0], canonical[i, 1], canonical[i, 2]
        close, least = np.float32(1 / reach[i] ** 2), np.float32(np.inf)
        for k in range(costs.size):
            across = (places[0, k] - u) ** 2 + (places[1, k] - v) ** 2
            apart = (points[0, k] - x) ** 2 + (points[1, k] - y) ** 2 + (points[2, k] - z) ** 2
            costs[k] = near * across + close * apart
            least = min(least, costs[k])
        while best[i] < costs.size - 1 and costs[best[i]] != least:
            best[i] += 1
    return best
