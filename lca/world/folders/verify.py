"""Is a folder of captures what its manifest says? Every byte is read, every picture decoded."""

import json
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from tqdm.auto import tqdm

from lca.errors import UserError, on_one_line
from lca.formats.captures import FACE_SIZE, FEATURES, PICTURES, SPLITS, decoded
from lca.formats.fields import COLUMNS, fault
from lca.formats.rows import Rows
from lca.formats.shards import Manifest, checksum, read_manifest, resume_hint
from lca.world.folders.workers import pool
from lca.world.stages.capture import STAGES, cast


@dataclass
class Report:
    """Of one shard: what is wrong, and whom it holds, (identity, split) a row."""

    findings: list[str] = field(default_factory=list)
    people: list[tuple[str, str]] = field(default_factory=list)


def verify(folder: str | Path, workers: int = 1) -> list[str]:
    """Everything that is wrong with a folder, one line each; an empty list if it is whole. Shows a progress bar."""
    folder = Path(folder)
    try:
        manifest = read_manifest(folder)
    except UserError as error:
        return [str(error)]
    findings = list(manifest_findings(manifest, folder))
    names = sorted(path.name for path in folder.glob("data/*.parquet") if not path.name.startswith("."))
    jobs = [(folder / "data" / name, manifest) for name in names]
    reports: list[Report] = []
    with tqdm(total=len(jobs), unit="shard", desc="verify") as bar:
        for report in run(jobs, workers):
            reports.append(report)
            bar.update()
    findings += [line for report in reports for line in report.findings]
    return findings + list(people_findings(manifest, [person for report in reports for person in report.people]))


def run(jobs: list[tuple[Path, Manifest]], workers: int) -> Iterator[Report]:
    """The reports of shards, in their order."""
    if workers < 1:
        raise UserError(f"expected at least one worker, got {workers}: raise --workers")
    with pool(max(1, min(workers, len(jobs)))) as executor:
        yield from executor.map(shard_report, *zip(*jobs, strict=True))


def manifest_findings(manifest: Manifest, folder: Path) -> Iterator[str]:
    """Whether the build came to its end, and the files are those of the manifest."""
    if not manifest.finished:
        yield f"manifest.json: expected a finished build, got one half written: {resume_hint(manifest, folder)}"
    if sum(manifest.captures.values()) != manifest.identities:
        yield f"manifest.json: expected {manifest.identities} captures, got {sum(manifest.captures.values())} in its splits"
    there = {path.name for path in (folder / "data").iterdir()} if (folder / "data").is_dir() else set()
    for name in sorted(manifest.shards.keys() - there):
        yield f"{name}: expected by the manifest, not there"
    for name in sorted(there - manifest.shards.keys()) if manifest.finished else ():
        yield f"{name}: not in the manifest"


def people_findings(manifest: Manifest, people: list[tuple[str, str]]) -> Iterator[str]:
    """Whether every person is there once and splits have their sizes."""
    splits: dict[str, set[str]] = {}
    for identity, split in people:
        splits.setdefault(identity, set()).add(split)
    for identity, found in splits.items():
        if len(found) > 1:
            yield f"{identity}: expected in one split, got in {' and '.join(sorted(found))}"
    for identity, times in Counter(identity for identity, _ in people).items():
        if times > len(splits[identity]):
            yield f"{identity}: expected once, got {times} times"
    counts = Counter(split for _, split in people)
    for split in SPLITS if manifest.finished else ():
        if counts[split] != manifest.captures.get(split, 0):
            yield f"{split}: expected {manifest.captures.get(split, 0)} captures, got {counts[split]}"


def shard_report(path: Path, manifest: Manifest) -> Report:
    """Checksum, columns and every row of a shard."""
    report, say = Report(), path.name
    if path.name in manifest.shards and checksum(path) != manifest.shards[path.name]:
        report.findings.append(f"{say}: expected the checksum of the manifest, got another: copy or build it again")
    try:
        with pq.ParquetFile(path) as file:
            if file.schema_arrow.remove_metadata() != FEATURES.arrow_schema.remove_metadata():
                report.findings.append(f"{say}: expected the columns of lca.formats.captures.FEATURES, got others")
                return report
            for group in range(file.num_row_groups):
                for row in Rows(file.read_row_group(group)):
                    add_row(report, say, row, manifest)
    except (OSError, ValueError, pa.ArrowException) as error:
        report.findings.append(f"{say}: expected a parquet file, got a damaged one ({on_one_line(str(error))})")
    return report


def add_row(report: Report, shard: str, row: dict, manifest: Manifest) -> None:
    """One capture: whose it is, and what is wrong with it."""
    identity, split = row["identity"], row["split"]
    report.people.append((identity, split))
    findings = report.findings
    if row["stage"] != manifest.stage or not identity.startswith(f"{manifest.stage}-"):
        findings.append(f"{shard}: {identity}: expected a capture of {manifest.stage}, got one of {row['stage']}")
    if not shard.startswith(f"{split}-"):
        findings.append(f"{shard}: {identity}: expected the split of the file's name, got {split}")
    place = re.fullmatch(rf"({'|'.join(STAGES)})-([0-9]{{6,15}})", identity)
    if place and place[1] == manifest.stage and row["seed"] != drawn_from(manifest, int(place[2])):
        findings.append(f"{shard}: {identity}: expected a person of seed {manifest.seed}, got one of another build")
    try:
        json.loads(row["attributes"])
    except (ValueError, TypeError, RecursionError):
        findings.append(f"{shard}: {identity}: expected attributes in JSON, got something else")
    findings += [f"{shard}: {identity}: {wrong}" for wrong in row_faults(row, manifest.size)]


def drawn_from(manifest: Manifest, index: int) -> int:
    """The seed of a person."""
    return cast(manifest.stage, manifest.seed, index, manifest.people_of)[0].seed


def row_faults(row: dict, size: int) -> Iterator[str]:
    """What is wrong with the numbers and pictures of a row, photos being of `size` pixels."""
    frames = len(row["image"])
    for name, values in row.items():
        if isinstance(values, np.ndarray):
            wrong = fault(name, values, frames) if name in COLUMNS else None
            if wrong or not np.isfinite(values).all():
                yield wrong or f"expected finite {name}, got NaN or infinity"
    sizes = {"image": (size, size, 3), "mask": (size, size), "canonical": (size // 2 * 3, size // 2)}
    sizes |= {"face": (FACE_SIZE, FACE_SIZE, 3), "face_mask": (FACE_SIZE, FACE_SIZE)}
    sizes["face_canonical"] = (FACE_SIZE // 2 * 3, FACE_SIZE // 2)
    for name in PICTURES:
        if len(row[name]) != frames and (name in sizes or len(row[name]) > 0):
            yield f"expected {frames} pictures in {name}, got {len(row[name])}"
        for frame, coded in enumerate(row[name]):
            wrong = picture_fault(coded["bytes"], sizes.get(name))
            if wrong:
                yield f"{name} of frame {frame}: {wrong}"


def picture_fault(coded: bytes | None, shape: tuple[int, ...] | None) -> str | None:
    """Whether a picture decodes, to pixels of `shape` where that is known."""
    try:
        pixels = decoded(coded or b"")
    except UserError as error:
        return str(error)
    if shape is not None and pixels.shape != shape:
        return f"expected {shape} pixels, got {pixels.shape}"
    return None
