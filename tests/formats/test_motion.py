"""Every channel of every SMPL-X layout arrives in its own place, and what a layout lacks is said."""

import numpy as np
import pytest
import torch
from scipy.spatial.transform import Rotation

from lca.errors import UserError
from lca.formats.motion import read_motion
from lca.formats.motion_file import CHANNELS, Conventions
from lca.formats.motion_npz import write_motion
from lca.formats.smplx_fields import loose_hands, read_hand_mean
from lca.geometry.body_file import load_body
from lca.geometry.face_joints import JAW_OPEN
from lca.geometry.motion import Motion
from lca.geometry.skinning import gaze
from lca.geometry.smplx_file import smplx_arrays
from tests.formats import motions

Z_UP = [[1, 0, 0], [0, 0, 1], [0, -1, 0]]
Z_DOWN = [[1, 0, 0], [0, 0, -1], [0, 1, 0]]
CAMERA = [[1, 0, 0], [0, -1, 0], [0, 0, -1]]
BODY = {"root", "translation", "body", "left hand", "right hand"}
LAYOUTS = {  # writer -> its name, what it carries, rotation to our world, hands flat, frames per second
    "amass_h": ("AMASS SMPL-H", BODY, Z_UP, True, 120),
    "amass_x": ("AMASS SMPL-X", BODY | {"jaw", "gaze"}, Z_UP, True, 120),
    "smplx_npz": ("SMPL-X .npz", BODY | {"jaw", "gaze"}, np.eye(3), True, 30),
    "lhm": ("LHM frames", BODY | {"jaw", "gaze"}, CAMERA, True, 30),
    "exavatar": ("ExAvatar frames", BODY | {"jaw", "gaze"}, CAMERA, False, 30),
    "motionx_local": ("Motion-X local motion", BODY | {"jaw"}, CAMERA, False, 30),
    "motionx_global": ("Motion-X global motion", BODY | {"jaw"}, Z_DOWN, True, 30),
}
CASES = [(layout, channel) for layout, (_, carried, *_) in LAYOUTS.items() for channel in sorted(carried)]
JAW = [load_body().expression_names.index(name) for name in ("jawOpen", "jawLeft", "jawRight")]


def read(layout, tmp_path, **given):
    """Write a file of a layout with some parts given, and read it."""
    path = getattr(motions, layout)(tmp_path / f"{len(list(tmp_path.iterdir()))}.npz", motions.parts(**given))
    return read_motion(path)


def pieces(motion):
    """A motion by channel, in double precision."""
    found = {
        "root": motion.theta[:, :3],
        "body": motion.theta[:, 3:66],
        "gaze": motion.psi,
        "jaw": motion.actions[:, JAW],
    }
    found |= {
        "left hand": motion.theta[:, 66:111],
        "right hand": motion.theta[:, 111:],
        "translation": motion.translation,
    }
    return {name: values.double().numpy() for name, values in found.items()}


def given_and_expected(channel, turn, rest):
    """Random values for one channel as a file stores them, and as they should come out."""
    if channel == "gaze":
        psi = torch.rand(motions.FRAMES, 4, dtype=torch.float64) - 0.5
        return {"eyes": gaze(psi).flatten(1).numpy()}, psi.numpy()
    if channel == "jaw":
        angle = np.array([0.1, 0.2, 0.31, 0.6])
        opened = np.stack([np.clip(angle / JAW_OPEN, 0, 1), 0 * angle, 0 * angle], 1)
        return {"jaw": angle[:, None] * [1.0, 0, 0]}, opened
    values = np.random.uniform(-0.7, 0.7, (motions.FRAMES, motions.WIDTHS[channel]))
    if channel == "root":
        return {channel: values}, (Rotation.from_matrix(turn) * Rotation.from_rotvec(values)).as_rotvec()
    moved = values @ np.array(turn).T if channel == "translation" else values
    return {channel.replace(" ", "_"): values}, rest + moved


@pytest.mark.parametrize(("layout", "channel"), CASES)
def test_a_channel_arrives_and_moves_nothing_else(tmp_path, layout, channel):
    turn = LAYOUTS[layout][2]
    rest = pieces(read(layout, tmp_path).motion)
    given, expected = given_and_expected(channel, turn, rest[channel])
    found = pieces(read(layout, tmp_path, **given).motion)
    np.testing.assert_allclose(found.pop(channel), expected, atol=2e-6)
    for name, values in found.items():
        np.testing.assert_allclose(values, rest[name], atol=1e-6, err_msg=name)


@pytest.mark.parametrize("layout", LAYOUTS)
def test_what_a_layout_carries_and_lacks_is_said(tmp_path, layout):
    name, carried, turn, flat, fps = LAYOUTS[layout]
    file = read(layout, tmp_path, betas=np.arange(10.0), expression=np.arange(40.0).reshape(4, 10))
    assert (file.layout, set(file.carried), file.motion.fps) == (name, carried, fps)
    assert set(file.lacking) == set(CHANNELS) - carried
    text = "\n".join(file.lines())
    assert [lost for lost in file.lacking if f"no {lost}: {CHANNELS[lost]}" not in text] == []
    assert ("no frame rate" in text) == (fps == 30) and ("mean hand" in text) == (not flat)
    torch.testing.assert_close(file.betas, torch.arange(10.0))
    if not layout.startswith("amass"):
        torch.testing.assert_close(file.expression, torch.arange(40.0).reshape(4, 10))
        assert "expression: 10 SMPL-X coefficients read, not played" in text
    hands = torch.zeros(90) if flat else loose_hands().flatten()
    torch.testing.assert_close(file.motion.theta[0, 66:], hands)
    root, moved = pieces(file.motion)["root"][0], pieces(file.motion)["translation"][0]
    np.testing.assert_allclose(np.abs(root), np.abs(Rotation.from_matrix(turn).as_rotvec()), atol=1e-6)
    pelvis = (
        load_body().joint_template[0].double().numpy()
    )  # a person at rest: the pelvis keeps its place in their world
    np.testing.assert_allclose(moved + pelvis, np.array(turn) @ pelvis, atol=1e-6)


def test_conventions_override_the_layout(tmp_path):
    path = motions.exavatar(tmp_path / "a", motions.parts(left_hand=np.full((4, 45), 0.2)))
    mean = torch.rand(2, 45)
    file = read_motion(path, conventions=Conventions(up="y", hand_mean=mean, fps=50.0))
    torch.testing.assert_close(file.motion.theta[0], torch.cat([torch.zeros(66), mean[0] + 0.2, mean[1]]))
    assert file.motion.fps == 50 and not [note for note in file.notes if "mean hand" in note or "frame rate" in note]
    flat = read_motion(path, conventions=Conventions(flat_hand_mean=True))
    torch.testing.assert_close(flat.motion.theta[0, 66:111], torch.full((45,), 0.2))


def test_mean_hands_of_a_smplx_file(tmp_path):
    means = {"hands_meanl": np.linspace(0, 1, 45), "hands_meanr": np.linspace(-1, 0, 45)}
    np.savez(tmp_path / "SMPLX.npz", allow_pickle=False, **(smplx_arrays(load_body()) | means))
    expected = torch.tensor(np.stack(list(means.values()))).float()
    torch.testing.assert_close(read_hand_mean(tmp_path / "SMPLX.npz"), expected)


def test_own_file_comes_back_unchanged_or_at_another_rate(tmp_path):
    motion = Motion(torch.randn(9, 156), torch.randn(9, 3), torch.rand(9, 52), torch.randn(9, 4), 24.0)
    write_motion(tmp_path / "a.npz", motion)
    file = read_motion(tmp_path / "a.npz")
    assert all(
        torch.equal(getattr(file.motion, k), getattr(motion, k)) for k in ("theta", "translation", "actions", "psi")
    )
    assert file.motion.fps == 24 and file.lacking == () and file.notes == ()
    faster = read_motion(tmp_path / "a.npz", fps=48.0).motion
    assert (len(faster), faster.fps) == (17, 48)
    torch.testing.assert_close(faster.actions[1], (motion.actions[0] + motion.actions[1]) / 2)
    with pytest.raises(UserError, match=r"ending in \.npz"):
        write_motion(tmp_path / "a.bin", motion)


def test_expression_follows_the_rate(tmp_path):
    path = motions.smplx_npz(tmp_path / "a.npz", motions.parts(expression=np.arange(40.0).reshape(4, 10)))
    expression = read_motion(path, fps=60.0).expression
    assert expression is not None
    torch.testing.assert_close(expression[:, 0], torch.arange(7) * 5.0)


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("none.npz", "no such file"),
        ("a.fbx", "got .*a.fbx: convert it"),
        ("a.npz", "with a mapping"),
        (".", "numbered .json"),
    ],
)
def test_doors_that_stay_shut(tmp_path, name, message):
    for file in ("a.fbx", "a.npz", "mapping.json"):
        (tmp_path / file).write_text("{}")
    mapping = tmp_path / "mapping.json" if name == "a.npz" else None
    with pytest.raises(UserError, match=message):
        read_motion(tmp_path / name, mapping=mapping)
    with pytest.raises(UserError, match="frames per second"):
        read_motion(tmp_path / name, fps=0.0)
    with pytest.raises(UserError, match="expected up to be one of"):
        Conventions(up="x")
