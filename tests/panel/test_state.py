"""States are values: views orbit, zoom and pan as a hand expects, poses blend, history steps back and forth."""

import json
import math
from dataclasses import replace

import pytest
import torch

from lca.errors import UserError
from lca.motion.named import named_motion
from lca.panel.blend import blended
from lca.panel.channels import channels
from lca.panel.faces import emotion
from lca.panel.history import History
from lca.panel.library import pose_at, poses
from lca.panel.light import Lighting
from lca.panel.playback import Playback
from lca.panel.state import DISTANCES, HIGHEST, Look, Pose, State, Viewpoint
from lca.panel.state_file import encode, parse, write_state

FRONT = torch.tensor([[0.0, -0.15, 0.3]])
"""A point on the person's front."""


def place(view, point=FRONT):
    return (view.camera(100).project(point)[0, :2] / 100).tolist()


def test_what_is_dragged_follows_the_hand():
    x, y = place(Viewpoint())
    right, down = place(Viewpoint().orbited(0.02, 0.0)), place(Viewpoint().orbited(0.0, 0.02))
    assert right[0] > x + 0.001 and down[1] > y + 0.001


def test_panning_moves_the_target_as_far_as_the_pointer():
    view = Viewpoint(0.4, 0.2)
    target = torch.tensor([view.target])
    x, y = place(view, target)
    moved = place(view.panned(0.1, -0.2), target)
    assert moved == pytest.approx([x + 0.1, y - 0.2], abs=1e-5)


def test_camera_stays_where_it_can_see():
    assert Viewpoint().zoomed(1e-6).distance == DISTANCES[0] and Viewpoint().zoomed(1e6).distance == DISTANCES[1]
    assert Viewpoint().orbited(0.0, 9.0).elevation == HIGHEST
    assert abs(Viewpoint().orbited(123.4, 0.0).azimuth) <= math.pi
    assert Viewpoint().zoomed(2.0).distance == 2 * Viewpoint().distance


def test_blend_goes_along_the_shortest_arc():
    first, second = poses()["standing"], poses()["arms up"]
    assert blended(first, second, 0.0).theta == pytest.approx(first.theta, abs=1e-6)
    assert blended(first, second, 1.0).theta == pytest.approx(second.theta, abs=1e-6)
    turned = [replace(Pose(), theta=(0.0, angle, *[0.0] * 154)) for angle in (3.0, -3.0)]
    assert abs(blended(turned[0], turned[1], 0.5).theta[1]) == pytest.approx(math.pi, abs=1e-3)


def test_blend_mixes_face_gaze_and_place():
    second = Pose(psi=(0.2,) * 4, actions=emotion("smile", 1.0), translation=(1.0, 0.0, 0.0))
    middle = blended(Pose(), second, 0.25)
    assert middle.psi == pytest.approx((0.05,) * 4) and middle.translation[0] == 0.25
    assert middle.actions == pytest.approx([0.25 * a for a in second.actions])


def test_a_pose_between_two_frames_of_a_motion():
    motion = named_motion("walk", 1.0, 10.0)
    assert pose_at(motion, 0.3).theta == pytest.approx(motion.theta[3].tolist())
    assert pose_at(motion, 99.0).theta == pytest.approx(motion.theta[-1].tolist())
    between, ends = pose_at(motion, 0.35).translation[0], motion.translation[3:5, 0]
    assert between == pytest.approx(float(ends.mean()))


def test_undo_takes_back_strokes_not_events():
    history = History(State())
    for value in (1.0, 2.0, 3.0):
        history = history.changed(replace(State(), time=value), "set a")
    history = history.changed(replace(State(), time=9.0), "set b").lifted()
    assert history.undone().present.time == 3.0
    assert history.undone().undone().present.time == 0.0
    assert history.undone().redone().present.time == 9.0
    assert history.undone().changed(replace(State(), time=5.0)).future == ()


def test_moving_the_camera_is_no_step_and_nothing_is_no_step():
    history = History(State()).moved(replace(State(), view=Viewpoint(1.0)))
    assert not history.past and history.changed(history.present) is history
    assert history.undone() is history and history.redone() is history


def test_a_motion_plays_pauses_seeks_loops_and_changes_speed_without_a_jump():
    still = Playback(4.0)
    running = still.played(10.0)
    assert running.at(11.5) == 1.5 and running.at(15.0) == 1.0 and not running.ended(15.0)
    assert running.paused(11.5).at(99.0) == 1.5
    fast = running.timed(11.0, 2.0, False)
    assert fast.at(11.0) == 1.0 and fast.at(12.0) == 3.0 and fast.at(20.0) == 4.0 and fast.ended(20.0)
    assert fast.paused(20.0).played(21.0).at(21.5) == 1.0
    assert running.sought(12.0, 3.0).at(12.5) == 3.5
    with pytest.raises(UserError, match=r"speed from 0\.1 to 4\.0, got 9"):
        still.timed(0.0, 9.0, True)


FULL = State(
    pose=poses()["wave"],
    shape=(0.5, -1.0, *[0.0] * 8),
    view=Viewpoint(0.3, 0.1, 2.0, (0.1, 0.2, 0.3), 0.5),
    look=Look("#102030", 384, "depth", True, True),
    light=Lighting("sunset", 0.5, (0.6, 0.0, 0.8), 2.0),
    eyes="camera",
    motion="walk",
    time=1.25,
    held=(("jawOpen", 0.5),),
    keys=(poses()["squat"], None),
)


def read(content, avatars=("me",)):
    return parse(json.dumps(content), avatars, list(channels()), ["walk"])


def test_a_state_survives_its_file(tmp_path):
    write_state(tmp_path / "state.json", FULL, ["me"])
    assert parse((tmp_path / "state.json").read_bytes(), ["me"], list(channels()), ["walk"]) == FULL


def damaged(path, value):
    content = json.loads(json.dumps(encode(FULL, ["me"])))
    *parents, last = path
    place = content
    for key in parents:
        place = place[key]
    if value is ...:
        del place[last]
    else:
        place[last] = value
    return content


@pytest.mark.parametrize(
    ("path", "value", "says"),
    [
        (["format"], "other", "that a panel saved"),
        (["version"], 7, "version 1, got version 7"),
        (["avatars"], ["you"], "of this avatar"),
        (["state", "pose", "theta"], [0.0] * 138, "156 numbers of theta, got 138"),
        (["state", "pose", "psi", 0], float("nan"), "psi from"),
        (["state", "pose", "psi", 0], "much", "psi from"),
        (["state", "view", "distance"], -1.0, "distance from 0.35 to 12"),
        (["state", "look", "size"], 100_000, "known size"),
        (["state", "look", "background"], "url(x)", "known background"),
        (["state", "motion"], "moonwalk", "known motion"),
        (["state", "held"], [["nose", 1.0]], "known held"),
        (["state", "light", "sky"], "moon", "known sky"),
        (["state", "light", "sky"], "room.hdr", "known sky"),
        (["state", "light", "lamp"], [0.0, 0.0, 0.0], "a direction of length 1, got 0"),
        (["state", "light", "lamp"], [1.0, 0.0], "3 numbers of lamp, got 2"),
        (["state", "light", "strength"], -1.0, "strength from 0 to 10"),
        (["state", "light", "azimuth"], 7.0, "azimuth from"),
        (["state", "light"], {}, "damaged"),
        (["state", "keys"], ..., "damaged"),
    ],
)
def test_a_bad_state_is_one_line(path, value, says):
    with pytest.raises(UserError, match=says):
        read(damaged(path, value))


def test_a_state_from_before_there_was_light_has_that_of_the_photos():
    assert read(damaged(["state", "light"], ...)) == replace(FULL, light=Lighting())


@pytest.mark.parametrize("text", [b"\xff\xfe", "{", "[]", "7"])
def test_no_state_at_all(text):
    with pytest.raises(UserError, match="expected a state"):
        parse(text, ["me"], [], [])
