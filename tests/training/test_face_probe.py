"""The probes on codes whose content is known, and on faces of the world."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from lca.data.sources import open_source
from lca.errors import UserError
from lca.geometry.body_file import load_body
from lca.training.face_probe import SWING, Faces, frontal, probe_face_code, read_actions, read_back, swing, tell_people
from tests.world.captures import built

PEOPLE, FRAMES = 12, 16


def faces(of_actions: float, of_person: float) -> Faces:
    """Codes that tell so much of the actions and of who it is."""
    rng = np.random.default_rng(0)
    person = np.repeat(np.arange(PEOPLE), FRAMES)
    actions = rng.random((PEOPLE * FRAMES, 52)) * (np.arange(52) < 6)
    spread, who = rng.standard_normal((52, 128)), rng.standard_normal((PEOPLE, 128))
    noise = 0.05 * rng.standard_normal((len(person), 128))
    return Faces(of_actions * actions @ spread + of_person * who[person] + noise, actions, person)


def test_actions_are_read_where_the_code_has_them():
    found = read_actions(faces(1.0, 0.0))
    assert found["actions"] == len(found["each"]) == 6 and min(found["each"].values()) > 0.9  # of 52, six vary
    assert found["mean"] > 0.9 and found["pooled"] > 0.9
    assert max(read_actions(faces(0.0, 1.0))["each"].values()) < 0.1


def test_an_action_that_swings_by_less_than_a_pixel_is_not_visible():
    names = load_body().expression_names
    known, strong = faces(1.0, 0.0), np.zeros(52)
    strong[[names.index("jawOpen"), names.index("eyeWideLeft")]] = 1.0
    rng = np.random.default_rng(1)
    shown = replace(known, actions=rng.random((len(known.person), 52)) * strong)
    found = read_actions(replace(shown, eps=shown.actions @ rng.standard_normal((52, 128))))
    assert list(found["each"]) == ["jawOpen", "eyeWideLeft"] and found["visible_actions"] == 1
    assert swing(shown.actions)[names.index("eyeWideLeft")] < SWING < swing(shown.actions)[names.index("jawOpen")]


def test_actions_are_read_back_by_the_map_that_names_them():
    rng, known = np.random.default_rng(3), faces(1.0, 0.0)
    action_map = rng.standard_normal((53, 128))
    named = replace(known, eps=np.concatenate([known.actions, np.ones((len(known.person), 1))], 1) @ action_map)
    assert read_back(named, action_map)["mean"] == 1.0 and read_back(known, action_map)["mean"] < 0.5


def test_a_code_of_actions_alone_does_not_tell_people_apart():
    assert tell_people(faces(1.0, 0.0))["ratio"] < 3
    told = tell_people(faces(0.0, 1.0))
    assert told["top1"] > 0.9 and told["chance"] == pytest.approx(1 / PEOPLE, abs=1e-4)
    assert told["ratio_beyond"] > 9 and told["ratio_by_actions"] < 3


def test_who_makes_a_face_of_their_own_is_told_by_actions_but_not_beyond_them():
    rng, person = np.random.default_rng(2), np.repeat(np.arange(PEOPLE), FRAMES)
    own = rng.random((PEOPLE, 52))[person] * (np.arange(52) < 12) + 0.05 * rng.random((len(person), 52))
    told = tell_people(Faces(own @ rng.standard_normal((52, 128)), own, person))
    assert told["ratio"] > 9 and told["ratio_by_actions"] > 9 and told["ratio_beyond"] < 3


def test_a_frontal_face_shows_both_halves(network):
    captures = [
        (source := open_source(built("wild"), split)[0]).photos(range(len(source))) for split in ("train", "test")
    ]
    for capture in captures:
        seen = frontal(network.template, capture)
        for k in range(len(capture)):
            across = capture.face_canonical[k, 0][capture.face_canonical_mask[k, 0]]
            front = capture.face_canonical[k, 2][capture.face_canonical_mask[k, 0]] > 0.08
            halves = [float((front & side).float().sum()) for side in (across > 0, across < 0)]
            assert not seen[k] or min(halves) > 0


def test_a_probe_needs_people(network):
    source = open_source(built("wild"), "train")
    with pytest.raises(UserError, match=r"expected 8 people whose face two frames show, got [0-7]: build more"):
        probe_face_code(network, [source[0]])


def test_a_face_driven_by_its_own_code_is_measured_beside_anothers(network):
    from lca.training.face_probe import reenact

    source = open_source(built("wild"), "train")
    capture = source[0].photos(range(len(source[0])))
    with torch.random.fork_rng():
        found = reenact(network, [source[0], source[0]], [capture, capture], photos=2)
    assert found["people"] == 2
    assert found["own"] == found["crossed"]  # the frame with the nearest actions is the frame itself
    assert found["moved_own"] == found["moved_crossed"]
    assert found["moved_own"] is not None and found["moved_own"] <= 1
