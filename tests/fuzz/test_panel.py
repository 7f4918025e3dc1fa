"""Odd messages and states at the panel: one line on the page, and it goes on drawing."""

import json
import threading

import pytest

from lca.errors import UserError
from lca.geometry.skies import SKIES
from lca.panel.app import _parsed
from lca.panel.changes import CHANGES
from lca.panel.channels import channels
from lca.panel.errands import ERRANDS
from lca.panel.library import poses
from lca.panel.state import GAZES, PICTURES, State
from lca.panel.state_file import encode
from tests.fuzz.damage import as_json, damaged, strange
from tests.panel.conftest import avatar  # noqa: F401
from tests.panel.fake_page import Page
from tests.panel.test_session import until

SLOW = ("photos", "thumbnails")
"""Errands that work for seconds; other attacks open their doors."""
KINDS = [
    kind
    for kind in (*CHANGES, *ERRANDS, "play", "timing", "undo", "redo", "record", "hello", "back", "ack")
    if kind not in SLOW
]
FIELDS = {
    "channel": lambda rng: rng.choice(list(channels())),
    "name": lambda rng: rng.choice([*poses(), "walk", "smile", "neutral", None]),
    "mode": lambda rng: rng.choice(GAZES),
    "picture": lambda rng: rng.choice(PICTURES),
    "sky": lambda rng: rng.choice([*SKIES, None]),
    "lamp": lambda rng: rng.random() < 0.5,
    "background": lambda rng: "#20a0ff",
    "suffix": lambda rng: ".ply",
    "names": lambda rng: ["a.npz"],
    "loop": lambda rng: rng.random() < 0.5,
    "on": lambda rng: False,
    "playing": lambda rng: rng.random() < 0.5,
    "final": lambda rng: rng.random() < 0.5,
    **dict.fromkeys(
        (
            "value",
            "right",
            "down",
            "factor",
            "x",
            "y",
            "strength",
            "time",
            "share",
            "speed",
            "stamp",
            "number",
            "azimuth",
        ),
        lambda rng: rng.random(),
    ),
    **dict.fromkeys(("slot",), lambda rng: rng.choice((0, 1))),
}


@pytest.fixture
def page(avatar, tmp_path):  # noqa: F811
    """A page whose threads' tracebacks are kept."""
    (tmp_path / "out").mkdir()
    made = Page([avatar], tmp_path / "out")
    yield made
    made.desk.close()


def message(rng):
    """A message with every field that some kind of message has, a few of them odd."""
    whole = {"kind": rng.choice(KINDS), **{name: field(rng) for name, field in FIELDS.items() if rng.random() < 0.8}}
    return strange(rng, whole) if rng.random() < 0.8 else whole


def test_messages(attacked, page, monkeypatch):
    crashed = []
    monkeypatch.setattr(threading, "excepthook", lambda what: crashed.append(what.exc_value))
    state = as_json(encode(State(), [page.desk.scene.people[0].name]))

    def enter(rng, folder):
        before = len(page.told)
        text = (
            as_json(message(rng)).decode()
            if rng.random() < 0.9
            else damaged(rng, as_json(message(rng))).decode(errors="replace")
        )
        head = _parsed(text)
        if head is None:
            raise UserError("no message")
        page.desk.receive(head, [damaged(rng, state)] if rng.random() < 0.8 else [])
        until(lambda: not page.desk.tasks.running("motion"))
        for said, _ in page.told[before:]:
            if said["kind"] == "message" and (len(said["text"]) > 2000 or "\n" in said["text"]):
                raise AssertionError(said["text"][:200])
        if crashed:
            raise crashed.pop()
        return []

    attacked("panel messages", enter, cases=1500)
    page.say(kind="reset")
    page.picture(kind="set", channel="jawOpen", value=0.5, final=True)
    assert not crashed


def test_states(attacked, page):
    from lca.panel.errands import load

    whole = encode(State(), [page.desk.scene.people[0].name])

    def enter(rng, folder):
        content = as_json(strange(rng, whole)) if rng.random() < 0.8 else damaged(rng, as_json(whole))
        load(page.desk, {}, [content])
        json.dumps(encode(page.desk.state, []), allow_nan=False)
        return [page.desk.state.pose.theta, page.desk.scene.people[0].posed(page.desk.state).means]

    attacked("panel states", enter, cases=1000)
