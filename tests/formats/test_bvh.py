"""BVH of skeletons with other names, rest poses, axes, units and orders of angles: our body moves as the writer's did."""

import json
import re
import tracemalloc

import numpy as np
import pytest
import torch

from lca.errors import UserError
from lca.formats.bvh_names import FAMILIES
from lca.formats.motion import read_motion
from lca.formats.motion_file import Conventions
from lca.geometry.joint_names import BODY_JOINTS, JOINTS
from tests.formats.bvh_writer import bvh_text, places, world_turns

CMU, MIXAMO, FULL = (FAMILIES[name] for name in ("CMU", "Mixamo", "SMPL-X"))
A_POSE = {"left_shoulder": (0, 0, -0.8), "right_shoulder": (0, 0, 0.8)}
LEGS_APART = {
    **{"left_hip": (0.1, 0, 0.1), "right_hip": (0.1, 0, -0.1)},
    **{"left_ankle": (0, 0.3, 0), "right_knee": (0.1, 0, 0)},
}
SPLAYED = {"left_hip": (0, 0, 0.35), "right_hip": (0, 0, -0.35)}
Z_UP = np.array([[1.0, 0, 0], [0, 0, -1], [0, 1, 0]])
FACING_X = np.array([[0.0, 0, 1], [0, 1, 0], [-1, 0, 0]])
WITHOUT_FINGERS = {name: MIXAMO[name] for name in BODY_JOINTS}


def performed(joints=JOINTS):
    """Six frames of a person who moves the given joints and walks away."""
    theta = np.random.uniform(-0.5, 0.5, (6, 52, 3))
    theta[:, [i for i, name in enumerate(JOINTS) if name not in joints]] = 0
    theta[:, 0, 1] = np.linspace(0, 5, 6)
    return theta.reshape(6, 156), np.random.uniform(-1, 1, (6, 3))


def read(tmp_path, text, **options):
    (tmp_path / "a.bvh").write_text(text)
    return read_motion(tmp_path / "a.bvh", **options)


def assert_same_places(motion, theta, translation, atol=1e-4):
    found = places(motion.theta.double().numpy(), motion.translation.double().numpy())
    np.testing.assert_allclose(found, places(theta, translation), atol=atol)


@pytest.mark.parametrize(
    ("names", "rest", "unit", "axes", "order"),
    [
        (MIXAMO, {}, 100.0, np.eye(3), "ZXY"),
        ({k: f"mixamorig:{v}" for k, v in MIXAMO.items()}, A_POSE, 1.0, Z_UP, "XYZ"),
        (WITHOUT_FINGERS, A_POSE, 39.37, FACING_X, "YZX"),
        ({k: CMU[k] for k in BODY_JOINTS}, {}, 17.8, np.eye(3), "ZYX"),
        (
            {k: f"{k[0].upper()}_{k.split('_')[1].title()}" if "_" in k else k.title() for k in BODY_JOINTS},
            {},
            1,
            Z_UP,
            "YXZ",
        ),
        (FULL, A_POSE, 1000.0, np.eye(3), "XZY"),
    ],
    ids=["mixamo", "mixamo, A-pose, z up", "no fingers, facing x", "cmu", "smpl", "smpl-x"],
)
def test_theta_and_path_come_back(tmp_path, names, rest, unit, axes, order):
    theta, translation = performed(names)
    file = read(tmp_path, bvh_text(theta, translation, names, rest, unit, axes, order))
    assert file.motion.fps == pytest.approx(30, abs=1e-3)
    assert_same_places(file.motion, theta, translation)
    # the turns about the bones too, which places of joints do not show at the ends
    np.testing.assert_allclose(file.motion.theta[:, 3:].numpy(), theta[:, 3:], atol=2e-4)
    fingers = {"left hand", "right hand"} if "left_thumb1" in names else set()
    assert set(file.carried) == {"root", "translation", "body"} | fingers
    assert set(file.lacking) == {"jaw", "face", "gaze", "left hand", "right hand"} - fingers


def test_bones_point_where_theirs_do_whatever_the_rest_pose(tmp_path):
    theta, translation = performed(BODY_JOINTS)
    file = read(tmp_path, bvh_text(theta, translation, WITHOUT_FINGERS, A_POSE | LEGS_APART))
    found = places(file.motion.theta.double().numpy(), file.motion.translation.double().numpy())
    truth = places(theta, translation)
    toes = [JOINTS.index(f"{side}_foot") for side in ("left", "right")]
    others = [joint for joint in range(22) if joint not in toes]
    np.testing.assert_allclose(found[:, others], truth[:, others], atol=1e-4)


def test_feet_of_splayed_legs_are_square_to_the_shanks(tmp_path):
    theta, translation = performed(BODY_JOINTS)
    file = read(tmp_path, bvh_text(theta, translation, {k: CMU[k] for k in BODY_JOINTS}, SPLAYED))
    found, truth = world_turns(file.motion.theta.double().numpy()), world_turns(theta)
    for joint in (7, 8, 10, 11):
        assert (truth[joint].inv() * found[joint]).magnitude().max() < 0.06


def test_steps_fit_the_legs(tmp_path):
    theta, translation = performed()
    text = bvh_text(theta, translation, MIXAMO, unit=50.0)  # half as tall in centimetres, and walking half as far
    assert_same_places(read(tmp_path, text).motion, theta, translation)


def test_one_finger_bone_of_cmu_moves_four_fingers(tmp_path):
    names = {k: CMU[k] for k in (*BODY_JOINTS, "left_index1", "left_thumb1")}
    theta, translation = performed(names)
    file = read(tmp_path, bvh_text(theta, translation, names))
    turns = file.motion.theta.reshape(6, 52, 3)
    for finger in ("middle1", "pinky1", "ring1"):
        np.testing.assert_allclose(
            turns[:, JOINTS.index(f"left_{finger}")], turns[:, JOINTS.index("left_index1")], atol=0.5
        )
        assert turns[:, JOINTS.index(f"left_{finger}")].abs().max() > 0.1
    assert "right hand" in file.lacking and "left hand: 5 of 15 joints" in file.notes


def test_upward_axis_can_be_given(tmp_path):
    theta, translation = performed()
    lying = bvh_text(theta, translation, MIXAMO)  # its rest pose stands along y; say that the world's up is z
    root = read(tmp_path, lying, conventions=Conventions(up="z")).motion.theta[0, :3]
    assert abs(float(np.linalg.norm(root)) - float(np.linalg.norm(theta[0, :3]))) > 0.5


def test_mapping_file(tmp_path):
    names = {name: f"bone {index}" for index, name in enumerate(BODY_JOINTS)}
    theta, translation = performed(BODY_JOINTS)
    (tmp_path / "map.json").write_text(json.dumps(names))
    file = read(tmp_path, bvh_text(theta, translation, names), mapping=tmp_path / "map.json")
    assert_same_places(file.motion, theta, translation)
    (tmp_path / "map.json").write_text(json.dumps({"head": None}))
    file = read(tmp_path, bvh_text(theta, translation, WITHOUT_FINGERS), mapping=tmp_path / "map.json")
    assert not file.motion.theta[:, 45:48].any() and file.motion.theta[:, 36:39].any()
    assert "joints without a counterpart keep still: head" in file.notes
    assert "1 joints of the file are not ours, what they carry moves with them: Head" in file.notes


@pytest.mark.parametrize(
    ("mapping", "message"),
    [
        ("{", "expected JSON"),
        ("[]", "expected an object such as"),
        ('{"left_hip": 3}', "expected an object such as"),
        ('{"left_leg": "LeftUpLeg"}', "got left_leg: choose from pelvis, left_hip"),
        ('{"left_hip": "Thigh"}', "got 'Thigh' for left_hip"),
    ],
)
def test_bad_mappings(tmp_path, mapping, message):
    (tmp_path / "map.json").write_text(mapping)
    with pytest.raises(UserError, match=message):
        read(tmp_path, bvh_text(*performed(), MIXAMO), mapping=tmp_path / "map.json")


BAD = {
    "empty file": (lambda text: "", "HIERARCHY and MOTION"),
    "no motion": (lambda text: text.split("MOTION")[0], "HIERARCHY and MOTION"),
    "no frames": (lambda text: text.split("Frames:")[0] + "Frames: 0\nFrame Time: 0.1\n", "at least one frame"),
    "no numbers": (lambda text: text.split("0.0333")[0] + "0.0333333\n", "at least one frame"),
    "cut": (lambda text: text[:-200], "cut short"),
    "NaN": (lambda text: text.rsplit(None, 1)[0] + " nan\n", "got nan"),
    "words": (lambda text: text.rsplit(None, 1)[0] + " x\n", "expected numbers for the motion"),
    "no time": (lambda text: text.replace("0.0333333", "0"), "frames per second"),
    "unknown channel": (lambda text: text.replace("Zrotation", "Wrotation"), "hierarchy .* got 'CHANNELS 6"),
    "short offset": (
        lambda text: text.replace("OFFSET 0.000000", "OFFSET"),
        "hierarchy .* got 'OFFSET 0.000000 0.000000'",
    ),
    "open brace": (lambda text: text.replace("}\nMOTION", "MOTION"), "open braces"),
    "two roots": (lambda text: text.replace("JOINT LeftUpLeg", "ROOT LeftUpLeg"), "got 'ROOT LeftUpLeg'"),
    "strange names": (
        lambda text: text.replace("Leg", "Bone"),
        "none for left_hip, right_hip, left_knee.*mapping file",
    ),
}


@pytest.mark.parametrize("kind", BAD)
def test_bad_files_are_one_line(tmp_path, kind):
    spoil, message = BAD[kind]
    with pytest.raises(UserError, match=message) as error:
        read(tmp_path, spoil(bvh_text(*performed(), WITHOUT_FINGERS)))
    assert "\n" not in str(error.value) and "a.bvh" in str(error.value)


def test_a_skeleton_that_never_stands(tmp_path):
    with pytest.raises(UserError, match="stands upright at rest, or in one of the first"):
        read(tmp_path, bvh_text(*performed(), WITHOUT_FINGERS, {}, 0.0))


def test_a_frame_stands_for_a_rest_pose_that_does_not(tmp_path):
    """Bones that lie along x at rest, as some programs export them; the second frame stands, facing anywhere."""
    flat = {"left_hip": (0, 0, 1.5), "right_hip": (0, 0, 1.5), "spine1": (0, 0, -1.5)}
    theta, translation = performed(BODY_JOINTS)
    theta[:2] = 0
    theta[0, 0], theta[1, 1] = 1.5, 0.6  # first on the face
    file = read(tmp_path, bvh_text(theta, translation, WITHOUT_FINGERS, flat))
    assert "frame 1 counts as rest" in file.notes[0]
    assert_same_places(file.motion, theta, translation)


@pytest.mark.parametrize(
    "spell",
    [
        lambda text: text.replace("Zposition", "ZPosition").replace("Xrotation", "XROTATION"),
        lambda text: "\ufeff" + text,
        lambda text: text.replace(".", ","),
    ],
    ids=["capitals", "byte order mark", "decimal commas"],
)
def test_other_spellings_are_the_same_motion(tmp_path, spell):
    text = bvh_text(*performed(), WITHOUT_FINGERS)
    plain = read(tmp_path, text).motion
    assert torch.equal(read(tmp_path, spell(text)).motion.theta, plain.theta)


def test_a_rate_that_the_file_lacks_can_be_given(tmp_path):
    text = re.sub("Frame Time: .*", "Frame Time: 0", bvh_text(*performed(), WITHOUT_FINGERS))
    with pytest.raises(UserError, match=r"got 0: set the rate \(--motion-fps\)"):
        read(tmp_path, text)
    assert read(tmp_path, text, conventions=Conventions(fps=24.0)).motion.fps == 24


def repeated(text, times):
    """The same frames again and again, as a longer file."""
    head, motion = text.split("MOTION")
    _, seconds, *rows = motion.strip().splitlines()
    count = len(rows) * times
    return "\n".join([head + "MOTION", f"Frames: {count}", seconds, *rows * times, ""])


def traced(read_it):
    """What is returned, and the most bytes that were in use."""
    tracemalloc.start()
    try:
        return read_it(), tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_a_long_file_is_read_in_pieces_and_no_further_than_asked(tmp_path, monkeypatch):
    """1,800 frames, 2.8 MB of text: held as words they take 30 MB."""
    (tmp_path / "long.bvh").write_text(repeated(bvh_text(*performed(), MIXAMO), 300))
    monkeypatch.setattr("lca.formats.bvh_motion.BLOCK", 512)
    whole, most = traced(lambda: read_motion(tmp_path / "long.bvh"))
    some, few = traced(lambda: read_motion(tmp_path / "long.bvh", 30.0, seconds=0.5))
    assert (tmp_path / "long.bvh").stat().st_size > 2.5e6 and len(whole.motion) == 1800
    assert most < 16e6 and few < 12e6
    assert len(some.motion) == 600 and "read no further than asked: 600 of 1800 frames" in some.notes
    torch.testing.assert_close(some.motion.theta, whole.motion.theta[:600], atol=1e-5, rtol=0)
    assert 1500 <= len(read_motion(tmp_path / "long.bvh", seconds=50.0).motion) <= 1503
    torch.testing.assert_close(whole.motion.theta[-6:], whole.motion.theta[:6], atol=1e-5, rtol=0)


def test_numbers_are_whole_wherever_a_piece_ends(tmp_path, monkeypatch):
    text = bvh_text(*performed(), WITHOUT_FINGERS)
    plain = read(tmp_path, text).motion
    for size in (2000, 2001, 4099):
        monkeypatch.setattr("lca.formats.bvh_text.PIECE", size)
        for spelt in (text, text.replace(".", ",")):
            assert torch.equal(read(tmp_path, spelt).motion.theta, plain.theta)


def test_a_mapping_that_is_not_there_is_begun(tmp_path):
    names = {name: f"bone {index}" for index, name in enumerate(BODY_JOINTS)} | {"head": "Head"}
    text = bvh_text(*performed(BODY_JOINTS), names)
    with pytest.raises(UserError, match="one that is not there is written for you to complete"):
        read(tmp_path, text)
    with pytest.raises(UserError, match=r"it is written now; where it says null put the names of .*a.bvh \(bone 0, "):
        read(tmp_path, text, mapping=tmp_path / "map.json")
    begun = json.loads((tmp_path / "map.json").read_text())
    assert begun["head"] == "Head" and begun["left_hip"] is None and set(begun) == set(BODY_JOINTS)
    (tmp_path / "map.json").write_text(json.dumps(names))
    assert read(tmp_path, text, mapping=tmp_path / "map.json").motion.theta.any()
