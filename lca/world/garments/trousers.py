"""Trousers, shorts, leggings and socks: legs that hang from seat and hips, not tights."""

from dataclasses import dataclass

import numpy as np

from lca.world.body.figure import JOINT_INDEX, Figure, Piece, joint
from lca.world.body.scene import vertex_normals
from lca.world.garments.draping import FAN, Field, Points, Tube, even_normals, gathered, hung, outline, relaxed
from lca.world.garments.wardrobe import cut, ground, level, ramp, sewn, suit, waist

MIDDLE_GAP = 0.002
"""The two legs keep this far (m) from the plane between them."""


@dataclass(frozen=True)
class Trousers:
    """Metres. `rise` of the waistband over the natural waist, `length` from the natural waist to the hem, `ease` the room inside,
    `taper` how fast the leg returns to the body below seat and thigh (m per m; 0 falls straight, negative flares), `hem` the
    least radius of the leg's end, `band` how far an elastic hem stands off the leg (negative: none), `under` the room at the
    waist for what is tucked in, `phase` of the folds.
    """

    length: float
    ease: float
    taper: float
    hem: float = 0.0
    rise: float = 0.0
    band: float = -1.0
    under: float = 0.0
    phase: float = 0.0


def trousers_field(points: Points, trousers: Trousers) -> Field:
    """Cloth of trousers (arms lie above the waist in the T-pose)."""
    y = points[:, 1]
    return np.minimum(waist() + trousers.rise - y, y - (waist() - trousers.length))


def make_trousers(figure: Figure, trousers: Trousers, look: int) -> Piece:
    """Trousers on the figure."""
    pattern, _ = suit("lower")
    cloth = sewn(figure, pattern, look, "trousers", lambda rest, on: trousers_shape(rest, on, trousers))
    return cut(cloth, trousers_field(pattern.template, trousers), 0.003)


def make_shaft(figure: Figure, low: float, high: float, ease: float, part: str, look: int) -> Piece:
    """A snug tube on both legs between two heights above the ground (m): socks, the shafts of boots."""
    pattern, mean = suit("lower")
    y = pattern.template[:, 1] - ground()

    def shape(rest: Points, on: Figure) -> Points:
        normals = even_normals(vertex_normals(rest.astype(np.float32), pattern.faces).astype(np.float64), mean)
        least = np.full(len(rest), ease)
        cloth = rest + least[:, None] * normals
        tube = leg_tube(rest, on, Trousers(waist() - ground() - low, ease, 0.5))
        cloth = on_legs(cloth, tube, ramp(0.30, 0.12, y) if part == "shoes" else np.zeros(len(y)))
        return relaxed(cloth, rest, normals, least, mean, 4)

    return cut(sewn(figure, pattern, look, part, shape), np.minimum(y - low, high - y), 0.003)


def trousers_shape(rest: Points, on: Figure, trousers: Trousers) -> Points:
    """The suit's vertices on a figure moved to where trousers hang."""
    pattern, mean = suit("lower")
    y, side = pattern.template[:, 1], np.sign(pattern.template[:, 0])
    normals = even_normals(vertex_normals(rest.astype(np.float32), pattern.faces).astype(np.float64), mean)
    hip, top = joint("left_hip")[1], ramp(waist() - 0.10, waist(), y)
    least = 0.004 + 0.4 * trousers.ease * (1 - top) + trousers.under * ramp(hip - 0.02, waist(), y)
    cloth = rest + least[:, None] * normals
    seat = ramp(hip - 0.06, hip + 0.02, y) * ramp(0.10, 0.03, y)
    cloth[:, [0, 2]] = seat_tube(rest, on, trousers).pushed(-cloth[:, 1], cloth[:, [0, 2]], seat)
    cloth = on_legs(cloth, leg_tube(rest, on, trousers), ramp(hip + 0.02, hip - 0.08, y))
    cloth = relaxed(cloth, rest, normals, 0.8 * least, mean, 5)
    cloth += leg_folds(pattern.template, trousers)[:, None] * normals
    crossed = (side * cloth[:, 0] < MIDDLE_GAP) & (y < hip - 0.10)
    cloth[:, 0] = np.where(crossed, side * MIDDLE_GAP, cloth[:, 0])
    return cloth


def on_legs(cloth: Points, tube: Tube, share: Field) -> Points:
    """Vertices of both legs pushed out to the tube of the left one (the body is symmetric)."""
    side = np.where(cloth[:, 0] < 0, -1.0, 1.0)
    cross = np.stack([side * cloth[:, 0], cloth[:, 2]], 1)
    moved = tube.pushed(-cloth[:, 1], cross, share)
    return np.stack([side * moved[:, 0], cloth[:, 1], moved[:, 1]], 1)


def seat_tube(skin: Points, on: Figure, trousers: Trousers) -> Tube:
    """Round waist and hips of a figure."""
    hip = float(on.joints[JOINT_INDEX["left_hip"], 1])
    stations = np.linspace(-level(on, waist() + 0.05), -hip + 0.07, 16)
    centres = np.stack([np.zeros(16), np.full(16, 0.03)], 1)
    body = outline(-skin[:, 1], skin[:, [0, 2]], stations, centres)
    low = np.linspace(0, 1, 16)
    ease = 0.004 + trousers.under * (1 - low) + trousers.ease * low
    return Tube(stations, centres, hung(body, stations, ease, 1.2))


def leg_tube(skin: Points, on: Figure, trousers: Trousers) -> Tube:
    """Round the left leg of a figure from the hip joint to the hem; it hangs from seat and thigh."""
    names = ("left_hip", "left_knee", "left_ankle")
    axis = np.stack([on.joints[JOINT_INDEX[name]] for name in names]).astype(np.float64)
    hem = level(on, waist() - trousers.length)
    stations = np.linspace(-axis[0, 1] - 0.01, -hem + 0.03, 52)
    centres = np.stack([np.interp(stations, -axis[:, 1], axis[:, k]) for k in (0, 2)], 1)
    left = skin[(skin[:, 0] > 0.0) & (skin[:, 1] < axis[0, 1] + 0.03)]
    left = left[(left[:, 1] > axis[2, 1] - 0.02) | (left[:, 2] < axis[2, 2] + 0.06)]  # the foot does not widen the hem
    body = outline(-left[:, 1], left[:, [0, 2]], stations, centres)
    body = np.minimum(body, 0.19)
    inside = 0.35 * np.maximum(-np.sin(FAN), 0)  # the inner seam runs from the crotch to the ankle and does not hang
    cloth = hung(body, stations, np.full(52, 0.004 + trousers.ease), trousers.taper + inside)
    if trousers.hem > 0:
        thigh = level(on, float(joint("left_hip")[1]) - 0.15)
        cone = np.interp(stations, [-thigh, -hem], [0.0, trousers.hem])
        shin = np.interp(stations, [-thigh, 0.5 * (-thigh - hem), -hem], [0.0, 0.95 * trousers.hem, trousers.hem])
        cloth = np.maximum(cloth, np.maximum(cone, shin)[:, None])
    if trousers.band >= 0:
        cloth = gathered(cloth, body, stations, -hem - 0.05, 0.004 + trousers.band)
    return Tube(stations, centres, cloth)


def leg_folds(place: Points, trousers: Trousers) -> Field:
    """Relief of the mesh (m): rings that stack up over the hem, at the knee, and pulls at the crotch."""
    x, y, z = place.T
    hip, knee = joint("left_hip"), joint("left_knee")
    angle = np.arctan2(np.abs(x) - 0.125, z - 0.02)
    phase = trousers.phase + np.where(x > 0, 0.0, 2.1)
    long = waist() - trousers.length < ground() + 0.20
    stack = np.exp(-(((y - ground() - 0.07) / 0.07) ** 2)) * long
    bend = np.exp(-(((y - knee[1]) / 0.07) ** 2)) * ramp(0.3, -0.3, np.cos(angle))
    rings = np.sin(y / 0.0085 + 1.2 * np.sin(angle + phase) + 0.7 * np.sin(2 * angle - phase))
    drop = np.sin(5 * angle + 1.5 * np.sin(6 * y + phase)) * ramp(hip[1] - 0.15, knee[1], y)
    size = min(0.25 * trousers.ease, 0.0045)
    return size * ((1.1 * stack + 0.7 * bend) * rings + 0.5 * drop * (trousers.taper < 0.3))
