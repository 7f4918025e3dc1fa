"""A folder that was damaged is never called whole, and never read: it is mended by a build, or told in a line."""

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from lca.__main__ import main
from lca.errors import UserError
from lca.formats.atomic import only_writer
from lca.formats.shards import checksum, read_manifest
from lca.world.folders.builder import Build, build
from tests.world.captures import SIZE, built, contents

WHAT = Build("wild", 3, seed=5, size=SIZE)
QUIET = "--trainer.accelerator=cpu --trainer.enable_progress_bar=false --trainer.default_root_dir"


@pytest.fixture
def drawn(monkeypatch):
    """Names of the shards that a build draws; they are copied from one that has been built."""
    names, source = [], built("wild") / "data"

    def draw(what, folder, waiting, workers, executor):
        for name in waiting:
            names.append(name)
            shutil.copy(source / name, folder / "data" / name)
            yield name, checksum(folder / "data" / name)

    monkeypatch.setattr("lca.world.folders.builder.draw", draw)
    return names


def flip(path: Path) -> None:
    """Change one bit in the middle."""
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


DAMAGE = {
    "cut": lambda path: path.write_bytes(path.read_bytes()[:-9]),
    "lost": Path.unlink,
    "flipped": flip,
    "other rows": lambda path: shutil.copy(path.with_name("train-00000-of-00001.parquet"), path),
}


@pytest.mark.parametrize("finished", [True, False])
@pytest.mark.parametrize("damage", DAMAGE)
def test_a_damaged_shard_is_drawn_again(damage, finished, drawn, tmp_path, caplog):
    folder = shutil.copytree(built("wild"), tmp_path / "copy")
    build(WHAT, folder)
    assert drawn == []
    if not finished:
        replace(read_manifest(folder), finished=False).write(folder)
    name = "test-00000-of-00001.parquet"
    DAMAGE[damage](folder / "data" / name)
    build(WHAT, folder)
    assert drawn == [name] and contents(folder) == contents(built("wild"))
    assert (f"{name} is damaged or lost: drawn again" in caplog.text) is finished


def test_shards_of_another_seed_are_not_taken_for_ours(drawn, tmp_path):
    folder = shutil.copytree(built("wild"), tmp_path / "copy")
    replace(read_manifest(folder), seed=6).write(folder)
    build(replace(WHAT, seed=6), folder)
    assert len(drawn) == 3


def test_a_shard_that_nobody_noted_is_drawn_again(drawn, tmp_path):
    folder = shutil.copytree(built("wild"), tmp_path / "copy")
    replace(read_manifest(folder), finished=False, shards={}).write(folder)
    build(WHAT, folder)
    assert len(drawn) == 3


def test_the_first_of_two_builders_writes_the_manifest(tmp_path):
    with only_writer(tmp_path), pytest.raises(UserError, match="got another process writing into it"):
        build(WHAT, tmp_path)
    assert contents(tmp_path) == {}


def test_a_build_that_was_killed_at_once_begins_again(drawn, tmp_path):
    (tmp_path / ".manifest.x1.tmp.json").write_text("{")
    with pytest.raises(FileNotFoundError):  # the stand-in makes no folder
        build(WHAT, tmp_path)
    assert read_manifest(tmp_path).seed == 5


@pytest.mark.parametrize("name", ["train", "test", "validation"])
@pytest.mark.parametrize("damage", ["cut", "flipped"])
def test_a_damaged_shard_is_one_line_wherever_it_is_read(name, damage, tmp_path, capfd):
    folder = shutil.copytree(built("wild"), tmp_path / "copy")
    DAMAGE[damage](folder / "data" / f"{name}-00000-of-00001.parquet")
    data, out = f"--data {folder}", f"--out {tmp_path}"
    commands = {
        "train": [f"pretrain fit --config configs/tiny_pretrain.yaml --data.folders=[{folder}] {QUIET}={tmp_path}"],
        "test": [f"evaluate {data} {out}", f"world sheet {folder} --split test {out}/sheet.png"],
        "validation": [f"matting measure {data} --split validation"],
    }
    for command in commands[name]:
        assert main(command.split()) == 2
        lines = [line for line in capfd.readouterr().err.splitlines() if line.startswith("lca: error")]
        assert len(lines) == 1 and f"{name}-00000-of-00001.parquet as it was built" in lines[0]
