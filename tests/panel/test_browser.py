"""The panel in a real browser: what a hand does changes the right part of the picture, and only that."""

import threading
import time
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from lca.lab.browser import Browser
from lca.model.checkpoint import SHIPPED
from lca.panel.channels import channels
from lca.panel.desk import Desk
from lca.panel.library import poses
from lca.panel.light import HANDLE, handle_of
from lca.panel.local import served
from lca.panel.motions import Offered
from lca.panel.state import Look, State, Viewpoint
from tests.model.matte import matte
from tests.panel.hand import FEET, HEAD, LEFT_ARM, LEFT_INDEX, LEFT_THUMB, RIGHT_ARM, Hand, around, change
from tests.panel.test_session import until

pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.skipif(not SHIPPED.is_file(), reason="needs the shipped checkpoint"),
]


class DeskHand(Hand):
    """A hand that also sees what the desk knows."""

    def __init__(self, browser, desks, address):
        super().__init__(browser)
        self.desks, self.address = desks, address

    @property
    def desk(self):
        return self.desks[-1]

    def picture(self):
        """The last picture, in full."""
        until(lambda: self.desk.session.quiet)
        return super().picture()

    def show(self, state):
        self.desk.restore(state)
        return self.picture()

    def slide(self, channel, value):
        self.push(channel, value)
        until(lambda: abs(channels()[channel].read(self.desk.state) - value) < 0.51)

    def slid(self, channel, value):
        """The picture after a slider has moved."""
        self.slide(channel, value)
        return self.picture()

    def around(self, joints, margin=12):
        return around(self.desk.scene.people[0], self.desk.state, joints, margin)


@pytest.fixture(scope="module")
def hand(example, tmp_path_factory):
    folder = tmp_path_factory.mktemp("panel")
    with served(lambda send: Desk([matte(example)], send, Offered(), folder)) as (address, desks), Browser() as browser:
        browser.go(address)
        browser.wait("document.querySelector('.lca-view')?.dataset.frame > 0")
        browser.wait("document.querySelectorAll('.lca-gallery img[src]').length > 10")
        yield DeskHand(browser, desks, address)
        assert browser.errors == []


@pytest.fixture
def standing(hand):
    """Standing, seen from the front; the picture of it."""
    return hand.show(State(pose=ARMS_OUT, look=Look(size=512)))


ARMS_OUT = poses()["arms out"]


def test_a_body_slider_moves_that_arm(hand, standing):
    after = hand.slid("left_elbow.bend", 100)
    hand.desk.restore(replace(hand.desk.state, pose=ARMS_OUT))
    arm, other = hand.around(LEFT_ARM), hand.around(RIGHT_ARM)
    moved, still = change(standing, after, arm), change(standing, after, other)
    assert moved > 2 and still < 0.2 * moved, (moved, still)


def test_a_finger_slider_moves_that_finger(hand):
    tip = hand.desk.scene.people[0].joints(State(pose=ARMS_OUT))[27].tolist()
    before = hand.show(State(pose=ARMS_OUT, view=Viewpoint(0.0, 0.9, 0.6, tuple(tip))))
    places = [hand.around(joints, 8) for joints in (LEFT_INDEX, LEFT_THUMB)]
    after = hand.slid("left_index.curl", 0.9)
    finger, thumb = (change(before, after, place) for place in places)
    assert finger > 3 and thumb < 0.5 * finger, (finger, thumb)


def test_a_smile_and_the_gaze_change_the_face_and_not_the_feet(hand, standing):
    face, feet = hand.around(HEAD, 24), hand.around(FEET)
    hand.click("Expression: smile")
    until(lambda: sum(hand.desk.state.pose.actions) > 0)
    smiling = hand.picture()
    looking = hand.slid("eyes.left", 30)
    for before, after in ((standing, smiling), (smiling, looking)):
        assert change(before, after, face) > 0.2
        assert change(before, after, feet) == 0


def test_eyes_follow_the_pointer(hand, standing):
    hand.choose("Eyes look", "pointer")
    until(lambda: hand.desk.state.eyes == "pointer")
    for x, sign in ((0.1, -1), (0.9, 1)):

        def followed(x=x, sign=sign):
            hand.browser.mouse("mouseMoved", *hand.at(x, 0.2), buttons=0, button="none")
            return sign * hand.desk.scene.people[0].shown(hand.desk.state).psi[0] > 0.1

        until(followed)


def test_mouse_orbits_pans_zooms_and_comes_home(hand, standing):
    hand.click("Reset the camera")
    home = hand.picture()
    views = [hand.desk.state.view]
    for act in (
        lambda: hand.browser.drag(hand.at(0.4, 0.5), hand.at(0.6, 0.5)),
        lambda: hand.browser.drag(hand.at(0.5, 0.5), hand.at(0.5, 0.6), shift=True),
        lambda: hand.browser.mouse("mouseWheel", *hand.at(0.5, 0.5), deltaX=0, deltaY=-240),
    ):
        act()
        until(lambda: hand.desk.state.view != views[-1])
        assert change(home, hand.picture(), slice(None)) > 1
        views.append(hand.desk.state.view)
    assert views[1].azimuth == pytest.approx(views[0].azimuth - 0.2 * np.pi, abs=0.05)
    assert views[2].target[1] > views[1].target[1] and views[3].distance < views[2].distance
    for clicks in (1, 2):
        for kind in ("mousePressed", "mouseReleased"):
            hand.browser.mouse(kind, *hand.at(0.5, 0.5), clickCount=clicks)
    until(lambda: hand.desk.state.view == views[0])
    np.testing.assert_array_equal(hand.picture(), home)


def test_keys_orbit_zoom_and_play(hand, standing):
    hand.browser.evaluate("document.querySelector('.lca-view').focus()")
    before = hand.desk.state.view
    hand.browser.key("ArrowRight")
    until(lambda: hand.desk.state.view.azimuth < before.azimuth)
    hand.browser.key("Home")
    until(lambda: hand.desk.state.view == hand.desk.scene.home)


def test_a_lamp_is_dragged_and_nudged_and_stays_with_the_world(hand, standing):
    sun = hand.find(".lca-lamp")
    assert hand.browser.evaluate(f"{sun}.hidden")
    hand.browser.evaluate(
        f"[...{hand.root}.querySelectorAll('.lca-check')].find((l) => l.textContent === 'lamp').firstChild.click()"
    )
    until(lambda: hand.desk.state.light.lamp is not None)
    hand.browser.wait(f"!{sun}.hidden")
    x, y = hand.at(*HANDLE)
    hand.browser.wait(
        f"document.elementFromPoint({x}, {y}) === {sun}"
    )  # a page that still moves would be turned instead
    view = hand.desk.state.view
    hand.browser.drag(hand.at(*HANDLE), hand.at(0.15, 0.5))
    until(lambda: handle(hand) == pytest.approx((0.15, 0.5), abs=0.02))
    assert hand.desk.state.view == view, "the camera stays"
    lit, towards = hand.picture(), hand.desk.state.light.lamp
    left, right = lit[:, :256], lit[:, 256:]
    assert left[left.min(-1) < 250].mean() > right[right.min(-1) < 250].mean() + 10
    hand.browser.evaluate(f"{sun}.focus()")
    hand.browser.key("ArrowRight")
    until(lambda: handle(hand) == pytest.approx((0.17, 0.5), abs=0.005))
    hand.click("Undo")
    until(lambda: hand.desk.state.light.lamp == towards)
    hand.browser.drag(hand.at(0.5, 0.8), hand.at(0.6, 0.8))
    until(lambda: hand.desk.state.view != view)
    hand.picture()
    assert hand.desk.state.light.lamp == towards
    hand.browser.wait(f"Math.abs(parseFloat({sun}.style.left) - {100 * handle(hand)[0]}) < 1")
    assert handle(hand)[0] > 0.2


def handle(hand):
    return handle_of(hand.desk.state.light.lamp, hand.desk.state.view.camera(1))


def test_timeline_plays_holds_and_then_rests(hand, standing):
    hand.choose("Motion", "walk")
    until(lambda: hand.desk.state.motion == "walk")
    hand.browser.evaluate(
        "(() => { window.times = []; document.addEventListener('lca:frame', (e) => window.times.push(e.detail.time)); })()"
    )
    hand.browser.wait("!document.querySelector('[aria-label=Play]').disabled")
    hand.click("Play")
    hand.browser.wait("new Set(window.times).size > 12")
    hand.slide("jawOpen", 1.0)
    assert ("jawOpen", 1.0) in hand.desk.state.held
    hand.click("Pause")
    until(lambda: not hand.desk.session.playing)
    times = hand.browser.evaluate("window.times")
    forward = [b - a for a, b in pairwise(times) if b > a]
    assert max(forward) < 1.5
    until(lambda: not hand.desk.session.busy)
    spent = time.process_time()
    time.sleep(1.0)
    assert time.process_time() - spent < 0.05, "nothing moves, nothing is computed"


def test_everything_has_a_name_for_a_screen_reader(hand):
    nameless = hand.browser.evaluate(
        "[...document.querySelectorAll('.lca-panel button, .lca-panel input, .lca-panel select, .lca-panel canvas')]"
        ".filter((e) => !(e.ariaLabel || e.title || e.textContent.trim() || [...(e.labels ?? [])]"
        ".some((l) => l.textContent.trim()))).map((e) => e.outerHTML)"
    )
    assert nameless == []
    assert hand.browser.evaluate("document.querySelector('[role=tablist] [aria-selected=true]').textContent") == "Poses"


def test_an_upload_that_is_no_picture_is_a_line_on_the_page(hand):
    hand.browser.evaluate(
        "(() => { const files = new DataTransfer(); files.items.add(new File(['no picture'], 'notes.jpg'));"
        "const drop = new DragEvent('drop', { dataTransfer: files, bubbles: true, cancelable: true });"
        "document.querySelector('.lca-panel').dispatchEvent(drop); })()"
    )
    text = hand.browser.wait("document.querySelector('.lca-error')?.textContent")
    assert "notes.jpg" in text and "Traceback" not in text
    assert hand.browser.evaluate("document.querySelector('.lca-message').getAttribute('role')") == "alert"


def test_a_tab_closed_while_playing_leaves_no_thread(hand, standing):
    hand.choose("Motion", "walk")
    until(lambda: hand.desk.state.motion == "walk")
    hand.browser.wait("!document.querySelector('[aria-label=Play]').disabled")
    hand.click("Play")
    until(lambda: hand.desk.session.playing)
    hand.browser.go("about:blank")
    until(lambda: not hand.desk.session.busy)
    until(lambda: not [t for t in threading.enumerate() if t.name == "lca-panel"])
    hand.browser.go(hand.address)
    hand.browser.wait("document.querySelector('.lca-view')?.dataset.frame > 0")
