"""How far each joint of the body turns, in words and degrees.

Each joint has three angles: an extrinsic Euler order, and for each axis what a person calls the movement, the sign that makes
it positive on the left side, and its range. The second angle must stay within 90 degrees, or it could not be read back. The
right side is the mirror image: its y and z angles change sign. Signs follow from the table in `lca.geometry.skinning`; ranges
are rounded from the usual textbooks of joint motion.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Angle:
    """One movement of a joint: axis of rotation, sign, and range in degrees."""

    movement: str
    axis: str
    sign: float
    low: float
    high: float


def _angles(*rows: tuple[str, str, int, int]) -> tuple[Angle, ...]:
    """(movement, signed axis such as -z, low, high) in the order in which the rotations are applied."""
    return tuple(
        Angle(name, axis[1], -1.0 if axis[0] == "-" else 1.0, float(low), float(high)) for name, axis, low, high in rows
    )


SPINE = _angles(("turn left", "+y", -25, 25), ("lean left", "-z", -20, 20), ("bend forward", "+x", -20, 40))
CENTRE = {
    "pelvis": _angles(("turn left", "+y", -180, 180), ("tilt left", "-z", -88, 88), ("lean forward", "+x", -90, 90)),
    "spine1": SPINE,
    "spine2": SPINE,
    "spine3": SPINE,
    "neck": _angles(("turn left", "+y", -45, 45), ("tilt left", "-z", -30, 30), ("nod", "+x", -35, 35)),
    "head": _angles(("turn left", "+y", -50, 50), ("tilt left", "-z", -30, 30), ("nod", "+x", -40, 40)),
}
SIDES = {
    "hip": _angles(("turn out", "+y", -45, 50), ("spread", "+z", -30, 70), ("raise forward", "-x", -35, 120)),
    "knee": _angles(("turn out", "+y", -20, 20), ("side", "+z", -10, 10), ("bend", "+x", -5, 150)),
    "ankle": _angles(("turn out", "+y", -20, 20), ("toes up", "-x", -50, 30), ("roll out", "+z", -25, 25)),
    "foot": _angles(("turn out", "+y", -10, 10), ("toes up", "-x", -30, 60), ("roll out", "+z", -10, 10)),
    "collar": _angles(("roll", "-x", -20, 20), ("forward", "-y", -25, 30), ("raise", "+z", -15, 35)),
    "shoulder": _angles(("twist out", "-x", -90, 90), ("swing forward", "-y", -60, 88), ("raise", "+z", -95, 95)),
    "elbow": _angles(("palm forward", "-x", -90, 90), ("side", "+z", -10, 10), ("bend", "-y", -5, 150)),
    "wrist": _angles(("twist out", "-x", -60, 60), ("sideways", "-y", -35, 35), ("bend to palm", "-z", -80, 80)),
}
PLAIN = {"spine1": "lower back", "spine2": "middle back", "spine3": "chest", "pelvis": "whole body", "foot": "toes"}
"""Joints that people know by another name."""


def angles_of(joint: str) -> tuple[Angle, ...]:
    """The three movements of a joint of the body by its SMPL-X name, mirrored on the right side."""
    side, _, name = joint.partition("_")
    if not name:
        return CENTRE[joint]
    if side == "left":
        return SIDES[name]
    return tuple(Angle(a.movement, a.axis, a.sign if a.axis == "x" else -a.sign, a.low, a.high) for a in SIDES[name])


def plain_name(joint: str) -> str:
    """What a person calls a joint: `left elbow`, `lower back`."""
    side, _, name = joint.partition("_")
    return f"{side} {PLAIN.get(name, name)}" if name else PLAIN.get(joint, joint)


def group_of(joint: str) -> str:
    """The heading under which a joint's sliders stand."""
    side, _, name = joint.partition("_")
    if not name:
        return "Whole body" if joint == "pelvis" else "Trunk and head"
    arms = ("collar", "shoulder", "elbow", "wrist")
    return f"{side.title()} {'arm' if name in arms else 'leg'}"
