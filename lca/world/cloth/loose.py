"""Loose garments: skirts, and dresses from under the bust, as rings of vertices round the body.

All have one mesh, RINGS rings of COLUMNS vertices from the waistband to the hem, numbered ring by ring, so that the vertices of
any two garments can be compared. The cloth is longer round than the body: what is too much falls into folds.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from jaxtyping import Float, Int
from scipy.spatial import ConvexHull

from lca.formats.captures import CLOTH_COLUMNS, CLOTH_RINGS
from lca.geometry.body import PARTS
from lca.world.body.figure import JOINT_INDEX, Figure, Piece, body_pattern, joint, piece
from lca.world.body.mesh import bind
from lca.world.body.scene import SCENE_PARTS
from lca.world.cloth.xpbd import Fabric
from lca.world.garments.skirts import skirt_weights
from lca.world.garments.wardrobe import WAIST_ABOVE_HIP, mean_figure, ramp, softened, waist

RINGS, COLUMNS = CLOTH_RINGS, CLOTH_COLUMNS
VERTICES = RINGS * COLUMNS
KINDS = ("skirt", "dress")
LENGTHS = {"short": 0.42, "knee": 0.62, "long": 0.87}
"""Of the way from waist to ankle."""
BUST = 0.125
"""Metres that the seam of a dress lies above the waist."""
GAP, SHIRT_GAP = 0.005, 0.014
"""Metres between cloth and skin, and where the shirt lies between them."""
STEEPEST = 0.45
"""Slope of the cone that a garment starts as; wider cloth starts with deeper pleats."""
SHEAR = 2e-6
"""Compliance of the diagonals (s^2): cloth shears easily."""
BALL = 0.9
"""Of the mesh's finer spacing: how far layers stay apart."""
TRUNK = tuple(PARTS.index(name) for name in ("torso", "hips", "thigh", "calf"))


@dataclass(frozen=True)
class LooseCut:
    """What a tailor would write down. `reach` is the hem's place from waist (0) to ankle (1); `flare` how much the cloth widens
    on its way down (metres round per metre; 2 pi is a full circle); `gather` how much wider than the band it is sewn; `pleats`
    the folds it starts with and `phase` where; `heft` bending stiffness over area density (m^4/s^2: voile 5e-5, wool 1e-3).
    """

    kind: str
    reach: float
    flare: float
    gather: float
    pleats: int
    phase: float
    heft: float

    @property
    def seam(self) -> float:
        """Metres above the waist where the cloth is held."""
        return BUST if self.kind == "dress" else 0.0


def sample_cut(rng: np.random.Generator) -> tuple[LooseCut, dict[str, str | float]]:
    """A garment and how it is described; longer ones are wider, so that legs can stride."""
    kind, length = KINDS[int(rng.random() < 0.4)], str(rng.choice(list(LENGTHS)))
    reach = LENGTHS[length] * rng.uniform(0.92, 1.06)
    narrow = {"short": 0.7, "knee": 0.9, "long": 1.3}[length]
    cut = LooseCut(
        kind,
        reach,
        float(narrow + rng.uniform(0, 1) ** 1.5 * (3.8 - narrow)),
        float(rng.choice([1.0, 1.0, 1.25, 1.5])),
        int(rng.integers(7, 13)),
        float(rng.uniform(0, 2 * np.pi)),
        float(np.exp(rng.uniform(np.log(6e-5), np.log(8e-4)))),
    )
    words = {
        "loose": kind,
        "loose_length": length,
        "loose_flare": round(cut.flare, 2),
        "loose_heft": float(f"{cut.heft:.2g}"),
    }
    return cut, words


@dataclass(frozen=True)
class Measures:
    """What a tailor measures on a person for a garment that is held `seam` metres above the waist."""

    figure: Figure
    seam: float

    @cached_property
    def belt(self) -> Float[np.ndarray, "points 3"]:
        """The person's trunk at the seam."""
        return self.section(waist() + self.seam, 0.02)

    @property
    def top(self) -> float:
        """Height of the seam, metres."""
        return float(self.belt[:, 1].mean())

    @property
    def centre(self) -> Float[np.ndarray, "2"]:
        """Axis of the garment, x and z."""
        return np.array([0.0, (self.belt[:, 2].min() + self.belt[:, 2].max()) / 2])

    @cached_property
    def legs(self) -> float:
        """Metres from waist to ankle."""
        hip, ankle = self.figure.joints[[JOINT_INDEX["left_hip"], JOINT_INDEX["left_ankle"]], 1]
        return float(hip - ankle) + WAIST_ABOVE_HIP

    def section(self, height: float, half: float) -> Float[np.ndarray, "points 3"]:
        """The person's vertices of trunk and legs within `half` metres of a canonical height."""
        body, pattern = body_pattern()
        near = np.abs(pattern.template[:, 1] - height) < half
        return self.figure.rest[near & np.isin(body.part_labels.numpy(), TRUNK)]

    def radius(self, drop: float, angles: Float[np.ndarray, " angles"]) -> Float[np.ndarray, " angles"]:
        """Of the convex hull of trunk and legs `drop` metres below the seam, in the directions atan2(x, z)."""
        height = waist() + self.seam - drop * mean_legs() / self.legs
        facets = ConvexHull(self.section(height, 0.03)[:, [0, 2]] - self.centre).equations
        towards = np.stack([np.sin(angles), np.cos(angles)], -1) @ facets[:, :2].T
        return np.where(towards > 1e-9, -facets[:, 2] / np.maximum(towards, 1e-9), np.inf).min(-1)


def mean_legs() -> float:
    """Metres from waist to ankle of the mean person."""
    return float(waist() - joint("left_ankle")[1])


def around(points: Float[np.ndarray, "rings columns 3"]) -> Float[np.ndarray, " rings"]:
    """Length of closed rings."""
    return np.linalg.norm(points - np.roll(points, -1, 1), axis=-1).sum(1)


@dataclass(frozen=True)
class Form:
    """A garment before it hangs: places (m), the length of the cloth round each ring, the way down from ring to ring."""

    places: Float[np.ndarray, "rings columns 3"]
    girths: Float[np.ndarray, " rings"]
    step: float


def columns_of(band: Float[np.ndarray, " fine"], fine: Float[np.ndarray, " fine"]) -> Float[np.ndarray, " columns"]:
    """Angles of the columns: evenly spaced along the waistband."""
    edge = np.stack([band * np.sin(fine), band * np.cos(fine)], -1)
    gone = np.concatenate([[0], np.cumsum(np.linalg.norm(np.diff(edge, axis=0), axis=1))])
    return np.interp(np.arange(COLUMNS) / COLUMNS * gone[-1], gone, fine)


def formed(figure: Figure, cut: LooseCut) -> Form:
    """The garment as a pleated cone round a person in the T-pose, nowhere narrower than the body."""
    tape = Measures(figure, cut.seam)
    fine = np.linspace(0, 2 * np.pi, 721)
    band = tape.radius(0.0, fine) + SHIRT_GAP
    angles = columns_of(band, fine)
    down = np.linspace(0, cut.reach * tape.legs + cut.seam, RINGS)
    slope = min(cut.flare / (2 * np.pi), STEEPEST)
    drops = down * np.sqrt(1 - slope**2)
    radius = np.interp(angles, fine, band) + slope * down[:, None]
    for ring in np.flatnonzero(drops < cut.seam + WAIST_ABOVE_HIP + 0.18):
        radius[ring] = np.maximum(radius[ring], tape.radius(float(drops[ring]), angles) + SHIRT_GAP)
    radius = np.maximum.accumulate(radius, 0)
    smooth = around(ringed(tape, radius, drops, angles))
    wanted = smooth[0] * (1 + (cut.gather - 1) * ramp(0.0, 0.06, down)) + cut.flare * down
    girths = np.maximum.accumulate(np.maximum(wanted, smooth))
    # a wave of n folds and amplitude a makes a circle of radius r longer by (a n / r)^2 / 4
    height = 2 / cut.pleats * np.sqrt(girths / smooth - 1)[:, None] * radius.mean(1, keepdims=True)
    wave = np.sin(cut.pleats * angles + 0.7 * np.sin(2 * angles + cut.phase) + 2.3 * cut.phase)
    return Form(ringed(tape, radius + height * wave, drops, angles), girths, float(down[1]))


def ringed(tape: Measures, radius: np.ndarray, drops: np.ndarray, angles: np.ndarray) -> np.ndarray:
    """Rings in metres from radii (rings, columns), the way each hangs below the seam, and the columns' angles."""
    x, z = radius * np.sin(angles), radius * np.cos(angles)
    y = np.broadcast_to(tape.top - drops[:, None], x.shape)
    return np.stack([tape.centre[0] + x, y, tape.centre[1] + z], -1)


def ring_faces(rings: int = RINGS, columns: int = COLUMNS) -> Int[np.ndarray, "faces 3"]:
    """Triangles of the rings, facing outwards."""
    a = np.arange((rings - 1) * columns).reshape(rings - 1, columns)
    d = np.roll(a, -1, 1)
    return np.stack([a, a + columns, d, d, a + columns, d + columns], -1).reshape(-1, 3)


def finer(table: Float[np.ndarray, "vertices numbers"]) -> Float[np.ndarray, "fine numbers"]:
    """Numbers of the vertices on a mesh twice as fine: 2 RINGS - 1 rings of 2 COLUMNS, smooth through the old ones.

    The four-point scheme of Dyn, Levin and Gregory (1987): (-1, 9, 9, -1) / 16.
    """
    grid = table.reshape(RINGS, COLUMNS, -1)
    before, after, last = (np.roll(grid, shift, 1) for shift in (1, -1, -2))
    grid = np.stack([grid, (9 * (grid + after) - before - last) / 16], 2).reshape(RINGS, 2 * COLUMNS, -1)
    ends = 2 * grid[:1] - grid[1:2], 2 * grid[-1:] - grid[-2:-1]
    long = np.concatenate([ends[0], grid, ends[1]])
    between = (9 * (long[1:-2] + long[2:-1]) - long[:-3] - long[3:]) / 16
    fine = np.empty((2 * RINGS - 1, *grid.shape[1:]), grid.dtype)
    fine[::2], fine[1::2] = grid, between
    return fine.reshape(-1, table.shape[1])


def woven(form: Form, cut: LooseCut, canonical: Float[np.ndarray, "vertices 3"]) -> Fabric:
    """The cloth of a garment. Links run from the band down, those that share no vertex one after another (faster)."""
    index = np.arange(VERTICES).reshape(RINGS, COLUMNS)
    right, edge = np.roll(index, -1, 1), form.girths / COLUMNS
    links, lengths, compliance = [], [], []
    for ring in range(1, RINGS):
        shear = np.sqrt(form.step**2 + edge[ring - 1] * edge[ring])  # diagonal of a symmetric trapezium
        upper, lower, across = index[ring - 1], index[ring], right[ring]
        parts = [(upper, lower, form.step, 0.0), (upper, across, shear, SHEAR), (right[ring - 1], lower, shear, SHEAR)]
        parts += [(lower[odd::2], across[odd::2], edge[ring], 0.0) for odd in (0, 1)]
        for first, second, length, soft in parts:
            links.append(np.stack([first, second], 1))
            lengths.append(np.full(len(first), length))
            compliance.append(np.full(len(first), soft))
    threads = [np.stack([index[k - 1], index[k], index[k + 1]], 1) for k in range(1, RINGS - 1)]
    bends = [np.full(COLUMNS, form.step**4 / cut.heft)] * (RINGS - 2)
    threads += [np.stack([np.roll(index[k], 1), index[k], right[k]], 1) for k in range(1, RINGS)]
    bends += [np.full(COLUMNS, edge[k] ** 4 / cut.heft) for k in range(1, RINGS)]
    mobility = np.repeat([0.0, 1.0], [COLUMNS, VERTICES - COLUMNS])
    over_shirt = ramp(waist() - 0.09, waist() - 0.05, canonical[:, 1])
    width = BALL * np.repeat(np.minimum(edge, form.step), COLUMNS)
    joined = np.concatenate(links)
    return Fabric(
        ring_faces(), joined, np.concatenate(lengths), np.concatenate(compliance), np.concatenate(threads),
        np.concatenate(bends), mobility, GAP + (SHIRT_GAP - GAP) * over_shirt, width, *adjacency(joined),
    )  # fmt: skip


def adjacency(links: Int[np.ndarray, "links 2"]) -> tuple[Int[np.ndarray, " starts"], Int[np.ndarray, " ends"]]:
    """Where each vertex's linked vertices start in the list of them all, and that list."""
    ends = np.concatenate([links, links[:, ::-1]])
    ends = ends[np.lexsort(ends.T[::-1])]
    return np.concatenate([[0], np.cumsum(np.bincount(ends[:, 0], minlength=VERTICES))]), ends[:, 1].copy()


def worn_weights(canonical: Float[np.ndarray, "vertices 3"]) -> Float[np.ndarray, "vertices 55"]:
    """Skinning of the skinned-only twin: as the trunk's skin round the waist, as a skirt below."""
    body, pattern = body_pattern()
    trunk = np.flatnonzero(np.isin(body.part_labels.numpy(), TRUNK))
    tight = bind(canonical, pattern.template[trunk])(pattern.weights[trunk])
    share = ramp(waist() - 0.08, waist(), canonical[:, 1])[:, None]
    return softened(share * tight + (1 - share) * skirt_weights(canonical), ring_faces(), 2)


@dataclass(frozen=True)
class Garment:
    """A loose garment of one person; vertices as `RINGS` and `COLUMNS` say, lengths in metres, T-pose."""

    cut: LooseCut
    start: Float[np.ndarray, "vertices 3"]
    canonical: Float[np.ndarray, "vertices 3"]
    weights: Float[np.ndarray, "vertices 55"]
    fabric: Fabric

    def piece(self, rest: Float[np.ndarray, "vertices 3"], look: int) -> Piece:
        """The garment hanging as `rest`, as a `finer` surface of the material row `look`."""
        faces, part = ring_faces(2 * RINGS - 1, 2 * COLUMNS), 1 + SCENE_PARTS.index("skirt")
        surface = piece(finer(rest), finer(self.canonical), faces, finer(self.weights), look, part)
        rings = np.arange(2 * RINGS - 1)
        edge = np.minimum(rings, rings[::-1]) * self.fabric.lengths[0] / 2
        surface.details[:, 0] = np.repeat(edge, 2 * COLUMNS)
        return surface


def tailored(figure: Figure, cut: LooseCut) -> Garment:
    """The garment for this person."""
    form, canonical = formed(figure, cut), formed(mean_figure(), cut).places.reshape(-1, 3)
    return Garment(cut, form.places.reshape(-1, 3), canonical, worn_weights(canonical), woven(form, cut, canonical))
