"""Everything worn on the trunk: shirts, blouses, hoodies, jackets and the bodices of dresses."""

from dataclasses import dataclass, replace

import numpy as np

from lca.world.body.figure import JOINT_INDEX, Figure, Piece, joint
from lca.world.body.mesh import clip
from lca.world.body.scene import vertex_normals
from lca.world.garments.draping import Field, Points, Tube, even_normals, gathered, hung, outline, relaxed
from lca.world.garments.edging import COLLAR_ANGLES, Neckline, neckline
from lca.world.garments.wardrobe import cut, level, ramp, sewn, suit

SNUG = 0.004
"""Metres between skin and the tightest cloth."""


@dataclass(frozen=True)
class Top:
    """A garment of the trunk; metres.

    `sleeve` from the shoulder joint along the arm (negative: none), `hem` below the first spine joint, `neck` how far the
    collar stands from the neck, `vee` how deep it is cut, `ease` the room inside, `taper` how fast it returns to the body
    below a wide place (m per m; small: boxy, negative: it flares), `cuff` the least radius of the sleeve's end, `under` the
    room for what is worn below, `over` more of it over the hips, for trousers that the hem falls over, `band` how far hem and
    cuffs stand off the body when ribs draw them in (negative: they hang free), `opening` half the gap of an open front at the
    neck (negative: closed) and `spread` how it widens downwards (m per m), `thick` the cloth's thickness at borders, `phase`
    of the folds (radians).
    """

    sleeve: float
    hem: float
    neck: float
    vee: float = 0.0
    ease: float = 0.012
    taper: float = 0.3
    cuff: float = 0.0
    under: float = 0.0
    over: float = 0.0
    band: float = -1.0
    opening: float = -1.0
    spread: float = 0.0
    thick: float = 0.003
    phase: float = 0.0


def top_field(points: Points, top: Top) -> Field:
    """Cloth of a top; the arms point along x in the T-pose."""
    x, y, z = points.T
    shoulder, neck = joint("left_shoulder"), joint("neck")
    hem = y - hem_height(top)
    sleeve = np.maximum(shoulder[0] + top.sleeve - np.abs(x), 0.7 * (shoulder[1] - 0.115 - y))
    width = 0.060 + top.neck
    axis = neck[2] + 0.012 + 0.33 * (y - neck[1] + 0.04)  # the neck leans forward
    ring = np.hypot(x / width, (z - axis) / (width + 0.008)) * width - width
    below = neck[1] - 0.020 - 0.5 * top.neck - 0.30 * (z - neck[2]) - y
    vee = 0.5 * (1.5 * np.abs(x) + neck[1] - 0.045 - top.vee - y)
    vee = np.where((z > neck[2]) & (top.vee > 0), vee, 1.0)
    gap = top.opening + top.spread * np.maximum(neck[1] - y, 0)
    front = np.maximum(np.abs(x) - gap, neck[2] - z) if top.opening >= 0 else np.ones_like(x)
    return np.minimum.reduce([hem, sleeve, np.maximum(ring, below), vee, neck[1] + 0.03 - y, front])


def hem_height(top: Top) -> float:
    """Canonical height of the lower border."""
    return float(joint("spine1")[1] - top.hem)


def make_top(figure: Figure, top: Top, look: int) -> tuple[Piece, Neckline]:
    """The garment on the figure, and where its collar is sewn on (all round, also when the front is open)."""
    pattern, _ = suit("upper")
    cloth = sewn(figure, pattern, look, "shirt", lambda rest, on: top_shape(rest, on, top))
    closed = top_field(pattern.template, replace(top, opening=-1.0))
    collar = neckline(cloth.mixed(clip(cloth.faces, closed)), COLLAR_ANGLES)
    return cut(cloth, top_field(pattern.template, top), top.thick), collar


def top_shape(rest: Points, on: Figure, top: Top) -> Points:
    """The suit's vertices on a figure moved to where the cloth hangs."""
    pattern, mean = suit("upper")
    x, y = np.abs(pattern.template[:, 0]), pattern.template[:, 1]
    shoulder = joint("left_shoulder")
    arm = ramp(shoulder[0] - 0.03, shoulder[0] + 0.08, x)
    normals = even_normals(vertex_normals(rest.astype(np.float32), pattern.faces).astype(np.float64), mean)
    chest = ramp(shoulder[1] + 0.05, shoulder[1] - 0.12, y)
    hips = ramp(joint("spine3")[1], joint("spine1")[1], y)
    drawn = ramp(hem_height(top) + 0.08, hem_height(top) + 0.04, y) if top.band >= 0 else 0.0
    least = SNUG + top.under + top.over * hips + 0.35 * top.ease * np.maximum(chest, arm) * (1 - drawn)
    cloth = rest + least[:, None] * normals
    trunk = (1 - arm) * ramp(shoulder[1] - 0.02, shoulder[1] - 0.11, y)
    cloth[:, [0, 2]] = trunk_tube(rest[arm < 0.3], on, top).pushed(-cloth[:, 1], cloth[:, [0, 2]], trunk)
    sleeve = ramp(shoulder[0] + 0.01, shoulder[0] + 0.10, x)
    along = np.abs(cloth[:, 0])
    cloth[:, [1, 2]] = sleeve_tube(rest[(x > shoulder[0] + 0.02) & (y > shoulder[1] - 0.075)], on, top).pushed(
        along, cloth[:, [1, 2]], sleeve
    )
    cloth = relaxed(cloth, rest, normals, 0.8 * least, mean, 5)
    return cloth + (folds(pattern.template, top, trunk, sleeve) * (1 - drawn))[:, None] * normals


def trunk_tube(skin: Points, on: Figure, top: Top) -> Tube:
    """Round the trunk of a figure, stations count downwards (minus y)."""
    hem = level(on, hem_height(top))
    stations = np.linspace(-level(on, float(joint("left_shoulder")[1])), -hem + 0.04, 46)
    along, cross = -skin[:, 1], skin[:, [0, 2]]
    middle = np.interp(stations, [-0.4, -0.2, 0.1, 0.3], [0.02, 0.045, 0.04, 0.03])
    centres = np.stack([np.zeros_like(middle), middle], 1)
    body = outline(along, cross, stations, centres)
    lower = np.linspace(0.0, 1.0, len(stations))
    ease = SNUG + top.under + top.ease * np.clip(0.5 + 0.8 * lower, 0, 1) + top.over * ramp(0.4, 0.7, lower)
    cloth = hung(body, stations, ease, top.taper)
    if top.band >= 0:
        cloth = gathered(cloth, body, stations, -hem - 0.045, SNUG + top.under + top.over + top.band)
    return Tube(stations, centres, cloth)


def sleeve_tube(skin: Points, on: Figure, top: Top) -> Tube:
    """Round the arm of a figure, stations count outwards (|x|)."""
    names = ("left_shoulder", "left_elbow", "left_wrist")
    axis = np.stack([on.joints[JOINT_INDEX[name]] for name in names]).astype(np.float64)
    end = axis[0, 0] + top.sleeve * (axis[2, 0] - axis[0, 0]) / (joint("left_wrist")[0] - joint("left_shoulder")[0])
    stations = np.linspace(axis[0, 0] + 0.03, max(end, axis[0, 0] + 0.08) + 0.02, 34)
    centres = np.stack([np.interp(stations, axis[:, 0], axis[:, k]) for k in (1, 2)], 1)
    body = np.minimum(outline(np.abs(skin[:, 0]), skin[:, [1, 2]], stations, centres), 0.075)
    cloth = hung(
        body, stations, np.full(len(stations), SNUG + top.under + 0.6 * top.ease), 0.6 if top.cuff > 0 else 0.35
    )
    wide = np.interp(stations, [axis[0, 0], max(end, axis[0, 0] + 0.05)], [0.05, top.cuff])[:, None]
    cloth = np.maximum(cloth, wide if top.cuff > 0 else 0)
    if top.band >= 0 and top.sleeve > 0.3:
        cloth = gathered(cloth, body, stations, end - 0.045, SNUG + top.under + top.band)
    return Tube(stations, centres, cloth)


def folds(place: Points, top: Top, trunk: Field, sleeve: Field) -> Field:
    """Relief of the mesh (m): hanging folds on the trunk, rings round the sleeve near elbow and cuff."""
    x, y, z = place.T
    size = min(0.22 * top.ease, 0.0045)
    angle, phase = np.arctan2(x, z - 0.04), top.phase + np.where(x > 0, 0.0, 1.7)
    low = ramp(joint("spine3")[1], hem_height(top) + 0.05, y)
    hanging = np.sin(9 * angle + 2.0 * np.sin(2 * angle + top.phase) + 14 * y * np.sin(angle + top.phase))
    across = np.arctan2(z - 0.028, y - joint("left_shoulder")[1])
    rings = np.sin(np.abs(x) / 0.0105 + 1.6 * np.sin(across + phase) + 0.8 * np.sin(3 * across + 2 * phase))
    elbow = np.exp(-(((np.abs(x) - joint("left_elbow")[0]) / 0.06) ** 2))
    cuff = np.exp(-(((np.abs(x) - joint("left_shoulder")[0] - top.sleeve) / 0.07) ** 2)) * (top.sleeve > 0.3)
    return size * (trunk * low * hanging + sleeve * (0.2 + 0.6 * elbow + 0.7 * cuff) * rings)


def layer(top: Top) -> float:
    """Room (m) that a garment worn over this one must leave."""
    return top.under + top.ease + 0.003
