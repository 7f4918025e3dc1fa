"""What one does with the panel is kept: as a motion to choose, and as files that read back as that motion."""

import time

import pytest
import torch

from lca.formats.motion import read_motion
from lca.panel.channels import channels
from lca.panel.person import PanelPerson
from lca.panel.recorder import FPS, StateRecording
from lca.panel.state import State
from tests.panel.test_session import until


def raised(value):
    return channels()["left_elbow.bend"].set(State(), value)


def test_a_movement_is_taken_smoothly_and_a_jump_is_one(avatar):
    recording, person = StateRecording(), PanelPerson(avatar)
    for now, value in ((10.0, 0.0), (10.1, 20.0), (10.2, 40.0), (11.2, 90.0)):
        recording.note(now, raised(value))
    motion = recording.motion(person)
    angles = [channels()["left_elbow.bend"].read(raised_by(theta)) for theta in motion.theta]
    assert (len(motion), motion.fps) == (round(1.2 * FPS), FPS)
    assert angles[:5] == pytest.approx([200 * k / FPS for k in range(5)], abs=0.01)
    assert angles[5:] == pytest.approx([40.0] * (len(motion) - 5), abs=0.01)


def raised_by(theta):
    return State(pose=type(State().pose)(theta=tuple(theta.tolist())))


def recorded(page, to):
    page.say(kind="record", on=True)
    for name, value in (("left_elbow.bend", 70.0), ("jawOpen", 0.5), ("eyes.left", 20.0), ("left_index.curl", 0.5)):
        page.picture(kind="set", channel=name, value=value, final=True)
        time.sleep(0.03)
    page.say(kind="record", on=False, to=to)
    until(lambda: not page.desk.tasks.running("film"))


def test_a_recording_becomes_motion_files_and_a_motion_of_the_list(page, tmp_path):
    recorded(page, "motion files")
    motion = page.desk.scene.motions["recording 1"]
    assert page.last("offered")["motions"][0] == "recording 1"
    assert page.desk.state.motion is None, "what one does goes on"
    npz, face, body = (read_motion(tmp_path / f"recording_001{suffix}") for suffix in (".npz", ".csv", ".bvh"))
    assert npz.lacking == () and npz.motion.fps == face.motion.fps == body.motion.fps == FPS
    for name in ("theta", "translation", "actions", "psi"):
        torch.testing.assert_close(getattr(npz.motion, name), getattr(motion, name), atol=1e-6, rtol=0)
    torch.testing.assert_close(body.motion.theta, motion.theta, atol=2e-4, rtol=0)
    torch.testing.assert_close(face.motion.psi, motion.psi, atol=2e-6, rtol=0)
    assert motion.psi.abs().max() > 0.1 and motion.actions.max() == 0.5
    assert not list(tmp_path.glob("film*"))
    page.say(kind="motion", name="recording 1")
    page.say(kind="seek", time=99.0, final=True)
    assert page.desk.state.pose.theta == pytest.approx(motion.theta[-1].tolist())


def test_a_recording_becomes_a_film_and_files_and_the_next_has_its_own_names(page, tmp_path):
    for _ in range(2):
        recorded(page, "film and motion files")
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(
        f"{stem}_00{number}{suffix}"
        for number in (1, 2)
        for stem, suffix in (("film", ".mp4"), ("recording", ".npz"), ("recording", ".csv"), ("recording", ".bvh"))
    )
    assert list(page.desk.scene.motions)[:2] == ["recording 1", "recording 2"]
    assert {m["keeps"] for m, _ in page.all("progress") if m["done"] < m["whole"]} == {True}


def test_a_recording_that_was_under_way_when_the_desk_closed_is_kept(page, tmp_path):
    page.say(kind="record", on=True)
    page.picture(kind="set", channel="left_elbow.bend", value=70.0, final=True)
    page.desk.close()
    assert [path.name for path in tmp_path.iterdir()] == ["film_001.mp4"]


def test_what_no_recording_is_written_as_is_one_line(page):
    page.say(kind="record", on=True)
    page.say(kind="record", on=False, to="stone")
    assert "expected to among film, motion files" in page.error()
