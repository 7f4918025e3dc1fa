"""The same seed gives the same bytes: with any number of workers, after any interruption."""

import argparse
import errno
import os
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from datasets import load_dataset

from lca.commands.world import add_world_commands, asked
from lca.data.datasets import load_world
from lca.data.sample import capture_frames
from lca.errors import UserError
from lca.formats.atomic import only_writer
from lca.formats.shards import read_manifest
from lca.world.folders.builder import DRAWING, DRAWS_NOTHING, PACKAGE, Build, build, code_version, drawing_sources
from lca.world.folders.presets import builds
from lca.world.folders.rates import Rate
from lca.world.folders.sheet import sheet, shelved
from lca.world.stages.capture import STAGES, split_of
from tests.world.captures import SIZE, built, contents

WHAT = Build("wild", 3, seed=5, size=SIZE)


def unfinished(folder: Path) -> None:
    """Turn a whole folder into one that an interrupted build left."""
    manifest = read_manifest(folder)
    replace(manifest, finished=False).write(folder)


@pytest.mark.slow
def test_two_workers_write_what_one_writes(tmp_path):
    build(WHAT, tmp_path / "two", workers=2)
    assert contents(tmp_path / "two") == contents(built("wild"))


def test_another_seed_is_another_world(tmp_path):
    build(Build("wild", 1, seed=6, size=SIZE), tmp_path, workers=1)
    assert (
        contents(tmp_path)["data/test-00000-of-00001.parquet"]
        != contents(built("wild"))["data/test-00000-of-00001.parquet"]
    )


def test_an_interrupted_build_continues(tmp_path):
    folder = shutil.copytree(built("wild"), tmp_path / "half")
    unfinished(folder)
    cut = folder / "data/validation-00000-of-00001.parquet"
    cut.write_bytes(cut.read_bytes()[:-100])
    (folder / "data/.validation-00000-of-00001.x1.tmp.parquet").write_bytes(b"half")
    kept = (folder / "data/train-00000-of-00001.parquet").stat().st_mtime_ns
    build(WHAT, folder, workers=1)
    assert contents(folder) == contents(built("wild"))
    assert (folder / "data/train-00000-of-00001.parquet").stat().st_mtime_ns == kept, (
        "finished shards are not drawn again"
    )


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="reads the children of a process from /proc")
def test_a_killed_build_leaves_no_process_and_continues(tmp_path):
    folder = tmp_path / "killed"
    command = f"-m lca world build wild --identities 3 --seed 5 --size {SIZE} --workers 2 --out {folder}"
    process = subprocess.Popen([sys.executable, *command.split()], stderr=subprocess.DEVNULL)
    wait_for(lambda: list(folder.glob("data/[!.]*.parquet")))
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
    process.send_signal(signal.SIGKILL)
    process.wait()
    wait_for(lambda: not any(alive(int(child)) for child in children))
    with pytest.raises(UserError, match=r"half-written.*run `lca world build wild --identities 3 --seed 5"):
        sheet(folder, tmp_path / "sheet.png")
    build(WHAT, folder, workers=1)
    assert contents(folder) == contents(built("wild"))


def wait_for(condition, seconds: float = 120.0) -> None:
    """Poll until `condition()`."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "waited too long"
        time.sleep(0.05)


def alive(pid: int) -> bool:
    """Whether a process runs (a zombie does not)."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False


@pytest.mark.parametrize("by_folder", [True, False], ids=["folder", "parquet"])
def test_plain_datasets_reads_the_folder(by_folder, tmp_path):
    folder, cache = str(built("wild")), str(tmp_path)
    dataset = (
        load_dataset(folder, cache_dir=cache)
        if by_folder
        else load_dataset("parquet", data_dir=folder, cache_dir=cache)
    )
    assert {split: rows.num_rows for split, rows in dataset.items()} == {"train": 1, "validation": 1, "test": 1}
    row = dataset["test"][0]
    assert row["identity"] == "wild-000000" and len(row["image"]) == 8 and row["image"][0].size == (SIZE, SIZE)


def test_splits_are_by_identity_and_large_enough():
    plan = Build("wild", 400).shards()
    assert sorted(index for group in plan.values() for index in group) == list(range(400))
    assert all(split_of(index) == name.split("-")[0] for name, group in plan.items() for index in group)
    assert sum(split_of(index) == "test" for index in range(400)) == 20
    assert max(map(len, plan.values())) == 16


def test_stages_for_tests_have_no_other_split():
    drawn = Build("stylised", 30)
    assert {name.split("-")[0] for name in drawn.shards()} == {"test"}
    assert drawn.manifest().captures == {"train": 0, "validation": 0, "test": 30}


def test_a_large_build_has_large_shards():
    plan = Build("wild", 40_000).shards()
    assert sum(name.startswith("train-") for name in plan) <= 1024 and max(map(len, plan.values())) == 36


def test_the_sheet_shows_photo_mask_and_points_of_each_frame(tmp_path):
    from PIL import Image

    with Image.open(sheet(built("wild"), tmp_path / "sheet.png", captures=2)) as picture:
        tiles = np.asarray(picture).reshape(5, 192, 8, 192, 3).swapaxes(1, 2) / 255
    capture = capture_frames(load_world(built("wild"), "train")[0])
    for frame in range(8):
        photo, mask, points = tiles[:3, frame].reshape(3, 96, 2, 96, 2, 3).mean((2, 4))
        assert np.median(np.abs(photo - capture.image[frame].movedim(0, -1).numpy())) < 0.02
        assert np.abs(mask - capture.mask[frame].movedim(0, -1).numpy()).mean() < 0.01
        assert points[mask[..., 0] < 0.01].mean() < 0.02 < 0.2 < points[mask[..., 0] > 0.99].mean()


def test_short_strips_stand_side_by_side():
    strips = [np.full((height, 4, 3), value, np.uint8) for value, height in ((9, 6), (1, 3), (2, 3), (3, 3))]
    drawn = shelved(strips, 2)
    assert drawn.shape == (12, 8, 3)
    assert drawn[0, :, 0].tolist() == [9] * 4 + [0] * 4 and drawn[6, :, 0].tolist() == [1] * 4 + [2] * 4


@pytest.mark.parametrize(
    "arguments, message",
    [
        (("moon", 3), "expected a stage among wild, studio.*got 'moon'"),
        (("wild", 0), "at least one identity, got 0"),
        (("wild", 3, -1), "expected a seed from 0"),
        (("wild", 3, 0, 33), "even picture size from 64 to 2048, got 33"),
        (("wild", 3, 0, 64, "moon"), "expected --people-of a stage among wild, studio.*got 'moon'"),
    ],
)
def test_bad_builds(arguments, message):
    with pytest.raises(UserError, match=message):
        Build(*arguments)


@pytest.mark.parametrize(
    "other, message",
    [
        (Build("wild", 3, seed=9, size=SIZE), "expected a folder with seed 9, got 5"),
        (Build("studio", 3, seed=5, size=SIZE), "expected a folder with stage 'studio', got 'wild'"),
        (Build("wild", 4, seed=5, size=SIZE), "expected a folder with identities 4, got 3"),
    ],
)
def test_a_folder_of_another_build_is_left_alone(other, message):
    before = contents(built("wild"))
    with pytest.raises(UserError, match=message):
        build(other, built("wild"))
    assert contents(built("wild")) == before


def test_a_foreign_folder_is_left_alone(tmp_path):
    (tmp_path / "thesis.txt").write_text("years of work")
    with pytest.raises(UserError, match=r"expected manifest\.json in"):
        build(WHAT, tmp_path)
    assert contents(tmp_path) == {"thesis.txt": b"years of work"}


@pytest.fixture
def half(tmp_path):
    """A folder that an interrupted build left."""
    folder = shutil.copytree(built("wild"), tmp_path / "half")
    unfinished(folder)
    return folder


def test_a_full_disk_is_told(half, monkeypatch):
    def full(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("lca.world.folders.builder.draw", full)
    with pytest.raises(
        UserError, match=r"the disk of .* is full: free some, then run `lca world build wild .*continues"
    ):
        build(WHAT, half)


def test_a_disk_too_small_is_told_before_the_work(tmp_path, monkeypatch):
    monkeypatch.setattr("lca.world.folders.builder.read_rates", lambda: {"wild": Rate(1.0, 10**6, 8)})
    monkeypatch.setattr("lca.world.folders.builder.shutil.disk_usage", lambda path: SimpleNamespace(free=4 * 10**8))
    with pytest.raises(UserError, match=r"about 1 GB of room for 1000 captures, got 0\.4 GB on the disk"):
        build(Build("wild", 1000), tmp_path / "small")
    assert not (tmp_path / "small").exists()


def test_a_folder_has_one_writer(half):
    with only_writer(half), pytest.raises(UserError, match="got another process writing into it"):
        build(WHAT, half)


def test_workers_are_counted(tmp_path):
    with pytest.raises(UserError, match="at least one worker, got 0"):
        build(WHAT, tmp_path / "none", workers=0)
    assert not (tmp_path / "none").exists()


def test_all_that_draws_counts():
    counted = {path.relative_to(PACKAGE).as_posix() for path in drawing_sources()}
    rooms = {folder.name for folder in (PACKAGE / "world").iterdir() if (folder / "__init__.py").exists()} - {"folders"}
    assert {"body", "paint", "garments", "hair", "cloth", "person", "light", "stages"} <= rooms
    for folder in ("motion", "geometry", *(f"world/{room}" for room in rooms)):
        written = {path.relative_to(PACKAGE).as_posix() for path in (PACKAGE / folder).rglob("*.py")}
        assert len(written) > 1 and written - counted <= set(DRAWS_NOTHING), folder
    assert {"formats/transfer.py", "assets/body.npz", "assets/wardrobe.npz"} <= counted
    assert not any(path.startswith("world/folders/") for path in counted)
    assert all(any(PACKAGE.glob(pattern)) for pattern in (*DRAWING, *DRAWS_NOTHING))


@pytest.mark.parametrize(
    ("file", "draws"),
    [
        ("world/paint/skin.py", True),
        ("world/stages/wild.py", True),
        ("motion/gait.py", True),
        ("geometry/skinning.py", True),
        ("assets/body.npz", True),
        ("world/folders/sheet.py", False),
        ("world/cloth/penetration.py", False),
        ("lab/figures.py", False),
    ],
)
def test_the_code_is_another_when_what_draws_changes(file, draws, tmp_path, monkeypatch):
    monkeypatch.setattr("lca.world.folders.builder.PACKAGE", tmp_path)
    for written in ("world/hair/strands.py", file):
        (tmp_path / written).parent.mkdir(parents=True)
        (tmp_path / written).write_text("as it was")
    before = code_version()
    assert code_version() == before
    (tmp_path / file).write_text("changed")
    assert (code_version() != before) is draws


def test_environment_is_as_before():
    built("wild")
    assert "NUMBA_NUM_THREADS" not in os.environ or os.environ["NUMBA_NUM_THREADS"] != ""


def parsed(line):
    parser = argparse.ArgumentParser()
    add_world_commands(parser.add_subparsers())
    return parser.parse_args(line.split())


def test_the_command_line_says_what_to_build():
    ((what, folder),) = asked(parsed("world build wild --identities 3 --out x"))
    assert (what, folder) == (Build("wild", 3), Path("x"))
    ((what, _),) = asked(parsed("world build wild --people-of stylised --identities 3 --seed 8 --out x"))
    assert what == Build("wild", 3, 8, people_of="stylised")
    every = asked(parsed("world build --preset tiny --size 128 --out x"))
    assert [(what.stage, folder) for what, folder in every] == [(stage, Path("x") / stage) for stage in STAGES]
    ((what, folder),) = asked(parsed("world build studio --preset tiny --out x"))
    assert (what, folder) == (builds("tiny")["studio"], Path("x"))


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ("wild", "STAGE and --identities, or --preset"),
        ("--identities 3", "STAGE and --identities, or --preset"),
        ("wild --preset tiny --seed 3", "got both"),
        ("wild --preset tiny --people-of studio", "got both"),
        ("moon --preset tiny", "expected a stage among wild"),
        ("--preset huge", "expected a preset among"),
    ],
)
def test_mistakes_on_the_command_line(options, says):
    with pytest.raises(UserError, match=says):
        asked(parsed(f"world build {options} --out x"))
