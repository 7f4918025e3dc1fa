"""Hats and headscarves as grids about the head: canonical places, with (azimuth, metres above the rim) as details."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int
from scipy.ndimage import gaussian_filter1d

from lca.geometry.body import PARTS
from lca.world.body.figure import body_pattern
from lca.world.body.mesh import clip, joined_faces
from lca.world.garments.footwear import silhouette
from lca.world.garments.wardrobe import ramp
from lca.world.hair.scalp import HEAD_CENTRE, directions, scalp
from lca.world.hair.strands import grid_faces

COLUMNS, ROWS = 72, 20
OVER_HAIR = 0.011
"""Metres between scalp and hat: room for flattened hair."""
CAP_RIM = (1.28, 1.38, 1.36)
"""Polar angle of a cap's rim in front, at the side, at the back."""
LEVEL = np.array([0.0, 0.985, -0.17])
"""Axis of a hat: tilted back a little."""


@dataclass(frozen=True)
class HeadCloth:
    """A mesh in canonical metres; `details` (azimuth, height above the rim), `hangs` 1 where it lies on the shoulders."""

    vertices: Float[np.ndarray, "vertices 3"]
    faces: Int[np.ndarray, "faces 3"]
    details: Float[np.ndarray, "vertices 2"]
    hangs: Float[np.ndarray, " vertices"]


def rim_line(azimuth: np.ndarray, front: float, side: float, back: float) -> np.ndarray:
    """Polar angle of a hat's rim."""
    away = np.abs(azimuth)
    return front + (side - front) * ramp(0.35, 1.45, away) + (back - side) * ramp(1.7, 2.8, away)


def dome(limit: np.ndarray, lift: np.ndarray, azimuth: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Grid (rows from the crown to the rim, columns, 3) at `lift` over the scalp, and metres up from the rim."""
    share = np.linspace(0.001, 1, ROWS)[:, None]
    towards = directions(share * limit, np.broadcast_to(azimuth, (ROWS, COLUMNS)))
    ears = 0.013 * np.exp(-(((np.abs(azimuth) - 1.78) / 0.30) ** 2)) * ramp(1.40, 1.62, share * limit)
    grid = HEAD_CENTRE + (scalp(towards) + lift + ears)[..., None] * towards
    return grid, (1 - share) * limit * 0.105


def solid(grid: np.ndarray, up: np.ndarray, azimuth: np.ndarray) -> HeadCloth:
    """A grid as a mesh."""
    rows, columns = grid.shape[:2]
    details = np.stack(np.broadcast_arrays(azimuth[None], up), -1).reshape(-1, 2)
    return HeadCloth(grid.reshape(-1, 3), grid_faces(rows, columns), details, np.zeros(rows * columns))


def joined(parts: list[HeadCloth]) -> HeadCloth:
    """Several meshes as one."""
    faces = joined_faces((part.vertices, part.faces) for part in parts)
    arrays = [np.concatenate([getattr(part, name) for part in parts]) for name in ("vertices", "details", "hangs")]
    return HeadCloth(arrays[0], faces, *arrays[1:])


def turned_in(grid: np.ndarray) -> np.ndarray:
    """The grid with one more row that closes its edge towards the head."""
    inner = grid[-1] + 0.008 * (HEAD_CENTRE - grid[-1]) / np.linalg.norm(HEAD_CENTRE - grid[-1], axis=-1, keepdims=True)
    return np.concatenate([grid, inner[None]])


def beanie(size: float) -> HeadCloth:
    """A knitted cap with a turned-up cuff; `size` from 0 (tight) to 1 (slouching)."""
    azimuth = np.linspace(-np.pi, np.pi, COLUMNS)
    limit = rim_line(azimuth, 1.22, 1.52, 1.74)
    share = np.linspace(0, 1, ROWS)[:, None]
    cuff = 0.0045 * ramp(0.66, 0.69, share)
    slouch = (0.006 + 0.022 * size) * ramp(0.75, 0.1, share) * (1 + 0.5 * size * np.cos(azimuth - np.pi))
    grid, up = dome(limit, OVER_HAIR + cuff + slouch, azimuth)
    return solid(turned_in(grid), np.concatenate([up, up[-1:]]), azimuth)


def cap(size: float) -> HeadCloth:
    """A cap with a peak; `size` is the peak's length between 5.5 and 7.5 cm."""
    azimuth = np.linspace(-np.pi, np.pi, COLUMNS)
    limit = rim_line(azimuth, *CAP_RIM)
    share = np.linspace(0, 1, ROWS)[:, None]
    tall = 0.012 * ramp(1.2, 0.4, np.abs(azimuth)) * np.sin(np.pi * np.clip(share, 0, 1)) + 0.004 * ramp(
        1.0, 0.5, share
    )
    grid, up = dome(limit, OVER_HAIR + tall + 0 * azimuth, azimuth)
    crown = solid(turned_in(grid), np.concatenate([up, up[-1:]]) + 1, azimuth)
    t = np.linspace(-1, 1, 25)
    edge = directions(rim_line(0.80 * t, *CAP_RIM), 0.80 * t)
    start = HEAD_CENTRE + (scalp(edge) + OVER_HAIR - 0.002)[:, None] * edge
    out = np.linspace(0, 1, 7)[:, None, None]
    length = (0.055 + 0.020 * size) * np.sqrt(np.clip(1 - 0.985 * t**2, 0.01, 1))[:, None]
    peak = start + out * length * np.array([0.0, -0.16, 1.0]) + out**2 * np.array([0, -0.010, 0])
    peak = peak + out * np.array([0, -0.012, 0]) * (t**2)[:, None]
    below = peak[::-1] - [0, 0.0025, 0]
    whole = np.concatenate([peak, below])
    return joined([crown, solid(whole, np.zeros((14, 1)), 0.80 * t)])


def brimmed(size: float) -> HeadCloth:
    """A hat with a brim of 4.5 to 8.5 cm."""
    azimuth = np.linspace(-np.pi, np.pi, COLUMNS)
    limit = rim_line(azimuth, 1.30, 1.34, 1.14)
    share = np.linspace(0, 1, ROWS)[:, None]
    grid, _ = dome(limit, OVER_HAIR + 0.006 + 0 * share * azimuth, azimuth)
    axis = (grid - HEAD_CENTRE) @ LEVEL
    off = grid - HEAD_CENTRE - axis[..., None] * LEVEL
    crease = 0.013 * np.exp(-((off[..., 0] / 0.02) ** 2))
    rim = axis[-1]
    tall = np.minimum(rim + (axis - rim) * 1.7, 0.131 - crease)
    wide = np.linalg.norm(off[-1], axis=1) * (1 - 0.10 * (1 - share))
    radius = np.linalg.norm(off, axis=-1)
    fuller = 1 + (np.maximum(wide / np.maximum(radius, 1e-4), 1) - 1) * ramp(0.10, 0.38, share)
    grid = HEAD_CENTRE + tall[..., None] * LEVEL + off * np.minimum(fuller, 2.2)[..., None]
    away = np.stack([np.sin(azimuth), 0 * azimuth, np.cos(azimuth)], 1)
    away -= (away @ LEVEL)[:, None] * LEVEL
    out = np.linspace(0, 1, 8)[:, None, None]
    width = 0.045 + 0.040 * size
    curl = 0.30 * np.abs(np.sin(azimuth))[:, None] ** 2 - 0.14
    brim = grid[-1] + out * width * away + out**2 * width * curl * LEVEL
    below = np.concatenate([brim, brim[::-1] - 0.002 * LEVEL])
    return joined([solid(grid, 0.001 + 0.13 * (1 - share), azimuth), solid(below, np.full((16, 1), 1.0), azimuth)])


def wrap(size: float) -> HeadCloth:
    """A cloth wound about the head and knotted over the forehead."""
    azimuth = np.linspace(-np.pi, np.pi, COLUMNS)
    limit = rim_line(azimuth, 1.10, 1.44, 1.95)
    share = np.linspace(0, 1, ROWS)[:, None]
    winding = np.abs(np.sin(3.5 * np.pi * share + 0.5 * azimuth)) ** 0.7
    full = (0.010 + 0.022 * size) * np.sin(np.pi * np.clip(share, 0.05, 1) ** 0.8) * (0.55 + 0.45 * winding)
    grid, up = dome(limit, 0.007 + full, azimuth)
    crown = solid(turned_in(grid), np.concatenate([up, up[-1:]]), azimuth)
    towards = directions(0.98, 0.12)
    middle = HEAD_CENTRE + towards * (scalp(towards[None])[0] + 0.020)
    ball = directions(np.linspace(0.02, np.pi - 0.02, 12)[:, None], np.linspace(-np.pi, np.pi, 24))
    ball = ball * (1 + 0.12 * np.sin(4 * np.linspace(-np.pi, np.pi, 24)))[:, None]
    return joined([crown, solid(middle + ball * [0.026, 0.020, 0.017], np.zeros((12, 1)), np.linspace(-1, 1, 24))])


def slice_reach(points: np.ndarray, height: float, centre: float, angles: np.ndarray) -> np.ndarray:
    """Distance of the hull of the points at a height from the axis at z = `centre`; angles from the front to the left."""
    near = points[np.abs(points[:, 1] - height) < 0.014]
    return silhouette(near[:, [2, 0]], np.array([centre, 0.0]), angles)


def headscarf(size: float) -> HeadCloth:
    """A scarf about head, throat and shoulders that leaves the face free."""
    body, pattern = body_pattern()
    labels = np.isin(body.part_labels.numpy(), [PARTS.index(n) for n in ("head", "face", "neck", "torso", "upper_arm")])
    points = pattern.template[labels & (pattern.template[:, 1] > 0.2)].astype(np.float64)
    points = points[(np.abs(points[:, 0]) < 0.19) & ~((points[:, 2] > 0.158) & (points[:, 1] > 0.5))]
    angles = np.linspace(-np.pi, np.pi, COLUMNS)
    heights = np.concatenate([np.linspace(0.60, 0.50, 9), np.linspace(0.488, 0.335 - 0.06 * size, 15)])
    centres = 0.058 - 0.038 * ramp(0.52, 0.40, heights)
    radius = np.array([slice_reach(points, y, z, angles) for y, z in zip(heights, centres, strict=True)])
    throat = heights < 0.50
    jaw = radius[~throat][-1]
    radius[throat] = np.maximum(radius[throat], jaw * np.interp(heights[throat], [0.40, 0.49], [0.80, 0.98])[:, None])
    tilt = np.linspace(0.01, 1.5, 12)[:, None]
    around = np.stack([np.sin(angles), 0 * angles, np.cos(angles)], -1)
    over = np.cos(tilt)[..., None] * np.array([0.0, 1.0, 0.0]) + np.sin(tilt)[..., None] * around
    over = HEAD_CENTRE + (scalp(over) + 0.013)[..., None] * over
    ease = np.interp(heights, [0.33, 0.45, 0.60], [0.014, 0.016, 0.013])[:, None]
    fold = 0.005 * np.sin(heights[:, None] * 130 + 2 * np.sin(angles)) * ramp(0.52, 0.46, heights)[:, None]
    radius = (
        gaussian_filter1d(gaussian_filter1d(radius + ease, 1.0, axis=0, mode="nearest"), 1.5, axis=1, mode="wrap")
        + fold
    )
    radius[:, -1] = radius[:, 0]
    z = centres[:, None] + radius * np.cos(angles)
    below = np.stack([radius * np.sin(angles), np.broadcast_to(heights[:, None], radius.shape), z], -1)
    grid = np.concatenate([over, below])
    grid[8:16] = gaussian_filter1d(grid, 1.2, axis=0, mode="nearest")[8:16]
    mesh = solid(grid, 0.3 - 0.01 * np.arange(len(grid))[:, None], angles)
    x, y, depth = mesh.vertices.T
    face = np.sqrt((x / 0.0600) ** 2 + ((y - 0.572) / 0.0955) ** 2) - 1
    cut = clip(mesh.faces, np.where(depth > 0.075, face, 1.0))
    hangs = ramp(0.48, 0.44, mesh.vertices[:, 1])
    return HeadCloth(cut(mesh.vertices), cut.faces, cut(mesh.details), cut(hangs))


HEADWEAR = {"beanie": beanie, "cap": cap, "hat": brimmed, "wrap": wrap, "headscarf": headscarf}
"""What a head can wear, by name."""
