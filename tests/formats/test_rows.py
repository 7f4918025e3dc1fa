"""Rows out of a part of a table (`tests/world/test_verify.py` compares whole ones with what `datasets` builds)."""

import numpy as np
import pyarrow as pa
import pytest

from lca.data import load_world
from lca.formats.rows import Files, Rows
from tests.world.captures import built

FILES = [b"one", b"", b"three", b"fourth"]


@pytest.mark.parametrize("kind", [pa.binary(), pa.large_binary()])
def test_files_of_a_part_of_a_column(kind):
    whole = pa.array(FILES, kind)
    files = Files.of(whole.slice(1, 3))
    assert [files[k]["bytes"] for k in range(len(files))] == FILES[1:]
    with pytest.raises(IndexError):
        files[3]


def test_a_part_of_a_table_has_its_own_rows():
    tables = [load_world(built("wild"), split).data.table for split in ("train", "test")]
    part, last = Rows(pa.concat_tables(tables).combine_chunks().slice(len(tables[0]))), Rows(tables[1])[0]
    assert len(part) == len(tables[1]) and part[0]["identity"] == last["identity"]
    assert np.array_equal(part[0]["theta"], last["theta"]) and part[0]["image"][2] == last["image"][2]
