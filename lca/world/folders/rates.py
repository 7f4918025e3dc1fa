"""What a capture costs: core seconds, bytes and pictures of each stage, measured on one machine and shipped with the code."""

import json
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from lca.errors import UserError
from lca.formats.atomic import writing
from lca.formats.captures import FEATURES
from lca.formats.shards import COMPRESSION, table_of
from lca.world.stages.capture import capture

RECORDED = Path(__file__).parents[2] / "assets" / "world_rates.json"
SIZE = 256
"""Pixels of a photo's side in every rate."""


@dataclass(frozen=True)
class Rate:
    """One capture of a stage at 256 x 256."""

    core_seconds: float
    bytes: int
    pictures: int
    """Photos; each comes with a face crop, masks and canonical maps."""


def measure(stage: str, captures: int) -> Rate:
    """Draw `captures` people in this process, after one that does not count, and write them to memory.

    Processor time is counted, not time on the wall: other work on the machine hardly shows.
    """
    if captures < 1:
        raise UserError(f"expected at least one capture to measure, got {captures}: raise --measure")
    capture(stage, 0, 0, SIZE)
    sink, pictures = pa.BufferOutputStream(), 0
    started = time.process_time()
    with pq.ParquetWriter(sink, FEATURES.arrow_schema, compression=COMPRESSION) as writer:
        for index in range(1, captures + 1):
            row = capture(stage, 0, index, SIZE)
            pictures += len(row["image"])
            writer.write_table(table_of(row))
    seconds = time.process_time() - started
    return Rate(round(seconds / captures, 3), sink.getvalue().size // captures, round(pictures / captures))


def write_rates(rates: Mapping[str, Rate], path: Path) -> None:
    """One JSON object: stage -> rate."""
    with writing(path) as temporary:
        temporary.write_text(json.dumps({stage: asdict(rate) for stage, rate in rates.items()}, indent=1) + "\n")


def read_rates(path: Path = RECORDED) -> dict[str, Rate]:
    """The rates of a file.

    Raises:
        UserError: no such file, or something else in it.
    """
    if not path.is_file():
        raise UserError(
            f"expected recorded rates in {path}, got no such file: measure them with `lca world plan --measure 5`"
        )
    try:
        return {stage: Rate(**rate) for stage, rate in json.loads(path.read_text()).items()}
    except (ValueError, TypeError, AttributeError) as error:
        raise UserError(f"expected stage -> core_seconds, bytes, pictures in {path}, got something else") from error
