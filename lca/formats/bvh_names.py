"""Which joint of a BVH file is which joint of ours: CMU, Mixamo, SMPL's own names, or a mapping file."""

import json
import re
from collections.abc import Mapping
from pathlib import Path

from lca.errors import UserError
from lca.formats.motion_file import text_of
from lca.geometry.joint_names import FINGERS, JOINTS

LIMBS = {
    **{"collar": "Shoulder", "shoulder": "Arm", "elbow": "ForeArm", "wrist": "Hand"},
    **{"hip": "UpLeg", "knee": "Leg", "ankle": "Foot", "foot": "ToeBase"},
}
SIDES = {"left": "Left", "right": "Right"}
TRUNK = {"pelvis": "Hips", "spine1": "Spine", "spine2": "Spine1", "spine3": "Spine2", "neck": "Neck", "head": "Head"}
MIXAMO = (
    TRUNK
    | {f"{side}_{ours}": f"{theirs}{name}" for side, theirs in SIDES.items() for ours, name in LIMBS.items()}
    | {
        f"{side}_{finger}{i}": f"{theirs}Hand{finger.title()}{i}"
        for side, theirs in SIDES.items()
        for finger in FINGERS
        for i in (1, 2, 3)
    }
)
CMU = (
    {
        name: theirs
        for name, theirs in MIXAMO.items()
        if name[:-1].removeprefix("left_").removeprefix("right_") not in FINGERS
    }
    | {"spine1": "LowerBack", "spine2": "Spine", "spine3": "Spine1"}
    | {f"{s}_{f}1": f"{t}HandIndex1" for s, t in SIDES.items() for f in FINGERS}  # one bone stands for all four fingers
    | {"left_thumb1": "LThumb", "right_thumb1": "RThumb"}
)
SMPL = {name: re.sub("^(left|right)_", lambda side: side[1][0], name) for name in JOINTS}
"""left_hip -> lhip, as in L_Hip."""
FULL = {name: name for name in JOINTS}
CLASSIC = FULL | {"pelvis": "Hips", "spine3": "Chest"}
"""The names of early BVH files: Hips, LeftHip, LeftKnee, Chest, LeftCollar, ..."""
FAMILIES = {"Mixamo": MIXAMO, "CMU": CMU, "SMPL": SMPL, "SMPL-X": FULL, "classic": CLASSIC}
NEEDED = ("pelvis", *(f"{side}_{name}" for name in ("hip", "knee", "ankle") for side in SIDES))
"""Joints without which there is no upright person of a known size."""


def plain(name: str) -> str:
    """A joint's name without namespace, case and punctuation: `mixamorig:LeftArm` -> leftarm."""
    return re.sub(r"[^a-z0-9]|^mixamorig\d*", "", name.rsplit(":", 1)[-1].lower())


def pair(names: list[str], mapping: Mapping[str, str | None] | None, path: Path) -> tuple[str, dict[str, int]]:
    """The family whose names fit best, and for our joints the index of theirs; entries of `mapping` come first.

    Raises:
        UserError: too few joints are known, or the mapping names a joint that the file does not have.
    """
    places = {plain(name): index for index, name in reversed(list(enumerate(names)))}
    found = {
        family: {ours: places[plain(theirs)] for ours, theirs in table.items() if plain(theirs) in places}
        for family, table in FAMILIES.items()
    }
    best = max(found, key=lambda family: len(set(found[family].values())))
    pairs = found[best]
    for ours, theirs in (mapping or {}).items():
        pairs.pop(ours, None)
        if theirs is not None and theirs not in names:
            raise UserError(f"expected joints of {path} in the mapping, got {theirs!r} for {ours}: see its JOINT lines")
        if theirs is not None:
            pairs[ours] = names.index(theirs)
    missing = [name for name in NEEDED if name not in pairs]
    if missing:
        raise UserError(
            f"expected the joints of CMU, Mixamo or SMPL in {path}, got {len(names)} others ({', '.join(names[:4])}, ...), "
            f"none for {', '.join(missing)}: give a mapping file, JSON of our names to theirs"
        )
    return ("mapping" if mapping else best), pairs


def read_mapping(path: str | Path) -> dict[str, str | None]:
    """A mapping file: JSON of our joint names (lca.geometry.joint_names) to the file's, null to leave one out.

    One of theirs may serve several of ours. Joints that the mapping leaves unnamed are found by the known names.

    Raises:
        UserError: not JSON, or a name of ours that is none.
    """
    try:
        mapping = json.loads(text_of(Path(path)))
    except UserError:
        raise
    except (ValueError, RecursionError) as error:
        raise UserError(f"expected JSON in {path}, got something else ({error}): write our names to theirs") from error
    if not isinstance(mapping, dict) or not all(
        theirs is None or isinstance(theirs, str) for theirs in mapping.values()
    ):
        raise UserError(f'expected an object such as {{"left_hip": "LThigh"}} in {path}, got something else')
    unknown = [name for name in mapping if name not in JOINTS]
    if unknown:
        raise UserError(
            f"expected our joint names in {path}, got {', '.join(unknown)}: choose from {', '.join(JOINTS)}"
        )
    return mapping
