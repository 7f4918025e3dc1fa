"""Which joint of a BVH file is which joint of ours: names of `lca.formats.joint_schemes`, or a mapping file."""

import json
import re
from collections.abc import Mapping
from pathlib import Path

from lca.errors import UserError
from lca.formats.atomic import writing
from lca.formats.joint_schemes import SCHEMES
from lca.formats.motion_file import text_of
from lca.geometry.joint_names import BODY_JOINTS, JOINTS

FAMILIES = {family: scheme.names() for family, scheme in SCHEMES.items()}
"""Family -> our joint -> theirs."""
NEEDED = ("pelvis", *(f"{side}_{name}" for name in ("hip", "knee", "ankle") for side in ("left", "right")))
"""Joints without which there is no upright person of a known size."""


def plain(name: str) -> str:
    """A joint's name without namespace, case and punctuation: `mixamorig:LeftArm` -> leftarm, `Bip001 L Thigh` -> lthigh."""
    return re.sub(r"[^a-z0-9]|^mixamorig\d*|^bip\d+", "", name.rsplit(":", 1)[-1].lower())


def by_family(names: list[str]) -> tuple[str, dict[str, int]]:
    """The family whose names fit best, and for our joints the index of theirs."""
    places = {plain(name): index for index, name in reversed(list(enumerate(names)))}
    found = {
        family: {ours: places[plain(theirs)] for ours, theirs in table.items() if plain(theirs) in places}
        for family, table in FAMILIES.items()
    }
    best = max(found, key=lambda family: len(set(found[family].values())))
    return best, found[best]


def pair(names: list[str], mapping: Mapping[str, str | None] | None, path: Path) -> tuple[str, dict[str, int]]:
    """The family whose names fit best, and for our joints the index of theirs; entries of `mapping` come first.

    Raises:
        UserError: too few joints are known, or the mapping names a joint that the file does not have.
    """
    best, pairs = by_family(names)
    for ours, theirs in (mapping or {}).items():
        pairs.pop(ours, None)
        if theirs is not None and theirs not in names:
            raise UserError(f"expected joints of {path} in the mapping, got {theirs!r} for {ours}: see its JOINT lines")
        if theirs is not None:
            pairs[ours] = names.index(theirs)
    missing = [name for name in NEEDED if name not in pairs]
    if missing:
        raise UserError(
            f"expected joints named as {', '.join(FAMILIES)} have them in {path}, got {len(names)} others "
            f"({', '.join(names[:4])}, ...), none for {', '.join(missing)}: give a mapping file (--mapping FILE), JSON of "
            "our names to theirs; one that is not there is written for you to complete"
        )
    return ("mapping" if mapping else best), pairs


def write_mapping(path: Path, names: list[str]) -> None:
    """A mapping file to be completed: what is known, null for the rest."""
    _, pairs = by_family(names)
    known = {
        ours: names[pairs[ours]] if ours in pairs else None for ours in JOINTS if ours in pairs or ours in BODY_JOINTS
    }
    with writing(path) as temporary:
        temporary.write_text(json.dumps(known, indent=1) + "\n")


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
