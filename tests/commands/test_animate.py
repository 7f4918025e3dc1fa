"""`lca animate`: an avatar file -> film; bad files (of export and player too) and numbers are one line and leave nothing."""

import subprocess
import sys

import numpy as np
import pytest
import torch
from PIL import Image
from safetensors.torch import load_file, save_file

from lca.formats.avatar_file import FORMAT, VERSION
from lca.formats.motion_npz import write_motion
from lca.geometry.body_file import load_body
from lca.geometry.motion import Motion
from lca.geometry.skies import SKIES
from lca.model.avatar import Avatar
from tests.formats.test_hdri import WRITERS
from tests.house.tree import ROOT
from tests.model.matte import matte


@pytest.mark.parametrize("motion", ["walk", "gaze"])
def test_film(tmp_path, avatar, lca, motion):
    film = tmp_path / "film.mp4"
    code, out, error = lca(
        "animate", avatar, "--motion", motion, "--out", film, "--size", 64, "--seconds", 0.5, "--fps", 8
    )
    assert code == 0, error
    assert "4 frames of 64x64" in out
    assert film.read_bytes()[4:8] == b"ftyp"


ON_A_SMALL_DISK = """
import resource, sys
sys.dont_write_bytecode = True  # what Python keeps of the modules would be cut off as well, for everybody after
resource.setrlimit(resource.RLIMIT_FSIZE, (3000, resource.getrlimit(resource.RLIMIT_FSIZE)[1]))
from lca.__main__ import main
sys.exit(main(sys.argv[1:]))
"""


def test_a_mistake_begins_on_a_line_of_its_own_below_a_progress_bar(tmp_path, avatar):
    """The bar is on stderr when the disk turns out to be full."""
    words = ["animate", str(avatar), "--size", "256", "--seconds", "1", "--out", str(tmp_path / "frames")]
    failed = subprocess.run(
        [sys.executable, "-c", ON_A_SMALL_DISK, *words], capture_output=True, text=True, check=False, cwd=ROOT
    )
    assert failed.returncode == 2 and "turntable:" in failed.stderr
    before, line = failed.stderr[: -len("\n")].rsplit("\n", 1)
    assert line.startswith("lca: error: expected to write") and before.splitlines()[-1].startswith("turntable:")


def _motion(frames: int) -> Motion:
    """Arms that come down, at 4 frames a second."""
    theta = torch.zeros(frames, 156)
    theta[:, [50, 53]] = torch.linspace(0, 1.2, frames)[:, None] * torch.tensor([-1.0, 1.0])
    return Motion(theta, torch.zeros(frames, 3), torch.zeros(frames, 52), torch.zeros(frames, 4), 4.0)


@pytest.mark.parametrize(("seconds", "frames"), [([], 9), (["--seconds", 0.5], 4)])
def test_film_of_a_motion_file(tmp_path, avatar, lca, seconds, frames):
    write_motion(tmp_path / "arms.npz", _motion(5))
    options = ["--out", tmp_path / "film.mp4", "--size", 64, "--fps", 8, *seconds]
    code, out, error = lca("animate", avatar, "--motion", tmp_path / "arms.npz", *options)
    assert code == 0, error
    assert (
        "our own .npz, 9 frames at 8 fps; carries root, translation, body" in out and f"{frames} frames of 64x64" in out
    )


def test_a_face_moves_a_person_at_ease(tmp_path, monkeypatch, avatar, lca):
    names = load_body().expression_names
    table = [",".join(names), *[",".join(["0.5"] * 52)] * 6]
    (tmp_path / "face.csv").write_text("\n".join(table))
    played = []
    monkeypatch.setattr("lca.lab.playing.play", lambda _, motion, *rest: played.append(motion) or iter(()))
    lca("animate", avatar, "--motion", tmp_path / "face.csv", "--out", tmp_path / "film.mp4", "--fps", 30)
    (motion,) = played
    assert len(motion) == 3 and (motion.actions == 0.5).all()
    assert motion.theta[:, 50].max() < -0.5, "the left arm hangs"


@pytest.mark.parametrize("name", ["bad.bvh", "bad.csv", "bad.npz", "bad.json", "bad"])
def test_bad_motion_files(tmp_path, avatar, lca, name):
    (tmp_path / "bad").mkdir()
    if name != "bad":
        (tmp_path / name).write_text("a letter")
    code, out, error = lca("animate", avatar, "--motion", tmp_path / name, "--out", tmp_path / "made" / "a.mp4")
    assert (code, out) == (2, "") and name in error and error.count("\n") == 1
    assert not (tmp_path / "made").exists()


def _spoil(kind: str, avatar) -> None:
    whole = avatar.read_bytes()
    if kind == "half":
        avatar.write_bytes(whole[: len(whole) // 2])
    if kind == "version":
        save_file(load_file(avatar), avatar, {"format": FORMAT, "version": "99"})
    if kind == "other contents":
        save_file({"x": torch.zeros(1)}, avatar, {"format": FORMAT, "version": VERSION})
    if kind == "text":
        avatar.write_text("a letter")
    if kind == "missing":
        avatar.unlink()


@pytest.mark.parametrize(("command", "suffix"), [("animate", "mp4"), ("export", "ply"), ("player", "html")])
@pytest.mark.parametrize(
    ("kind", "message"),
    [
        ("half", "cut short"),
        ("version", f"expected an avatar of version {VERSION}, got version 99"),
        ("other contents", "and x too many"),
        ("text", "got something else"),
        ("missing", "no such file"),
    ],
)
def test_bad_avatars(tmp_path, avatar, lca, command, suffix, kind, message):
    _spoil(kind, avatar)
    place = tmp_path / "made" / f"a.{suffix}"
    code, out, error = lca(command, avatar, "--out", place)
    assert (code, out) == (2, "")
    assert message in error and error.count("\n") == 1
    assert not (tmp_path / "made").exists()


def test_film_in_another_light(tmp_path, avatar, lca):
    matte(Avatar.load(avatar)).save(avatar)
    night = ["--light", "night", "--light-azimuth", 90, "--light-strength", 2]
    pictures = []
    for place, options in (("before", []), ("night", night)):
        film = ["--out", tmp_path / place, "--size", 64, "--seconds", 0.25, "--fps", 8]
        code, _, error = lca("animate", avatar, *film, *options)
        assert code == 0, error
        pictures.append(np.asarray(Image.open(tmp_path / place / "0001.png")).astype(int))
    assert pictures[0][0, 0].tolist() == pictures[1][0, 0].tolist() == [255] * 3
    assert np.abs(pictures[0] - pictures[1]).max() > 20


def test_film_by_a_lamp_from_either_side(tmp_path, avatar, lca):
    matte(Avatar.load(avatar)).save(avatar)
    film, pictures = ["--motion", "face", "--size", 64, "--seconds", 0.25, "--fps", 8], {}
    for azimuth in (-90, 90):
        out = tmp_path / str(azimuth)
        code, _, error = lca("animate", avatar, *film, "--out", out, "--light", "lamp", "--lamp-at", azimuth, 10)
        assert code == 0, error
        pictures[azimuth] = np.asarray(Image.open(out / "0001.png")).astype(int).sum(-1)
    change = pictures[90] - pictures[-90]
    assert change[:, 32:].sum() > 500 and change[:, :32].sum() < -500, (
        "the person's left is at the right of the picture"
    )


def test_a_light_on_an_avatar_without_materials(tmp_path, avatar, lca, monkeypatch):
    monkeypatch.setattr(Avatar, "drive", lambda *_: pytest.fail("something is rendered"))
    code, out, error = lca("animate", avatar, "--light", "sunset", "--out", tmp_path / "made" / "film.mp4")
    assert (code, out) == (2, "") and error.count("\n") == 1 and "expected an avatar that knows its materials" in error
    assert not (tmp_path / "made").exists()


@pytest.mark.parametrize("suffix", [".hdr", ".exr"])
def test_a_light_that_is_cut_short(tmp_path, avatar, lca, suffix):
    path = tmp_path / f"room{suffix}"
    WRITERS[suffix](path)
    path.write_bytes(path.read_bytes()[:-200])
    code, out, error = lca("animate", avatar, "--light", path, "--out", tmp_path / "film.mp4")
    assert (code, out) == (2, "") and path.name in error and error.count("\n") == 1


def test_help_names_every_sky(lca):
    assert [name for name in SKIES if name not in lca("animate", "--help")[1]] == []


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (
            ["--light", "moon"],
            "expected a light among studio, sun, overcast, sunset, window, candle, night, neon, lamp, or a file",
        ),
        (["--light", "none.hdr"], "expected a file, got none.hdr, where there is none"),
        (["--light", "sun", "--light-strength", -1], "--light-strength from 0 to 100, got -1"),
        (["--light", "sun", "--light-azimuth", "nan"], "--light-azimuth from -360 to 360, got nan"),
        (["--light-azimuth", 90], "expected --light with --lamp-at, --light-azimuth"),
        (["--lamp-at", 90, 0], "expected --light with --lamp-at"),
        (["--light", "sun", "--lamp-at", 90, 0], "expected --light lamp with --lamp-at, got sun"),
        (["--light", "lamp", "--lamp-at", 0, 91], "lamp's elevation, in degrees, from -90 to 90, got 91"),
        (["--light", "lamp", "--lamp-at", "nan", 0], "lamp's azimuth, in degrees, from -360 to 360, got nan"),
        (["--light", "lamp", "--lamp-at", 90], "expected 2 arguments"),
        (["--size", 65], "even --size"),
        (["--size", 10], "--size from 64"),
        (["--fps", 0], "--fps from 1 to 240"),
        (["--seconds", 0], "at least one frame"),
        (["--background", "nocolour"], "expected a colour such as white"),
        (
            ["--motion", "swim"],
            "expected a motion among turntable, walk, hands, face, gaze, or a motion file, got swim",
        ),
        (["--motion", "walk", "--mapping", "map.json"], "got walk: no such file"),
        (["--out", "film.avi"], "ending in .mp4 or .gif"),
        (["--out", "film.gif", "--fps", 60], "at most 50 frames per second"),
    ],
)
def test_bad_numbers(tmp_path, avatar, lca, monkeypatch, options, message):
    monkeypatch.chdir(tmp_path)
    before = sorted(tmp_path.rglob("*"))
    code, _, error = lca("animate", avatar, "--out", tmp_path / "film.mp4", *options)
    assert code == 2 and message in error
    assert sorted(tmp_path.rglob("*")) == before
