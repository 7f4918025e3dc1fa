"""A folder of photographs becomes a folder of captures: people found, poses and shapes solved, what is missing said."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from lca.errors import UserError
from lca.formats.atomic import writing
from lca.formats.captures import FEATURES, SPLITS
from lca.formats.photos import Picture, read_pictures
from lca.formats.shards import COMPRESSION, Manifest, checksum, table_of
from lca.matting.cutout import Finder, FoundPerson
from lca.model.network import LCA
from lca.tracking.likeness import draft
from lca.tracking.photographed import SIZE, STAGE, capture_of, usable
from lca.tracking.words import found_lines, pose_lines

LEAST = 3
"""Photos of a person: two to be looked at and one to be matched."""


@dataclass(frozen=True)
class SolvedPerson:
    """One person's photos, and what there is to say about them."""

    identity: str
    row: dict[str, Any] | None
    """None where too few of the photos can be used."""
    lines: tuple[str, ...]


def people_in(folder: Path) -> dict[str, Path]:
    """Who is in a folder: each folder in it is a person; without any, all of it is one.

    Raises:
        UserError: there is no such folder, or nothing in it.
    """
    if not folder.is_dir():
        raise UserError(f"expected a folder of photos, or of one folder for each person, got none: {folder}")
    inside = sorted(path for path in folder.iterdir() if path.is_dir() and not path.name.startswith("."))
    return {path.name: path for path in inside} or {folder.resolve().name: folder}


def prepared(identity: str, folder: Path, model: LCA, finder: Finder) -> SolvedPerson:
    """Read and solve one person's photos. Raises: UserError: no photo can be read."""
    pictures = read_pictures([folder])
    people = [finder(picture) for picture in pictures]
    solution = draft(model, pictures, people).solution
    used = usable(people, solution)
    lines = [*found_lines(pictures, people), *pose_lines(pictures, solution), *headless(pictures, people)]
    lines.append(f"{len(used)} of {len(pictures)} photos can be used")
    if len(used) < LEAST:
        lines.append(f"left out: expected {LEAST} photos with a pose and a head, got {len(used)}; add some")
        return SolvedPerson(identity, None, tuple(lines))
    return SolvedPerson(identity, capture_of(identity, pictures, people, solution), tuple(lines))


def headless(pictures: Sequence[Picture], people: Sequence[FoundPerson]) -> list[str]:
    """A line for each photo without a head."""
    pairs = zip(pictures, people, strict=True)
    return [f"{picture.name}: no head was found" for picture, person in pairs if not person.head_box.any()]


def split_of(identities: Sequence[str]) -> dict[str, list[str]]:
    """The last person is held out, for validation and testing; somebody who is alone is in every split."""
    held_out = list(identities[-1:])
    return {split: held_out if split != SPLITS[0] else list(identities[:-1]) or held_out for split in SPLITS}


def write_captures(found: Iterable[SolvedPerson], out: Path) -> Manifest:
    """A folder that `data.folders` takes, of everybody whose photos can be used.

    Raises:
        UserError: there is nobody, or something is in the way.
    """
    rows = {one.identity: one.row for one in found if one.row is not None}
    if not rows:
        raise UserError(f"expected a person with {LEAST} usable photos, got none: see what is said of each photo")
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise UserError(f"expected a folder to write that is empty or new, got {out}: choose another --out")
    shards, splits = {}, split_of(sorted(rows))
    for split, identities in splits.items():
        path = out / "data" / f"{split}-00000-of-00001.parquet"
        with writing(path) as temporary:
            with pq.ParquetWriter(temporary, FEATURES.arrow_schema, compression=COMPRESSION) as writer:
                for identity in identities:
                    writer.write_table(table_of(rows[identity] | {"split": split}))
        shards[path.name] = checksum(path)
    counts = {split: len(identities) for split, identities in splits.items()}
    manifest = Manifest(STAGE, len(rows), 0, SIZE, STAGE, counts).finish(shards)
    manifest.write(out)
    return manifest
