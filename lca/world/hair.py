"""Hair: a closed shell combed over the scalp from the crown, curtains that hang from it, and loose locks at its edges.

Directions are taken from the centre of the head: `polar` angle from the (backward tilted) crown, `azimuth` from the front
towards the person's left. Strands run along `t` from the crown (0) to the tip (1).
"""

from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
from jaxtyping import Float
from scipy.ndimage import gaussian_filter1d, map_coordinates
from scipy.spatial import KDTree

from lca.geometry.body import PARTS
from lca.world.figure import JOINTS, Figure, Piece, body_pattern, piece
from lca.world.mesh import bind
from lca.world.scene import SCENE_PARTS, vertex_normals
from lca.world.skin import hairline
from lca.world.wardrobe import ramp

HEAD_CENTRE = np.array([0.0, 0.60, 0.058])
CROWN, FRONT = np.array([0.0, 0.94, -0.34]), np.array([0.0, 0.34, 0.94])
COLUMNS, ROWS = 160, 30
SKULL_ROWS = 0.45
"""Share of a strand's rows that lie on the skull before it hangs."""
Grid = Float[np.ndarray, "rows columns 3"]


@dataclass(frozen=True)
class Cut:
    """A hair style. Metres: `thick` of the shell on the skull, `drop` height at which hanging hair ends (canonical y; 9: at the
    hairline), `bumps` size of curls, `wave` amplitude of waves. `opening` half the angle left free for the face (radians),
    `fringe` how far hair falls over the forehead (radians), `locks` number of loose ribbons, `shift` of the hairline,
    `tail` "", "bun" or "ponytail".
    """

    thick: float
    drop: float = 9.0
    bumps: float = 0.0
    wave: float = 0.0
    opening: float = 1.0
    fringe: float = 0.0
    locks: int = 260
    shift: float = 0.0
    tail: str = ""
    tail_length: float = 0.25


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


def directions(polar: np.ndarray, azimuth: np.ndarray) -> np.ndarray:
    """Unit vectors (..., 3)."""
    side = np.stack([np.sin(azimuth), np.zeros_like(azimuth), np.zeros_like(azimuth)], -1)
    return np.cos(polar)[..., None] * CROWN + np.sin(polar)[..., None] * (np.cos(azimuth)[..., None] * FRONT + side)


def scalp(towards: np.ndarray) -> np.ndarray:
    """Distance (...) of the scalp from the head's centre along `towards` (..., 3), smooth."""
    tree, reach = skull()
    angle, near = tree.query(towards, 10)
    weight = np.exp(-((angle / 0.12) ** 2)) + 1e-9
    return np.asarray((weight * reach[near]).sum(-1) / weight.sum(-1))


def limits(shift: float) -> np.ndarray:
    """Polar angle of the hairline at each column's azimuth."""
    azimuth = columns()
    polar = np.linspace(0.6, 2.6, 201)
    towards = HEAD_CENTRE + 0.1 * directions(*np.meshgrid(polar, azimuth, indexing="ij"))
    x, y, z = HEAD_CENTRE
    field = np.array(
        [[hairline(p[0], p[1], p[2], x, y, z, shift) for p in column] for column in towards.swapaxes(0, 1)]
    )
    return polar[(field > 0).sum(1).clip(0, 200)]


def columns() -> np.ndarray:
    """Azimuth of the grid's columns; the first and the last coincide."""
    return np.linspace(-np.pi, np.pi, COLUMNS)


def ring_noise(rng: np.random.Generator, width: float) -> np.ndarray:
    """Smooth noise round the columns, unit variance; `width` in columns."""
    noise = gaussian_filter1d(rng.standard_normal(COLUMNS - 1), width, mode="wrap")
    noise = (noise - noise.mean()) / (noise.std() + 1e-9)
    return np.append(noise, noise[0])


def shell(cut: Cut, rng: np.random.Generator) -> Grid:
    """Strand paths (rows along the strand, columns round the head), canonical metres."""
    azimuth, t = columns(), np.linspace(0, 1, ROWS)
    limit = limits(cut.shift) + 0.03 * ring_noise(rng, 1.0)
    hanging = (np.abs(azimuth) > cut.opening) & (cut.drop < 1)
    face = np.abs(azimuth) < cut.opening
    limit = limit + np.where(face & ~hanging, cut.fringe * (1 + 0.15 * ring_noise(rng, 2.0)), 0)
    leave = np.where(hanging, np.minimum(limit, 1.42), limit)
    share = SKULL_ROWS if hanging.any() else 1.0
    on_skull = np.minimum(t[:, None] / share, 1)
    polar = 0.04 + on_skull * (leave - 0.04)
    towards = directions(polar, np.broadcast_to(azimuth, polar.shape))
    rim = np.where(hanging, 1.0, np.sqrt(np.clip((1.0 - on_skull) / 0.22, 0.004, 1)))
    clumps = 1 + (0.02 if cut.bumps else 0.16) * ring_noise(rng, 1.2) * ramp(0.15, 0.5, t)[:, None]
    lift = cut.thick * clumps * rim * (0.75 + 0.25 * ramp(0.0, 0.3, t))[:, None]
    if cut.bumps:
        coarse = rng.standard_normal((16, 16, 16))
        place = (towards * 0.1 / cut.bumps + 8).transpose(2, 0, 1)
        lift = (
            lift
            + np.clip(0.14 * cut.bumps * map_coordinates(coarse, place, order=3, mode="wrap"), -0.5 * lift, lift) * rim
        )
    sunk = np.where(hanging, 0, 0.006 * ramp(0.9, 1.0, on_skull))
    paths = HEAD_CENTRE + (scalp(towards) + 0.0015 + lift - sunk)[..., None] * towards
    return hung(paths, cut, hanging, rng)


def hung(paths: Grid, cut: Cut, hanging: np.ndarray, rng: np.random.Generator) -> Grid:
    """The rows beyond the skull fall to `cut.drop`: straight, wavy, turned in at the tips."""
    first = int(np.ceil(SKULL_ROWS * (ROWS - 1)))
    start, t = paths[first], np.linspace(0, 1, ROWS - first)[:, None]
    out = start - HEAD_CENTRE
    out[:, 1] = 0
    out /= np.linalg.norm(out, axis=1, keepdims=True)
    tip = cut.drop + 0.012 * ring_noise(rng, 0.8) + 0.015 * ring_noise(rng, 6.0)
    y = start[:, 1] + t * (tip - start[:, 1])
    swell = 0.014 * np.sin(np.pi * np.minimum(t * 1.1, 1)) - 0.030 * t**2
    wave = cut.wave * np.sin(14 * t + 2 * ring_noise(rng, 3.0)) * t
    clumps = 0.003 * ring_noise(rng, 0.9) * t
    fallen = start + (swell + wave + clumps)[..., None] * out
    fallen[..., 1] = y
    paths[first:, hanging] = fallen[:, hanging]
    return paths


def locks(paths: Grid, cut: Cut, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Loose ribbons along the strands: vertices, faces, details (around, along, tone)."""
    count, segments = cut.locks, 6
    column, begin = rng.uniform(0, COLUMNS - 1, count), rng.uniform(0.25, 0.75, count)
    length, width = rng.uniform(0.22, 0.38, count), rng.uniform(0.0015, 0.0035, count)
    lifted, tone = rng.uniform(0.0004, 0.0028, count), rng.random(count)
    normals = grid_normals(paths)
    along = begin[:, None] + np.linspace(0, 1, segments + 1) * length[:, None]
    place = np.stack([np.minimum(along, 1) * (ROWS - 1), np.repeat(column[:, None], segments + 1, 1)])
    spine = np.stack([map_coordinates(paths[..., k], place, order=1, mode="nearest") for k in range(3)], -1)
    normal = np.stack([map_coordinates(normals[..., k], place, order=1, mode="nearest") for k in range(3)], -1)
    forward = np.gradient(spine, axis=1)
    forward /= np.linalg.norm(forward, axis=-1, keepdims=True) + 1e-9
    spine += np.maximum(along - 1, 0)[..., None] * 0.05 * forward
    bow = np.sin(np.linspace(0, np.pi, segments + 1))
    spine += (lifted[:, None] * (0.2 + bow))[..., None] * normal
    across = np.cross(normal, forward) * (width[:, None] * np.sqrt(np.linspace(1, 0.02, segments + 1)))[..., None]
    vertices = np.stack([spine - across, spine + across], 2).reshape(-1, 3)
    i = (np.arange(count)[:, None] * (segments + 1) + np.arange(segments)).ravel() * 2
    faces = np.concatenate([np.stack([i, i + 2, i + 1], 1), np.stack([i + 1, i + 2, i + 3], 1)])
    around = columns()[0] + column[:, None, None] * (2 * np.pi / (COLUMNS - 1)) + np.array([-0.02, 0.02])
    details = np.stack(np.broadcast_arrays(around, np.minimum(along, 1)[..., None], tone[:, None, None], 0.0), -1)
    return vertices, faces, details.reshape(-1, 4)


def grid_normals(paths: Grid) -> Grid:
    """Outward unit normals of the strand grid."""
    normal = np.cross(np.gradient(paths, axis=1), np.gradient(paths, axis=0))
    normal *= np.sign((normal * (paths - HEAD_CENTRE * [1, 0, 1] - paths * [0, 1, 0])).sum(-1, keepdims=True) + 1e-12)
    return normal / (np.linalg.norm(normal, axis=-1, keepdims=True) + 1e-12)


def tube(spine: np.ndarray, radius: np.ndarray, around: int = 20) -> Grid:
    """A grid about a curve `spine` (n, 3) with `radius` (n,), closed in itself."""
    forward = np.gradient(spine, axis=0)
    forward /= np.linalg.norm(forward, axis=1, keepdims=True)
    side = np.broadcast_to([1.0, 0.0, 0.0], forward.shape)
    up = np.cross(forward, side)
    angle = np.linspace(0, 2 * np.pi, around)[:, None]
    return spine[:, None] + radius[:, None, None] * (np.cos(angle) * side[:, None] + np.sin(angle) * up[:, None])


def tail(cut: Cut, rng: np.random.Generator) -> Grid:
    """A bun on the back of the crown, or a ponytail that falls from there."""
    t = np.linspace(0, 1, 22)[:, None]
    angle = rng.uniform(0.75, 1.25)
    towards = directions(np.array(angle), np.array(np.pi))
    root = HEAD_CENTRE + towards * (scalp(towards) + cut.thick)
    if cut.tail == "bun":
        size = 0.55 * rng.uniform(0.055, 0.075)
        spine = root + towards * (np.linspace(-1.0, 1.0, 22)[:, None] * size + 0.6 * size)
        radius = size * np.sqrt(np.clip(1 - np.linspace(-1, 1, 22) ** 2, 0.0005, 1)) * 1.15
        return tube(spine, radius)
    spine = (
        root
        + towards * 0.055 * np.sin(np.pi * np.minimum(t * 1.6, 0.8))
        + np.array([0, -1.0, 0]) * cut.tail_length * t**1.5
    )
    radius = np.interp(t[:, 0], [0, 0.06, 0.35, 0.8, 1], [0.013, 0.015, 0.030, 0.022, 0.003])
    return tube(spine, radius * (1 + 0.06 * np.sin(18 * t[:, 0]) * (cut.wave > 0)))


def grid_faces(rows: int, width: int) -> np.ndarray:
    """Triangles of a grid, facing away from the head."""
    i = (np.arange(rows - 1)[:, None] * width + np.arange(width - 1)).ravel()
    return np.concatenate([np.stack([i, i + width, i + 1], 1), np.stack([i + 1, i + width, i + width + 1], 1)])


def make_hair(figure: Figure, cut: Cut, seed: int, look: int) -> list[Piece]:
    """Shell, locks and tail of the style on the figure."""
    rng = np.random.default_rng(seed)
    paths = shell(cut, rng)
    grids = [paths] + ([tail(cut, rng)] if cut.tail else [])
    pieces = [grown(figure, *gridded(grid, rng), look, cut) for grid in grids]
    return [*pieces, grown(figure, *locks(paths, cut, rng), look, cut)]


def gridded(grid: Grid, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Vertices, faces, details of a strand grid."""
    rows, width = grid.shape[:2]
    around, along = np.linspace(-np.pi, np.pi, width), np.linspace(0, 1, rows)[:, None]
    tone = np.clip(0.5 + 0.2 * gaussian_filter1d(rng.standard_normal(width), 1.0, mode="wrap"), 0, 1)
    details = np.stack(np.broadcast_arrays(around, along, tone, 0.0), -1)
    vertices, faces = grid.reshape(-1, 3), grid_faces(rows, width)
    edges = np.linalg.norm(vertices[faces] - vertices[np.roll(faces, 1, 1)], axis=-1).max(1)
    return vertices, faces[edges < 0.03], details.reshape(-1, 4)


def grown(figure: Figure, vertices: np.ndarray, faces: np.ndarray, details: np.ndarray, look: int, cut: Cut) -> Piece:
    """The mesh bound to the figure's head; what hangs below the chin follows neck and chest and keeps off the body."""
    pattern = body_pattern()[1]
    upper = np.flatnonzero(pattern.template[:, 1] > 0.40)
    tie = bind(vertices, pattern.template[upper], 24)
    low = ramp(0.50, 0.32, vertices[:, 1])
    weights = np.zeros((len(vertices), JOINTS), np.float32)
    weights[:, 15], weights[:, 12], weights[:, 9] = 1 - 0.75 * low, 0.2 * low, 0.55 * low
    flow = vertices - HEAD_CENTRE - 0.09 * CROWN
    flow = np.where(low[:, None] > 0, [0, -1.0, 0], flow)
    if len(details) and details[:, 1].max() > 0:
        flow = strand_flow(vertices, faces, details[:, 1])
    hair = piece(vertices + tie(figure.moved[upper]), vertices, faces, weights, look, 1 + SCENE_PARTS.index("hair"))
    loose = ramp(0.56, 0.50, vertices[:, 1]).astype(np.float32)
    return replace(
        hair, details=details.astype(np.float32), tangents=flow.astype(np.float32), gap=0.008 + 0.002, loose=loose
    )


def strand_flow(vertices: np.ndarray, faces: np.ndarray, along: np.ndarray) -> np.ndarray:
    """Unit direction of growing `along` at each vertex."""
    flow = np.zeros_like(vertices)
    for a, b in ((0, 1), (1, 2), (2, 0)):
        step = (along[faces[:, b]] - along[faces[:, a]])[:, None] * (vertices[faces[:, b]] - vertices[faces[:, a]])
        np.add.at(flow, faces[:, a], step)
        np.add.at(flow, faces[:, b], step)
    return flow / (np.linalg.norm(flow, axis=1, keepdims=True) + 1e-12)
