"""Damaged folders of captures: told by verify, and told or read wherever they are opened; never taken for whole."""

import json
import shutil

import datasets
import numpy as np
import pyarrow.parquet as pq
import pytest

from lca.data.datasets import load_world
from lca.data.sample import Capture
from lca.formats.captures import PICTURES
from lca.formats.rows import Rows
from lca.formats.shards import checksum, read_manifest, table_of
from lca.world.folders.sheet import sheet
from lca.world.folders.verify import verify
from tests.fuzz.damage import as_json, damaged, odd, strange
from tests.world.captures import built

SHARD = "test-00000-of-00001.parquet"


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A folder to damage, and nothing of it kept elsewhere."""
    monkeypatch.setattr("datasets.config.HF_DATASETS_CACHE", tmp_path / "cache")
    datasets.disable_progress_bars()
    return shutil.copytree(built("wild"), tmp_path / "world")


def use(folder, sheet_of):
    """What training and a sheet make of the test people."""
    rows = load_world(folder, "test")
    numbers = []
    for row in Rows(rows.data.table):
        capture = Capture.read(row)
        numbers += [capture.theta, capture.camera.intrinsics, capture.betas, capture.canonical, capture.image.mean()]
    sheet(folder, sheet_of, "test", frames=2)
    return numbers


def told(folder):
    """Whether verify finds something, in lines."""
    findings = verify(folder)
    assert not any("\n" in line for line in findings)
    return bool(findings)


def whole_again(folder):
    """The folder as it was built."""
    for name in ("manifest.json", f"data/{SHARD}"):
        shutil.copy(built("wild") / name, folder / name)
    shutil.rmtree(folder.parent / "cache", ignore_errors=True)


def test_shards(attacked, folder):
    content = (folder / "data" / SHARD).read_bytes()

    def enter(rng, place):
        whole_again(folder)
        spoilt = damaged(rng, content)
        (folder / "data" / SHARD).write_bytes(spoilt)
        assert told(folder) or spoilt == content, "verify calls it whole"
        return use(folder, place / "sheet.png")

    attacked("shards", enter, cases=60)


def test_manifests(attacked, folder):
    manifest = json.loads((folder / "manifest.json").read_text())

    def enter(rng, place):
        whole_again(folder)
        text = as_json(strange(rng, manifest)) if rng.random() < 0.7 else damaged(rng, json.dumps(manifest).encode())
        (folder / "manifest.json").write_bytes(text)
        found = told(folder)
        values = read_manifest(folder)
        same = {**vars(values), "code": ""} == {"people_of": "", **manifest, "code": ""}
        assert found or same, "verify calls it whole"
        return use(folder, place / "sheet.png")

    attacked("manifests", enter, cases=60)


def other_row(rng, row):
    """A row with another value in one column or two: numbers, texts, pictures, lengths."""
    for name in rng.sample(list(row), rng.randint(1, 2)):
        value = row[name]
        if name in PICTURES and value:
            place = rng.randrange(len(value))
            files = [*value[:place], damaged(rng, value[place]), *value[place + 1 :]]
            row[name] = rng.choice((files, files, value[:-1], [], row["face"]))
        elif isinstance(value, np.ndarray) and value.size and value.dtype.kind == "f":
            holed = value.copy()
            holed.flat[rng.randrange(value.size)] = rng.choice((np.nan, np.inf, -1e30, 1e30, 7.0))
            row[name] = rng.choice((holed, holed, value[:-1] if value.ndim > 1 else value))
        elif isinstance(value, str):
            row[name] = rng.choice((str(odd(rng))[:999], "", None, "{", "[" * 5000, value + "0"))
    return row


def test_rows_of_another_builder(attacked, folder):
    """Its shards are what its manifest says, and hold what none of ours does."""
    table = pq.read_table(folder / "data" / SHARD)
    row = Rows(table)[0]
    row |= {name: [file["bytes"] for file in row[name]] for name in PICTURES}

    def enter(rng, place):
        whole_again(folder)
        path = folder / "data" / SHARD
        if rng.random() < 0.85:
            pq.write_table(table_of(other_row(rng, dict(row))), path)
        else:
            pq.write_table(table.drop_columns(rng.sample(table.column_names, 2)), path)
        manifest = read_manifest(folder)
        manifest.finish({**manifest.shards, SHARD: checksum(path)}).write(folder)
        told(folder)
        return use(folder, place / "sheet.png")

    attacked("rows of another builder", enter, cases=60)
