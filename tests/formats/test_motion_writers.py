"""What is written for other programs is read back as the same motion, so far as each format carries it."""

import re

import numpy as np
import pytest
import torch

from lca.errors import UserError
from lca.formats.amass import write_amass
from lca.formats.arkit_csv import write_face
from lca.formats.bvh_names import FAMILIES
from lca.formats.bvh_writing import write_bvh
from lca.formats.motion import read_motion
from lca.geometry.body_file import load_body
from lca.geometry.face_joints import LOOK
from lca.geometry.motion import Motion
from lca.geometry.rotations import axis_angle_to_matrix
from tests.formats.bvh_writer import bvh_text, places

NAMES = load_body().expression_names
LOOKS = [name.startswith("eyeLook") for name in NAMES]
FRAMES = 7


@pytest.fixture
def danced():
    """Somebody who turns all the way round and walks off, with hands, a face and a gaze."""
    theta = torch.empty(FRAMES, 52, 3).uniform_(-0.9, 0.9)
    theta[:, 0] = torch.linspace(-3, 3, FRAMES)[:, None] * torch.tensor([0.0, 1.0, 0.0])
    theta[1, 0] = torch.tensor([-1.57, 0.2, 0.1])
    translation = torch.empty(FRAMES, 3).uniform_(-2, 2)
    psi = torch.empty(FRAMES, 4).uniform_(-LOOK, LOOK)
    return Motion(theta.flatten(1), translation, torch.rand(FRAMES, 52), psi, fps=24.0)


def assert_same_turns(found, expected, atol):
    turns = [axis_angle_to_matrix(motion.theta.double().unflatten(-1, (52, 3))) for motion in (found, expected)]
    torch.testing.assert_close(*turns, atol=atol, rtol=0)


def test_amass_holds_everything(tmp_path, danced):
    write_amass(tmp_path / "a.npz", danced, torch.tensor([0.5, -1.0]))
    file = read_motion(tmp_path / "a.npz")
    assert file.layout == "AMASS SMPL-X" and file.lacking == () and file.motion.fps == 24
    assert not any(note.startswith("jaw") for note in file.notes)
    assert_same_turns(file.motion, danced, 1e-6)
    for name in ("translation", "actions", "psi"):
        torch.testing.assert_close(getattr(file.motion, name), getattr(danced, name), atol=1e-6, rtol=0)
    torch.testing.assert_close(file.betas, torch.tensor([0.5, -1.0]))


def test_amass_is_laid_out_as_others_read_it(tmp_path, danced):
    """The world is z up, and the jaw turns by what the actions say, for who knows no actions."""
    write_amass(tmp_path / "a.npz", Motion(danced.theta * 0, danced.translation, danced.actions, danced.psi, 24.0))
    with np.load(tmp_path / "a.npz") as file:
        arrays = {name: file[name] for name in file.files}
    pelvis = load_body().joint_template[0].numpy()
    np.testing.assert_allclose(
        (arrays["trans"] + pelvis)[:, 2], (danced.translation + torch.from_numpy(pelvis))[:, 1], atol=1e-6
    )
    np.testing.assert_allclose(arrays["poses"][:, 66], 0.31 * danced.actions[:, NAMES.index("jawOpen")], rtol=1e-6)
    assert arrays["poses"].shape == (FRAMES, 165) and arrays["betas"].shape == (16,)
    assert {"trans", "gender", "mocap_frame_rate", "pose_body", "pose_hand"} <= set(arrays)
    np.savez(tmp_path / "theirs.npz", **{name: value for name, value in arrays.items() if name != "actions"})
    theirs = read_motion(tmp_path / "theirs.npz")
    assert "face" in theirs.lacking
    torch.testing.assert_close(
        theirs.motion.actions[:, NAMES.index("jawOpen")], danced.actions[:, NAMES.index("jawOpen")]
    )


def test_amass_has_every_joint_where_it_is_with_z_up(tmp_path, danced):
    write_amass(tmp_path / "a.npz", danced)
    with np.load(tmp_path / "a.npz") as file:
        poses, trans = file["poses"], file["trans"]
    theirs = places(np.concatenate([poses[:, :66], poses[:, 75:]], 1), trans)
    x, y, z = np.moveaxis(places(danced.theta.double().numpy(), danced.translation.double().numpy()), -1, 0)
    np.testing.assert_allclose(theirs, np.stack([x, -z, y], -1), atol=1e-6)


def test_amass_keeps_somebody_who_lies_far_away_lying(tmp_path):
    """The guess about which way is up is for files of others."""
    lying = torch.zeros(2, 156)
    lying[:, 0] = -1.5
    moved = torch.tensor([[0.0, -0.2, -3.0]]).repeat(2, 1)
    motion = Motion(lying, moved, torch.zeros(2, 52), torch.zeros(2, 4), 30.0)
    write_amass(tmp_path / "a.npz", motion)
    assert_same_turns(read_motion(tmp_path / "a.npz").motion, motion, 1e-6)


@pytest.mark.parametrize("frames", [1, 2, 100])
def test_the_face_comes_back_with_its_gaze_and_rate(tmp_path, frames):
    actions, psi = torch.rand(frames, 52), torch.empty(frames, 4).uniform_(-LOOK, LOOK)
    write_face(tmp_path / "a.csv", Motion(torch.zeros(frames, 156), torch.zeros(frames, 3), actions, psi, fps=24.0))
    file = read_motion(tmp_path / "a.csv")
    assert file.motion.fps == (24 if frames > 1 else 60) and file.carried == ("jaw", "face", "gaze")
    torch.testing.assert_close(file.motion.psi, psi, atol=2e-6, rtol=0)
    others = ~torch.tensor(LOOKS)
    torch.testing.assert_close(file.motion.actions[:, others], actions[:, others], atol=1e-6, rtol=0)


def test_the_face_has_the_timecode_of_live_link(tmp_path):
    motion = Motion(*(torch.zeros(100, width) for width in (156, 3, 52, 4)), fps=24.0)
    write_face(tmp_path / "a.csv", motion)
    header, *rows = (tmp_path / "a.csv").read_text().splitlines()
    assert header.startswith("Timecode,BlendShapeCount,BrowDownLeft") and len(rows) == 100
    assert [rows[frame].split(",")[0] for frame in (0, 23, 24, 99)] == [
        "00:00:00:00.000", "00:00:00:23.000", "00:00:01:00.000", "00:00:04:03.000",
    ]  # fmt: skip


def test_bvh_holds_the_body_and_every_finger(tmp_path, danced):
    write_bvh(tmp_path / "a.bvh", danced)
    file = read_motion(tmp_path / "a.bvh")
    assert file.layout == "BVH with names of Mixamo" and file.lacking == ("jaw", "face", "gaze")
    assert file.motion.fps == 24 and len(file.motion) == FRAMES
    assert file.notes == ("lengths are scaled to our legs",)
    torch.testing.assert_close(file.motion.translation, danced.translation, atol=1e-6, rtol=0)
    assert_same_turns(file.motion, danced, 2e-4)
    found, true = (places(m.theta.double().numpy(), m.translation.double().numpy()) for m in (file.motion, danced))
    np.testing.assert_allclose(found, true, atol=1e-4)


def test_bvh_says_what_another_writer_says(tmp_path, danced):
    write_bvh(tmp_path / "a.bvh", danced)
    theta, translation = danced.theta.double().numpy(), danced.translation.double().numpy()
    texts = (tmp_path / "a.bvh").read_text(), bvh_text(theta, translation, FAMILIES["Mixamo"], seconds=1 / 24)
    ours, theirs = (text.split("MOTION") for text in texts)
    bones = [re.findall(r"(?:ROOT|JOINT) (\S+)|CHANNELS (.*)", head) for head, _ in (ours, theirs)]
    assert bones[0] == bones[1] and len(bones[0]) == 104
    found, true = (
        np.array([row.split() for row in motion.strip().splitlines()[2:]], float) for _, motion in (ours, theirs)
    )
    np.testing.assert_allclose(found, true, atol=2e-3)


@pytest.mark.parametrize(("write", "suffix"), [(write_amass, ".npz"), (write_face, ".csv"), (write_bvh, ".bvh")])
def test_bad_names_and_rates_are_one_line(tmp_path, danced, write, suffix):
    with pytest.raises(UserError, match=rf"ending in \{suffix}"):
        write(tmp_path / "a.mp4", danced)
    with pytest.raises(UserError, match="frames per second"):
        write(tmp_path / f"a{suffix}", Motion(danced.theta, danced.translation, danced.actions, danced.psi, 0.0))
    assert list(tmp_path.iterdir()) == []
