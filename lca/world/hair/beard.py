"""Beards as surfaces: the bearded skin lifted by its length, with single hairs that break the outline; it moves with the face."""

from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Float

from lca.geometry.body import PARTS
from lca.world.body.figure import Figure, Piece, body_pattern, piece
from lca.world.body.mesh import clip, neighbours, subdivide
from lca.world.body.scene import SCENE_PARTS
from lca.world.garments.wardrobe import ramp
from lca.world.hair.hairdo import strand_flow
from lca.world.paint.face import beard_field
from lca.world.paint.skin_columns import CIRCLE, FULL, GOATEE, MOUSTACHE, STUBBLE

KINDS = {"none": 0, "stubble": STUBBLE, "full": FULL, "moustache": MOUSTACHE, "goatee": GOATEE, "circle": CIRCLE}
"""Names of beards and their number in a skin's row."""
HAIRS = 900
"""Single hairs, one triangle each."""


@dataclass(frozen=True)
class Beard:
    """`kind` of `KINDS`, `length` at the chin in metres (0: painted only), `seed` of its hairs."""

    kind: str
    length: float
    seed: int


def make_beard(figure: Figure, beard: Beard, skin: Float[np.ndarray, " numbers"], look: int) -> list[Piece]:
    """The beard on the figure; `skin` is the row of the skin it is painted on."""
    if beard.length == 0:
        return []
    body, pattern = body_pattern()
    near = np.isin(body.part_labels.numpy(), [PARTS.index(name) for name in ("face", "head", "neck")])
    places = pattern.template
    around = near & (places[:, 1] < 0.575) & (places[:, 1] > 0.42) & (places[:, 2] > 0.03)
    fine = subdivide(pattern.faces[around[pattern.faces].all(1)], len(places))
    points = fine(places)
    field = np.full(len(points), -1.0)
    for v in np.unique(fine.faces):
        field[v] = beard_field(skin, *(float(c) for c in points[v]))
    cut = clip(fine.faces, field - 0.0005)

    def mix(table: np.ndarray) -> np.ndarray:
        return cut(fine(table))

    canonical, depth = mix(places), cut(field)
    chin = np.exp(-((canonical[:, 0] / 0.032) ** 2)) * ramp(0.512, 0.490, canonical[:, 1])
    thick = np.minimum(beard.length * (0.20 + 0.80 * chin), 0.8 * np.maximum(depth, 0) + 0.0008)
    thick = (
        thick
        * (1 - 0.45 * ramp(0.512, 0.522, canonical[:, 1]))
        * (1 - 0.5 * ramp(0.060, 0.070, np.abs(canonical[:, 0])))
    )
    mean = neighbours(cut.faces, len(thick))
    for _ in range(3):
        thick = np.where(depth < 0.001, thick, 0.5 * thick + 0.5 * (mean @ thick))
    rest, normals = mix(figure.rest.astype(np.float64)), mix(figure.normals.astype(np.float64))
    lift = thick[:, None] * normals - (0.6 * thick * chin)[:, None] * np.array([0.0, 1.0, 0.0])
    weights, moves = mix(pattern.weights), mix(pattern.expression_directions)
    along = np.clip((0.54 - canonical[:, 1]) / 0.08, 0, 1)
    roots = np.random.default_rng(beard.seed)
    chosen = roots.integers(0, len(rest), HAIRS)
    places, triangles, hair_along = hairs(rest + lift, normals, chosen, 0.35 * thick[chosen] + 0.0025, roots)
    owner = np.concatenate([np.arange(len(rest)), np.repeat(chosen, 3)])
    shape = np.concatenate([rest + lift, places])
    mesh = np.concatenate([cut.faces, triangles + len(rest)])
    alongs = np.concatenate([along, np.clip(along[np.repeat(chosen, 3)] + hair_along, 0, 1)])
    base = piece(shape, canonical[owner], mesh, weights[owner], look, 1 + SCENE_PARTS.index("hair"))
    angle = np.arctan2(canonical[owner, 0], canonical[owner, 2] - 0.06)
    details = np.stack([angle, alongs, roots.random(len(owner)), np.zeros(len(owner))], 1)
    moving = np.flatnonzero(np.abs(moves[owner]).max((1, 2)) > 2e-5)
    return [
        replace(
            base,
            details=details.astype(np.float32),
            tangents=strand_flow(shape, mesh, alongs).astype(np.float32),
            expression=np.ascontiguousarray(moves[owner][moving], np.float32),
            moving=moving,
        )
    ]


def hairs(
    surface: np.ndarray, normals: np.ndarray, chosen: np.ndarray, length: np.ndarray, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Thin triangles from the `chosen` vertices, down and outwards: vertices, faces, growth along the hair."""
    towards = 0.7 * normals[chosen] + [0.0, -0.8, 0.0] + 0.35 * rng.standard_normal((len(chosen), 3))
    towards /= np.linalg.norm(towards, axis=1, keepdims=True)
    side = np.cross(towards, normals[chosen])
    side *= 0.0007 / (np.linalg.norm(side, axis=1, keepdims=True) + 1e-9)
    base = surface[chosen] - 0.0008 * normals[chosen] + 0.0015 * rng.standard_normal((len(chosen), 1)) * side / 0.0007
    tip = base + towards * (length * rng.uniform(0.6, 1.3, len(chosen)))[:, None]
    vertices = np.stack([base - side, base + side, tip], 1).reshape(-1, 3)
    return vertices, np.arange(len(vertices)).reshape(-1, 3), np.tile([0.0, 0.0, 0.15], len(chosen))
