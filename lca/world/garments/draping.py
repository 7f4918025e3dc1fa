"""How cloth hangs on a body: straight down from the widest place above, over the hull of what lies below.

A `Tube` is a surface round an axis: a radius for each station along the axis (counted from the body towards the hem) and each
angle. Trunk, legs and arms each have one, and the vertices of a garment are pushed out to it.
"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float
from scipy.ndimage import gaussian_filter1d

ANGLES = 72
FAN = np.linspace(0, 2 * np.pi, ANGLES, endpoint=False)
"""Angles of a tube's columns, from the second cross axis towards the first."""
SLICE = 0.014
"""Half the thickness (m) of the slices whose outline is taken."""

Points = Float[np.ndarray, "points 3"]
Cross = Float[np.ndarray, "points 2"]
Field = Float[np.ndarray, " points"]
Rows = Float[np.ndarray, " rows"]
Axis = Float[np.ndarray, "rows 2"]
Radii = Float[np.ndarray, "rows angles"]


@dataclass(frozen=True)
class Tube:
    """Metres: `stations` along the axis, increasing towards the hem, `centres` of the axis in the cross plane, `radius`."""

    stations: Rows
    centres: Axis
    radius: Radii

    def centre(self, along: Field) -> Cross:
        """The axis at each place."""
        return np.stack([np.interp(along, self.stations, column) for column in self.centres.T], 1)

    def reach(self, along: Field, angle: Field) -> Field:
        """The radius at each place, bilinear."""
        row = np.interp(along, self.stations, np.arange(len(self.stations)))
        column = angle / (2 * np.pi) % 1 * ANGLES
        i = np.minimum(row.astype(int), len(self.stations) - 2)
        j = column.astype(int) % ANGLES
        u, v = row - i, column - np.floor(column)
        near = (1 - v) * self.radius[i, j] + v * self.radius[i, (j + 1) % ANGLES]
        far = (1 - v) * self.radius[i + 1, j] + v * self.radius[i + 1, (j + 1) % ANGLES]
        return (1 - u) * near + u * far

    def pushed(self, along: Field, cross: Cross, share: Field) -> Cross:
        """Points that lie inside the tube moved out to it, by `share` (1: all the way)."""
        off = cross - self.centre(along)
        length = np.maximum(np.linalg.norm(off, axis=1), 1e-4)
        missing = np.maximum(self.reach(along, np.arctan2(off[:, 0], off[:, 1])) - length, 0)
        return cross + (share * missing / length)[:, None] * off


def outline(along: Field, cross: Cross, stations: Rows, centres: Axis) -> Radii:
    """Radius of the convex outline of the points near each station, seen from its centre."""
    towards, cosine = np.stack([np.sin(FAN), np.cos(FAN)]), np.cos(FAN[:, None] - FAN[None])
    radius = np.full((len(stations), ANGLES), 0.01)
    for k, station in enumerate(stations):
        near = np.abs(along - station) < SLICE
        if near.sum() > 3:
            support = np.maximum(((cross[near] - centres[k]) @ towards).max(0), 0.005)
            radius[k] = np.where(cosine > 0.1, support / np.maximum(cosine, 0.1), np.inf).min(1)
        elif k:
            radius[k] = radius[k - 1]
    return radius


def hung(body: Radii, stations: Rows, ease: Rows, taper: float | Float[np.ndarray, " angles"]) -> Radii:
    """Cloth at least `ease` (rows,) off the outline that narrows by at most `taper` metres per metre (negative: it flares).

    `taper` may be one number per angle.
    """
    cloth = body + ease[:, None]
    for k in range(1, len(cloth)):
        cloth[k] = np.maximum(cloth[k], cloth[k - 1] - taper * (stations[k] - stations[k - 1]))
    soft = gaussian_filter1d(gaussian_filter1d(cloth, 1.5, axis=1, mode="wrap"), 1.0, axis=0, mode="nearest")
    return np.maximum(soft, body + 0.6 * ease[:, None])


def gathered(cloth: Radii, body: Radii, stations: Rows, hem: float, band: float) -> Radii:
    """Drawn in to `band` metres off the body at the station `hem`, so that the cloth above it blouses."""
    room = band + 1.1 * np.maximum(hem - stations, 0)
    return np.minimum(cloth, body + room[:, None])


def even_normals(normals: Points, mean, rounds: int = 8) -> Points:
    """Normals averaged over the mesh, so that cloth bridges clefts instead of following them in."""
    for _ in range(rounds):
        normals = 0.5 * normals + 0.5 * (mean @ normals)
    return normals / np.maximum(np.linalg.norm(normals, axis=1, keepdims=True), 1e-6)


def relaxed(cloth: Points, skin: Points, normals: Points, least: Field, mean, rounds: int) -> Points:
    """The offset from the skin smoothed over the mesh (`mean`, an averaging matrix) while the cloth stays `least` metres off.

    Offsets and not places, so that the mesh does not creep along the surface and hems stay straight.
    """
    offset = cloth - skin
    for _ in range(rounds):
        offset = 0.4 * offset + 0.6 * (mean @ offset)
        above = (offset * normals).sum(1)
        offset += np.maximum(least - above, 0)[:, None] * normals
    return skin + offset
