"""What each message of the page does to the state: pure functions, checked at this door.

A message is a dictionary with its `kind` and the fields named below. Files, films, photos and time are the desk's.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from lca.errors import UserError
from lca.geometry.illumination import Illumination
from lca.geometry.motion import Motion
from lca.panel.aim import PARTS, aimed
from lca.panel.blend import blended
from lca.panel.channels import channels
from lca.panel.eyes import pointed_at
from lca.panel.faces import emotion, emotions
from lca.panel.library import pose_at, poses
from lca.panel.light import BRIGHTEST, HANDLE, NAMED, Found, Lighting, Skies, lamp_at
from lca.panel.mirror import twins
from lca.panel.motions import Offered
from lca.panel.person import PanelPerson
from lca.panel.state import GAZES, PICTURES, SIZES, Look, State, Viewpoint
from lca.panel.state_file import is_colour

RELOAD = "reload the page, or display the panel again"


@dataclass(frozen=True)
class PanelScene:
    """What states refer to: the people, motions and skies by name, and the view that a double click returns to."""

    people: tuple[PanelPerson, ...]
    motions: Offered
    home: Viewpoint
    skies: Skies = field(default_factory=lambda: NAMED)

    def with_motion(self, name: str, motion: Motion) -> "PanelScene":
        """One more to choose from, or another in the place of one of that name."""
        return replace(self, motions=self.motions.joined(name, motion))

    def with_sky(self, name: str, light: Illumination) -> "PanelScene":
        """One more to choose from, or another in the place of one of that name."""
        return replace(self, skies={**self.skies, name: Found(light)})

    def takes(self, light: Lighting) -> None:
        """Raises: UserError: a light of its own, and somebody who does not know what it does to them."""
        if light.own:
            for person in self.people:
                person.avatar.known_materials()


Message = Mapping[str, Any]
Change = Callable[[State, Message, PanelScene], State]


def change(state: State, message: Message, scene: PanelScene) -> State:
    """The state after a message.

    Raises:
        UserError: an unknown kind or name, a field that is missing or out of range.
    """
    return CHANGES[one_of(message, "kind", CHANGES)](state, message, scene)


def at_time(state: State, time: float, scene: PanelScene) -> State:
    """The moment `time` (seconds) of the state's motion; held channels keep their values."""
    if state.motion is None:
        return state
    played = replace(state, time=time, pose=pose_at(scene.motions[state.motion], time))
    for name, value in state.held:
        played = channels()[name].write(played, value)
    return replace(played, eyes=state.eyes)


def number(message: Message, field: str, low: float = -1e6, high: float = 1e6) -> float:
    """A number from `low` to `high` under `field`.

    Raises:
        UserError: there is none.
    """
    value: Any = message.get(field)
    plain = isinstance(value, int | float) and not isinstance(value, bool)
    if not (plain and low <= value <= high):
        raise UserError(f"expected {field} from {low:g} to {high:g}, got {value!r}; {RELOAD}")
    return float(value)


def one_of(message: Message, field: str, allowed) -> Any:
    """A value under `field` that is among `allowed`.

    Raises:
        UserError: another one.
    """
    value = message.get(field)
    if not isinstance(value, str | int | None) or value not in allowed:
        names = ", ".join(map(str, allowed)) if len(allowed) < 20 else f"{len(allowed)} names"
        raise UserError(f"expected {field} among {names}, got {value!r}; {RELOAD}")
    return value


def _set(state: State, message: Message, scene: PanelScene) -> State:
    """channel, value; mirror: whether the same of the other side follows"""
    name = one_of(message, "channel", channels())
    value = number(message, "value")
    mirrored = [twins()[name]] if message.get("mirror") and name in twins() else []
    for each in (name, *mirrored):
        changed = channels()[each].set(state, value)
        in_motion = state.motion is not None and changed.pose != state.pose
        state = changed.holding(each, value) if in_motion else changed
    return state


def _orbit(state: State, message: Message, scene: PanelScene) -> State:
    """right, down: shares of the picture's height"""
    return replace(state, view=state.view.orbited(number(message, "right"), number(message, "down")))


def _pan(state: State, message: Message, scene: PanelScene) -> State:
    """right, down: shares of the picture's height"""
    return replace(
        state, view=state.view.panned(number(message, "right", -9.0, 9.0), number(message, "down", -9.0, 9.0))
    )


def _zoom(state: State, message: Message, scene: PanelScene) -> State:
    """factor of the distance; x, y of the picture that stay where they are, its middle if none are given"""
    factor = number(message, "factor", 0.01, 100.0)
    x, y = _place(message, scene) if "x" in message else (0.5, 0.5)
    return replace(state, view=state.view.zoomed(factor, x - 0.5, y - 0.5))


def _aim(state: State, message: Message, scene: PanelScene) -> State:
    """part: the camera goes to where it is now, of everybody"""
    part = one_of(message, "part", PARTS)
    return replace(state, view=aimed(state.view, part, [person.joints(state) for person in scene.people]))


def _home(state: State, message: Message, scene: PanelScene) -> State:
    return replace(state, view=scene.home)


def _point(state: State, message: Message, scene: PanelScene) -> State:
    """x, y: shares of the picture; with two people side by side, each looks at the pointer in their own half"""
    if state.eyes != "pointer":
        return state
    x, y = _place(message, scene)
    return replace(state, point=pointed_at(state.view, x, y, scene.people[0].head(state)))


def _place(message: Message, scene: PanelScene) -> tuple[float, float]:
    """x, y of the whole picture -> shares of one person's square, x within it."""
    x, y = number(message, "x", -1.0, 2.0) * len(scene.people), number(message, "y", -1.0, 2.0)
    return min(1.0, max(0.0, x - min(len(scene.people) - 1, max(0, int(x))))), y


def _light(state: State, message: Message, scene: PanelScene) -> State:
    """Any of sky (a name, or null), azimuth (radians), lamp (whether there is one) and strength (of the lamp)"""
    light = state.light
    if "sky" in message:
        sky = one_of(message, "sky", (None, *scene.skies))
        light = replace(light, sky=sky, found=scene.skies.get(sky))
    if "azimuth" in message:
        light = replace(light, azimuth=number(message, "azimuth", -math.pi, math.pi))
    if "strength" in message:
        light = replace(light, strength=number(message, "strength", 0.0, BRIGHTEST))
    if "lamp" in message:
        wanted = one_of(message, "lamp", (False, True))
        light = replace(light, lamp=(light.lamp or lamp_at(*HANDLE, state.view.camera(1))) if wanted else None)
    scene.takes(light)
    return replace(state, light=light)


def _lamp(state: State, message: Message, scene: PanelScene) -> State:
    """x, y: where the lamp's handle is, shares of the picture, as `point`; without a lamp nothing"""
    if state.light.lamp is None:
        return state
    x, y = _place(message, scene)
    towards = lamp_at(x, min(1.0, max(0.0, y)), state.view.camera(1))
    return replace(state, light=replace(state.light, lamp=towards))


def _eyes(state: State, message: Message, scene: PanelScene) -> State:
    """mode"""
    return replace(state, eyes=one_of(message, "mode", GAZES))


def _pose(state: State, message: Message, scene: PanelScene) -> State:
    """name; face and gaze stay"""
    chosen = poses()[one_of(message, "name", poses())]
    pose = replace(state.pose, theta=chosen.theta, translation=chosen.translation)
    return replace(state, pose=pose, motion=None, held=())


def _emotion(state: State, message: Message, scene: PanelScene) -> State:
    """name, strength; every facial action is set"""
    name = one_of(message, "name", emotions())
    actions = emotion(name, number(message, "strength", 0.0, 1.0))
    changed = replace(state, pose=replace(state.pose, actions=actions))
    if state.motion is not None:
        for channel in channels().values():
            if channel.tab == "Face" and channel.group != "Eyes":
                changed = changed.holding(channel.name, channel.read(changed))
    return changed


def _motion(state: State, message: Message, scene: PanelScene) -> State:
    """name, or null for none"""
    name = one_of(message, "name", (None, *scene.motions))
    return at_time(replace(state, motion=name, time=0.0, held=()), 0.0, scene)


def _seek(state: State, message: Message, scene: PanelScene) -> State:
    """time, seconds"""
    return at_time(state, number(message, "time", 0.0), scene)


def _key(state: State, message: Message, scene: PanelScene) -> State:
    """slot: 0 or 1 keeps the present pose"""
    slot = one_of(message, "slot", (0, 1))
    first, second = state.keys
    return replace(state, keys=(state.pose, second) if slot == 0 else (first, state.pose))


def _blend(state: State, message: Message, scene: PanelScene) -> State:
    """share: 0 is the first key, 1 the second"""
    first, second = state.keys
    if first is None or second is None:
        raise UserError("expected two keyed poses, got fewer; set pose A and pose B first")
    return replace(state, pose=blended(first, second, number(message, "share", 0.0, 1.0)), motion=None, held=())


def _look(state: State, message: Message, scene: PanelScene) -> State:
    """Any of background, size, picture, skeleton, anchors"""
    given = {
        name: message[name] for name in ("background", "size", "picture", "skeleton", "anchors") if name in message
    }
    if not is_colour(given.get("background", "#ffffff")):
        raise UserError(f"expected a colour such as #20a0ff, got {given['background']!r}; choose another")
    for name, allowed in (
        ("size", SIZES),
        ("picture", PICTURES),
        ("skeleton", (False, True)),
        ("anchors", (False, True)),
    ):
        if name in given:
            one_of(message, name, allowed)
    return replace(state, look=Look(**{**vars(state.look), **given}))


def _floor(state: State, message: Message, scene: PanelScene) -> State:
    return replace(state, pose=scene.people[0].on_floor(state.pose, state.shape))


def _release(state: State, message: Message, scene: PanelScene) -> State:
    return at_time(replace(state, held=()), state.time, scene)


def _reset(state: State, message: Message, scene: PanelScene) -> State:
    """Standing, a face at rest, the body of the photos; camera, look and light stay"""
    stays = {name: getattr(state, name) for name in ("view", "look", "light", "keys", "cast")}
    return State(pose=poses()["standing"], **stays)


CHANGES: dict[str, Change] = {
    "set": _set,
    "orbit": _orbit,
    "pan": _pan,
    "zoom": _zoom,
    "aim": _aim,
    "home": _home,
    "point": _point,
    "light": _light,
    "lamp": _lamp,
    "eyes": _eyes,
    "pose": _pose,
    "emotion": _emotion,
    "strength": _emotion,
    "motion": _motion,
    "seek": _seek,
    "key": _key,
    "blend": _blend,
    "look": _look,
    "floor": _floor,
    "release": _release,
    "reset": _reset,
}
"""kind -> what it does."""
CONTINUOUS = ("set", "orbit", "pan", "zoom", "point", "lamp", "blend", "seek", "strength")
"""Kinds that come in streams: a message with `final` true is the last of its stream."""
NO_STEP = ("orbit", "pan", "zoom", "aim", "home", "point", "seek")
"""Kinds that undo skips."""
