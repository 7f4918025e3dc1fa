"""A folder that is not what its manifest says is told line by line."""

import json
import re
import shutil

import numpy as np
import pyarrow.parquet as pq
import pytest

from lca.__main__ import main
from lca.formats.captures import FEATURES, PICTURES
from lca.formats.rows import Rows
from lca.formats.shards import table_of
from lca.world.folders.verify import verify
from tests.world.captures import built

TRAIN = "train-00000-of-00001.parquet"


def change_manifest(folder, **changes):
    path = folder / "manifest.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | changes))


def rewrite(folder, change, name=TRAIN):
    """Pass the only row of a shard through `change` and write it back."""
    path = folder / "data" / name
    row = Rows(pq.read_table(path))[0]
    row |= {column: [file["bytes"] for file in row[column]] for column in PICTURES}
    pq.write_table(table_of(change(row)), path)


def cut(picture):
    return lambda row: row | {picture: [row[picture][0][:200], *row[picture][1:]]}


def nan(column):
    return lambda row: row | {column: np.full_like(row[column], np.nan)}


SPOILT = {
    "half written": (
        lambda f: change_manifest(f, finished=False),
        r"manifest.json: .* half written: run `lca world build",
    ),
    "another count": (lambda f: change_manifest(f, identities=9), "expected 9 captures, got 3 in its splits"),
    "lost": (lambda f: (f / "data" / TRAIN).unlink(), f"{TRAIN}: expected by the manifest, not there"),
    "another seed": (
        lambda f: change_manifest(f, seed=6),
        "wild-000002: expected a person of seed 6, got one of another build",
    ),
    "another stage's people": (
        lambda f: change_manifest(f, people_of="stylised"),
        "wild-000002: expected a person of seed 5, got one of another build",
    ),
    "added": (lambda f: (f / "data/notes.txt").write_text("x"), r"notes\.txt: not in the manifest"),
    "cut short": (lambda f: (f / "data" / TRAIN).write_bytes((f / "data" / TRAIN).read_bytes()[:-9]), "damaged one"),
    "flipped": (lambda f: rewrite(f, lambda row: row | {"seed": 1}), f"{TRAIN}: expected the checksum of the manifest"),
    "a picture": (
        lambda f: rewrite(f, cut("mask")),
        "wild-000002: mask of frame 0: expected a picture of a capture, got a damaged",
    ),
    "frames": (lambda f: rewrite(f, lambda row: row | {"face": row["face"][:3]}), "expected 8 pictures in face, got 3"),
    "sizes": (
        lambda f: rewrite(f, lambda row: row | {"image": row["face"]}),
        r"expected \(96, 96, 3\) pixels, got \(128",
    ),
    "numbers": (lambda f: rewrite(f, nan("theta")), "wild-000002: expected theta from .*, got NaN"),
    "unknown": (lambda f: rewrite(f, nan("actions")), "wild-000002: expected finite actions"),
    "stage": (
        lambda f: rewrite(f, lambda row: row | {"stage": "studio"}),
        "expected a capture of wild, got one of studio",
    ),
    "twice": (
        lambda f: rewrite(f, lambda row: row | {"identity": "wild-000001"}),
        "wild-000001: expected in one split, got in train and validation",
    ),
    "split": (lambda f: rewrite(f, lambda row: row | {"split": "test"}), "test: expected 1 captures, got 2"),
    "columns": (
        lambda f: pq.write_table(pq.read_table(f / "data" / TRAIN).drop_columns("psi"), f / "data" / TRAIN),
        f"{TRAIN}: expected the columns of",
    ),
}


@pytest.mark.parametrize("how", SPOILT)
def test_what_is_wrong_is_found(tmp_path, how):
    spoil, says = SPOILT[how]
    folder = shutil.copytree(built("wild"), tmp_path / "copy")
    spoil(folder)
    findings = verify(folder)
    assert any(re.search(says, finding) for finding in findings), findings
    assert not any("\n" in finding for finding in findings)


def test_rows_survive_the_way_through_tables():
    table = pq.read_table(built("wild") / "data" / TRAIN)
    assert table.schema.remove_metadata() == FEATURES.arrow_schema.remove_metadata()
    plain, fast = table.to_pylist()[0], Rows(table)[0]
    assert fast["identity"] == plain["identity"] and fast["seed"] == plain["seed"]
    assert np.array_equal(fast["radiance"], plain["radiance"]) and fast["radiance"].shape == (8, 32, 3)
    assert [file["bytes"] for file in fast["mask"]] == [file["bytes"] for file in plain["mask"]]


@pytest.mark.parametrize(
    "entry",
    [
        {"stage": None},
        {"people_of": 3},
        {"identities": "3"},
        {"captures": {"train": -1}},
        {"captures": [3]},
        {"finished": 1},
        {"shards": {"../../x.parquet": "0" * 64}},
        {"shards": {"train-00000-of-00001.parquet": 7}},
        {"size": 1e9},
    ],
)
def test_a_manifest_of_another_kind_is_one_line(entry, tmp_path):
    folder = shutil.copytree(built("wild"), tmp_path / "copy")
    change_manifest(folder, **entry)
    (finding,) = verify(folder)
    assert re.search(r"expected a manifest of layout 1, got an unreadable .*manifest\.json", finding)


def test_the_command_exits_with_2_and_a_line_for_each_finding(tmp_path, capsys):
    assert main(["world", "verify", str(built("wild")), "--workers", "1"]) == 0
    assert capsys.readouterr().out == f"{built('wild')}: whole\n"
    folder = shutil.copytree(built("wild"), tmp_path / "copy")
    (folder / "data" / TRAIN).unlink()
    assert main(["world", "verify", str(folder), "--workers", "1"]) == 2
    lines = [line for line in capsys.readouterr().err.splitlines() if line and "shard/s" not in line]
    assert lines == [f"{TRAIN}: expected by the manifest, not there", "train: expected 1 captures, got 0"]
    assert main(["world", "verify", str(tmp_path / "nowhere")]) == 2
    assert "does not exist" in capsys.readouterr().err
