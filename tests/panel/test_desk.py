"""The desk with a fake page: messages in, pictures and states out, on any thread; mistakes are lines on the page."""

import threading

import numpy as np
import pytest

from lca.panel.library import poses
from tests.panel.fake_page import Page
from tests.panel.test_session import until


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
        ({"kind": "set", "channel": "jawOpen", "value": 10**400}, "expected value from"),
        ({"kind": "set", "channel": "jawOpen", "value": 0.5, "stamp": 10**400}, "expected stamp from"),
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


@pytest.mark.parametrize(
    "message",
    [
        {"kind": "set", "channel": "jawOpen", "value": 0.5, "final": True},
        {"kind": "set", "channel": "jawOpen", "value": 3.0, "final": True},
        {"kind": "thumbnails"},
        {"kind": "nonsense"},
    ],
)
def test_every_post_is_answered_by_a_state_that_has_heard_of_it(page, message):
    post = {"page": "mine", "number": 7}
    page.say(kind="home")
    assert page.last("state")["heard"] is None
    page.say(**message, post=post)
    assert page.last("state")["heard"] == post


def test_the_millionth_picture_and_all_after_it_are_acknowledged(page):
    page.desk.session._number = 999_999
    for value in (0.2, 0.4, 0.6, 0.8):  # more than may be in flight
        page.picture(kind="set", channel="jawOpen", value=value, final=True)
    assert page.all("frame")[-1][0]["number"] > 10**6
    assert not [m for m, _ in page.all("message") if m["level"] == "error"]


@pytest.mark.parametrize("fault", [IndexError("index out of range"), OverflowError("too large"), TypeError("no")])
def test_a_picture_that_cannot_be_drawn_is_said_and_the_next_one_is_drawn(page, monkeypatch, fault):
    def fails(*anything):
        raise fault

    with monkeypatch.context() as patched:
        patched.setattr(page.desk.session, "_draw", fails)
        page.say(kind="set", channel="jawOpen", value=0.5, final=True)
        assert type(fault).__name__ in page.error()
    until(lambda: not page.desk.busy)
    page.picture(kind="set", channel="jawOpen", value=0.1, final=True)


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


def test_other_people_are_a_step_that_undo_takes_back(page, other):
    page.say(kind="set", channel="left_elbow.bend", value=70.0, final=True)
    page.say(kind="set", channel="shape.0", value=1.0, final=True)
    before = page.picture(kind="home")
    first = page.desk.scene.people[0].name
    page.desk.replace_avatars([other])
    after = page.picture(kind="home")
    assert page.desk.scene.people[0].name != first and np.abs(after - before).max() > 60
    assert not any(page.desk.state.shape) and page.last("state")["undo"]
    np.testing.assert_array_equal(page.picture(kind="undo"), before)
    assert page.desk.scene.people[0].name == first
    page.desk.sharpen(other)  # who is refined meanwhile is the one of the photos, not who is shown
    assert page.desk.scene.people[0].name == first
    np.testing.assert_array_equal(page.picture(kind="redo"), after)
    page.say(kind="reset")
    assert page.desk.scene.people[0].name != first and page.desk.state.cast == 1


def test_people_whom_no_step_shows_are_forgotten(page, other):
    for _ in range(2):
        page.desk.replace_avatars([other])
        page.say(kind="undo")
    page.desk.replace_avatars([other])
    assert sorted(page.desk.casts._by_number) == [0, 3]


def test_a_pose_that_ends_a_motion_says_so_and_undo_comes_back(page):
    page.say(kind="motion", name="walk")
    page.say(kind="seek", time=1.5, final=True)
    page.say(kind="play", playing=True)
    page.say(kind="play", playing=False)
    time = page.desk.state.time
    page.say(kind="pose", name="squat")
    assert page.last("message")["text"] == f"walk was left at {time:.1f} s: undo, or choose it again, to come back"
    page.say(kind="undo")
    assert (page.desk.state.motion, page.desk.state.time) == ("walk", time)
    page.say(kind="motion", name=None)
    assert len(page.all("message")) == 1, "who chooses no motion knows it"
