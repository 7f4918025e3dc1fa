"""Binary glTF: judged by Khronos's validator, read back by a reader of our own, and its skeleton posed as glTF says."""

import json
import struct
from dataclasses import replace

import numpy as np
import pytest
import torch
from scipy.spatial.transform import Rotation

from lca.formats import gltf_rig
from lca.formats.gltf import write_glb
from lca.formats.gltf_rig import RigMotion, Skeleton
from lca.geometry.skinning import joint_transforms, skin_points
from tests.formats.splat_sets import matrices, random_gaussians
from tests.node import need_package, run_node

PREFIX = "KHR_gaussian_splatting:"
PAIR = "JOINTS", "WEIGHTS"
VALIDATE = """
const bytes = new Uint8Array(require("fs").readFileSync(process.argv[1]));
require("gltf-validator").validateBytes(bytes).then((report) => console.log(JSON.stringify(report)));
"""


def a_skeleton(points: int, influences: int = 6) -> Skeleton:
    """A tree of 55 joints; points that many hold, and one that a single joint holds."""
    weights = torch.rand(points, influences)
    weights[0, 1:] = 0.0
    indices = torch.stack([torch.randperm(55)[:influences] for _ in range(points)])
    weights = weights / weights.sum(-1, keepdim=True)
    names, parents = tuple(f"joint {k}" for k in range(55)), (-1, *((k - 1) // 2 for k in range(1, 55)))
    return Skeleton(names, parents, torch.randn(55, 3), indices, weights)


def a_playback(frames: int = 5) -> RigMotion:
    return RigMotion(torch.randn(frames, 55, 3), torch.randn(frames, 3), 10.0)


def read_glb(path) -> tuple[dict, list[np.ndarray]]:
    """The document and the arrays of its accessors."""
    data = path.read_bytes()
    magic, version, length = struct.unpack_from("<4sII", data)
    assert (magic, version, length) == (b"glTF", 2, len(data))
    size = struct.unpack_from("<I", data, 12)[0]
    document, buffer = json.loads(data[20 : 20 + size]), data[28 + size :]
    arrays = []
    for accessor in document["accessors"]:
        kind = {5126: np.dtype("<f4"), 5121: np.dtype("u1")}[accessor["componentType"]]
        width = {"SCALAR": 1, "VEC3": 3, "VEC4": 4, "MAT4": 16}[accessor["type"]]
        start = document["bufferViews"][accessor["bufferView"]]["byteOffset"]
        arrays.append(np.frombuffer(buffer, kind, accessor["count"] * width, start).reshape(-1, width))
    return document, arrays


@pytest.mark.parametrize("rigged", [False, True])
def test_khronos_validator_finds_no_fault(tmp_path, rigged):
    need_package("gltf-validator")
    skeleton, playback = (a_skeleton(50), a_playback()) if rigged else (None, None)
    write_glb(tmp_path / "a.glb", random_gaussians(), skeleton, playback)
    report = json.loads(run_node(VALIDATE, tmp_path / "a.glb"))
    # the validator knows neither the extension nor the attributes that bear its name
    known = [issue for issue in report["issues"]["messages"] if PREFIX not in issue.get("pointer", "")]
    assert [issue["code"] for issue in known] == ["UNSUPPORTED_EXTENSION"]
    strange = [issue for issue in report["issues"]["messages"] if PREFIX in issue.get("pointer", "")]
    assert {issue["code"] for issue in strange} <= {"MESH_PRIMITIVE_INVALID_ATTRIBUTE"}
    assert (report["info"]["totalVertexCount"], report["info"]["hasSkins"]) == (50, rigged)
    assert report["info"]["animationCount"] == int(rigged)


def test_validator_would_find_a_fault(tmp_path):
    need_package("gltf-validator")
    write_glb(tmp_path / "a.glb", random_gaussians(), a_skeleton(50))
    data = (tmp_path / "a.glb").read_bytes()
    (tmp_path / "a.glb").write_bytes(data.replace(b'"skeleton":1', b'"skeleton":9'))
    report = json.loads(run_node(VALIDATE, tmp_path / "a.glb"))
    assert any("/skins/0" in issue["pointer"] for issue in report["issues"]["messages"])


def test_attributes_come_back(tmp_path):
    gaussians = random_gaussians()
    write_glb(tmp_path / "a.glb", gaussians)
    document, arrays = read_glb(tmp_path / "a.glb")
    (primitive,) = document["meshes"][0]["primitives"]
    read = {name.removeprefix(PREFIX): arrays[index] for name, index in primitive["attributes"].items()}
    extension = primitive["extensions"]["KHR_gaussian_splatting"]
    assert primitive["mode"] == 0 and document["extensionsUsed"] == ["KHR_gaussian_splatting"]
    assert (extension["kernel"], extension["colorSpace"]) == ("ellipse", "srgb_rec709_display")
    np.testing.assert_array_equal(read["POSITION"], gaussians.means.numpy())
    np.testing.assert_array_equal(read["SCALE"], gaussians.scales.numpy())
    np.testing.assert_array_equal(read["OPACITY"][:, 0], gaussians.opacities.numpy())
    colors = 0.5 + 0.28209479177387814 * read["SH_DEGREE_0_COEF_0"]
    np.testing.assert_allclose(colors, gaussians.colors.numpy(), atol=1e-6)
    turns = Rotation.from_quat(read["ROTATION"]).as_matrix()
    np.testing.assert_allclose(turns, matrices(gaussians.quats_wxyz.numpy()), atol=1e-5)
    assert np.abs(read["COLOR_0"][:, :3] - colors**2.2).max() < 0.03  # linear light, for viewers of points
    assert document["accessors"][primitive["attributes"]["POSITION"]]["max"] == gaussians.means.max(0).values.tolist()


def global_matrices(
    nodes: list[dict], index: int, above: np.ndarray, turns: dict, shifts: dict
) -> dict[int, np.ndarray]:
    """World matrix of a node and all below it, as glTF defines them."""
    local = np.eye(4)
    local[:3, 3] = shifts.get(index, nodes[index]["translation"])
    local[:3, :3] = turns.get(index, np.eye(3))
    found = {index: above @ local}
    for child in nodes[index].get("children", []):
        found |= global_matrices(nodes, child, found[index], turns, shifts)
    return found


def test_animated_skeleton_moves_the_points_as_linear_blend_skinning(tmp_path):
    gaussians, skeleton, playback, frame = random_gaussians(), a_skeleton(50), a_playback(), 3
    write_glb(tmp_path / "a.glb", gaussians, skeleton, playback)
    document, arrays = read_glb(tmp_path / "a.glb")
    (animation,), (skinned,), nodes = document["animations"], document["skins"], document["nodes"]
    tracks = [(c["target"], animation["samplers"][c["sampler"]]) for c in animation["channels"]]
    turns = {
        target["node"]: Rotation.from_quat(arrays[sampler["output"]][frame]).as_matrix()
        for target, sampler in tracks
        if target["path"] == "rotation"
    }
    shifts = {t["node"]: arrays[sampler["output"]][frame] for t, sampler in tracks if t["path"] == "translation"}
    np.testing.assert_allclose(arrays[tracks[0][1]["input"]][:, 0], np.arange(5) / 10)
    world = global_matrices(nodes, skinned["skeleton"], np.eye(4), turns, shifts)
    inverse_bind = arrays[skinned["inverseBindMatrices"]].reshape(-1, 4, 4).swapaxes(1, 2)
    palette = np.stack([world[node] @ bind for node, bind in zip(skinned["joints"], inverse_bind, strict=True)])
    attributes = document["meshes"][0]["primitives"][0]["attributes"]
    joints, weights = (np.concatenate([arrays[attributes[f"{name}_{k}"]] for k in (0, 1)], -1) for name in PAIR)
    blended = np.einsum("p k, p k r c -> p r c", weights, palette[joints])
    points = np.concatenate([arrays[attributes["POSITION"]], np.ones((50, 1))], -1)
    moved = np.einsum("p r c, p c -> p r", blended, points)[:, :3]
    transforms = joint_transforms(playback.pose, skeleton.joints, skeleton.parents, playback.translation)[frame]
    expected = skin_points(gaussians.means, transforms, skeleton.skin_indices, skeleton.skin_weights)
    np.testing.assert_allclose(moved, expected.numpy(), atol=1e-4)
    assert [nodes[node]["name"] for node in skinned["joints"]] == list(skeleton.names)


@pytest.mark.parametrize(("influences", "pairs"), [(3, 1), (4, 1), (5, 2), (8, 2), (9, 3)])
def test_as_many_pairs_as_joints_hold_a_point(influences, pairs):
    skeleton = a_skeleton(20, influences)
    written = gltf_rig.influences(skeleton)
    assert list(written) == [f"{name}_{k}" for k in range(pairs) for name in PAIR]
    weights = np.concatenate([written[f"WEIGHTS_{k}"] for k in range(pairs)], -1)
    np.testing.assert_allclose(weights.sum(-1), 1, atol=1e-6)
    assert (np.diff(weights, axis=-1) <= 0).all(), "a viewer that reads one pair has the strongest"


def test_a_pair_in_which_nothing_holds_is_not_written():
    skeleton = a_skeleton(20, 8)
    weights = skeleton.skin_weights.where(torch.arange(8) < 4, 0.0)
    assert len(gltf_rig.influences(replace(skeleton, skin_weights=weights))) == 2
