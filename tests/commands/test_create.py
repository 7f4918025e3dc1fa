"""`lca create`: photos -> avatar; every bad input is one line, exit code 2, and leaves nothing."""

import shutil

import numpy as np
import pytest
import torch
from PIL import Image

from lca.model.avatar import Avatar


def test_folder_and_files_give_the_same_avatar(tmp_path, photos, checkpoint, lca):
    for name, paths in (("a", [photos]), ("b", sorted(photos.iterdir()))):
        code, out, _ = lca("create", *paths, "--out", tmp_path / name, "--checkpoint", checkpoint, "--refine", 0)
        assert code == 0 and "384 Gaussians from 2 photos" in out
    first, second = (Avatar.load(tmp_path / name) for name in "ab")
    assert first.metadata["photos"] == "2"
    assert all(torch.equal(x, y) for x, y in zip(first.canonical.tensors(), second.canonical.tensors(), strict=True))


def test_a_stature_makes_the_avatar_so_tall(tmp_path, photos, checkpoint, lca):
    crowns, fast = [], ("--refine", 0)
    for metres in ("1.5", "1.9"):
        out = tmp_path / f"{metres}.avatar"
        assert lca("create", photos, "--out", out, "--checkpoint", checkpoint, "--stature", metres, *fast)[0] == 0
        joints = Avatar.load(out).rig.joints[:, 1]
        crowns.append(float(joints.max() - joints.min()))
    assert crowns[1] / crowns[0] == pytest.approx(1.9 / 1.5, rel=0.03)
    code, _, error = lca(
        "create", photos, "--out", tmp_path / "b.avatar", "--checkpoint", checkpoint, "--stature", "175"
    )
    assert code == 2 and "--stature from 1.2 to 2.3, got 175" in error and not (tmp_path / "b.avatar").exists()


def _spoil(kind: str, folder) -> list:
    """Make `folder` hold the bad input and return the paths to give."""
    first = folder / "0.png"
    if kind == "missing":
        return [folder / "none.jpg"]
    if kind == "not an image":
        first.write_text("a letter")
    if kind == "truncated":
        first.write_bytes(first.read_bytes()[:120])
    if kind == "zero photos":
        return []
    if kind == "empty folder":
        shutil.rmtree(folder)
        folder.mkdir()
    if kind == "17 photos":
        return [first] * 17
    if kind == "nobody":
        Image.fromarray(np.full((200, 150, 3), 90, np.uint8)).save(first)
    if kind == "nobody in alpha":
        Image.fromarray(np.zeros((200, 150, 4), np.uint8)).save(first)
    if kind == "10 pixels":
        Image.fromarray(np.zeros((10, 10, 3), np.uint8)).save(first)
    return [folder]


@pytest.mark.parametrize(
    ("kind", "message"),
    [
        ("missing", "no such file"),
        ("not an image", "got something else"),
        ("truncated", "damaged or truncated"),
        ("zero photos", "expected 1 to 16 photos, got 0"),
        ("empty folder", "expected 1 to 16 photos, got 0"),
        ("17 photos", "expected 1 to 16 photos, got 17"),
        ("nobody", "expected a photo of a person, got none in 0.png"),
        ("nobody in alpha", "expected a photo of a person, got none in 0.png"),
        ("10 pixels", "at least 64 px a side, got 10 px"),
    ],
)
def test_bad_photos(tmp_path, photos, checkpoint, lca, kind, message):
    paths = _spoil(kind, photos)
    code, out, error = lca("create", *paths, "--out", tmp_path / "made" / "a.avatar", "--checkpoint", checkpoint)
    assert (code, out) == (2, "")
    assert message in error and error.count("\n") == 1 and "Traceback" not in error
    assert not (tmp_path / "made").exists()


@pytest.mark.parametrize("kind", ["missing", "half", "folder for out"])
def test_bad_weights_and_places(tmp_path, photos, checkpoint, lca, kind):
    weights, place = tmp_path / "w.safetensors", tmp_path / "made.avatar"
    if kind == "half":
        weights.write_bytes(checkpoint.read_bytes()[:10000])
    if kind == "folder for out":
        weights, place = checkpoint, photos
    code, _, error = lca("create", photos, "--out", place, "--checkpoint", weights)
    assert code == 2 and error.count("\n") == 1
    assert not (tmp_path / "made.avatar").exists()
    assert sorted(file.name for file in photos.iterdir()) == ["0.png", "1.png"]
