"""Channels: each slider of the panel is one number, read from a state and written into a new one.

Values are in the unit that the slider shows (degrees, shares, metres). A channel writes one movement and leaves every other
number of the state alone.
"""

import math
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import lru_cache, partial

import numpy as np
from scipy.spatial.transform import Rotation

from lca.errors import UserError
from lca.geometry.body_file import load_body
from lca.geometry.joint_names import BODY_JOINTS, JOINTS
from lca.panel.blend import numbers
from lca.panel.fingers import CURLS, FINGERS, WIDEST, read_finger, write_finger
from lca.panel.light import BRIGHTEST
from lca.panel.limits import Angle, angles_of, group_of, plain_name
from lca.panel.shapes import SHAPE_NAMES
from lca.panel.state import DISTANCES, HIGHEST, SHAPES, Numbers, State

FIST = 1.5
"""Curl of a closed finger, radians: 1 on its slider."""
YAW, PITCH = 35.0, 28.0
"""Degrees that eyes turn sideways and up or down."""
REACH = 1.5
"""Metres that the person can be moved."""
WIDEST_SHAPE = 3.0
FACE = (
    ("brow", "Brows"),
    ("eyeLook", "Eyes"),
    ("eye", "Eyelids"),
    ("jaw", "Jaw"),
    ("mouth", "Mouth"),
    ("", "Cheeks, nose, tongue"),
)
"""Prefix of an action's name and the heading under which it stands; the first that fits counts."""


@dataclass(frozen=True)
class Channel:
    """One slider: where it stands (tab, group, label), its range and step in `unit`, and its two functions."""

    name: str
    tab: str
    group: str
    label: str
    low: float
    high: float
    step: float
    unit: str
    read: Callable[[State], float]
    write: Callable[[State, float], State]

    def set(self, state: State, value: float) -> State:
        """The state with this channel at `value`.

        Raises:
            UserError: the value is no number, or out of range.
        """
        if not (math.isfinite(value) and self.low <= value <= self.high):
            raise UserError(
                f"{self.label}: expected {self.low:g} to {self.high:g} {self.unit}, got {value:g}; move the slider back"
            )
        return self.write(state, value)


@lru_cache(maxsize=1)
def channels() -> dict[str, Channel]:
    """Every channel by name, in the order of the panel."""
    listed = [*_body(), *_hands(), *_eyes(), *_face(), *_shape(), *_camera(), *_light()]
    return {channel.name: channel for channel in listed}


def _body() -> list[Channel]:
    made = []
    order = sorted(BODY_JOINTS, key=lambda joint: ("pelvis" not in joint, "_" in joint, joint.startswith("right")))
    for joint in order:
        for place, angle in enumerate(angles_of(joint)):
            made.append(
                Channel(
                    f"{joint}.{angle.movement}".replace(" ", "_"),
                    "Body",
                    group_of(joint),
                    f"{plain_name(joint)} {angle.movement}",
                    angle.low,
                    angle.high,
                    0.5,
                    "degrees",
                    partial(_read_joint, joint=joint, place=place),
                    partial(_write_joint, joint=joint, place=place),
                )
            )
    for place, label in enumerate(("move left", "move up", "move forward")):
        read, write = _entry("translation", place)
        made.append(
            Channel(
                f"pelvis.{label}".replace(" ", "_"), "Body", "Whole body", label, -REACH, REACH, 0.01, "m", read, write
            )
        )
    return made


def _read_joint(state: State, joint: str, place: int) -> float:
    return _joint_angles(state.pose.theta, joint)[place]


def _write_joint(state: State, value: float, joint: str, place: int) -> State:
    angles = _joint_angles(state.pose.theta, joint)
    angles[place] = value
    movements = angles_of(joint)
    signed = np.array([a * m.sign for a, m in zip(angles, movements, strict=True)])
    vector = Rotation.from_euler(_order(movements), signed, degrees=True).as_rotvec()
    start = 3 * JOINTS.index(joint)
    theta = (*state.pose.theta[:start], *numbers(vector), *state.pose.theta[start + 3 :])
    return replace(state, pose=replace(state.pose, theta=theta))


def _joint_angles(theta: Numbers, joint: str) -> list[float]:
    """Degrees of the three movements."""
    start, movements = 3 * JOINTS.index(joint), angles_of(joint)
    turn = Rotation.from_rotvec(np.array(theta[start : start + 3]))
    euler = turn.as_euler(_order(movements), degrees=True, suppress_warnings=True)
    return [float(a * m.sign) for a, m in zip(euler, movements, strict=True)]


def _order(movements: tuple[Angle, ...]) -> str:
    return "".join(movement.axis for movement in movements)


def _hands() -> list[Channel]:
    made = []
    for side in ("left", "right"):
        for finger in FINGERS:
            full = 1.0 if finger == "thumb" else FIST
            low, high = (round(c / full, 2) for c in CURLS[finger])
            for place, (movement, lowest, highest, scale, step, unit) in enumerate(
                (("curl", low, high, full, 0.01, "of a fist"), ("spread", -20.0, 20.0, math.radians(1), 0.5, "degrees"))
            ):
                made.append(
                    Channel(
                        f"{side}_{finger}.{movement}",
                        "Hands",
                        f"{side.title()} hand",
                        f"{side} {finger} {movement}",
                        lowest,
                        min(highest, WIDEST / scale) if movement == "spread" else highest,
                        step,
                        unit,
                        partial(_read_finger, side=side, finger=finger, place=place, scale=scale),
                        partial(_write_finger, side=side, finger=finger, place=place, scale=scale),
                    )
                )
    return made


def _read_finger(state: State, side: str, finger: str, place: int, scale: float) -> float:
    return read_finger(state.pose.theta, side, finger)[place] / scale


def _write_finger(state: State, value: float, side: str, finger: str, place: int, scale: float) -> State:
    amounts = list(read_finger(state.pose.theta, side, finger))
    amounts[place] = value * scale
    theta = write_finger(state.pose.theta, side, finger, *amounts)
    return replace(state, pose=replace(state.pose, theta=theta))


def _face() -> list[Channel]:
    made = []
    for place, name in enumerate(load_body().expression_names):
        group = next(heading for prefix, heading in FACE if name.startswith(prefix))
        read, write = _entry("actions", place)
        words = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name.replace("eyeLook", "lidsFollow")).lower()
        made.append(Channel(name, "Face", group, words, 0.0, 1.0, 0.01, "share", read, write))
    headings = [heading for _, heading in FACE]
    return sorted(made, key=lambda channel: headings.index(channel.group))


def _eyes() -> list[Channel]:
    made = []
    for movement, most, places in (("eyes left", YAW, (0, 2)), ("eyes up", PITCH, (1, 3))):
        read, write = _angle_of_eyes(places)
        name = movement.replace(" ", ".")
        made.append(Channel(name, "Face", "Eyes", movement, -most, most, 0.5, "degrees", read, write))
    return made


def _angle_of_eyes(places: tuple[int, int]) -> tuple[Callable[[State], float], Callable[[State, float], State]]:
    """Both eyes together: the mean is read, the difference (vergence) is kept."""

    def read(state: State) -> float:
        return math.degrees(sum(state.pose.psi[place] for place in places) / 2)

    def write(state: State, value: float) -> State:
        change = math.radians(value - read(state))
        psi = tuple(angle + change * (place in places) for place, angle in enumerate(state.pose.psi))
        return replace(state, pose=replace(state.pose, psi=psi), eyes="sliders")

    return read, write


def _entry(part: str, place: int) -> tuple[Callable[[State], float], Callable[[State, float], State]]:
    """One number of a tuple of the pose."""

    def read(state: State) -> float:
        return getattr(state.pose, part)[place]

    def write(state: State, value: float) -> State:
        return replace(state, pose=replace(state.pose, **{part: _put(getattr(state.pose, part), place, value)}))

    return read, write


def _shape() -> list[Channel]:
    def channel(place: int) -> Channel:
        return Channel(
            f"shape.{place + 1}", "Shape", "Body shape, added to what the photos showed", SHAPE_NAMES[place],
            -WIDEST_SHAPE, WIDEST_SHAPE, 0.05, "deviations",
            lambda state: state.shape[place],
            lambda state, value: replace(state, shape=_put(state.shape, place, value)),
        )  # fmt: skip

    return [channel(place) for place in range(SHAPES)]


def _camera() -> list[Channel]:
    def angle(field: str, label: str, most: float) -> Channel:
        return Channel(
            f"camera.{field}", "View", "Camera", label, -most, most, 1.0, "degrees",
            lambda state: math.degrees(getattr(state.view, field)),
            lambda state, value: replace(state, view=replace(state.view, **{field: math.radians(value)})),
        )  # fmt: skip

    distance = Channel(
        "camera.distance", "View", "Camera", "camera distance", *DISTANCES, 0.01, "m",
        lambda state: state.view.distance,
        lambda state, value: replace(state, view=replace(state.view, distance=value)),
    )  # fmt: skip
    round_the_person = angle("azimuth", "camera round the person", 180.0)
    return [round_the_person, angle("elevation", "camera height", float(math.floor(math.degrees(HIGHEST)))), distance]


def _light() -> list[Channel]:
    turn = Channel(
        "light.azimuth", "View", "Light", "light turned to the left", -180.0, 180.0, 1.0, "degrees",
        lambda state: math.degrees(state.light.azimuth),
        lambda state, value: replace(state, light=replace(state.light, azimuth=math.radians(value))),
    )  # fmt: skip
    strength = Channel(
        "light.strength", "View", "Light", "lamp strength", 0.0, BRIGHTEST, 0.05, "times",
        lambda state: state.light.strength,
        lambda state, value: replace(state, light=replace(state.light, strength=value)),
    )  # fmt: skip
    return [turn, strength]


def _put(values: Numbers, place: int, value: float) -> Numbers:
    return (*values[:place], float(value), *values[place + 1 :])
