"""Photos become a person who sharpens while one looks: in place, in the background, until stopped."""

import threading
from dataclasses import replace

import numpy as np
import pytest
import torch

from lca.data.example import load_example
from lca.model.avatar import Avatar
from lca.panel import errands, upload
from lca.panel.sharpening import PATIENCE, PHOTOS, SHARPENING, Sharpening
from lca.panel.tasks import Tasks
from lca.tracking import likeness
from lca.tracking.likeness import Draft, Enough, Likeness
from lca.training.refine import Progress, RefineConfig
from tests.panel.fake_page import Page
from tests.panel.test_session import until

PHOTO = {"kind": "photos", "names": ["me.jpg"]}
STEPS = 40


class Step(Progress):
    """A step of a refinement that makes the person redder."""

    source: Avatar

    def __init__(self, step, source):
        vars(self).update(step=step, total=STEPS, source=source)

    def avatar(self):
        colors = torch.tensor([self.step / STEPS, 0.0, 0.0]).repeat(len(self.source.canonical), 1)
        canonical = replace(self.source.canonical, colors=colors)
        return replace(self.source, canonical=canonical, metadata={"refined": str(self.step)})


def record(kind, **known):
    """A record of which a panel needs only so much."""
    made = object.__new__(kind)
    vars(made).update(known)
    return made


@pytest.fixture
def refinement(other, monkeypatch):
    """What photos become, step by step as the test lets it go on: `refinement(8)` does eight steps."""
    todo = threading.Semaphore(0)

    def create(files, audience, checkpoint):
        audience.progress(0, 3, f"reading {files[0][0]}")
        audience.notes(["me.jpg: blurred (confidence 0.50)"])
        audience.draft(record(Draft, avatar=other))
        steps = [Step(k + 1, other) for k in range(STEPS)]
        done = steps[-1]
        try:
            for step in steps:
                todo.acquire(timeout=60)
                done = step
                audience.step(step)
        except Enough:
            pass
        return record(Likeness, avatar=done.avatar())

    monkeypatch.setattr(errands, "create_avatar", create)
    return lambda count: todo.release(count)


@pytest.fixture
def at_once(monkeypatch):
    """A better avatar after every step."""
    monkeypatch.setattr("lca.panel.sharpening.EVERY", 0.0)


def refined(page):
    return page.desk.scene.people[0].avatar.metadata.get("refined")


def test_a_person_appears_and_sharpens_in_place(page, other, refinement, at_once, tmp_path):
    page.say(b"bytes", **PHOTO)
    until(lambda: page.desk.scene.people[0].avatar is other)
    assert "refined" not in Avatar.load(tmp_path / "person_001.avatar").metadata
    assert page.last("notes")["lines"] == ["me.jpg: blurred (confidence 0.50)"]
    page.say(kind="set", channel="left_elbow.bend", value=70.0, final=True)
    page.say(kind="set", channel="shape.1", value=1.0, final=True)
    page.say(kind="orbit", right=0.1, down=0.0)
    state, history = page.desk.state, page.desk.history
    joints, before = page.desk.scene.people[0].joints(state), page.picture(kind="zoom", factor=1.0)
    setups = len(page.all("setup"))
    refinement(STEPS // 2)
    until(lambda: refined(page) == str(STEPS // 2))
    assert (page.desk.state, page.desk.history) == (state, history)
    assert torch.equal(page.desk.scene.people[0].joints(state), joints)
    assert np.abs(page.picture(kind="zoom", factor=1.0) - before).max() > 60, "the picture has changed by itself"
    assert len(page.all("setup")) == setups and page.last("progress")["text"] == SHARPENING
    refinement(STEPS)
    until(lambda: not page.desk.tasks.running(PHOTOS))
    assert refined(page) == Avatar.load(tmp_path / "person_001.avatar").metadata["refined"] == str(STEPS)
    assert "3072 Gaussians from 1 photo, sharpened in" in page.last("message")["text"]
    assert page.last("progress")["done"] == page.last("progress")["whole"]


def test_stopping_keeps_what_there_is(page, refinement, at_once, tmp_path):
    page.say(b"bytes", **PHOTO)
    refinement(3)
    until(lambda: refined(page) == "3")
    page.say(kind="stop")
    refinement(1)
    until(lambda: not page.desk.tasks.running(PHOTOS))
    assert Avatar.load(tmp_path / "person_001.avatar").metadata["refined"] == refined(page) == "4"
    assert "sharpened until stopped" in page.last("message")["text"]
    page.say(b"bytes", **PHOTO)
    until(lambda: (tmp_path / "person_002.avatar").is_file())
    page.say(kind="stop")
    refinement(1)


def test_stopping_before_there_is_an_avatar_changes_nothing(page, avatar, monkeypatch, tmp_path):
    reading, go_on = threading.Event(), threading.Event()

    def create(files, audience, checkpoint):
        reading.set()
        go_on.wait(60)
        audience.progress(1, 3, "finding")

    monkeypatch.setattr(errands, "create_avatar", create)
    page.say(b"bytes", **PHOTO)
    reading.wait(60)
    page.say(kind="stop")
    go_on.set()
    until(lambda: not page.desk.tasks.running(PHOTOS))
    assert page.desk.scene.people[0].avatar is avatar and not list(tmp_path.iterdir())
    assert page.last("message")["text"] == "stopped"


def test_without_a_pose_the_feed_forward_person_stays_with_a_word(page, other, monkeypatch, tmp_path):
    def create(files, audience, checkpoint):
        audience.draft(record(Draft, avatar=other))
        return record(Likeness, avatar=other)

    monkeypatch.setattr(errands, "create_avatar", create)
    page.say(b"bytes", **PHOTO)
    until(lambda: not page.desk.tasks.running(PHOTOS))
    assert page.desk.scene.people[0].avatar is other and (tmp_path / "person_001.avatar").is_file()
    assert "not sharpened, as no photo's pose was found" in page.last("message")["text"]


def test_two_people_side_by_side_keep_the_second(avatar, other, refinement, at_once, tmp_path):
    page = Page([avatar, avatar], tmp_path)
    page.say(b"bytes", **PHOTO)
    refinement(2)
    until(lambda: refined(page) == "2")
    assert page.desk.scene.people[1].avatar is avatar
    refinement(STEPS)
    page.desk.close()
    assert Avatar.load(tmp_path / "person_001.avatar").metadata["refined"]


def test_a_state_saved_meanwhile_fits_the_sharper_avatar(page, refinement, at_once, tmp_path):
    page.say(b"bytes", **PHOTO)
    refinement(1)
    until(lambda: refined(page) == "1")
    page.say(kind="save")
    refinement(5)
    until(lambda: refined(page) == "6")
    page.say((tmp_path / "state_001.json").read_bytes(), kind="load")
    assert page.last("message") == {"kind": "message", "text": "state loaded", "level": "info"}
    page.say(kind="stop")
    refinement(1)


def test_events_keep_their_stamp_when_a_sharper_avatar_takes_their_place(page, other):
    page.say(kind="set", channel="jawOpen", value=0.5, stamp=123.5)
    page.desk.sharpen(other)
    until(lambda: page.desk.session.quiet)
    assert page.all("frame")[-1][0]["stamp"] == 123.5


class Busy:
    """A panel on which somebody drags, for ever."""

    busy = True

    def __init__(self):
        self.threads = torch.get_num_threads()
        self.tasks, self.shown = Tasks(lambda error: None), []

    def sharpen(self, avatar):
        self.shown.append(avatar)


def test_the_hand_goes_first_but_not_for_ever(other, monkeypatch):
    slept = []
    monkeypatch.setattr("lca.panel.sharpening.time.sleep", lambda seconds: slept.append(seconds))
    panel, told, threads = Busy(), [], torch.get_num_threads()
    clock = iter(np.arange(0.0, 1e4, PATIENCE / 10))
    monkeypatch.setattr("lca.panel.sharpening.time.monotonic", lambda: float(next(clock)))
    with Sharpening(panel, lambda *words: told.append(words)) as sharpening:
        sharpening(Step(1, other))
        assert panel.threads == torch.get_num_threads() == max(1, threads // 2)
    assert 5 < len(slept) < 12 and told == [(1, STEPS, SHARPENING)] and len(panel.shown) == 1
    assert panel.threads == torch.get_num_threads() == threads


def test_an_upload_is_found_drafted_and_refined(monkeypatch):
    monkeypatch.setattr(likeness, "RefineConfig", lambda: RefineConfig(align=1, steps=2))
    photo, texts, notes, drafts, steps = load_example().photos[2], [], [], [], []
    audience = upload.Audience(lambda done, whole, text: texts.append(text), notes.append, drafts.append, steps.append)
    made = upload.create_avatar([("back.jpg", photo.read_bytes())], audience)
    assert texts == ["reading back.jpg", "finding the person in back.jpg", "making the avatar"]
    assert drafts == [made.start] and [step.step for step in steps] == [1, 2, 3]
    assert made.avatar.metadata["refined"] == "1" and len(notes) == 2
    assert notes[1][: len(notes[0])] == notes[0] and all(line.startswith("back.jpg: ") for line in notes[1])


@pytest.mark.parametrize(
    ("files", "says"),
    [([], "expected 1 to 16 photos, got 0"), ([("a.jpg", b"")] * 17, "got 17"), ([("a.jpg", b"x")], "a.jpg")],
)
def test_bad_uploads(files, says):
    audience = upload.Audience(*[lambda *words: None] * 4)
    with pytest.raises(ValueError, match=says):
        upload.create_avatar(files, audience)
