"""A folder of captures: parquet shards by split, and a manifest that says whether it is whole.

    DIR/manifest.json
    DIR/data/train-00000-of-00027.parquet ...

`datasets.load_dataset(DIR)` and `load_dataset("parquet", data_dir=DIR)` read it as it is.
"""

import hashlib
import json
import re
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

import pyarrow as pa

from lca.errors import UserError
from lca.formats.atomic import writing
from lca.formats.captures import FEATURES, PICTURES, SPLITS

COMPRESSION = "zstd"
"""Of parquet columns; pictures are compressed already."""
LAYOUT = 1
"""Version of the folder's layout and columns."""
LARGEST_MANIFEST = 16 << 20
"""Bytes; the largest builds have a manifest of some hundred kilobytes."""
SHARD, SHA256 = re.compile(rf"({'|'.join(SPLITS)})-\d{{5}}-of-\d{{5}}\.parquet"), re.compile("[0-9a-f]{64}")


@dataclass(frozen=True)
class Manifest:
    """What a folder of captures is made of. `shards` maps a finished file's name to its sha256."""

    stage: str
    identities: int
    seed: int
    size: int
    """Pixels of a photo's side."""
    code: str
    """Version of the code that draws the world: captures of one folder come from one version."""
    captures: dict[str, int]
    """Number of captures of each split."""
    finished: bool = False
    shards: dict[str, str] = field(default_factory=dict)
    layout: int = LAYOUT
    people_of: str = ""
    """The stage whose people are filmed, if they are another stage's (of the same seed)."""

    def __post_init__(self):
        """Raises: TypeError: an entry is not what it is said to be."""
        numbers = (self.identities, self.seed, self.size, self.layout, *self.captures.values())
        names = self.captures.keys() <= set(SPLITS) and all(SHARD.fullmatch(name) for name in self.shards)
        texts = all(isinstance(one, str) for one in (self.stage, self.code, self.people_of))
        sums = all(isinstance(one, str) and SHA256.fullmatch(one) for one in self.shards.values())
        if not (
            names
            and texts
            and isinstance(self.finished, bool)
            and sums
            and all(type(one) is int and 0 <= one < 2**63 for one in numbers)
        ):
            raise TypeError("expected names, counts and checksums")

    def finish(self, shards: dict[str, str]) -> "Manifest":
        """The same, whole."""
        return replace(self, finished=True, shards=shards)

    def write(self, folder: Path) -> None:
        """Write manifest.json into `folder`."""
        with writing(folder / "manifest.json") as path:
            entries = {name: value for name, value in asdict(self).items() if name != "people_of" or value}
            path.write_text(json.dumps(entries, indent=1) + "\n")


def read_manifest(folder: str | Path) -> Manifest:
    """The manifest of a folder of captures, finished or not.

    Raises:
        UserError: no such folder, no manifest in it, or a manifest of another layout.
    """
    folder = Path(folder)
    if not folder.is_dir():
        what = "is a file" if folder.exists() else "does not exist"
        raise UserError(f"expected a folder of captures, got {folder}, which {what}: make one with `lca world build`")
    path = folder / "manifest.json"
    if not path.is_file():
        raise UserError(f"expected manifest.json in {folder}, got none: this is not a folder made by `lca world build`")
    try:
        if path.stat().st_size > LARGEST_MANIFEST:
            raise TypeError("expected a manifest")
        manifest = Manifest(**json.loads(path.read_text()))
    except (ValueError, TypeError, AttributeError, RecursionError) as error:
        raise UserError(
            f"expected a manifest of layout {LAYOUT}, got an unreadable {path}: build the folder again"
        ) from error
    if manifest.layout != LAYOUT:
        raise UserError(
            f"expected captures of layout {LAYOUT}, got layout {manifest.layout} in {folder}: build the folder again"
        )
    return manifest


def shard_paths(folder: str | Path, split: str) -> list[Path]:
    """The shards of one split of a whole folder, in order.

    Raises:
        UserError: an unknown or empty split, a folder that is not finished, or shards that are missing.
    """
    manifest, folder = read_manifest(folder), Path(folder)
    if split not in SPLITS:
        raise UserError(f"expected a split among {', '.join(SPLITS)}, got {split!r}: choose one of them")
    if not manifest.finished:
        raise UserError(
            f"expected a finished folder of captures, got a half-written {folder}: {resume_hint(manifest, folder)}"
        )
    missing = [name for name in manifest.shards if not (folder / "data" / name).is_file()]
    if missing:
        raise UserError(f"expected {len(manifest.shards)} shards in {folder}, lost {missing[0]}: copy it again")
    paths = [folder / "data" / name for name in sorted(manifest.shards) if name.startswith(f"{split}-")]
    if not paths:
        raise UserError(f"expected captures of split {split!r} in {folder}, got none: build it with more --identities")
    return paths


def check_shard(path: Path) -> None:
    """Raises: UserError: a shard of a whole folder is not the file that was built."""
    folder = path.parent.parent
    manifest = read_manifest(folder)
    if checksum(path) != manifest.shards.get(path.name):
        raise UserError(
            f"expected {path} as it was built, got a damaged or another file: copy it again, or "
            f"{resume_hint(manifest, folder)}"
        )


def resume_hint(manifest: Manifest, folder: Path) -> str:
    """The command that continues a build."""
    whose = f" --people-of {manifest.people_of}" if manifest.people_of else ""
    return (
        f"run `lca world build {manifest.stage}{whose} --identities {manifest.identities} --seed {manifest.seed} "
        f"--size {manifest.size} --out {folder}` again, it continues"
    )


def table_of(row: dict) -> pa.Table:
    """One capture -> a table of one row, typed as `FEATURES`."""
    schema = FEATURES.arrow_schema
    columns = []
    for column in schema:
        value = row[column.name]
        if column.name in PICTURES:
            value = [{"bytes": item, "path": None} for item in value]
        elif hasattr(value, "tolist"):
            value = value.tolist()
        if isinstance(column.type, pa.ExtensionType):
            columns.append(pa.ExtensionArray.from_storage(column.type, pa.array([value], column.type.storage_type)))
        else:
            columns.append(pa.array([value], column.type))
    return pa.Table.from_arrays(columns, schema=schema)


def checksum(path: Path) -> str:
    """sha256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
