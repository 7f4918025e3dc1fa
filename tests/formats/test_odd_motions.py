"""Odd numbers, odd shapes and too much of everything in motion files are one line."""

import json

import numpy as np
import pytest

from lca.errors import UserError
from lca.formats import bvh, motion, motion_file
from lca.formats.motion import read_motion
from tests.formats import motions
from tests.formats.test_arkit_csv import table

NEST = "[" * 10**5
LONG = "9" * 400


def npz(path, **changes):
    np.savez(path, **({"poses": np.zeros((4, 156)), "trans": np.zeros((4, 3)), "mocap_framerate": 30.0} | changes))


def annotations(path, **changes):
    pose = {"root_orient": [0, 0, 0], "pose_body": [0] * 63, "trans": [0, 0, 0]}
    entry = json.dumps({"annotations": [{"smplx_params": pose}]})
    for name, text in changes.items():
        entry = entry.replace(f'"{name}": {json.dumps(pose[name])}', f'"{name}": {text}')
    path.write_text(entry)


@pytest.mark.parametrize(
    ("name", "write", "says"),
    [
        ("a.npz", lambda path: npz(path, trans=np.zeros((0, 3))), "expected 3 numbers a frame for trans"),
        ("a.npz", lambda path: npz(path, trans=np.zeros((4, 0))), "expected 3 numbers a frame for trans"),
        ("a.npz", lambda path: npz(path, trans=np.zeros(())), "expected 3 numbers a frame for trans"),
        ("a.npz", lambda path: npz(path, trans=np.full((4, 3), 1j)), "no plain numbers"),
        ("a.npz", lambda path: npz(path, trans=np.full((4, 3), "x")), "expected numbers for trans"),
        ("a.npz", lambda path: np.savez(path, format="lca-motion", version=1, fps=30.0, theta=0.0, translation=0.0,
                                        actions=0.0, psi=0.0), "expected theta"),
        ("a.json", lambda path: annotations(path, trans=f"[0, 0, {LONG}]"), "expected numbers for trans"),
        ("a.json", lambda path: annotations(path, trans=LONG), "expected numbers for trans"),
        ("a.json", lambda path: annotations(path, trans=NEST), "expected JSON"),
        ("a.json", lambda path: annotations(path, trans="{}"), "expected numbers for trans"),
        ("a.json", lambda path: annotations(path, trans="[]"), "expected 3 numbers a frame for trans"),
        ("a.csv", lambda path: path.write_text(table([[LONG] * 52])), "expected finite numbers for the actions"),
    ],
)  # fmt: skip
def test_one_line(tmp_path, name, write, says):
    write(tmp_path / name)
    with pytest.raises(UserError, match=says) as error:
        read_motion(tmp_path / name)
    assert name in str(error.value)


def test_a_deep_mapping_is_one_line(tmp_path):
    (tmp_path / "map.json").write_text(NEST)
    (tmp_path / "a.bvh").write_text("HIERARCHY")
    with pytest.raises(UserError, match=r"expected JSON in .*map\.json"):
        read_motion(tmp_path / "a.bvh", mapping=tmp_path / "map.json")


def test_text_is_read_only_up_to_a_size(tmp_path, monkeypatch):
    monkeypatch.setattr(motion_file, "LARGEST_TEXT", 10 << 20)
    monkeypatch.setattr(bvh, "LARGEST_BVH", 10 << 20)
    for name in ("a.bvh", "a.csv", "a.json"):
        with (tmp_path / name).open("wb") as file:
            file.truncate(11 << 20)
        with pytest.raises(UserError, match="at most 10 MB of text, got 11 MB"):
            read_motion(tmp_path / name)


def test_a_skeleton_has_a_bounded_number_of_joints(tmp_path):
    (tmp_path / "a.bvh").write_text(
        "HIERARCHY\nROOT a\n{\n" + "JOINT b\n{\n" * 2000 + "MOTION\nFrames: 1\nFrame Time: 1\n0"
    )
    with pytest.raises(UserError, match="at most 1000 joints"):
        read_motion(tmp_path / "a.bvh")


def test_resampling_is_bounded(tmp_path, monkeypatch):
    path = motions.amass_h(tmp_path / "a.npz", motions.parts())
    monkeypatch.setattr(motion, "MOST_FRAMES", 30)
    assert len(read_motion(path, 240.0).motion) > 4
    with pytest.raises(UserError, match="expected at most 30 frames, got 33 at 1000 fps"):
        read_motion(path, 1000.0)
