"""Folders of captures as Hugging Face datasets."""

from pathlib import Path

from datasets import Dataset, load_dataset

from lca.data.schema import ENCODED_FEATURES
from lca.formats.shards import shard_paths


def load_world(folder: str | Path, split: str) -> Dataset:
    """The captures of one split; pictures stay coded until `Capture.read` decodes the frames that are asked for.

    Raises:
        UserError: the folder is missing, half written or damaged, or has no such split (see `lca.formats.shards`).
    """
    files = [str(path) for path in shard_paths(folder, split)]
    return load_dataset("parquet", data_files={split: files}, split=split, features=ENCODED_FEATURES)
