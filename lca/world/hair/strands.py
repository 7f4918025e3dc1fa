"""Surfaces made of hair: grids along strands, ribbons and coils upon them, short loose hairs, braids."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int
from scipy.ndimage import gaussian_filter1d, map_coordinates

from lca.world.body.mesh import joined_faces
from lca.world.hair.haircut import Ribbons
from lca.world.hair.scalp import HEAD_CENTRE

Grid = Float[np.ndarray, "rows columns 3"]


@dataclass(frozen=True)
class Sheet:
    """Strand paths on a grid, rows from root to tip: canonical places, where each strand leaves the head (`pivot`), and how
    freely it swings from there (`slack`, 0 to 1)."""

    paths: Grid
    pivot: Grid
    slack: Float[np.ndarray, "rows columns"]


@dataclass(frozen=True)
class Strands:
    """A mesh of hair in canonical metres; `details` are around, along, tone, 0 (see `lca.world.paint.hair`)."""

    vertices: Float[np.ndarray, "vertices 3"]
    faces: Int[np.ndarray, "faces 3"]
    details: Float[np.ndarray, "vertices 4"]
    pivot: Float[np.ndarray, "vertices 3"]
    slack: Float[np.ndarray, " vertices"]

    @classmethod
    def joined(cls, parts: list["Strands"]) -> "Strands":
        """All parts as one mesh."""
        faces = joined_faces((part.vertices, part.faces) for part in parts)
        columns = [
            np.concatenate([getattr(part, n) for part in parts]) for n in ("vertices", "details", "pivot", "slack")
        ]
        return cls(columns[0], faces, *columns[1:])


def grid_faces(rows: int, width: int) -> Int[np.ndarray, "faces 3"]:
    """Triangles of a grid, facing away from the head."""
    i = (np.arange(rows - 1)[:, None] * width + np.arange(width - 1)).ravel()
    return np.concatenate([np.stack([i, i + width, i + 1], 1), np.stack([i + 1, i + width, i + width + 1], 1)])


def gridded(sheet: Sheet, azimuth: np.ndarray, rng: np.random.Generator, longest: float = 0.03) -> Strands:
    """The sheet as a mesh, without triangles longer than `longest` metres or between a fringe and what hangs beside it."""
    rows, width = sheet.paths.shape[:2]
    along = np.linspace(0, 1, rows)[:, None]
    tone = np.clip(0.5 + 0.25 * gaussian_filter1d(rng.standard_normal(width), 1.0, mode="wrap"), 0, 1)
    details = np.stack(np.broadcast_arrays(azimuth, along, tone, 0.0), -1)
    vertices, faces = sheet.paths.reshape(-1, 3), grid_faces(rows, width)
    edges = np.linalg.norm(vertices[faces] - vertices[np.roll(faces, 1, 1)], axis=-1).max(1)
    hangs = np.broadcast_to(sheet.slack.max(0) > 0, (rows, width)).ravel()[faces]
    torn = (hangs.any(1) & ~hangs.all(1)) & (faces.max(1) // width > 0.42 * rows)
    return Strands(
        vertices,
        faces[(edges < longest) & ~torn],
        details.reshape(-1, 4),
        sheet.pivot.reshape(-1, 3),
        sheet.slack.ravel(),
    )


def outward(paths: Grid) -> Grid:
    """Outward unit normals of a strand grid."""
    normal = np.cross(np.gradient(paths, axis=1), np.gradient(paths, axis=0))
    away = paths - HEAD_CENTRE
    away[..., 1] = np.maximum(away[..., 1], 0)
    normal *= np.sign((normal * away).sum(-1, keepdims=True) + 1e-12)
    return normal / (np.linalg.norm(normal, axis=-1, keepdims=True) + 1e-12)


def sampled(table: np.ndarray, row: np.ndarray, column: np.ndarray) -> np.ndarray:
    """A grid table (rows, columns[, k]) at fractional places."""
    place = np.stack([row, column])
    if table.ndim == 2:
        return map_coordinates(table, place, order=1, mode="nearest")
    return np.stack([map_coordinates(table[..., k], place, order=1, mode="nearest") for k in range(table.shape[2])], -1)


def ribbons(sheet: Sheet, azimuth: np.ndarray, spec: Ribbons, rng: np.random.Generator) -> Strands:
    """Loose ribbons or coils along the strands."""
    rows, width = sheet.paths.shape[:2]
    count, joints = spec.count, spec.segments + 1
    t = np.linspace(0, 1, joints)
    column, begin = np.floor(rng.uniform(0, width, count)), rng.uniform(*spec.begin, count)
    length, wide, rise = (
        rng.uniform(*spec.length, count),
        rng.uniform(*spec.width, count),
        rng.uniform(*spec.rise, count),
    )
    tone, phase = rng.random(count), rng.uniform(0, 2 * np.pi, count)
    along = begin[:, None] + t * length[:, None]
    place = np.minimum(along, 1) * (rows - 1), np.repeat(column[:, None], joints, 1)
    spine = sampled(sheet.paths, *place)
    normal = sampled(outward(sheet.paths), *place)
    forward = sampled(np.gradient(sheet.paths, axis=0), *place)
    forward /= np.linalg.norm(forward, axis=-1, keepdims=True) + 1e-9
    spine = spine + np.maximum(along - 1, 0)[..., None] * spec.beyond * forward
    spine += (rise[:, None] * (0.2 + np.sin(np.pi * t)) + spec.coil)[..., None] * normal
    across = np.cross(normal, forward)
    taper = np.sqrt(np.interp(t, [0, 0.12, 0.5, 1], [0.15, 0.8, 1.0, 0.03]))
    if spec.coil:
        angle = phase[:, None] + 2 * np.pi * spec.turns * t
        radius = spec.coil * np.interp(t, [0, 0.15, 1], [0.3, 1, 0.8])
        spine += radius[:, None] * (np.cos(angle)[..., None] * normal + np.sin(angle)[..., None] * across)
        across = forward
    across = across * (wide[:, None] * taper)[..., None]
    vertices = np.stack([spine - across, spine + across], 2).reshape(-1, 3)
    i = (np.arange(count)[:, None] * joints + np.arange(spec.segments)).ravel() * 2
    faces = np.concatenate([np.stack([i, i + 2, i + 1], 1), np.stack([i + 1, i + 2, i + 3], 1)])
    around = azimuth[np.round(column).astype(int)][:, None, None] + np.array([-0.02, 0.02])
    along = np.minimum(along, 0.98 + 0.02 * t)[..., None]
    details = np.stack(np.broadcast_arrays(around, along, tone[:, None, None], 0.0), -1)
    pivot, slack = sampled(sheet.pivot, *place), sampled(sheet.slack, *place)
    return Strands(
        vertices, faces, details.reshape(-1, 4), np.repeat(pivot.reshape(-1, 3), 2, 0), np.repeat(slack.ravel(), 2)
    )


def fuzz(sheet: Sheet, azimuth: np.ndarray, count: int, length: float, rng: np.random.Generator) -> Strands:
    """Short single hairs that stand off the surface and break its outline: one triangle each."""
    rows, width = sheet.paths.shape[:2]
    row, column = rng.uniform(0.1, 1, count) * (rows - 1), rng.uniform(0, width - 1, count)
    base, normal = sampled(sheet.paths, row, column), sampled(outward(sheet.paths), row, column)
    lean = rng.standard_normal((count, 3))
    towards = normal + 0.55 * lean
    towards /= np.linalg.norm(towards, axis=1, keepdims=True)
    side = np.cross(towards, lean)
    side *= 0.16 * length / (np.linalg.norm(side, axis=1, keepdims=True) + 1e-9)
    base = base - 0.1 * length * normal
    tip = base + towards * (length * rng.uniform(0.6, 1.4, count))[:, None]
    vertices = np.stack([base - side, base + side, tip], 1).reshape(-1, 3)
    details = np.stack(
        [
            np.repeat(azimuth[np.round(column).astype(int)], 3),
            np.tile([0.5, 0.5, 0.8], count),
            np.repeat(rng.random(count), 3),
        ]
    )
    return Strands(
        vertices, np.arange(3 * count).reshape(-1, 3), np.concatenate([details, np.zeros((1, 3 * count))]).T,
        np.repeat(sampled(sheet.pivot, row, column), 3, 0), np.repeat(sampled(sheet.slack, row, column), 3),
    )  # fmt: skip


def tube(spine: Float[np.ndarray, "rows 3"], radius: np.ndarray, around: int = 18) -> Grid:
    """A grid about a curve; `radius` (rows,) or (rows, around); the first and the last column coincide."""
    forward = np.gradient(spine, axis=0)
    forward /= np.linalg.norm(forward, axis=1, keepdims=True) + 1e-12
    side = np.array([1.0, 0.0, 0.0]) - forward * forward[:, :1]
    side /= np.linalg.norm(side, axis=1, keepdims=True) + 1e-12
    up = np.cross(forward, side)
    angle = np.linspace(0, 2 * np.pi, around)[:, None]
    radius = np.broadcast_to(radius.reshape(len(spine), -1), (len(spine), around))
    return spine[:, None] + radius[..., None] * (np.cos(angle) * side[:, None] + np.sin(angle) * up[:, None])


def plaited(rows: int, around: int, size: float, lobes: float) -> Float[np.ndarray, "rows around"]:
    """Radius of a braid: lobes that alternate left and right, thinner towards the tip."""
    t, angle = np.linspace(0, 1, rows)[:, None], np.linspace(0, 2 * np.pi, around)[None]
    beat = 2 * np.pi * lobes * t
    left, right = np.clip(np.cos(angle), 0, 1), np.clip(-np.cos(angle), 0, 1)
    lobe = left * np.abs(np.sin(beat / 2)) + right * np.abs(np.cos(beat / 2))
    flat = 1 - 0.22 * np.abs(np.sin(angle))
    return size * flat * (0.72 + 0.5 * lobe) * np.interp(t, [0, 0.08, 0.85, 1], [0.8, 1.0, 0.72, 0.15])
