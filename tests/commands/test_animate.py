"""`lca animate`: an avatar file -> film; bad files (of export and player too) and numbers are one line and leave nothing."""

import pytest
import torch
from safetensors.torch import load_file, save_file


@pytest.mark.parametrize("motion", ["walk", "gaze"])
def test_film(tmp_path, avatar, lca, motion):
    film = tmp_path / "film.mp4"
    code, out, error = lca(
        "animate", avatar, "--motion", motion, "--out", film, "--size", 64, "--seconds", 0.5, "--fps", 8
    )
    assert code == 0, error
    assert "4 frames of 64x64" in out
    assert film.read_bytes()[4:8] == b"ftyp"


def _spoil(kind: str, avatar) -> None:
    whole = avatar.read_bytes()
    if kind == "half":
        avatar.write_bytes(whole[: len(whole) // 2])
    if kind == "version":
        save_file(load_file(avatar), avatar, {"format": "lca-avatar", "version": "99"})
    if kind == "other contents":
        save_file({"x": torch.zeros(1)}, avatar, {"format": "lca-avatar", "version": "1"})
    if kind == "text":
        avatar.write_text("a letter")
    if kind == "missing":
        avatar.unlink()


@pytest.mark.parametrize(("command", "suffix"), [("animate", "mp4"), ("export", "ply"), ("player", "html")])
@pytest.mark.parametrize(
    ("kind", "message"),
    [
        ("half", "cut short"),
        ("version", "expected an avatar of version 1, got version 99"),
        ("other contents", "got one with other contents"),
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


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--size", 65], "even --size"),
        (["--size", 10], "even --size from 64"),
        (["--fps", 0], "--fps from 1 to 240"),
        (["--seconds", 0], "at least one frame"),
        (["--background", "nocolour"], "expected a colour such as white"),
        (["--motion", "swim"], "invalid choice"),
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
