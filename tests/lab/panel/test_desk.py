"""The desk with a fake page: messages in, pictures and states out, on any thread; mistakes are lines on the page."""

import io
import json
import threading

import numpy as np
import pytest
from PIL import Image

from lca.formats.photos import read_picture
from lca.lab.panel import errands
from lca.lab.panel.desk import Desk
from lca.lab.panel.library import poses
from lca.lab.panel.motions import Offered
from tests.lab.panel.test_session import until


class Page:
    """Keeps what it is sent and acknowledges frames, as the browser does."""

    def __init__(self, avatars, folder):
        self.told, self.lock = [], threading.Lock()
        self.desk = Desk(avatars, self.hear, Offered(), folder)
        self.say(kind="look", size=128)

    def hear(self, message, buffers):
        json.dumps(message, allow_nan=False)
        with self.lock:
            self.told.append((message, buffers))
        if message["kind"] == "frame":
            self.desk.receive({"kind": "ack", "number": message["number"]})

    def say(self, *buffers, **message):
        self.desk.receive(message, buffers)

    def all(self, kind):
        with self.lock:
            return [(message, buffers) for message, buffers in self.told if message["kind"] == kind]

    def last(self, kind):
        until(lambda: self.all(kind))
        return self.all(kind)[-1][0]

    def picture(self, **message):
        """The picture after a message, when nothing moves any more."""
        self.say(**message)
        until(lambda: self.desk.session.quiet)
        return np.asarray(Image.open(io.BytesIO(self.all("frame")[-1][1][0]))).astype(int)

    def error(self):
        until(lambda: any(m["level"] == "error" for m, _ in self.all("message")))
        return next(m["text"] for m, _ in reversed(self.all("message")) if m["level"] == "error")


@pytest.fixture
def page(avatar, tmp_path):
    made = Page([avatar], tmp_path)
    yield made
    made.desk.close()


def test_hello_is_answered_with_everything_a_page_needs(page):
    page.say(kind="hello")
    setup, state = page.last("setup"), page.last("state")
    sliders = [s["name"] for tab in setup["tabs"] for group in tab["groups"] for s in group["sliders"]]
    assert set(sliders) == set(state["values"]) and len(sliders) == len(set(sliders))
    assert {"walk", "face"} <= set(setup["motions"]) and setup["poses"] == list(poses())
    assert page.last("frame")["full"]


def test_a_slider_changes_the_picture_and_undo_brings_it_back(page):
    page.say(kind="hello")
    before = page.picture(kind="home")
    raised = page.picture(kind="set", channel="left_shoulder.raise", value=80.0, final=True)
    assert np.abs(raised - before).max() > 60
    assert page.last("state")["undo"]
    np.testing.assert_array_equal(page.picture(kind="undo"), before)
    np.testing.assert_array_equal(page.picture(kind="redo"), raised)


def test_undo_leaves_the_camera_alone(page):
    page.say(kind="set", channel="jawOpen", value=1.0, final=True)
    page.say(kind="orbit", right=0.1, down=0.0)
    azimuth = page.desk.state.view.azimuth
    page.say(kind="undo")
    assert page.desk.state.view.azimuth == azimuth != 0 and page.desk.state.pose.actions == poses()["standing"].actions


def test_frames_carry_the_stamp_of_the_event_that_caused_them(page):
    page.say(kind="set", channel="jawOpen", value=0.5, stamp=123.5)
    until(lambda: any(m["stamp"] == 123.5 for m, _ in page.all("frame")))


def test_a_held_slider_stays_while_the_motion_plays_and_is_released(page):
    page.say(kind="motion", name="walk")
    page.say(kind="set", channel="jawOpen", value=0.75, final=True)
    page.say(kind="play", playing=True)
    until(lambda: page.desk.state.time > 0.05)
    place = 24  # jawOpen
    assert page.desk.state.pose.actions[place] == 0.75
    page.say(kind="play", playing=False)
    page.say(kind="release")
    assert page.desk.state.pose.actions[place] != 0.75


def test_a_motion_that_does_not_loop_ends_by_itself(page):
    page.say(kind="motion", name="face")
    page.say(kind="timing", speed=4.0, loop=False)
    page.say(kind="play", playing=True)
    until(lambda: page.desk.state.time == 4.0)
    until(lambda: not page.last("state")["playing"] and not page.desk.session.playing)


def test_a_closed_tab_ends_the_thread(page):
    page.say(kind="motion", name="walk")
    page.say(kind="play", playing=True)
    until(lambda: page.all("frame"))
    page.say(kind="bye")
    until(lambda: not page.desk.session.busy)
    page.say(kind="hello")
    assert not page.last("state")["playing"]


def test_events_from_many_threads_leave_one_consistent_state(page):
    def move(channel):
        for value in np.linspace(0.1, 0.9, 20):
            page.say(kind="set", channel=channel, value=float(value))

    threads = [threading.Thread(target=move, args=(name,)) for name in ("jawOpen", "eyeBlinkLeft", "left_index.curl")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    page.say(kind="set", channel="mouthLeft", value=0.5, final=True)
    values = page.last("state")["values"]
    assert [values[n] for n in ("jawOpen", "eyeBlinkLeft", "left_index.curl")] == pytest.approx([0.9] * 3)
    assert not page.all("message")


def test_two_panels_of_one_avatar_do_not_share_a_state(page, avatar, tmp_path):
    second = Page([avatar], tmp_path)
    second.say(kind="set", channel="jawOpen", value=1.0, final=True)
    assert page.desk.state.pose.actions != second.desk.state.pose.actions
    second.desk.close()
    assert not second.desk.session.busy


def test_two_people_are_driven_together_side_by_side(avatar, other, tmp_path):
    page = Page([avatar, other], tmp_path)
    before = page.picture(kind="home")
    after = page.picture(kind="set", channel="left_shoulder.raise", value=80.0, final=True)
    assert before.shape == (128, 256, 3)
    for half in (slice(0, 128), slice(128, 256)):
        assert np.abs(after - before)[:, half].max() > 60
    page.desk.close()


@pytest.mark.parametrize(
    ("message", "says"),
    [
        ({"kind": "dance"}, "message that this panel knows, got 'dance'"),
        ({"kind": ["set"]}, "message that this panel knows"),
        ({"kind": "set", "channel": ["nose"], "value": 1.0}, "expected channel among"),
        ({"kind": "set", "channel": "nose", "value": 1.0}, "expected channel among"),
        ({"kind": "set", "channel": "jawOpen", "value": "wide"}, "expected value from"),
        ({"kind": "set", "channel": "jawOpen", "value": float("nan")}, "expected value from"),
        ({"kind": "set", "channel": "jawOpen", "value": 3.0}, "jaw open: expected 0 to 1"),
        ({"kind": "orbit", "right": 0.1}, "expected down"),
        ({"kind": "look", "background": "red"}, "expected a colour such as"),
        ({"kind": "look", "size": 9999}, "expected size among"),
        ({"kind": "motion", "name": "moonwalk"}, "expected name among"),
        ({"kind": "play", "playing": True}, "expected a motion to play"),
        ({"kind": "blend", "share": 0.5}, "two keyed poses"),
        ({"kind": "load"}, "expected one file, got 0"),
        ({"kind": "photos", "names": ["a"]}, "one name for each of 0 photos"),
    ],
)
def test_a_bad_message_is_one_line_and_changes_nothing(page, message, says):
    before = page.desk.state
    page.desk.receive(message)
    assert says in page.error() and "\n" not in page.error()
    assert page.desk.state == before


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
    for suffix in (".ply", ".splat", ".spz", ".glb"):
        page.say(kind="splats", suffix=suffix)
        assert (tmp_path / f"splats_001{suffix}").stat().st_size > 3072 * 8
    assert read_picture(tmp_path / "snapshot_001.png").image.shape == (3, 128, 128)
    assert (tmp_path / "splats_001.ply").stat().st_size > 3072 * 50
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


def test_photos_become_the_avatar_with_progress(page, other, monkeypatch, tmp_path):
    def create(files, progress, checkpoint):
        assert files == [("me.jpg", b"bytes")]
        progress(0, 2, "reading me.jpg")
        return other

    monkeypatch.setattr(errands, "create_avatar", create)
    page.say(b"bytes", kind="photos", names=["me.jpg"])
    until(lambda: (tmp_path / "person_001.avatar").is_file() and not page.desk.tasks.running("photos"))
    assert page.desk.scene.people[0].avatar is other
    assert any(m["text"] == "reading me.jpg" for m, _ in page.all("progress"))
    assert "1 photos" in page.last("message")["text"]


@pytest.mark.parametrize("content", [b"", b"no picture at all", b"\xff\xd8\xff\xe0 cut short"])
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
    assert page.last("setup")["motions"][0] == "dance.npz"
    x, _, z = page.desk.state.pose.translation
    assert x == z == 0
    until(lambda: "dance.npz" in page.last("message")["text"])


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [("walk.bvh", b"", "walk.bvh"), ("walk.txt", b"x", "walk.txt"), ("face.csv", b"a,b\n1,2\n", "face.csv")],
)
def test_a_bad_motion_file_is_one_line_with_its_name(page, name, content, says):
    page.say(content, kind="motion file", names=[name])
    assert says in page.error() and "lca-motion" not in page.error()
    until(lambda: not page.desk.tasks.running("motion"))


def test_thumbnails_of_every_pose(page):
    page.say(kind="thumbnails")
    until(lambda: not page.desk.tasks.running("thumbnails"))
    assert [m["name"] for m, _ in page.all("thumbnail")] == list(poses())


def test_closing_leaves_no_thread(avatar, tmp_path):
    page = Page([avatar], tmp_path)
    page.say(kind="motion", name="walk")
    page.say(kind="play", playing=True)
    page.say(kind="thumbnails")
    page.desk.close()
    assert not [t for t in threading.enumerate() if t.name in ("lca-panel", "lca-thumbnails")]
