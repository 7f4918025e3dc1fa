"""Folders of captures as Hugging Face datasets: in random order from disk, or streamed, split over ranks and interleaved."""

from collections.abc import Sequence
from pathlib import Path

from datasets import Dataset, IterableDataset, interleave_datasets, load_dataset, load_dataset_builder
from datasets.distributed import split_dataset_by_node
from datasets.exceptions import DatasetGenerationError

from lca.data.mixture import checked_weights
from lca.data.schema import ENCODED_FEATURES
from lca.errors import UserError
from lca.formats.shards import check_shard, shard_paths


def load_world(folder: str | Path, split: str) -> Dataset:
    """The captures of one split; pictures stay coded until `Capture.read` decodes the frames that are asked for.

    Raises:
        UserError: the folder is missing, half written or damaged, or has no such split (see `lca.formats.shards`).
    """
    paths = shard_paths(folder, split)
    files = {split: [str(path) for path in paths]}
    builder = load_dataset_builder("parquet", data_files=files, features=ENCODED_FEATURES)
    if not Path(builder.cache_dir).exists():  # read once in full, to be mapped from then on
        for path in paths:
            check_shard(path)
    try:
        return load_dataset("parquet", data_files=files, split=split, features=ENCODED_FEATURES)
    except DatasetGenerationError as error:
        raise UserError(f"expected the columns of a capture in {folder}, got others: build the folder again") from error


def stream_world(folder: str | Path, split: str, rank: int = 0, ranks: int = 1) -> IterableDataset:
    """The same rows in the order of the shards, without a copy on disk; rank r of `ranks` sees its own part.

    Shards are dealt out if `ranks` divides their number, rows otherwise.

    Raises:
        UserError: as `load_world`; a rank that is not one of `ranks`.
    """
    if not 0 <= rank < ranks:
        raise UserError(f"expected a rank from 0 to {ranks - 1}, got {rank}")
    files = [str(path) for path in shard_paths(folder, split)]
    rows = load_dataset("parquet", data_files={split: files}, split=split, features=ENCODED_FEATURES, streaming=True)
    return split_dataset_by_node(rows, rank, ranks)


def stream_mixture(
    folders: Sequence[str | Path], split: str, weights: Sequence[float], seed: int = 0, rank: int = 0, ranks: int = 1
) -> IterableDataset:
    """Rows of several folders drawn by weight; a folder that runs out starts again, until all were seen.

    Raises:
        UserError: as `stream_world`; weights that are not one positive number for each folder.
    """
    weights = checked_weights(weights, len(folders))
    parts = [stream_world(folder, split, rank, ranks) for folder in folders]
    probabilities = [weight / sum(weights) for weight in weights]
    return interleave_datasets(parts, probabilities, seed, stopping_strategy="all_exhausted")
