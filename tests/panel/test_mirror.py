"""A slider's twin on the other side, and a hand that moves both."""

import pytest

from lca.panel.changes import PanelScene, change
from lca.panel.channels import channels
from lca.panel.mirror import twins
from lca.panel.motions import Offered
from lca.panel.person import PanelPerson
from lca.panel.state import State, Viewpoint


def test_twins_are_of_one_another_and_move_the_same_way():
    for name, twin in twins().items():
        one, other = channels()[name], channels()[twin]
        assert twins()[twin] == name != twin
        assert (one.low, one.high, one.unit, one.tab) == (other.low, other.high, other.unit, other.tab)
    assert {"left_elbow.bend", "left_index.curl", "mouthSmileLeft", "eyeBlinkRight"} <= set(twins())
    assert not {"jawLeft", "mouthRight", "neck.turn_left", "eyes.left", "shape.1"} & set(twins())


@pytest.mark.parametrize(
    ("name", "value"), [("left_elbow.bend", 80.0), ("right_index.curl", 0.7), ("eyeBlinkLeft", 1.0)]
)
def test_the_twin_follows_if_asked(avatar, name, value):
    scene = PanelScene((PanelPerson(avatar),), Offered(), Viewpoint())
    message = {"kind": "set", "channel": name, "value": value}
    alone, both = (change(State(), {**message, "mirror": mirror}, scene) for mirror in (False, True))
    twin = channels()[twins()[name]]
    assert twin.read(alone) == twin.read(State()) and twin.read(both) == pytest.approx(value, abs=1e-4)
    walking = change(State(motion="walk"), {**message, "mirror": True}, scene)
    assert {held for held, _ in walking.held} == {name, twin.name}
