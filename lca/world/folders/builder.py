"""Building a folder of captures: any number of processes, whole shards only, the same bytes whatever happens on the way."""

import errno
import hashlib
import logging
import shutil
from collections import Counter, deque
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Executor
from concurrent.futures.process import BrokenProcessPool
from contextlib import nullcontext
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
from tqdm.auto import tqdm

from lca import __version__
from lca.errors import UserError
from lca.formats.atomic import only_writer, writing
from lca.formats.captures import FEATURES, SPLITS
from lca.formats.shards import COMPRESSION, Manifest, checksum, read_manifest, resume_hint, table_of
from lca.world.folders.rates import SIZE, read_rates
from lca.world.folders.workers import pool
from lca.world.stages.capture import STAGES, capture, cast, split_of

log = logging.getLogger(__name__)

PACKAGE = Path(__file__).parents[2]
CAPTURES_PER_SHARD = 16
MOST_SHARDS = 1024
"""Of one split: larger builds have larger shards, not more of them."""
DRAWING = ("world/**/*.py", "motion/**/*.py", "geometry/**/*.py", "formats/transfer.py", "assets/*.npz")
DRAWS_NOTHING = ("world/folders/*.py", "world/cloth/penetration.py", "world/light/shade_twin.py", "motion/named.py")
"""What of `DRAWING` may change and leaves captures as they are."""


@dataclass(frozen=True)
class Build:
    """What to build."""

    stage: str
    identities: int
    seed: int = 0
    size: int = 256
    """Pixels of a photo's side."""
    people_of: str = ""
    """The stage whose people are filmed, if they are another stage's: those of its build of the same seed."""

    def __post_init__(self):
        """Raises: UserError."""
        if self.stage not in STAGES:
            raise UserError(f"expected a stage among {', '.join(STAGES)}, got {self.stage!r}: choose one of them")
        if self.people_of not in ("", *STAGES):
            raise UserError(
                f"expected --people-of a stage among {', '.join(STAGES)}, got {self.people_of!r}: choose one"
            )
        if self.identities < 1:
            raise UserError(f"expected at least one identity, got {self.identities}: raise --identities")
        if not 0 <= self.seed < 2**32:
            raise UserError(f"expected a seed from 0 to {2**32 - 1}, got {self.seed}: choose another --seed")
        if not 64 <= self.size <= 2048 or self.size % 2:
            raise UserError(f"expected an even picture size from 64 to 2048, got {self.size}: choose another --size")

    def split_of(self, index: int) -> str:
        """The split of a person: another stage's people stay in theirs."""
        return split_of(index, self.people_of or self.stage)

    def shards(self) -> dict[str, list[int]]:
        """File name -> indices of its captures."""
        plan = {}
        for split in SPLITS:
            members = [index for index in range(self.identities) if self.split_of(index) == split]
            each = max(CAPTURES_PER_SHARD, -(-len(members) // MOST_SHARDS))
            groups = [members[k : k + each] for k in range(0, len(members), each)]
            plan |= {f"{split}-{k:05d}-of-{len(groups):05d}.parquet": group for k, group in enumerate(groups)}
        return plan

    def manifest(self) -> Manifest:
        """The manifest of the unfinished folder."""
        counts = Counter(map(self.split_of, range(self.identities)))
        captures = {split: counts[split] for split in SPLITS}
        sizes = self.identities, self.seed, self.size
        return Manifest(self.stage, *sizes, code_version(), captures, people_of=self.people_of)


def drawing_sources() -> list[Path]:
    """Every file of the package that decides what captures hold."""
    named, left_out = (
        {path for each in patterns for path in PACKAGE.glob(each)} for patterns in (DRAWING, DRAWS_NOTHING)
    )
    return sorted(named - left_out)


def code_version() -> str:
    """The package's version and a digest of what draws the world: its code, the body's and the assets."""
    digest = hashlib.sha256()
    for path in drawing_sources():
        digest.update(path.relative_to(PACKAGE).as_posix().encode() + path.read_bytes())
    return f"{__version__}+{digest.hexdigest()[:12]}"


def build(what: Build, folder: str | Path, workers: int = 2, executor: Executor | None = None) -> Manifest:
    """Write `what` into `folder`, or go on where an interrupted build of the same stopped; shows a progress bar.

    `executor` draws (see `lca.world.folders.cluster`), some for `workers` at a time; without one, processes of this machine do.

    Raises:
        UserError: the folder holds something else or is being written, the disk is too small or full, no worker is asked for,
            or a worker process was ended.
    """
    folder = Path(folder)
    if workers < 1:
        raise UserError(f"expected at least one worker, got {workers}: raise --workers")
    if folder.exists() and not folder.is_dir():
        raise UserError(f"expected a folder to write, got the file {folder}: choose another --out")
    if is_new(folder):
        check_room(what, folder)
    folder.mkdir(parents=True, exist_ok=True)
    hint = resume_hint(what.manifest(), folder)
    with only_writer(folder):
        try:
            return finished(what, folder, opened(what, folder), workers, executor)
        except BrokenProcessPool as error:
            raise UserError(
                f"expected {workers} workers to live, but one was ended (out of memory?): {hint}"
            ) from error
        except OSError as error:
            if error.errno not in (errno.ENOSPC, errno.EDQUOT):
                raise
            message = f"expected room on the disk of {folder}, but it is full: free some, then {hint}"
            raise UserError(message) from error


def finished(what: Build, folder: Path, manifest: Manifest, workers: int, executor: Executor | None) -> Manifest:
    """The manifest of the whole folder: every shard that is not the file which the manifest knows is drawn."""
    plan, known = what.shards(), manifest.shards
    waiting = {name: group for name, group in plan.items() if not is_whole(folder / "data" / name, what, group, known)}
    if manifest.finished and not waiting:
        return manifest
    if manifest.finished:
        log.warning("%s was whole, but now %s is damaged or lost: drawn again", folder, ", ".join(waiting))
    clean(folder)
    whole = {name: known[name] for name in plan if name not in waiting}
    for name, sha in draw(what, folder, waiting, workers, executor):
        whole[name] = sha
        replace(manifest, finished=False, shards=whole).write(folder)
    manifest = manifest.finish({name: whole[name] for name in sorted(plan)})
    manifest.write(folder)
    return manifest


def draw(
    what: Build, folder: Path, waiting: dict[str, list[int]], workers: int, executor: Executor | None
) -> Iterator[tuple[str, str]]:
    """Draw the shards that wait (file name -> captures), and tell the name and the sha256 of each that is there."""
    left = sum(map(len, waiting.values()))
    bar = tqdm(total=what.identities, initial=what.identities - left, unit="capture", desc=what.stage, smoothing=0.05)
    with bar, nullcontext(executor) if executor else pool(min(workers, max(left, 1))) as hands:
        rows = in_order(hands, what, [index for indices in waiting.values() for index in indices], 2 * workers + 2)
        for name, indices in waiting.items():
            write_shard(folder / "data" / name, islice(rows, len(indices)), bar)
            yield name, checksum(folder / "data" / name)


def is_whole(path: Path, what: Build, indices: Sequence[int], known: Mapping[str, str]) -> bool:
    """Whether a shard is the file that was written, of the people who belong there."""
    if not path.is_file() or checksum(path) != known.get(path.name):
        return False
    try:
        people = pq.read_table(path, columns=["identity", "seed"])
    except (OSError, pa.ArrowException):
        return False
    names = [f"{what.stage}-{index:06d}" for index in indices]
    seed = cast(what.stage, what.seed, indices[0], what.people_of)[0].seed
    return people["identity"].to_pylist() == names and people["seed"][0].as_py() == seed


def is_new(folder: Path) -> bool:
    """Whether nothing is there, or no more than the beginning of a manifest."""
    return not folder.exists() or all(path.match(".manifest.*.tmp.json") for path in folder.iterdir())


def check_room(what: Build, folder: Path) -> None:
    """Raises: UserError: the recorded rates say that not even half of the build will fit on the disk."""
    rate = read_rates().get(what.stage)
    if rate is None:
        return
    disk = next(path for path in [folder.absolute(), *folder.absolute().parents] if path.exists())
    needed, free = what.identities * rate.bytes * (what.size / SIZE) ** 2, shutil.disk_usage(disk).free
    if free < needed / 2:
        raise UserError(
            f"expected about {needed / 1e9:.3g} GB of room for {what.identities} captures, got {free / 1e9:.3g} GB on the "
            f"disk of {folder}: choose another --out or fewer --identities"
        )


def opened(what: Build, folder: Path) -> Manifest:
    """The folder's manifest, new or of an earlier run."""
    wanted = what.manifest()
    if is_new(folder):
        wanted.write(folder)
        return wanted
    found = read_manifest(folder)
    for name in ("stage", "identities", "seed", "size", "people_of", "code"):
        if getattr(found, name) != getattr(wanted, name):
            raise UserError(
                f"expected a folder with {name} {getattr(wanted, name)!r}, got {getattr(found, name)!r} in {folder}: "
                "choose another --out or delete it"
            )
    return found


def clean(folder: Path) -> None:
    """Remove what an ended run left half written."""
    for leftover in [*folder.glob(".*.tmp.*"), *folder.glob("data/.*.tmp.*")]:
        leftover.unlink()


def write_shard(path: Path, rows: Iterator[dict], bar: tqdm) -> None:
    """Write rows as they come, one row group each; the file appears when it is whole."""
    with writing(path) as temporary:
        with pq.ParquetWriter(temporary, FEATURES.arrow_schema, compression=COMPRESSION) as writer:
            for row in rows:
                writer.write_table(table_of(row))
                bar.update()


def in_order(executor: Executor, what: Build, indices: Sequence[int], ahead: int) -> Iterator[dict]:
    """Captures in the order of `indices`, at most `ahead` of them computed in advance."""
    pending, queue = deque(), iter(indices)
    for index in islice(queue, ahead):
        pending.append(executor.submit(capture, what.stage, what.seed, index, what.size, what.people_of))
    while pending:
        row = pending.popleft().result()
        for index in islice(queue, 1):
            pending.append(executor.submit(capture, what.stage, what.seed, index, what.size, what.people_of))
        yield row
