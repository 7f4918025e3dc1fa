"""Captures out of a table in memory (a shard, or a file that `datasets` maps), copying as little as can be.

`datasets` itself builds nested Python lists of every row, all frames and all pictures, which takes longer than reading the frames
that are wanted.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from lca.errors import UserError


@dataclass(frozen=True)
class Files(Sequence):
    """Picture files of one column of a row; the bytes of a file are copied out of the table when it is asked for."""

    data: memoryview
    ends: np.ndarray
    """Where each file begins in `data`, and the last one ends."""

    @staticmethod
    def of(files: pa.Array) -> "Files":
        """All files of a column."""
        _, ends, data = files.buffers()
        wide = np.int64 if pa.types.is_large_binary(files.type) else np.int32
        return Files(memoryview(data), np.frombuffer(ends, wide)[files.offset : files.offset + len(files) + 1])

    def __len__(self) -> int:
        """Number of files."""
        return len(self.ends) - 1

    def __getitem__(self, index: int) -> dict[str, Any]:
        """The file as `datasets` gives it."""
        if not 0 <= index < len(self):
            raise IndexError(index)
        return {"bytes": bytes(self.data[self.ends[index] : self.ends[index + 1]]), "path": None}


class Rows(Sequence):
    """The rows of a table: numbers as arrays in the table's memory, frames first; pictures as `Files`."""

    def __init__(self, table: pa.Table):
        """Look at the columns once.

        Raises:
            UserError: a value is missing, or a text is none.
        """
        shapes = [
            tuple(column.type.shape[1:]) if isinstance(column.type, pa.ExtensionType) else () for column in table.schema
        ]
        batches = [batch for batch in table.to_batches() if batch.num_rows]
        self.batches = [
            {name: Cells.of(name, batch.column(place), shapes[place]) for place, name in enumerate(table.schema.names)}
            for batch in batches
        ]
        self.ends = np.cumsum([batch.num_rows for batch in batches])

    def __len__(self) -> int:
        """Number of rows."""
        return int(self.ends[-1]) if len(self.ends) else 0

    def __getitem__(self, index: int) -> dict[str, Any]:
        """Inverse of `lca.formats.shards.table_of`."""
        if not 0 <= index < len(self):
            raise IndexError(index)
        part = int(np.searchsorted(self.ends, index, side="right"))
        place = index - int(self.ends[part - 1] if part else 0)
        return {name: cells.at(place) for name, cells in self.batches[part].items()}


@dataclass(frozen=True)
class Cells:
    """One column: where each list begins and ends, level by level, and what is in the innermost lists."""

    levels: tuple[np.ndarray | tuple[int, int], ...]
    """Where the lists of a level begin, and the last one ends; or of equal lists (how many come before, their length)."""
    leaf: np.ndarray | Files | pa.Array
    shape: tuple[int, ...]
    """Of the numbers of a frame."""

    @staticmethod
    def of(name: str, values: pa.Array, shape: tuple[int, ...]) -> "Cells":
        """Take an array of lists apart. Raises: UserError."""
        values, levels = values.storage if isinstance(values, pa.ExtensionArray) else values, []
        expect_all(name, values)
        while pa.types.is_list(values.type) or pa.types.is_fixed_size_list(values.type):
            if pa.types.is_list(values.type):
                levels.append(values.offsets.to_numpy())
            else:
                levels.append((values.offset, values.type.list_size))
            values = values.values
            expect_all(name, values)
        if pa.types.is_struct(values.type):
            files = values.field("bytes")
            expect_all(name, files)
            return Cells(tuple(levels), Files.of(files), ())
        return Cells(tuple(levels), values.to_numpy() if levels else values, shape)

    def at(self, place: int) -> Any:
        """The value of a row."""
        first, last = place, place + 1
        for level in self.levels:
            if isinstance(level, tuple):
                before, length = level
                first, last = (first + before) * length, (last + before) * length
            else:
                first, last = int(level[first]), int(level[last])
        if isinstance(self.leaf, Files):
            return Files(self.leaf.data, self.leaf.ends[first : last + 1])
        if isinstance(self.leaf, np.ndarray):
            return self.leaf[first:last].reshape(-1, *self.shape) if self.shape else self.leaf[first:last]
        return self.leaf[place].as_py()


def expect_all(name: str, values: pa.Array) -> None:
    """Raises: UserError: some of the values are missing, or texts that are not UTF-8."""
    try:
        if values.null_count:
            raise UserError(f"expected {name} of every capture and frame, got nothing in places: build it again")
        if pa.types.is_string(values.type):
            values.validate(full=True)
    except pa.ArrowInvalid as error:
        raise UserError(f"expected texts in {name}, got other bytes: build it again") from error
