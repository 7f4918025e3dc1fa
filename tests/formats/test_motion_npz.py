"""Bad .npz and .json motions are one readable line."""

import json

import numpy as np
import pytest
import torch

from lca.errors import UserError
from lca.formats.motion import read_motion
from lca.formats.motion_file import Conventions
from lca.formats.motion_npz import write_motion
from lca.geometry.motion import Motion
from tests.formats import motions


def broken(**given):
    """Parts with a NaN in the third frame of the body, or whatever is given."""
    body = np.zeros((4, 63))
    body[2, 5] = np.nan
    return motions.parts(**({"body": body} | given))


def npz(path, **arrays):
    np.savez(path, **arrays)
    return path


def own(path, **changed):
    write_motion(path, Motion(*(torch.zeros(2, width) for width in (156, 3, 52, 4)), fps=24.0))
    with np.load(path) as file:
        arrays = {name: file[name] for name in file.files}
    return npz(path, **{name: value for name, value in (arrays | changed).items() if value is not None})


def text(path, words):
    path.write_text(words)
    return path


def cut(path):
    motions.amass_h(path, motions.parts())
    path.write_bytes(path.read_bytes()[:3000])
    return path


def frame_without_body(path):
    folder = motions.lhm(path, motions.parts())
    frame = folder / "smplx_params" / "9.json"
    frame.write_text(json.dumps({k: v for k, v in json.loads(frame.read_text()).items() if k != "body_pose"}))
    return folder


BAD = {
    "NaN": (lambda p: motions.amass_x(p, broken()), "finite numbers for pose_body .* got nan in frame 2"),
    "infinite": (lambda p: motions.smplx_npz(p, motions.parts(translation=np.full((4, 3), np.inf))), "got inf"),
    "SMPL": (lambda p: npz(p, poses=np.zeros((4, 72)), trans=np.zeros((4, 3))), r"got \(4, 72\) \(24 joints\)"),
    "no frames": (lambda p: npz(p, poses=np.zeros((0, 165))), r"got \(0, 165\)"),
    "flat poses": (lambda p: npz(p, poses=np.zeros(165)), r"got \(165,\)"),
    "PCA hands": (
        lambda p: npz(p, body_pose=np.zeros((4, 63)), left_hand_pose=np.zeros((4, 12))),
        "expected 45 .* got 12",
    ),
    "23 joints": (
        lambda p: npz(p, body_pose=np.zeros((4, 23, 3))),
        "expected 63 numbers a frame for body_pose .* got 69",
    ),
    "two lengths": (lambda p: motions.smplx_npz(p, motions.parts(jaw=np.zeros((5, 3)))), "one length"),
    "nothing known": (lambda p: npz(p, vertices=np.zeros((4, 3))), "root_orient, pose_body or their like, got none"),
    "pickled": (lambda p: npz(p, poses=np.array([{}], object)), "pickle"),
    "words": (lambda p: npz(p, body_pose=np.full((4, 63), "x")), "expected numbers for body_pose"),
    "two rates": (lambda p: npz(p, poses=np.zeros((4, 165)), mocap_framerate=np.ones(2)), "one frame rate"),
    "no rate": (lambda p: npz(p, poses=np.zeros((4, 165)), fps=0.0), "1 to 1000 frames per second"),
    "text": (lambda p: text(p, "a letter"), "expected a motion in .npz"),
    "cut": (cut, "expected a motion in .npz"),
    "own, old": (lambda p: own(p, version=99), "version 1, got one of version 99"),
    "own, no psi": (lambda p: own(p, psi=None), "without psi"),
    "own, short": (lambda p: own(p, psi=np.zeros((1, 4))), r"expected psi \(frames, 4\) .* got \(1, 4\)"),
    "json": (lambda p: text(p.with_suffix(".json"), "{"), "expected JSON"),
    "json, no list": (lambda p: text(p.with_suffix(".json"), "[]"), "list of annotations"),
    "json, no pose": (lambda p: text(p.with_suffix(".json"), '{"annotations": [{"id": 1}]}'), "smplx_params in every"),
    "json, ragged": (lambda p: motions.motionx_local(p, broken(body=np.zeros((4, 60)))), "got 60"),
    "json, NaN": (lambda p: motions.motionx_global(p, broken()), "pose_body of annotation 2"),
    "frames, NaN": (lambda p: motions.lhm(p, broken()), "body_pose of 10.json"),
    "frames, one short": (frame_without_body, "body_pose in every frame .* got 9.json without"),
}


@pytest.mark.parametrize("kind", BAD)
def test_bad_files_are_one_line(tmp_path, kind):
    write, message = BAD[kind]
    with pytest.raises(UserError, match=message) as error:
        read_motion(write(tmp_path / "a.npz"))
    assert "\n" not in str(error.value) and "a" in str(error.value)


def test_frames_that_are_missing_are_told(tmp_path):
    folder = motions.exavatar(tmp_path / "a", motions.parts())
    (folder / "smplx_optimized" / "smplx_params" / "2.json").unlink()
    file = read_motion(folder)
    assert len(file.motion) == 3 and "1 frames are missing" in " ".join(file.notes)


def test_a_world_whose_y_points_up_is_told_by_the_person_in_it(tmp_path):
    """SMPL-X parameters under AMASS's names, but standing along y: AMASS itself lies in a z-up world."""
    standing = {"poses": np.zeros((9, 165)), "trans": np.tile([0.0, 1.25, 0.0], (9, 1)), "mocap_frame_rate": 30.0}
    np.savez(tmp_path / "a.npz", **standing)
    file = read_motion(tmp_path / "a.npz")
    assert not file.motion.theta[:, :3].any() and torch.equal(
        file.motion.translation[0], torch.tensor([0.0, 1.25, 0.0])
    )
    assert "people stand along y in it" in " ".join(file.notes)
    assert read_motion(tmp_path / "a.npz", conventions=Conventions(up="z")).motion.theta[:, :3].any()
