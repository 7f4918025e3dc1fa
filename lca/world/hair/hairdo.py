"""Hair: a shell combed over the scalp, curtains that hang from it, locks, coils, braids and loose hairs upon it.

The shell is a grid of strands: from a whorl or from a parting to the hairline or, where hair hangs, to the widest place of the
head and down from there, before or behind the shoulders. What hangs remembers its pivot, the place where it leaves the head: on
a moving head it swings about it (see `lca.world.person.people`).
"""

from dataclasses import replace

import numpy as np
from jaxtyping import Float

from lca.world.body.figure import JOINTS, Figure, Piece, body_pattern, piece
from lca.world.body.mesh import bind
from lca.world.body.scene import SCENE_PARTS
from lca.world.garments.wardrobe import ramp
from lca.world.hair.haircut import Haircut
from lca.world.hair.scalp import CROWN, FRONT, HEAD_CENTRE, between, directions, hair_limits, ring_noise, scalp
from lca.world.hair.strands import Sheet, Strands, fuzz, gridded, plaited, ribbons, tube

COLUMNS, ROWS = 144, 26
SKULL_ROWS = 0.42
"""Share of a hanging strand's rows that lie on the skull."""
LEAVE = 1.40
"""Polar angle at which hanging hair leaves the skull."""
FRONT_OF_CHEST = ((0.20, 0.24, 0.32, 0.38, 0.42, 0.46, 0.52), (0.172, 0.172, 0.150, 0.122, 0.102, 0.090, 0.080))
BACK_OF_CHEST = ((0.05, 0.24, 0.32, 0.36, 0.40, 0.44, 0.50), (-0.075, -0.090, -0.092, -0.085, -0.068, -0.048, -0.03))
"""Canonical y and z of surfaces that hair lies on before and behind the shoulders."""
GAP = 0.007
"""Metres between skin and hanging hair."""
MOST_TRIANGLES = 26000
"""No hair has more."""


def comb(cut: Haircut) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Of each column: azimuth of its end (signed), unit direction of its root (columns, 3), and whether it hangs."""
    if cut.part is None:
        azimuth = np.linspace(-np.pi, np.pi, COLUMNS)
        root = (
            directions(cut.bald, azimuth)
            if cut.bald
            else directions(np.full(COLUMNS, cut.pole), np.full(COLUMNS, np.pi))
        )
        return azimuth, root, (np.abs(azimuth) > cut.opening) & cut.hangs
    turn = np.linspace(0, 2 * np.pi, COLUMNS)
    side, away = np.where(turn < np.pi, 1.0, -1.0), np.minimum(turn, 2 * np.pi - turn)
    share = np.clip(away / 1.9, 0, 1)
    angle = (hair_limits(np.zeros(1), cut.shift, 0.0)[0] - 0.03) * (1 - share) - 0.35 * share
    root = np.cos(angle)[:, None] * CROWN + np.sin(angle)[:, None] * FRONT
    root[:, 0] += cut.part * (1 - 0.6 * share)
    root /= np.linalg.norm(root, axis=1, keepdims=True)
    end = cut.opening + (np.pi - cut.opening) * away / np.pi if cut.hangs else 0.10 + away * (np.pi - 0.10) / np.pi
    return side * end, root, np.full(COLUMNS, cut.hangs)


def shell(cut: Haircut, rng: np.random.Generator) -> tuple[Sheet, np.ndarray]:
    """The strands of the style and the azimuth of each."""
    azimuth, root, hanging = comb(cut)
    t = np.linspace(0, 1, ROWS)[:, None]
    limit = hair_limits(azimuth, cut.shift, cut.recede) - 0.02 + 0.018 * ring_noise(rng, 0.8, COLUMNS)
    front = ramp(1.25, 0.6, np.abs(azimuth))
    limit = limit + np.where(hanging, 0, cut.fringe * front * (1 + 0.12 * ring_noise(rng, 1.5, COLUMNS)))
    limit = np.where(hanging, np.minimum(limit, LEAVE), np.maximum(limit, cut.bald + 0.02))
    share = SKULL_ROWS if hanging.any() else 1.0
    on_skull = np.broadcast_to(np.minimum(t / share, 1), (ROWS, COLUMNS))
    first = 0.0 if cut.part is not None or cut.bald else 0.004
    towards = between(root, directions(limit, azimuth), first + (1 - first) * on_skull)
    lift = thickness(cut, towards, on_skull, front, hanging, rng)
    sunk = np.where(hanging | (front * cut.fringe > 0.03), 0, 0.004 * ramp(0.93, 1.0, on_skull))
    if cut.bald:
        crest = ramp(1.2, 1.45, np.abs(azimuth)) * ramp(0.0, 0.15, on_skull)
        lift = lift * crest - 0.006 * (1 - crest)
    paths = HEAD_CENTRE + (scalp(towards) + 0.001 + lift - sunk)[..., None] * towards
    start = int(np.ceil(SKULL_ROWS * (ROWS - 1)))
    if hanging.any():
        paths = hung(paths, start, cut, hanging, rng)
    pivot = np.where(hanging[:, None], paths[start], paths[-1])[None].repeat(ROWS, 0)
    away = np.linalg.norm(paths - pivot, axis=-1)
    slack = np.where(hanging & (np.arange(ROWS)[:, None] > start), 0.9 * ramp(0.0, 0.09, away), 0.0)
    return Sheet(paths, pivot, slack), azimuth


def thickness(
    cut: Haircut,
    towards: Float[np.ndarray, "rows columns 3"],
    on_skull: np.ndarray,
    front: np.ndarray,
    hanging: np.ndarray,
    rng: np.random.Generator,
) -> Float[np.ndarray, "rows columns"]:
    """Height of the shell over the scalp, metres."""
    high = ramp(0.15, 0.75, towards[..., 1])
    full = cut.side + (cut.top - cut.side) * high
    begin = 0.2 + 0.8 * ramp(0.0, 0.25, on_skull) if cut.part is not None else 0.8 + 0.2 * ramp(0.0, 0.25, on_skull)
    clumps = 1 + (0.10 * ring_noise(rng, 2.2, COLUMNS) + 0.07 * ring_noise(rng, 0.7, COLUMNS)) * ramp(
        0.2, 0.6, on_skull
    )
    if cut.ridges:
        clumps = 0.15 + 0.95 * np.abs(np.cos(np.linspace(0, np.pi * cut.ridges, COLUMNS))) + 0 * on_skull
    full = full * begin * clumps
    if cut.bumps:
        full = full * (1 + (0.10 + 0.002 / cut.top) * bumpy(towards * 0.1 / cut.bumps, rng))
    edge = 0.0015 + (cut.rim - 0.0015) * front
    reach = 0.50 - 0.25 * front
    falling = np.clip((on_skull - 1 + reach) / reach, 0, 1)
    rim = np.where(hanging, 0.0, 1 - np.sqrt(np.clip(1 - falling**2, 0, 1)) * (1 - 0.35 * falling))
    return full + (np.minimum(edge, full) - full) * np.clip(rim, 0, 1)


def bumpy(places: Float[np.ndarray, "rows columns 3"], rng: np.random.Generator) -> Float[np.ndarray, "rows columns"]:
    """Smooth noise of unit cells in [-1, 1]."""
    from scipy.ndimage import map_coordinates

    coarse = rng.standard_normal((16, 16, 16))
    noise = map_coordinates(coarse, (places + 8).transpose(2, 0, 1), order=3, mode="wrap")
    return np.tanh(0.9 * noise)


def hung(paths: np.ndarray, start: int, cut: Haircut, hanging: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """The rows beyond the skull turn downwards and fall to `cut.drop`, before or behind the shoulders."""
    begin, count = paths[start], ROWS - 1 - start
    leaving = begin - paths[start - 1]
    leaving /= np.linalg.norm(leaving, axis=1, keepdims=True) + 1e-9
    leaving = np.stack([0.25 * leaving[:, 0], np.minimum(leaving[:, 1], -0.6), 0.25 * leaving[:, 2]], 1)
    leaving /= np.linalg.norm(leaving, axis=1, keepdims=True)
    tip = cut.drop + 0.005 * ring_noise(rng, 0.8, COLUMNS) + 0.010 * ring_noise(rng, 6.0, COLUMNS)
    step = np.maximum(begin[:, 1] - tip, 0.02) / count
    k = np.arange(1, count + 1)[:, None]
    bent = ramp(0.0, 0.06, k * step)[..., None]
    forward = leaving * (1 - bent) + np.array([0.0, -1.0, 0.0]) * bent
    forward /= np.linalg.norm(forward, axis=-1, keepdims=True)
    fallen = begin + np.cumsum(forward * step[:, None], 0)
    t, y = k / count, fallen[..., 1]
    low, before = ramp(0.535, 0.43, y), ramp(0.005, 0.030, begin[:, 2])
    ahead = np.maximum(fallen[..., 2], np.interp(y, *FRONT_OF_CHEST))
    behind = np.minimum(fallen[..., 2], np.interp(y, *BACK_OF_CHEST) - 0.3 * cut.side)
    fallen[..., 2] += low * (before * ahead + (1 - before) * behind - fallen[..., 2])
    fallen[..., 0] *= 1 - 0.14 * low * ramp(0.05, 0.09, np.abs(fallen[..., 0]))
    over = np.maximum(np.abs(fallen[..., 0]) - 0.069 - 0.5 * cut.side, 0) * ramp(0.64, 0.58, y)
    fallen[..., 0] -= np.sign(fallen[..., 0]) * over * ramp(0.055, 0.10, begin[:, 2])
    out = (begin - HEAD_CENTRE) * [1, 0, 1]
    out /= np.linalg.norm(out, axis=1, keepdims=True)
    wave = cut.wave * np.sin(2 * np.pi * k * step / 0.075 + 2.2 * ring_noise(rng, 3.0, COLUMNS)) * ramp(0.0, 0.3, t)
    loose = 0.0025 * ring_noise(rng, 0.9, COLUMNS) * t + 0.010 * np.sin(np.pi * t) - cut.tuck * t**2.5
    fallen += (wave + loose)[..., None] * out
    fallen += 0.5 * np.roll(wave, 1, 0)[..., None] * np.cross(out, [0.0, 1.0, 0.0])
    paths = paths.copy()
    paths[start + 1 :, hanging] = fallen[:, hanging]
    return paths


def knot(cut: Haircut) -> tuple[np.ndarray, np.ndarray]:
    """Place and direction of the whorl where the hair is gathered."""
    towards = directions(cut.pole, np.pi)
    return HEAD_CENTRE + towards * (scalp(towards[None])[0] + cut.top), towards


def hanging_from(root: np.ndarray, paths: np.ndarray, azimuth: np.ndarray, rng: np.random.Generator) -> Strands:
    """A tube that swings about `root`, as a mesh."""
    along = ramp(0.02, 0.10, np.linalg.norm(paths - root, axis=-1))
    return gridded(Sheet(paths, np.broadcast_to(root, paths.shape), 0.92 * along), azimuth, rng)


def bun(cut: Haircut, rng: np.random.Generator) -> list[Strands]:
    """Hair wound into a ball."""
    root, towards = knot(cut)
    size = 0.115 * cut.tail_length
    place = np.linspace(-1, 1, 20)
    radius = size * np.sqrt(np.clip(1 - place**2, 0.0004, 1))
    grid = tube(root + towards * (place[:, None] * 0.85 + 0.55) * size, radius * 1.1, 28)
    twist = 1 + 0.05 * np.sin(5 * np.pi * place[:, None] + 2 * np.linspace(0, 2 * np.pi, 28))
    grid = grid.mean(1, keepdims=True) + (grid - grid.mean(1, keepdims=True)) * twist[..., None]
    wound = grid.transpose(1, 0, 2)
    fixed = Sheet(wound, np.broadcast_to(root, wound.shape), np.zeros(wound.shape[:2]))
    return [gridded(fixed, 3 * place, rng)]


def ponytail(cut: Haircut, rng: np.random.Generator) -> list[Strands]:
    """A tail that leaves the knot outwards and falls."""
    root, towards = knot(cut)
    t = np.linspace(0, 1, 20)[:, None]
    level = towards * [1, 0.4, 1]
    spine = (
        root
        + 0.048 * np.sin(np.pi * np.minimum(1.25 * t, 0.62)) * level
        + np.array([0, -1.0, 0]) * cut.tail_length * t**1.35
    )
    spine[:, 2] = np.minimum(spine[:, 2], np.interp(spine[:, 1], *BACK_OF_CHEST) - 0.005)
    radius = np.interp(t[:, 0], [0, 0.05, 0.3, 0.75, 1], [0.012, 0.014, 0.027, 0.021, 0.002])
    radius = radius * (1 + 0.08 * np.sin(18 * t[:, 0]) * (cut.wave > 0))
    azimuth = np.linspace(-1.2, 1.2, 18)
    ragged = 1 + 0.10 * rng.standard_normal(18)
    ragged[-1] = ragged[0]
    grid = tube(spine, radius[:, None] * ragged)
    along = ramp(0.02, 0.10, np.linalg.norm(grid - root, axis=-1))
    sheet = Sheet(grid, np.broadcast_to(root, grid.shape), 0.92 * along)
    return [
        gridded(sheet, azimuth, rng),
        *(ribbons(sheet, azimuth, replace(s, count=s.count // 3), rng) for s in cut.ribbons),
    ]


def plaits(cut: Haircut, rng: np.random.Generator) -> list[Strands]:
    """Two braids from behind the ears, over the front of the shoulders."""
    t = np.linspace(0, 1, 34)
    braids = []
    for side in (1.0, -1.0):
        root = np.array([side * 0.054, 0.540, 0.020])
        y = root[1] - cut.tail_length * t
        z = np.interp(y, *FRONT_OF_CHEST) + 0.012
        z = root[2] + (z - root[2]) * ramp(0.53, 0.43, y)
        x = side * np.interp(y, [0.25, 0.36, 0.46, 0.54], [0.072, 0.078, 0.086, 0.054])
        grid = tube(np.stack([x, y, z], 1), plaited(34, 14, 0.0165, cut.tail_length / 0.034), 14)
        braids.append(hanging_from(root, grid, np.linspace(-0.4, 0.4, 14), rng))
    return braids


def locs(cut: Haircut, sheet: Sheet, azimuth: np.ndarray, rng: np.random.Generator) -> list[Strands]:
    """Many thin braids along the strands of the shell, in two layers."""
    grown = []
    for layer, count in ((0, 40), (1, 26)):
        for column in np.linspace(0, COLUMNS - 1, count, endpoint=False) + rng.uniform(0, 2, count):
            j = min(int(column), COLUMNS - 1)
            rows = np.round(np.linspace(0.22 if layer == 0 else 0.38, rng.uniform(0.86, 1), 14) * (ROWS - 1)).astype(
                int
            )
            inwards = np.array([1, 0, 1]) * (HEAD_CENTRE - sheet.paths[rows, j]) * 0.10 * layer
            spine = sheet.paths[rows, j] + inwards
            radius = (
                rng.uniform(0.0036, 0.0052) * (1 + 0.16 * (-1.0) ** np.arange(14)) * np.interp(rows, [0, 25], [1, 0.8])
            )
            radius[-1] *= 0.3
            grid = tube(spine, radius, 6)
            loose = np.repeat(sheet.slack[rows, j][:, None], 6, 1)
            part = Sheet(grid, np.broadcast_to(sheet.pivot[0, j], grid.shape), loose)
            grown.append(gridded(part, azimuth[j] + np.linspace(-0.1, 0.1, 6), rng, 0.06))
    return grown


def style(cut: Haircut, seed: int) -> Strands:
    """The whole hair of a cut, canonical."""
    rng = np.random.default_rng(seed)
    sheet, azimuth = shell(cut, rng)
    if cut.tails == "locs":
        rows = int(np.ceil(SKULL_ROWS * (ROWS - 1))) + 6
        deeper = sheet.paths[:rows] - 0.004 * directions(LEAVE, azimuth)
        under = Sheet(deeper, sheet.pivot[:rows], sheet.slack[:rows])
        return Strands.joined([gridded(under, azimuth, rng), *locs(cut, sheet, azimuth, rng)])
    parts = [gridded(sheet, azimuth, rng, 0.03 if cut.hangs else 0.08)]
    parts += [ribbons(sheet, azimuth, spec, rng) for spec in cut.ribbons]
    if cut.fuzz:
        parts.append(fuzz(sheet, azimuth, cut.fuzz, cut.fuzz_length, rng))
    if cut.tails:
        parts += {"bun": bun, "ponytail": ponytail, "plaits": plaits}[cut.tails](cut, rng)
    return Strands.joined(parts)


def make_hair(figure: Figure, cut: Haircut, seed: int, look: int) -> list[Piece]:
    """Hair of the style on the figure."""
    return [grown(figure, style(cut, seed), look)]


def grown(figure: Figure, hair: Strands, look: int) -> Piece:
    """Strands bound to the figure's head."""
    pattern = body_pattern()[1]
    upper = np.flatnonzero(pattern.template[:, 1] > 0.40)
    moved, template = figure.moved[upper], pattern.template[upper]
    weights = np.zeros((len(hair.vertices), JOINTS), np.float32)
    weights[:, 15] = 1
    rest = hair.vertices + bind(hair.vertices, template, 24)(moved)
    places, index = np.unique(np.round(hair.pivot, 6), axis=0, return_inverse=True)
    pivot = (places + bind(places, template, 24)(moved))[index.ravel()]
    base = piece(rest, hair.vertices, hair.faces, weights, look, 1 + SCENE_PARTS.index("hair"))
    return replace(
        base,
        details=hair.details.astype(np.float32),
        tangents=strand_flow(hair.vertices, hair.faces, hair.details[:, 1]).astype(np.float32),
        gap=GAP,
        loose=(hair.slack > 0.02).astype(np.float32),
        pivot=pivot.astype(np.float32),
        slack=hair.slack.astype(np.float32),
    )


def strand_flow(vertices: np.ndarray, faces: np.ndarray, along: np.ndarray) -> np.ndarray:
    """Unit direction of growing `along` at each vertex."""
    flow = np.zeros_like(vertices)
    for a, b in ((0, 1), (1, 2), (2, 0)):
        step = (along[faces[:, b]] - along[faces[:, a]])[:, None] * (vertices[faces[:, b]] - vertices[faces[:, a]])
        np.add.at(flow, faces[:, a], step)
        np.add.at(flow, faces[:, b], step)
    return flow / (np.linalg.norm(flow, axis=1, keepdims=True) + 1e-12)
