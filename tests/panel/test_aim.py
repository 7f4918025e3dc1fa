"""Cameras go to where a head, hands or a whole body are now, and zoom to what is under the pointer."""

import math
from dataclasses import replace

import pytest
import torch

from lca.errors import UserError
from lca.panel.aim import HANDS, HEAD, aimed
from lca.panel.changes import PanelScene, change
from lca.panel.library import poses
from lca.panel.motions import Offered
from lca.panel.person import PanelPerson
from lca.panel.state import DISTANCES, State, Viewpoint

PARTS = {"head": HEAD, "hands": HANDS, "body": tuple(range(55))}


@pytest.fixture(scope="module")
def scene(avatar, other):
    """Two people, the second half a metre taller than the first."""
    tall = replace(other, rig=replace(other.rig, joints=1.3 * other.rig.joints))
    return PanelScene((PanelPerson(avatar), PanelPerson(tall)), Offered(), Viewpoint(azimuth=0.4))


@pytest.mark.parametrize("part", PARTS)
@pytest.mark.parametrize("pose", ["standing", "wave", "squat", "bow"])
def test_the_part_is_in_the_picture_wherever_it_is_and_fills_it(scene, pose, part):
    state = State(pose=poses()[pose], view=scene.home)
    for people in (scene.people[:1], scene.people):
        view = change(state, {"kind": "aim", "part": part}, replace(scene, people=people)).view
        assert view.azimuth == state.view.azimuth and view.elevation == state.view.elevation
        points = [view.camera(100).project(person.joints(state)[list(PARTS[part])])[:, :2] for person in people]
        assert all(0 < float(p.min()) and float(p.max()) < 100 for p in points)
        widest = max(float((a - b).norm()) for p in points for a in p for b in p)
        assert widest > (10 if part == "head" else 40)


def test_a_hand_that_has_moved_is_found_where_it_is_now(scene):
    people = scene.people[:1]
    views = [
        aimed(Viewpoint(), "hands", [people[0].joints(State(pose=poses()[name]))]) for name in ("standing", "arms up")
    ]
    assert views[1].target[1] > views[0].target[1] + 0.5


def test_an_unknown_part_is_one_line(scene):
    with pytest.raises(UserError, match="expected part among body, head, hands, got 'tail'"):
        change(State(), {"kind": "aim", "part": "tail"}, scene)


@pytest.mark.parametrize("factor", [0.5, 1.7])
def test_zoom_leaves_what_is_under_the_pointer(scene, factor):
    state = State(view=Viewpoint(azimuth=0.7, elevation=0.3))
    camera, (x, y) = state.view.camera(1), (0.8, 0.3)
    tall = 2 * state.view.distance * math.tan(state.view.field_of_view / 2)
    across, downward = camera.camera_from_world[:2, :3]
    point = torch.tensor(state.view.target) + tall * ((x - 0.5) * across + (y - 0.5) * downward)
    for people, place in ((scene.people[:1], x), (scene.people, 0.5 + x / 2)):
        zoom = {"kind": "zoom", "factor": factor, "x": place, "y": y}
        view = change(state, zoom, replace(scene, people=people)).view
        assert view.distance == pytest.approx(factor * state.view.distance)
        assert view.camera(1).project(point[None])[0, :2].tolist() == pytest.approx([x, y], abs=1e-4)


def test_zoom_without_a_place_or_beyond_the_nearest_moves_nothing(scene):
    state = State(view=Viewpoint(distance=DISTANCES[0]))
    for place in ({}, {"x": 0.9, "y": 0.9}):
        view = change(state, {"kind": "zoom", "factor": 0.5, **place}, scene).view
        assert view.target == pytest.approx(state.view.target) and view.distance == DISTANCES[0]
