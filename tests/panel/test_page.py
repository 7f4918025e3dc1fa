"""The page in a real browser: its layout, themes, keys, names, fingers and the life of its messages."""

import re
import time

import pytest

from lca.lab.browser import Browser
from lca.panel.channels import channels
from lca.panel.state import Viewpoint
from tests.panel.page_hand import PageHand, opened
from tests.panel.test_session import until

pytestmark = pytest.mark.browser
LAPTOP, PHONE = (1366, 768), (390, 844)
SMALLEST = 24
"""Pixels of a target, each way."""
READABLE = 4.5
"""Contrast of a text with what is behind it (WCAG AA)."""
TARGETS = "button, select, summary, input, .lca-file, .lca-check"


@pytest.fixture(scope="module")
def hand(avatar, tmp_path_factory):
    folder = tmp_path_factory.mktemp("page")
    with opened([avatar], ["ada"], folder) as (address, desks), Browser(*LAPTOP) as browser:
        made = PageHand(browser, desks)
        made.window(LAPTOP)
        browser.go(address)
        browser.wait("document.querySelector('.lca-view')?.dataset.frame > 0")
        browser.wait("document.querySelectorAll('.lca-gallery img[src]').length > 10")
        yield made
        assert browser.errors == []


def test_all_that_matters_is_above_the_fold_and_large_enough(hand):
    hand.window(LAPTOP)
    for name in ("Poses", "Body", "Hands", "Face", "Shape", "View"):
        hand.tab(name)
        boxes = hand.boxes(TARGETS)
        small = {label: box for label, box in boxes.items() if min(box[2] - box[0], box[3] - box[1]) < SMALLEST}
        assert len(boxes) > 25 and small == {}
    vital = hand.boxes(
        ".lca-view, .lca-message, [aria-label=Files] > *, [aria-label=Edit] > *, [role=tab], .lca-time > *"
    )
    assert len(vital) > 20 and max(bottom for *_, bottom in vital.values()) <= LAPTOP[1]
    left, top, right, bottom = hand.boxes(".lca-view")[next(label for label in vital if label.startswith("Avatar"))]
    assert right - left == pytest.approx(bottom - top, abs=1) and bottom - top > 0.7 * LAPTOP[1]
    # the thumb of a slider, by what the style sheet says of it
    assert re.search(r"slider-thumb \{[^}]*width: 24px; height: 24px", hand.browser.evaluate(
        "fetch('panel.css' + location.search).then((answer) => answer.text())"))  # fmt: skip


def test_a_phone_shows_the_picture_beside_what_moves_it_and_swipes_beside_it_scroll(hand):
    hand.window(PHONE, touch=True)
    hand.tab("Face")
    assert hand.browser.evaluate("document.documentElement.scrollWidth") <= PHONE[0]
    boxes = hand.boxes(TARGETS)
    assert min(min(b[2] - b[0], b[3] - b[1]) for b in boxes.values()) >= SMALLEST
    hand.swipe((200, 800), -400)
    hand.browser.wait("scrollY > 200")
    until(hand.rolled_out)
    assert next(iter(hand.boxes(".lca-view").values()))[1] < 10, "the picture stays in sight"
    before, view = hand.browser.evaluate("scrollY"), hand.desk.state.view
    hand.swipe((200, 200), -150)
    until(lambda: hand.desk.state.view.elevation < view.elevation)
    assert hand.browser.evaluate("scrollY") == before, "a swipe over the picture turns the person"
    hand.browser.evaluate("scrollTo(0, 0)")


def test_a_pinch_zooms_between_the_fingers_and_two_taps_bring_it_home(hand):
    hand.window(PHONE, touch=True)
    hand.click("Reset the camera")
    until(lambda: hand.desk.state.view == hand.desk.scene.home)
    (x, y), view = hand.at(0.7, 0.3), hand.desk.state.view
    hand.touch("touchStart", (x - 30, y), (x + 30, y))
    hand.touch("touchMove", (x - 60, y), (x + 60, y))
    hand.touch("touchEnd")
    until(lambda: hand.desk.state.view.distance == pytest.approx(view.distance / 2, rel=0.05))
    nearer = hand.desk.state.view
    assert nearer.azimuth == view.azimuth and nearer.target[0] > 0.05 and nearer.target[1] > view.target[1] + 0.05
    for _ in range(2):
        hand.touch("touchStart", (x, y))
        hand.touch("touchEnd")
    until(lambda: hand.desk.state.view == view)
    hand.window(LAPTOP)


def test_the_wheel_zooms_to_the_pointer_and_buttons_and_keys_aim(hand):
    hand.window(LAPTOP)
    hand.click("Reset the camera")
    until(lambda: hand.desk.state.view == Viewpoint())
    hand.browser.mouse("mouseWheel", *hand.at(0.5, 0.2), deltaX=0, deltaY=-300)
    until(lambda: hand.desk.state.view.distance < Viewpoint().distance)
    assert hand.desk.state.view.target[1] > Viewpoint().target[1] + 0.1
    hand.click("Camera to the head (key 2)")
    until(lambda: hand.desk.state.view.distance < 1.0)
    head = hand.desk.state.view
    for key, nearer in (("3", 1.0), ("1", 2.0)):
        hand.browser.evaluate(f"{hand.find('.lca-view')}.focus()")
        hand.key(key)
        until(lambda nearer=nearer: hand.desk.state.view.distance > nearer)
    hand.key("2")
    until(lambda: hand.desk.state.view == head)


def test_themes_follow_the_system_and_errors_are_read_in_both(hand):
    hand.desk.complain(ValueError("something is wrong"))
    hand.browser.wait("!!document.querySelector('.lca-error')")
    text = (".lca-error", "h1", ".lca-slider output", ".lca-tabs [aria-selected=true]", "[aria-label=Undo]", "summary")
    hand.tab("Face")
    papers = []
    for dark in (False, True):
        hand.window(LAPTOP, dark)
        # a button that cannot be pressed may be pale
        assert {s: c for s in text if s != "[aria-label=Undo]" and (c := hand.contrast(s)) < READABLE} == {}
        papers.append(hand.browser.evaluate("getComputedStyle(document.querySelector('.lca-panel')).backgroundColor"))
    assert papers[0] != papers[1]
    # in JupyterLab its theme counts, whatever the system's is
    theme = "document.body.dataset.jpThemeLight = {light!r}; document.body.style.cssText = {style!r}"
    for dark, light, style in (
        (
            True,
            "true",
            "background: #fff; --jp-layout-color1: #fff; --jp-ui-font-color0: #000; --jp-ui-font-color1: #212121",
        ),
        (
            False,
            "false",
            "background: #111; --jp-layout-color1: #111; --jp-ui-font-color0: #fff; --jp-ui-font-color1: #ddd",
        ),
    ):
        hand.window(LAPTOP, dark)
        hand.browser.evaluate(theme.format(light=light, style=style))
        assert hand.contrast(".lca-error") >= READABLE and hand.contrast("h1") >= READABLE
    hand.browser.evaluate("delete document.body.dataset.jpThemeLight, document.body.style.cssText = ''")
    hand.window(LAPTOP)


def test_the_list_of_keys_opens_and_closes_and_leaves_the_notebook_its_own(hand):
    opened = "document.querySelector('.lca-keys').open"
    hand.key("?", text="?")
    assert hand.browser.evaluate(opened)
    hand.key("Escape", windowsVirtualKeyCode=27)
    assert not hand.browser.evaluate(opened)
    hand.click("Keys and mouse (key ?)")
    assert hand.browser.evaluate(opened) and "pinch" in hand.browser.evaluate(
        "document.querySelector('.lca-keys').innerText"
    )
    hand.click("Close the list of keys")
    hand.browser.evaluate("document.querySelector('.lca-search').focus()")
    hand.key("?", text="?")
    assert not hand.browser.evaluate(opened), "typed, not meant"
    hand.browser.evaluate(
        "window.heard = [], document.body.addEventListener('keydown', (event) => window.heard.push(event.target.tagName))"
    )
    hand.tab("Hands")
    curl = lambda: channels()["left_index.curl"].read(hand.desk.state)
    before = curl()
    hand.push("left_index.curl", 0.5)
    until(lambda: curl() == pytest.approx(0.5, abs=0.02))
    hand.browser.evaluate(hand.find('[data-channel="left_index.curl"]') + ".focus()")
    for key, value in (("z", before), ("y", 0.5)):
        hand.key(key, modifiers=2)
        until(lambda value=value: curl() == pytest.approx(value, abs=0.02))
    for key, modifiers, heard in (("s", 2, ["BODY", "CANVAS"]), ("s", 0, ["CANVAS"]), ("a", 2, ["CANVAS"])):
        hand.browser.evaluate(f"window.heard = [], {hand.find('.lca-view')}.focus()")
        hand.key(key, modifiers=modifiers)
        assert hand.browser.evaluate("window.heard") == heard, "Ctrl and S is heard outside of the panel"


def test_a_search_finds_sliders_of_all_tabs_and_a_mirror_moves_the_other_side(hand):
    shown = (
        "[...document.querySelectorAll('.lca-slider [data-channel]')].filter((e) => e.checkVisibility())"
        ".map((e) => e.dataset.channel)"
    )
    hand.tab("Shape")
    hand.find_sliders("Left EL")
    assert hand.browser.evaluate(shown) == [n for n, c in channels().items() if "left" in c.label and "el" in c.label]
    assert "left_elbow.bend" in hand.browser.evaluate(shown)
    hand.browser.evaluate("document.querySelector('[role=search] input[type=checkbox]').click()")
    hand.push("left_elbow.bend", 90)
    until(lambda: channels()["right_elbow.bend"].read(hand.desk.state) == pytest.approx(90, abs=0.6))
    assert channels()["left_elbow.bend"].read(hand.desk.state) == pytest.approx(90, abs=0.6)
    value = "document.querySelector('[data-channel=\"{}\"]').closest('label').querySelector('output').textContent"
    assert hand.browser.evaluate(value.format("right_elbow.bend")) == "+90°"
    newest = hand.stale(**{"right_elbow.bend": 13})
    assert hand.browser.evaluate(value.format("right_elbow.bend")) == "+90°", "a state of before the last post"
    hand.desk.send(newest, [])
    hand.browser.wait(f"{value.format('right_elbow.bend')} === '+13°'")
    hand.desk.synchronise()
    hand.find_sliders("")
    assert set(hand.browser.evaluate(shown)) == {f"shape.{k}" for k in range(1, 11)}
    units = {"pelvis.move_up": " cm", "jawOpen": " %", "shape.1": " σ", "left_index.curl": " %", "eyes.left": "°"}
    assert {name: hand.browser.evaluate(value.format(name)).lstrip("+-0123456789.") for name in units} == units


def test_the_strength_changes_the_expression_that_is_on(hand):
    hand.tab("Face")
    hand.click("Expression: smile")
    pressed = "[...document.querySelectorAll('[data-face][aria-pressed=true]')].map((e) => e.dataset.face).join()"
    hand.browser.wait(f"{pressed} === 'smile'")
    full = sum(hand.desk.state.pose.actions)
    hand.choose("Strength of the expression", 0.5)
    until(lambda: sum(hand.desk.state.pose.actions) == pytest.approx(full / 2))
    hand.click("Expression: neutral")
    hand.browser.wait(f"{pressed} === 'neutral'")
    assert not any(hand.desk.state.pose.actions)


def test_messages_go_with_what_they_spoke_of(hand):
    hand.desk.say("walk: carries no face", about="motion")
    hand.browser.wait("document.querySelector('.lca-message').textContent.startsWith('walk')")
    hand.choose("Motion", "walk")
    hand.browser.wait("!document.querySelector('.lca-message').textContent")
    wrong, right = ({"kind": "key", "slot": slot} for slot in (5, 0))
    hand.desk.receive(wrong)
    hand.browser.wait("document.querySelector('.lca-error')?.getAttribute('role') === 'alert'")
    time.sleep(0.3)
    assert "got 5" in hand.line(), "it stays long enough to be read"
    hand.desk.receive({"kind": "save"})
    hand.browser.wait("document.querySelector('.lca-message').textContent.startsWith('wrote')")
    hand.desk.receive(wrong)
    hand.browser.wait("!!document.querySelector('.lca-error')")
    hand.desk.receive({"kind": "motion", "name": None})
    assert "got 5" in hand.line(), "another kind has worked"
    hand.desk.receive(right)
    hand.browser.wait("!document.querySelector('.lca-message').textContent")
    hand.browser.evaluate(
        "window.later = window.setTimeout; window.setTimeout = (f, ms) => window.later(f, ms / 100); 0"
    )
    hand.desk.say("read and gone")
    hand.browser.wait("!document.querySelector('.lca-message').textContent")
    hand.browser.evaluate("window.setTimeout = window.later; 0")


def test_two_people_are_named_and_buttons_say_whom_they_act_on(avatar, other, tmp_path):
    with opened([avatar, other], ["ada", "june"], tmp_path) as (address, desks), Browser(*LAPTOP) as browser:
        hand = PageHand(browser, desks)
        hand.window(LAPTOP)
        browser.go(address)
        browser.wait("document.querySelector('.lca-view')?.dataset.frame > 0")
        assert browser.evaluate("document.title").startswith("ada and june")
        assert browser.evaluate("document.querySelector('h1').textContent") == "ada and june"
        tags = hand.boxes(".lca-tags span")
        left, _, right, _ = next(box for label, box in hand.boxes(".lca-view").items())
        for place, (label, name) in enumerate(zip(tags, ("ada", "june"), strict=True)):
            assert label.strip() == name
            middle = (tags[label][0] + tags[label][2]) / 2
            assert (middle - left) / (right - left) == pytest.approx(0.25 + 0.5 * place, abs=0.02)
        said = browser.evaluate(
            "[...document.querySelectorAll('.lca-panel button, .lca-panel input')].map((e) => e.ariaLabel || '')"
        )
        for words in (
            "Make another avatar in the place of ada",
            "Write ada into the panel's folder",
            "Put the feet of ada",
            "ada and june: standing",
            "Record what you do with ada and june",
            "Pose: wave of ada and june",
            "Expression: smile of ada and june",
            "Camera to the head of ada and june",
        ):
            assert any(label.startswith(words) for label in said), words
        assert browser.errors == []
