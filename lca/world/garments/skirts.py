"""Skirts, and the skirts of dresses: a tube with real folds that hangs from waist or hips round both legs."""

from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np

from lca.geometry.body import PARTS
from lca.world.body.figure import JOINTS, Figure, Piece, body_pattern, joint, piece
from lca.world.body.mesh import Binding, bind, tube_faces
from lca.world.body.scene import SCENE_PARTS
from lca.world.garments.draping import FAN, Field, Points, Tube, hung, outline
from lca.world.garments.edging import hemmed
from lca.world.garments.wardrobe import levels, mean_figure, ramp, suit, waist

ROWS, COLUMNS = 40, 132
AXIS = 0.03
"""z of the axis of skirts on the mean person, metres; prints unroll round it."""
CLEARANCE = 0.010
"""Metres that a skirt keeps from the posed legs."""
TRUNK_PARTS = ("torso", "hips", "thigh")


@dataclass(frozen=True)
class Skirt:
    """Metres. `top` of the upper border above the natural waist, `length` from the natural waist to the hem, `ease` the room
    over the hips, `flare` how it widens (m per m; negative: it narrows towards the legs), `fold` the amplitude of the folds
    at the hem, `pleats` their number round the body, `sharp` from 0 (soft waves) to 1 (pressed pleats), `under` the room at
    the waist for what is tucked in, `phase` of the folds.
    """

    length: float
    flare: float
    fold: float
    pleats: int
    sharp: float = 0.0
    top: float = 0.0
    ease: float = 0.006
    under: float = 0.0
    phase: float = 0.0


def make_skirt(figure: Figure, skirt: Skirt, look: int) -> Piece:
    """A skirt on the figure; people push it off their posed legs where it is loose."""
    canonical, rest = skirt_shape(mean_figure(), skirt), skirt_shape(figure, skirt)
    down = waist() + skirt.top - canonical[:, 1]
    faces = tube_faces(ROWS, COLUMNS)  # rows run downwards, so they face outwards
    cloth = piece(rest, canonical, faces, skirt_weights(canonical), look, 1 + SCENE_PARTS.index("skirt"))
    hem = canonical[:, 1] - (waist() - skirt.length)
    cloth.details[:, 0] = np.minimum(np.maximum(hem, 0), 0.02 + np.maximum(down, 0))
    loose = ramp(0.05, 0.15, waist() - canonical[:, 1]).astype(np.float32)
    return hemmed(replace(cloth, gap=CLEARANCE, loose=loose), 0.003)


def skirt_shape(on: Figure, skirt: Skirt) -> Points:
    """Vertices on a figure: the hull of hips and legs, let fall, with folds that grow downwards."""
    high, low = waist() + skirt.top, waist() - skirt.length
    heights = levels(on, np.linspace(high, low, ROWS))
    suited, _ = suit("lower")
    skin = suited.shaped(on.betas).astype(np.float64)
    fore = skin[:, 1] < heights[-1] + 0.10
    skin = skin[~fore | (skin[:, 1] > heights[-1] - 0.03)]
    centres = np.stack([np.zeros(ROWS), np.full(ROWS, AXIS)], 1)
    body = outline(-skin[:, 1], skin[:, [0, 2]], -heights, centres)
    fall = np.clip((np.linspace(high, low, ROWS) - waist() + 0.02) / -0.12, 0, 1)
    ease = 0.005 + skirt.under * (1 - 0.4 * fall) + skirt.ease * fall
    taper = np.full(len(FAN), -skirt.flare)
    tube = Tube(-heights, centres, hung(body, -heights, ease, taper))
    angle = np.broadcast_to(np.linspace(-np.pi, np.pi, COLUMNS, endpoint=False), (ROWS, COLUMNS))
    along = np.broadcast_to(-heights[:, None], (ROWS, COLUMNS))
    radius = tube.reach(along.ravel(), angle.ravel()).reshape(ROWS, COLUMNS) + waves(angle, skirt)
    return np.stack([radius * np.sin(angle), -along, AXIS + radius * np.cos(angle)], -1).reshape(-1, 3)


def waves(angle: np.ndarray, skirt: Skirt) -> np.ndarray:
    """Folds (rows, columns) in metres: they begin below the waist, deepen and wander towards the hem."""
    down = np.linspace(0, skirt.length + skirt.top, ROWS)[:, None]
    depth = ramp(0.03 + skirt.top, 0.40 + skirt.top, down) * (0.55 + 0.45 * down / max(skirt.length + skirt.top, 0.1))
    wander = 0.5 * np.sin(2 * angle + skirt.phase) + 0.35 * np.sin(3 * angle + 5 * down + 2 * skirt.phase)
    turn = skirt.pleats * angle + skirt.phase + (1 - skirt.sharp) * wander * (1 + 0.8 * down)
    soft = np.sin(turn) + 0.35 * np.sin(1.7 * turn + 1.0 + 3 * skirt.phase) * (1 - skirt.sharp)
    pressed = 2 * np.abs((turn / (2 * np.pi)) % 1 - 0.5) * 2 - 1
    uneven = 1 + 0.35 * np.sin(angle + 3 * skirt.phase) * (1 - skirt.sharp)
    return skirt.fold * depth * uneven * ((1 - skirt.sharp) * soft + skirt.sharp * pressed)


@lru_cache
def trunk_vertices() -> np.ndarray:
    """Body vertices that a waistband may follow."""
    labels = body_pattern()[0].part_labels.numpy()
    return np.flatnonzero(np.isin(labels, [PARTS.index(name) for name in TRUNK_PARTS]))


def skirt_weights(canonical: Points) -> np.ndarray:
    """Skin's own at the waist; below, hips and most of the thighs' swing, and below the knee some of the calves'.

    Left and right are mixed smoothly across the middle, so that the cloth spans the gap between the legs.
    """
    ids = trunk_vertices()
    tie = bind(canonical, body_pattern()[1].template[ids])
    near = Binding(ids[tie.indices], tie.weights)(body_pattern()[1].weights)
    y, (hip, knee) = canonical[:, 1], (joint(name)[1] for name in ("left_hip", "left_knee"))
    swing = 0.92 * ramp(hip + 0.05, hip - 0.14, y) * (1 - 0.25 * ramp(hip - 0.3, hip - 0.8, y))
    left, calf = ramp(-0.15, 0.15, canonical[:, 0]), 0.6 * ramp(knee + 0.04, knee - 0.16, y)
    legs = np.zeros((len(canonical), JOINTS), np.float32)
    legs[:, 0] = 1 - swing
    for thigh, shin, share in ((1, 4, left), (2, 5, 1 - left)):
        legs[:, thigh], legs[:, shin] = swing * share * (1 - calf), swing * share * calf
    low = ramp(hip + 0.10, hip + 0.01, y)[:, None]
    return (1 - low) * near + low * legs


def skirt_field(points: Points, skirt: Skirt) -> Field:
    """Cloth of the upper part of a skirt that lies close to the body: what hides skin (metres)."""
    y = points[:, 1]
    return np.minimum(waist() + skirt.top - y, y - (waist() - 0.06))
