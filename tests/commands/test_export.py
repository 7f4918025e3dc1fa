"""`lca export`: an avatar file -> splats in the format that the suffix names."""

import json
import struct

import numpy as np
import pytest
from plyfile import PlyData

from lca.formats.motion_npz import write_motion
from lca.model.avatar import Avatar
from lca.motion.named import named_motion


@pytest.mark.parametrize("pose", ["canonical", "standing"])
def test_ply(tmp_path, avatar, lca, pose):
    code, out, _ = lca("export", avatar, "--out", tmp_path / "a.ply", "--pose", pose)
    assert code == 0 and "384 Gaussians" in out
    vertex = PlyData.read(tmp_path / "a.ply")["vertex"]
    reach = np.ptp(vertex["x"])
    assert len(vertex) == 384 and (reach > 1.2 if pose == "canonical" else reach < 1.2)
    if pose == "canonical":
        np.testing.assert_allclose(vertex["y"], -Avatar.load(avatar).canonical.means[:, 1].numpy(), atol=1e-6)


def test_padded_ply(tmp_path, avatar, lca):
    code, _, error = lca("export", avatar, "--out", tmp_path / "a.PLY", "--sh-degree", 3)
    assert code == 0, error
    assert len(PlyData.read(tmp_path / "a.PLY")["vertex"].data.dtype.names) == 62


@pytest.mark.parametrize(("suffix", "start"), [("splat", b""), ("spz", b"\x1f\x8b"), ("glb", b"glTF")])
def test_other_formats(tmp_path, avatar, lca, suffix, start):
    code, out, error = lca("export", avatar, "--out", tmp_path / f"a.{suffix}")
    assert code == 0 and "384 Gaussians\n" in out, error
    data = (tmp_path / f"a.{suffix}").read_bytes()
    assert data.startswith(start) and (suffix != "splat" or len(data) == 32 * 384)


def test_rig(tmp_path, avatar, lca):
    code, out, error = lca("export", avatar, "--out", tmp_path / "a.glb", "--rig", "--motion", "walk")
    assert code == 0 and "384 Gaussians, 55 joints" in out, error
    data = (tmp_path / "a.glb").read_bytes()
    document = json.loads(data[20 : 20 + struct.unpack_from("<I", data, 12)[0]])
    joints = [document["nodes"][node] for node in document["skins"][0]["joints"]]
    assert (joints[0]["name"], joints[15]["name"], joints[22]["name"]) == ("pelvis", "head", "jaw")
    assert (joints[25]["name"], joints[54]["name"]) == ("left_index1", "right_thumb3")
    assert document["accessors"][document["animations"][0]["samplers"][0]["input"]]["max"][0] == pytest.approx(119 / 30)


def test_rig_with_a_motion_file(tmp_path, avatar, lca):
    write_motion(tmp_path / "mine.npz", named_motion("walk", 2.0, 10.0))
    options = ["--rig", "--motion", tmp_path / "mine.npz", "--seconds", 1]
    code, out, error = lca("export", avatar, "--out", tmp_path / "a.glb", *options)
    assert code == 0 and "our own .npz" in out, error
    data = (tmp_path / "a.glb").read_bytes()
    document = json.loads(data[20 : 20 + struct.unpack_from("<I", data, 12)[0]])
    assert document["accessors"][document["animations"][0]["samplers"][0]["input"]]["max"][0] == pytest.approx(29 / 30)


@pytest.mark.parametrize(
    ("name", "options", "message"),
    [
        ("a.obj", [], "expected a file ending in .ply, .splat, .spz, .glb, got"),
        ("a.ply", ["--sh-degree", 2], "degree 0 or 3, got 2"),
        ("a.spz", ["--sh-degree", 3], "--sh-degree with a .ply only"),
        ("a.ply", ["--rig"], "--rig with a .glb only"),
        ("a.glb", ["--rig", "--pose", "standing"], "leave --pose out"),
        ("a.glb", ["--motion", "walk"], "--motion together with --rig"),
        ("a.glb", ["--rig", "--seconds", 2], "together with --motion, got no --motion"),
        ("a.glb", ["--rig", "--motion", "swim"], "or a motion file, got swim: no such file"),
    ],
)
def test_what_a_format_does_not_have(tmp_path, avatar, lca, name, options, message):
    code, out, error = lca("export", avatar, "--out", tmp_path / "made" / name, *options)
    assert (code, out) == (2, "") and message in error and error.count("\n") == 1
    assert not (tmp_path / "made").exists()
