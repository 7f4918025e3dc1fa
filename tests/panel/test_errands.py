"""Files in and out of a panel: states, splats, films, photos, motions; mistakes are lines on the page."""

import io
import json
import threading

import numpy as np
import pytest

from lca.formats.photos import read_picture
from lca.geometry.body_file import load_body
from tests.formats.bvh_writer import bvh_text
from tests.formats.test_bvh import WITHOUT_FINGERS, performed
from tests.panel.fake_page import Page
from tests.panel.test_session import until


def test_a_state_of_another_avatar_is_refused(page, other, tmp_path):
    stranger = Page([other], tmp_path)
    stranger.say(kind="save")
    (saved,) = tmp_path.glob("state_*.json")
    page.say(saved.read_bytes(), kind="load")
    assert "of this avatar" in page.error()
    stranger.desk.close()


def test_what_is_written_and_read_back(page, tmp_path):
    page.say(kind="set", channel="left_elbow.bend", value=70.0, final=True)
    saved = page.desk.state
    for kind in ("snapshot", "save"):
        page.say(kind=kind)
    assert read_picture(tmp_path / "snapshot_001.png").image.shape == (3, 128, 128)
    page.say(kind="reset")
    page.say((tmp_path / "state_001.json").read_bytes(), kind="load")
    assert page.desk.state == saved


def test_a_film_of_what_was_shown(page, tmp_path):
    page.say(kind="record", on=True)
    page.picture(kind="set", channel="left_elbow.bend", value=70.0, final=True)
    page.say(kind="record", on=False)
    until(lambda: (tmp_path / "film_001.mp4").is_file())
    until(lambda: not page.desk.tasks.running("film"))
    assert page.last("progress")["done"] == page.last("progress")["whole"]


def test_a_film_can_be_stopped_and_leaves_no_file(page, tmp_path):
    page.say(kind="record", on=True)
    page.say(kind="set", channel="left_elbow.bend", value=70.0, final=True)
    page.desk.recording._began -= 100  # seconds ago
    page.say(kind="record", on=False)
    until(lambda: page.all("progress"))
    page.say(kind="stop")
    until(lambda: not page.desk.tasks.running("film"))
    assert not list(tmp_path.glob("film*")) and page.last("message")["text"] == "stopped"
    assert page.last("progress")["done"] == page.last("progress")["whole"]


def test_two_pages_with_one_folder_do_not_overwrite_each_other(page, avatar, tmp_path):
    other = Page([avatar], tmp_path)
    for each in (page, other):
        each.say(kind="record", on=True)
        each.picture(kind="set", channel="left_elbow.bend", value=70.0, final=True)
    for each in (page, other):
        each.say(kind="record", on=False)
    snaps = [threading.Thread(target=each.say, kwargs={"kind": "snapshot"}) for each in (page, other) for _ in range(5)]
    for snap in snaps:
        snap.start()
    for snap in snaps:
        snap.join()
    until(lambda: not (page.desk.tasks.running("film") or other.desk.tasks.running("film")))
    assert sorted(path.name for path in tmp_path.glob("film*")) == ["film_001.mp4", "film_002.mp4"]
    assert len(list(tmp_path.glob("snapshot_*.png"))) == 10 and all(path.stat().st_size for path in tmp_path.iterdir())
    told = [m["text"] for each in (page, other) for m, _ in each.all("message")]
    assert len({text for text in told if "wrote" in text}) == 12
    other.desk.close()


def test_a_recording_that_stops_while_another_is_written_is_kept(page, tmp_path):
    for value in (70.0, 20.0):
        page.say(kind="record", on=True)
        page.picture(kind="set", channel="left_elbow.bend", value=value, final=True)
        page.desk.recording._began -= 2  # seconds ago: the first is still being written when the second stops
        page.say(kind="record", on=False)
    assert page.desk.tasks.running("film")
    until(lambda: not page.desk.tasks.running("film"))
    assert [path.name for path in sorted(tmp_path.glob("film*"))] == ["film_001.mp4", "film_002.mp4"]
    assert not [m["text"] for m, _ in page.all("message") if m["level"] == "error"]


@pytest.mark.parametrize(("patience", "films"), [(60.0, 2), (0.0, 0)])
def test_a_closed_desk_writes_its_films_while_there_is_patience(patience, films, page, tmp_path):
    for value in (70.0, 20.0):
        page.say(kind="record", on=True)
        page.say(kind="set", channel="left_elbow.bend", value=value, final=True)
        page.desk.recording._began -= 1.5  # seconds ago
        page.say(kind="record", on=False)
    page.desk.close(patience)
    written = sorted(tmp_path.glob("film*"))
    assert [path.name for path in written] == ["film_001.mp4", "film_002.mp4"][:films]
    assert all(path.stat().st_size for path in written) and not page.desk.tasks.running("film")


def test_there_may_be_nothing_to_stop(page):
    page.say(kind="stop")
    assert not page.all("message")


@pytest.mark.parametrize(
    "content", [b"", b"no picture at all", b"\xff\xd8\xff\xe0 cut short", b"%!PS-Adobe-3.0 EPSF-3.0\n"]
)
def test_an_upload_that_is_no_picture_is_one_line_with_its_name(page, content):
    page.say(content, kind="photos", names=["holiday.jpg"])
    assert "holiday.jpg" in page.error() and "lca-upload" not in page.error()
    until(lambda: not page.desk.tasks.running("photos"))


def test_a_motion_file_joins_the_others_and_starts_in_the_middle(page, tmp_path):
    theta, far = np.zeros((30, 156), np.float32), np.full((30, 3), 5.0, np.float32)
    path = tmp_path / "dance.npz"
    np.savez(path, poses=theta, trans=far, betas=np.zeros(16), gender="neutral", mocap_framerate=30.0)
    page.say(path.read_bytes(), kind="motion file", names=["dance.npz"])
    until(lambda: page.desk.state.motion == "dance.npz")
    assert page.last("offered")["motions"][0] == "dance.npz"
    x, _, z = page.desk.state.pose.translation
    assert x == z == 0
    until(lambda: "dance.npz: AMASS SMPL-H, 30 frames" in page.last("message")["text"])
    assert "no face: the other facial actions are 0" in page.last("notes")["lines"]


def test_a_face_without_a_body_moves_a_person_at_ease(page):
    names = load_body().expression_names
    table = "\n".join([",".join(names), *[",".join(["0.5"] * 52)] * 6])
    page.say(table.encode(), kind="motion file", names=["face.csv"])
    until(lambda: page.desk.state.motion == "face.csv")
    assert page.desk.state.pose.actions == (0.5,) * 52
    assert page.desk.state.pose.theta[50] < -0.5, "the left arm hangs"


def test_a_bvh_brings_its_mapping(page):
    text = bvh_text(*performed(), WITHOUT_FINGERS).replace("LeftUpLeg", "Bone7")
    mapping = json.dumps({"left_hip": "Bone7"})
    page.say(mapping.encode(), text.encode(), kind="motion file", names=["names.json", "dance.bvh"])
    until(lambda: page.desk.state.motion == "dance.bvh")


def poses_file(poses):
    """A .npz in the layout of AMASS."""
    buffer = io.BytesIO()
    np.savez(buffer, poses=poses, trans=np.zeros((len(poses), 3)), mocap_framerate=30.0)
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("walk.bvh", b"", "HIERARCHY and MOTION"),
        ("walk.txt", b"x", "convert it"),
        ("face.csv", b"a,b\n1,2\n", "52 ARKit columns"),
        ("gap.npz", poses_file(np.full((4, 156), np.nan)), "expected finite numbers"),
        (
            "big.json",
            b'{"annotations": [{"smplx_params": {"trans": [0, 0, ' + b"9" * 400 + b"]}}]}",
            "numbers for trans",
        ),
        ("smpl.npz", poses_file(np.zeros((4, 72))), "24 joints"),
    ],
)
def test_a_bad_motion_file_is_one_line_with_its_name(page, name, content, says):
    page.say(content, kind="motion file", names=[name])
    assert says in page.error() and name in page.error() and "lca-motion" not in page.error()
    until(lambda: not page.desk.tasks.running("motion"))
