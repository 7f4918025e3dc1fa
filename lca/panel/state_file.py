"""A state as JSON. The file names its avatar; a file of another avatar, or a damaged one, is refused in one line."""

import hashlib
import json
import math
import re
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from lca.errors import UserError
from lca.formats.atomic import writing
from lca.model.avatar import Avatar
from lca.panel.light import BRIGHTEST, NAMED, Lighting, Skies
from lca.panel.state import DISTANCES, GAZES, HIGHEST, PICTURES, SHAPES, SIZES, Look, Numbers, Pose, State, Viewpoint

FORMAT = "lca-panel-state"
VERSION = 1
REMEDY = "save the state again in the panel"
ROOM = 1e3
"""No angle, length or coefficient of a state is larger."""
UNIT = 1e-3
"""By how much a direction's length may be off."""


def fingerprint(avatar: Avatar) -> str:
    """Sixteen letters that tell one avatar from another; one that is refined on its photos stays who it is."""
    digest = hashlib.sha256()
    for tensor in (avatar.rig.joints, avatar.tokens):
        digest.update(tensor.detach().cpu().contiguous().numpy().tobytes())
    return digest.hexdigest()[:16]


def write_state(path: str | Path, state: State, avatars: Sequence[str]) -> None:
    """Write `state` of the avatars with these fingerprints."""
    with writing(path) as temporary:
        temporary.write_text(json.dumps(encode(state, avatars), indent=1) + "\n")


def encode(state: State, avatars: Sequence[str]) -> dict[str, Any]:
    """A JSON-able dictionary."""
    kept = {name: value for name, value in asdict(state).items() if name != "cast"}
    del kept["light"]["found"]  # a sky is a name, as motions are
    return {"format": FORMAT, "version": VERSION, "avatars": list(avatars), "state": kept}


def parse(
    text: str | bytes, avatars: Sequence[str], channels: Sequence[str], motions: Sequence[str], skies: Skies = NAMED
) -> State:
    """Read back what `encode` gave; `channels`, `motions` and `skies` are those that this panel knows.

    Raises:
        UserError: no JSON, not a state, of another version or another avatar, or a value out of its range.
    """
    try:
        content = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise UserError(f"expected a state as JSON, got something else ({error}); {REMEDY}") from error
    if not isinstance(content, dict) or content.get("format") != FORMAT:
        raise UserError(f"expected a state that a panel saved, got another JSON file; {REMEDY}")
    if content.get("version") != VERSION:
        raise UserError(f"expected a state of version {VERSION}, got version {content.get('version')}; {REMEDY}")
    if content.get("avatars") != list(avatars):
        raise UserError(
            f"expected a state of this avatar ({' and '.join(avatars)}), got one of {content.get('avatars')}; "
            "open the panel with the avatar that it was saved with"
        )
    try:
        return _state(content["state"], channels, motions, skies)
    except UserError:
        raise
    except (LookupError, TypeError, ValueError, AttributeError) as error:
        raise UserError(f"expected a whole state, got a damaged one ({error!r}); {REMEDY}") from error


def _state(values: dict[str, Any], channels: Sequence[str], motions: Sequence[str], skies: Skies) -> State:
    view, look = values["view"], values["look"]
    first, second = (None if key is None else _pose(key) for key in values["keys"])
    return State(
        pose=_pose(values["pose"]),
        shape=_numbers("shape", values["shape"], SHAPES),
        view=Viewpoint(
            _number("azimuth", view["azimuth"]),
            _number("elevation", view["elevation"], -HIGHEST, HIGHEST),
            _number("distance", view["distance"], *DISTANCES),
            _point("target", view["target"]),
            _number("field_of_view", view["field_of_view"], 0.05, 2.0),
        ),
        look=Look(
            _checked("background", look["background"], is_colour),
            _checked("size", look["size"], SIZES.__contains__),
            _checked("picture", look["picture"], PICTURES.__contains__),
            _checked("skeleton", look["skeleton"], (False, True).__contains__),
            _checked("anchors", look["anchors"], (False, True).__contains__),
        ),
        light=_light(values["light"], skies) if "light" in values else Lighting(),
        eyes=_checked("eyes", values["eyes"], GAZES.__contains__),
        point=_point("point", values["point"]),
        motion=_checked("motion", values["motion"], (None, *motions).__contains__),
        time=_number("time", values["time"], 0.0, 1e6),
        held=tuple((_checked("held", name, channels.__contains__), _number(name, v)) for name, v in values["held"]),
        keys=(first, second),
    )


def is_colour(text: Any) -> bool:
    """Whether `text` is a colour as browsers write it: #rrggbb."""
    return isinstance(text, str) and re.fullmatch(r"#[0-9a-fA-F]{6}", text) is not None


def _pose(values: dict[str, Any]) -> Pose:
    return Pose(
        theta=_numbers("theta", values["theta"], 156),
        psi=_numbers("psi", values["psi"], 4),
        actions=_numbers("actions", values["actions"], 52),
        translation=_numbers("translation", values["translation"], 3),
    )


def _light(values: dict[str, Any], skies: Skies) -> Lighting:
    towards = None if values["lamp"] is None else _point("lamp", values["lamp"])
    if towards is not None and abs(math.hypot(*towards) - 1) > UNIT:
        raise UserError(f"expected a lamp in a direction of length 1, got {math.hypot(*towards):g}; {REMEDY}")
    sky = _checked("sky", values["sky"], (None, *skies).__contains__)
    return Lighting(
        sky,
        _number("azimuth", values["azimuth"], -math.pi, math.pi),
        towards,
        _number("strength", values["strength"], 0.0, BRIGHTEST),
        skies.get(sky),
    )


def _numbers(name: str, values: Any, count: int) -> Numbers:
    if not isinstance(values, list) or len(values) != count:
        got = f"{len(values)}" if isinstance(values, list) else repr(values)
        raise UserError(f"expected {count} numbers of {name}, got {got}; {REMEDY}")
    return tuple(_number(name, value) for value in values)


def _point(name: str, values: Any) -> tuple[float, float, float]:
    x, y, z = _numbers(name, values, 3)
    return x, y, z


def _number(name: str, value: Any, low: float = -ROOM, high: float = ROOM) -> float:
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    if not (is_number and low <= value <= high):
        raise UserError(f"expected {name} from {low:g} to {high:g}, got {value!r}; {REMEDY}")
    return float(value)


def _checked(name: str, value: Any, allowed: Callable[[Any], bool]) -> Any:
    if not allowed(value):
        raise UserError(f"expected a known {name}, got {value!r}; {REMEDY}")
    return value
