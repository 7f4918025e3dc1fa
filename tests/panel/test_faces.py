"""Expressions: told from one another by eye, eyes that close, and a strength that changes what is on."""

from dataclasses import replace
from itertools import combinations

import numpy as np
import pytest
import torch

from lca.geometry.body_file import load_body
from lca.model.checkpoint import SHIPPED
from lca.panel.aim import aimed
from lca.panel.channels import channels
from lca.panel.faces import NEUTRAL, emotion, emotions, worn
from lca.panel.frames import frame
from lca.panel.library import poses
from lca.panel.person import PanelPerson
from lca.panel.state import Look, State
from tests.panel.test_session import until

TOLD = 1.6
"""Grey levels, mean over the face, by which any two expressions of a blurred (feed-forward) avatar differ. Looked at, pairs of
1.7 can be told apart; cheeks and a blink as they once were, 1.2 to 1.4 from a face at rest, cannot."""
SIZE = 192


def head_of(person, actions, **look):
    state = State(pose=replace(poses()["standing"], actions=actions), look=Look(size=SIZE, **look))
    view = aimed(state.view, "head", [person.joints(state)])
    return np.asarray(frame([person], replace(state, view=view))).astype(float)


@pytest.mark.skipif(not SHIPPED.is_file(), reason="needs the shipped checkpoint")
def test_expressions_are_told_apart_and_a_blink_closes_the_eyes(example):
    person = PanelPerson(example)
    faces = {name: head_of(person, emotion(name, 1.0)) for name in emotions()}
    state = State(pose=poses()["standing"])
    camera = aimed(state.view, "head", [person.joints(state)]).camera(SIZE)
    x, y, _ = camera.project(person.joints(state)[[23, 24]]).round().int().unbind(1)
    wide = int(abs(x[0] - x[1]))
    face = np.s_[int(y[0]) - wide : int(y[0]) + 2 * wide, int(x.min()) - wide // 2 : int(x.max()) + wide // 2]
    apart = {(a, b): float(np.abs(faces[a] - faces[b])[face].mean()) for a, b in combinations(faces, 2)}
    assert min(apart.values()) > TOLD, sorted((d, pair) for pair, d in apart.items())[:5]
    dark = lambda face: [
        float((face[v - 2 : v + 3, u - 2 : u + 3].mean(-1) < 95).mean()) for u, v in zip(x, y, strict=True)
    ]
    half = head_of(person, emotion("blink", 0.5))
    assert min(dark(faces[NEUTRAL])) > 0.3, "open eyes are dark"
    assert max(dark(faces["blink"])) == 0.0, "closed ones are not"
    assert sum(dark(half)) < sum(dark(faces[NEUTRAL]))
    left, right = dark(faces["wink"])
    assert left == 0.0 and right > 0.3


def test_lids_take_the_skin_s_colour_and_open_eyes_are_left_alone(avatar):
    lids, own = avatar.lids, avatar.canonical.colors
    assert len(lids.actions) == 2
    assert torch.equal(avatar.drive(torch.zeros(156)).colors, own)
    blink, half = (avatar.eps_from_actions(torch.tensor(emotion("blink", strength))) for strength in (1.0, 0.5))
    shut, closing = (avatar.drive(torch.zeros(156), eps).colors for eps in (blink, half))
    covered, free = (lids.cover >= 1.0).any(0), (lids.cover == 0.0).all(0)
    distance = lambda colors: float((colors - lids.tone)[covered].abs().mean())
    assert distance(shut) < 0.1 * distance(own) and distance(shut) < distance(closing) < distance(own)
    free[avatar.stretch.skin] = False  # skin round the eyes takes its own mean as lids pull at it
    assert free.any()
    torch.testing.assert_close(shut[free], own[free], atol=0.02, rtol=0)


@pytest.mark.parametrize("name", emotions())
def test_a_face_knows_what_it_wears(name):
    for strength in (0.25, 1.0):
        assert worn(emotion(name, strength)) == (name, pytest.approx(strength if name != NEUTRAL else 0.0))
    assert worn(emotion(name, 0.0)) == (NEUTRAL, 0.0)
    assert max(emotion(name, 1.0)) <= 1.0


def test_a_face_of_its_own_has_no_name():
    actions = State(pose=replace(State().pose, actions=emotion("smile", 1.0)))
    assert worn(channels()["jawOpen"].set(actions, 0.3).pose.actions) == (None, 0.0)


def test_strength_changes_the_expression_that_is_on_in_one_step(page):
    page.say(kind="emotion", name="smile", strength=1.0)
    for strength in (0.8, 0.6, 0.4):
        page.say(kind="strength", name="smile", strength=strength)
    page.say(kind="strength", name="smile", strength=0.4, final=True)
    until(lambda: page.last("state")["expressed"] == pytest.approx(0.4))
    assert page.last("state")["expression"] == "smile"
    assert page.desk.state.pose.actions == emotion("smile", 0.4)
    page.say(kind="undo")
    assert page.desk.state.pose.actions == emotion("smile", 1.0)
    page.say(kind="undo")
    assert not any(page.desk.state.pose.actions)


def test_gaze_is_in_one_place():
    eyes = [name for name, channel in channels().items() if channel.group == "Eyes"]
    assert eyes[:2] == ["eyes.left", "eyes.up"]
    assert {name for name in load_body().expression_names if name.startswith("eyeLook")} < set(eyes)
