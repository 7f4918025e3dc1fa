"""Hats and headscarves as grids about the head: canonical places, with (azimuth, metres above the rim) as details."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int

from lca.geometry.body import PARTS
from lca.world.figure import body_pattern
from lca.world.footwear import silhouette
from lca.world.mesh import clip
from lca.world.scalp import CROWN, FRONT, HEAD_CENTRE, directions, scalp
from lca.world.strands import grid_faces
from lca.world.wardrobe import ramp

COLUMNS, ROWS = 72, 20
OVER_HAIR = 0.011
"""Metres between scalp and hat: room for flattened hair."""


@dataclass(frozen=True)
class Cloth:
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


def solid(grid: np.ndarray, up: np.ndarray, azimuth: np.ndarray) -> Cloth:
    """A grid as a mesh."""
    rows, columns = grid.shape[:2]
    details = np.stack(np.broadcast_arrays(azimuth[None], up), -1).reshape(-1, 2)
    return Cloth(grid.reshape(-1, 3), grid_faces(rows, columns), details, np.zeros(rows * columns))


def joined(parts: list[Cloth]) -> Cloth:
    """Several meshes as one."""
    starts = np.cumsum([0] + [len(part.vertices) for part in parts])
    faces = np.concatenate([part.faces + start for part, start in zip(parts, starts, strict=False)])
    arrays = [np.concatenate([getattr(part, name) for part in parts]) for name in ("vertices", "details", "hangs")]
    return Cloth(arrays[0], faces, *arrays[1:])


def turned_in(grid: np.ndarray) -> np.ndarray:
    """The grid with one more row that closes its edge towards the head."""
    inner = grid[-1] + 0.008 * (HEAD_CENTRE - grid[-1]) / np.linalg.norm(HEAD_CENTRE - grid[-1], axis=-1, keepdims=True)
    return np.concatenate([grid, inner[None]])


def beanie(size: float) -> Cloth:
    """A knitted cap with a turned-up cuff; `size` from 0 (tight) to 1 (slouching)."""
    azimuth = np.linspace(-np.pi, np.pi, COLUMNS)
    limit = rim_line(azimuth, 1.10, 1.56, 1.86)
    share = np.linspace(0, 1, ROWS)[:, None]
    cuff = 0.0045 * ramp(0.66, 0.69, share)
    slouch = (0.006 + 0.022 * size) * ramp(0.75, 0.1, share) * (1 + 0.5 * size * np.cos(azimuth - np.pi))
    grid, up = dome(limit, OVER_HAIR + cuff + slouch, azimuth)
    return solid(turned_in(grid), np.concatenate([up, up[-1:]]), azimuth)


def cap(size: float) -> Cloth:
    """A cap with a peak; `size` is the peak's length between 5.5 and 7.5 cm."""
    azimuth = np.linspace(-np.pi, np.pi, COLUMNS)
    limit = rim_line(azimuth, 1.12, 1.42, 1.62)
    share = np.linspace(0, 1, ROWS)[:, None]
    tall = 0.012 * ramp(1.2, 0.4, np.abs(azimuth)) * np.sin(np.pi * np.clip(share, 0, 1)) + 0.004 * ramp(1, 0.5, share)
    grid, up = dome(limit, OVER_HAIR + tall + 0 * azimuth, azimuth)
    crown = solid(turned_in(grid), np.concatenate([up, up[-1:]]) + 1, azimuth)
    t = np.linspace(-1, 1, 25)
    edge = directions(rim_line(0.80 * t, 1.12, 1.42, 1.62), 0.80 * t)
    start = HEAD_CENTRE + (scalp(edge) + OVER_HAIR - 0.002)[:, None] * edge
    out = np.linspace(0, 1, 7)[:, None, None]
    length = (0.055 + 0.020 * size) * np.sqrt(np.clip(1 - 0.92 * t**2, 0.02, 1))[:, None]
    peak = start + out * length * np.array([0.0, -0.16, 1.0]) + out**2 * np.array([0, -0.010, 0])
    peak = peak + out * np.array([0, -0.012, 0]) * (t**2)[:, None]
    below = peak[::-1] - [0, 0.0025, 0]
    whole = np.concatenate([peak, below])
    return joined([crown, solid(whole, np.zeros((14, 1)), 0.80 * t)])


def brimmed(size: float) -> Cloth:
    """A hat with a brim of 4.5 to 8.5 cm."""
    azimuth = np.linspace(-np.pi, np.pi, COLUMNS)
    limit = rim_line(azimuth, 1.13, 1.43, 1.58)
    share = np.linspace(0, 1, ROWS)[:, None]
    grid, up = dome(limit, OVER_HAIR + 0.012 + 0 * share * azimuth, azimuth)
    axis = (grid - HEAD_CENTRE) @ CROWN
    tall = 0.128 - 0.012 * np.exp(-(((grid - HEAD_CENTRE)[..., 0] / 0.02) ** 2))
    off = grid - HEAD_CENTRE - axis[..., None] * CROWN
    fuller = 1 + 0.28 * ramp(0.05, 0.09, axis)
    top = np.minimum(axis * 1.32, tall)
    grid = HEAD_CENTRE + top[..., None] * CROWN + off * fuller[..., None]
    away = np.stack([np.sin(azimuth), 0 * azimuth, 0 * azimuth], 1) + np.cos(azimuth)[:, None] * FRONT
    out = np.linspace(0, 1, 8)[:, None, None]
    curl = 0.25 * np.abs(np.sin(azimuth))[:, None] ** 2 - 0.10
    brim = grid[-1] + out * (0.045 + 0.040 * size) * away + out**2 * (0.045 + 0.040 * size) * curl * CROWN
    below = np.concatenate([brim, brim[::-1] - 0.002 * CROWN])
    return joined([solid(grid, up + 0.001, azimuth), solid(below, np.full((16, 1), 1.0), azimuth)])


def wrap(size: float) -> Cloth:
    """A cloth wound about the head and knotted over the forehead."""
    azimuth = np.linspace(-np.pi, np.pi, COLUMNS)
    limit = rim_line(azimuth, 1.10, 1.44, 1.95)
    share = np.linspace(0, 1, ROWS)[:, None]
    winding = np.abs(np.sin(3.5 * np.pi * share + 0.8 * azimuth)) ** 0.7
    full = (0.010 + 0.022 * size) * np.sin(np.pi * np.clip(share, 0.05, 1) ** 0.8) * (0.55 + 0.45 * winding)
    grid, up = dome(limit, 0.007 + full, azimuth)
    crown = solid(turned_in(grid), np.concatenate([up, up[-1:]]), azimuth)
    towards = directions(0.98, 0.12)
    middle = HEAD_CENTRE + towards * (scalp(towards[None])[0] + 0.020)
    ball = directions(np.linspace(0.02, np.pi - 0.02, 12)[:, None], np.linspace(-np.pi, np.pi, 24))
    ball = ball * (1 + 0.12 * np.sin(4 * np.linspace(-np.pi, np.pi, 24)))[:, None]
    return joined([crown, solid(middle + ball * [0.026, 0.020, 0.017], np.zeros((12, 1)), np.linspace(-1, 1, 24))])


def headscarf(size: float) -> Cloth:
    """A scarf about head, throat and shoulders that leaves the face free."""
    body, pattern = body_pattern()
    labels = np.isin(body.part_labels.numpy(), [PARTS.index(n) for n in ("head", "face", "neck", "torso", "upper_arm")])
    points = pattern.template[labels & (pattern.template[:, 1] > 0.2)].astype(np.float64)
    points = points[(np.abs(points[:, 0]) < 0.19) & ~((points[:, 2] > 0.158) & (points[:, 1] > 0.5))]
    angles = np.linspace(-np.pi, np.pi, COLUMNS)
    heights = np.concatenate(
        [np.linspace(0.699, 0.66, 8) - 0.0, np.linspace(0.645, 0.50, 12), np.linspace(0.485, 0.335 - 0.06 * size, 14)]
    )
    ring = []
    for y in heights:
        near = points[np.abs(points[:, 1] - y) < 0.014]
        centre = np.array([0.055 if y > 0.47 else 0.02, 0.0])
        ring.append(silhouette(near[:, [2, 0]], centre, angles))
    radius = np.array(ring)
    throat = heights < 0.50
    jaw = radius[~throat][-1]
    radius[throat] = np.maximum(radius[throat], jaw * np.interp(heights[throat], [0.40, 0.49], [0.80, 0.97])[:, None])
    ease = np.interp(heights, [0.33, 0.45, 0.60, 0.70], [0.014, 0.016, 0.012, 0.014])[:, None]
    fold = 0.006 * np.sin(heights[:, None] * 150 + 2 * np.sin(angles)) * ramp(0.52, 0.46, heights)[:, None]
    radius = radius + ease + fold
    centres = np.where(heights > 0.47, 0.055, 0.02)
    z = centres[:, None] + radius * np.cos(angles)
    grid = np.stack([radius * np.sin(angles), np.broadcast_to(heights[:, None], radius.shape), z], -1)
    top = np.array([0.0, 0.716, 0.058]) + 0.02 * (grid[:1] - grid[:1].mean(1, keepdims=True))
    grid = np.concatenate([top, grid])
    grid[1:8, :, 1] += 0.013
    rows = np.arange(len(grid))[:, None]
    mesh = solid(grid, 0.3 - 0.01 * rows, angles)
    x, y, depth = mesh.vertices.T
    face = np.sqrt((x / 0.0600) ** 2 + ((y - 0.566) / 0.0985) ** 2) - 1
    cut = clip(mesh.faces, np.where(depth > 0.075, face, 1.0))
    hangs = ramp(0.48, 0.44, mesh.vertices[:, 1])
    return Cloth(cut(mesh.vertices), cut.faces, cut(mesh.details), cut(hangs))


HEADWEAR = {"beanie": beanie, "cap": cap, "hat": brimmed, "wrap": wrap, "headscarf": headscarf}
"""What a head can wear, by name."""
