"""Rows become tensors; damaged folders are told in one line."""

import json
import shutil
from dataclasses import fields

import numpy as np
import pytest
import torch

from lca.data import FEATURES, Capture, Circumstances, Surface, capture_frames, load_world
from lca.data.schema import ENCODED_FEATURES
from lca.errors import UserError
from lca.formats.captures import (
    CANONICAL_REACH,
    canonical_codes,
    canonical_points,
    decoded,
    depth_bytes,
    depth_metres,
    halved,
    normal_bytes,
    unit_normals,
)
from tests.world.captures import SIZE, built


def test_chosen_frames_are_those_of_the_whole():
    row = load_world(built("wild"), "train")[0]
    whole, some = capture_frames(row), Capture.read(row, [5, 2])
    assert whole.image.shape == (8, 3, SIZE, SIZE) and whole.face.shape == (8, 3, 128, 128) and len(some) == 2
    for field in fields(Capture):
        if field.name in ("identity", "stage", "attributes", "betas", "tracked_betas"):
            assert str(getattr(whole, field.name)) == str(getattr(some, field.name))
        elif field.name.endswith("camera"):
            assert torch.equal(getattr(whole, field.name)[[5, 2]].intrinsics, getattr(some, field.name).intrinsics)
        else:
            both = getattr(whole, field.name)[[5, 2]], getattr(some, field.name)
            assert torch.equal(*(each.nan_to_num() if each.is_floating_point() else each for each in both)), field.name


def test_values_have_their_ranges():
    capture = capture_frames(load_world(built("wild"), "test")[0])
    assert capture.image.min() >= 0 and 0.3 < capture.image.max() <= 1
    assert capture.canonical.abs().max() <= CANONICAL_REACH
    assert (capture.canonical[(~capture.canonical_mask).expand(-1, 3, -1, -1)] == 0).all()
    covered = torch.nn.functional.avg_pool2d(capture.mask, 2)
    assert (covered[capture.canonical_mask] > 0.2).float().mean() > 0.99
    assert (covered[~capture.canonical_mask] < 0.9).float().mean() > 0.99
    assert isinstance(capture.attributes, dict) and capture.radiance.min() >= 0


def test_circumstances_are_known():
    row = load_world(built("wild"), "test")[0]
    known = Circumstances.read(row, [0, 3])
    assert known.scene["motion"] and known.scene["light"] and known.time[0] == 0 < known.time[1]
    assert "theta" in known.exact and "tracked_theta" not in known.exact
    assert known.tracked_confidence.max() <= 1 and known.camera_index.tolist() == [0, 0]
    row["lamp_colour"] = -np.ones_like(row["lamp_colour"])
    with pytest.raises(UserError, match="expected lamp_colour from 0"):
        Capture.read(row, [0])


def test_columns_are_the_documented_ones():
    rows = load_world(built("wild"), "validation")
    assert rows.features == ENCODED_FEATURES and set(rows.features) == set(FEATURES)
    assert rows[0]["split"] == "validation" and rows[0]["identity"] == "wild-000001"


def test_canonical_codes_invert():
    points = np.random.default_rng(0).uniform(-1.2, 1.2, (6, 8, 3)).astype(np.float32)
    points[0, 0] = np.nan
    back = canonical_points(canonical_codes(points))
    assert np.isnan(back[0, 0]).all() and np.nanmax(np.abs(back - points)) < 2.1e-5


def test_depth_and_normals_invert():
    rng = np.random.default_rng(0)
    depth = rng.uniform(0.5, 8, (6, 8)).astype(np.float32)
    normals = rng.normal(size=(6, 8, 3)).astype(np.float32)
    normals /= np.linalg.norm(normals, axis=-1, keepdims=True)
    depth[0, 0] = normals[0, 0] = np.nan
    back, turned = depth_metres(decoded(depth_bytes(depth))), unit_normals(decoded(normal_bytes(normals)))
    assert back[0, 0] == 0 and (turned[0, 0] == 0).all()
    assert np.abs(back - depth)[0, 1:].max() < 1.3e-4
    assert (turned * normals).sum(-1)[1:].min() > np.cos(np.radians(0.5))


def test_only_some_stages_promise_geometry():
    with pytest.raises(UserError, match="expected depth and normals in wild-000002, got none"):
        Surface.read(load_world(built("wild"), "train")[0], [0])


def test_halving_never_mixes_surfaces():
    points = np.full((4, 4, 3), np.nan, np.float32)
    points[:2, :2] = [
        [[0, 0, 0], [0.01, 0, 0]],
        [[0.02, 0, 0], [0.8, 0, 0]],
    ]  # a cell of three near points and a far one
    points[:2, 2] = 0.5  # half a cell
    points[2, 0] = 0.3  # a quarter of one
    small = halved(points)
    assert np.allclose(small[0, 0], [0.01, 0, 0]) and np.allclose(small[0, 1], 0.5)
    assert np.isnan(small[1]).all()
    depth = halved(points, np.arange(16, dtype=np.float32).reshape(4, 4, 1))
    assert depth[0, 0, 0] == pytest.approx((0 + 1 + 4) / 3) and np.isnan(depth[1]).all()


def damaged(folder, how):
    """A copy of the wild folder with one thing wrong."""
    manifest = json.loads((folder / "manifest.json").read_text())
    if how == "half written":
        manifest |= {"finished": False}
    elif how == "another layout":
        manifest |= {"layout": 99}
    elif how == "shard lost":
        (folder / "data/train-00000-of-00001.parquet").unlink()
    (folder / "manifest.json").write_text("{" if how == "manifest cut" else json.dumps(manifest))


@pytest.mark.parametrize(
    "how, message",
    [
        ("half written", "expected a finished folder of captures, got a half-written.*it continues"),
        ("another layout", "expected captures of layout 1, got layout 99"),
        ("shard lost", "expected 3 shards in .*, lost train-00000-of-00001.parquet"),
        ("manifest cut", "got an unreadable .*manifest.json"),
    ],
)
def test_damaged_folders(tmp_path, how, message):
    folder = shutil.copytree(built("wild"), tmp_path / "copy")
    damaged(folder, how)
    with pytest.raises(UserError, match=message):
        load_world(folder, "train")


def test_other_mistakes(tmp_path):
    with pytest.raises(UserError, match="which does not exist: make one with `lca world build`"):
        load_world(tmp_path / "nowhere", "train")
    with pytest.raises(UserError, match=r"expected manifest\.json in"):
        load_world(tmp_path, "train")
    with pytest.raises(UserError, match="expected a split among train, validation, test, got 'dev'"):
        load_world(built("wild"), "dev")
    row = load_world(built("wild"), "train")[0]
    with pytest.raises(UserError, match="expected frames from 0 to 7 of wild-000002, got"):
        Capture.read(row, [8])
