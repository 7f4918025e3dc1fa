"""`lca player`: the page is whole, asks nothing of the network, and a real browser shows and moves what it should."""

import re
import time

import numpy as np
import pytest
import torch

from lca.formats.motion_npz import write_motion
from lca.formats.video import to_bytes
from lca.geometry.camera import orbit
from lca.lab.browser import WEBGL, Browser
from lca.lab.playing import drive
from lca.model.avatar import Avatar
from lca.motion.named import named_motion
from lca.render import render

SIZE = 256
SHORT = ("--seconds", 1, "--fps", 8)


@pytest.fixture
def page_file(tmp_path, avatar, lca):
    """A page of eight frames."""
    code, out, error = lca("player", avatar, "--out", tmp_path / "a.html", *SHORT)
    assert code == 0 and "384 Gaussians, 8 frames" in out, error
    return tmp_path / "a.html"


def test_page_is_one_file_that_asks_nothing_of_the_network(page_file):
    page = page_file.read_text()
    assert "{{" not in page and "<title>person</title>" in page
    assert re.findall(r"https?://|\b(?:import|fetch|XMLHttpRequest|WebSocket)\b", page) == []
    assert re.findall(r"""(?:src|href)=["']([^"']*)""", page) == ["data:,"]
    assert "default-src 'none'" in page  # the browser itself refuses whatever would be asked


def test_a_title_is_text(tmp_path, avatar, lca):
    avatar = avatar.rename(tmp_path / "<b>{{stage}} & Co.avatar")
    code, _, error = lca("player", avatar, "--out", tmp_path / "a.html", *SHORT, "--background", "#102030")
    assert code == 0, error
    page = (tmp_path / "a.html").read_text()
    assert "<title>&lt;b&gt;{{stage}} &amp; Co</title>" in page and "rgb(16 32 48)" in page


def test_page_of_a_motion_file(tmp_path, avatar, lca):
    write_motion(tmp_path / "mine.npz", named_motion("walk", 1.0, 10.0))
    options = ["--motion", tmp_path / "mine.npz", "--seconds", 0.5, "--fps", 20]
    code, out, error = lca("player", avatar, "--out", tmp_path / "a.html", *options)
    assert code == 0, error
    assert "our own .npz" in out and "384 Gaussians, 10 frames" in out


@pytest.mark.parametrize(
    ("name", "options", "message"),
    [
        ("a.js", [], "expected a page ending in .html"),
        ("a.html", ["--fps", 0], "--fps from 1 to 240"),
        ("a.html", ["--seconds", 100], "at most 900 frames, got 3000"),
        ("a.html", ["--motion", "swim"], "or a motion file, got swim: no such file"),
        ("a.html", ["--background", "nocolour"], "expected a colour"),
    ],
)
def test_bad_options(tmp_path, avatar, lca, name, options, message):
    code, _, error = lca("player", avatar, "--out", tmp_path / "made" / name, *options)
    assert code == 2 and message in error and error.count("\n") == 1
    assert not (tmp_path / "made").exists()


@pytest.fixture(scope="module")
def chromium():
    """A real browser that paints by software."""
    with Browser(SIZE, SIZE, WEBGL) as browser:
        browser.call(
            "Network.emulateNetworkConditions", offline=True, latency=0, downloadThroughput=0, uploadThroughput=0
        )
        browser.call("Emulation.setDeviceMetricsOverride", width=SIZE, height=SIZE, deviceScaleFactor=1, mobile=False)
        browser.call("Emulation.setEmulatedMedia", features=[{"name": "prefers-reduced-motion", "value": "reduce"}])
        yield browser


@pytest.fixture
def page(chromium, page_file):
    """The page, ready and paused, without a complaint before or after the test."""
    chromium.errors.clear()
    chromium.go(page_file.as_uri())
    chromium.wait("document.body?.dataset.state === 'ready'")
    yield chromium
    chromium.evaluate("0")
    assert chromium.errors == []


def picture(page) -> np.ndarray:
    """What the page shows without its controls, after two frames, as (height, width, 3) bytes."""
    page.evaluate("document.querySelector('nav').style.visibility = 'hidden'")
    page.evaluate("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
    return np.asarray(page.screenshot()).astype(float)


def rendered(avatar_file, state) -> np.ndarray:
    """What the same moment and view are for `lca.render`."""
    gaussians = list(drive(Avatar.load(avatar_file), named_motion("walk", 1.0, 8.0)))[round(state["time"] * 8)]
    return to_bytes(render(gaussians, camera_of(state["view"]), torch.ones(3)).image).astype(float)


def camera_of(view):
    azimuth, elevation, distance = (float(view[name]) for name in ("azimuth", "elevation", "distance"))
    return orbit(azimuth, elevation, distance, tuple(view["target"]), view["field_of_view"], SIZE)


def state_of(page) -> dict:
    return page.evaluate("player.state()")


def view_once(page, condition) -> dict:
    """The view as soon as it fulfils a condition in JavaScript about `view`."""
    page.wait(f"(({{view}}) => {condition})(player.state())", 10.0)
    return state_of(page)["view"]


@pytest.mark.browser
def test_browser_shows_the_avatar_as_it_is_rendered_here(page, avatar):
    assert not state_of(page)["playing"]
    for seconds, look in [(0.0, "{}"), (0.5, "{}"), (0.25, "{ azimuth: 2.2, elevation: 0.5, distance: 1.5 }")]:
        page.evaluate(f"player.seek({seconds}), player.look({look})")
        shown, expected = picture(page), rendered(avatar, state_of(page))
        assert np.abs(expected - 255).mean() > 3, "nobody in the picture"
        assert np.abs(shown - expected).mean() < 1.5 and np.abs(shown - expected).max() < 40


@pytest.mark.browser
def test_browser_orbits_zooms_pans_and_resets(page, avatar):
    first, home = picture(page), state_of(page)["view"]
    page.drag((128.0, 100.0), (188.0, 100.0))
    turned = view_once(page, f"view.azimuth < {home['azimuth']} - 0.4")
    assert turned["elevation"] == pytest.approx(home["elevation"])
    assert np.abs(picture(page) - rendered(avatar, state_of(page))).mean() < 1.5
    page.mouse("mouseWheel", 128.0, 100.0, deltaX=0, deltaY=-300)
    view_once(page, f"view.distance < 0.9 * {home['distance']}")
    page.drag((128.0, 100.0), (128.0, 150.0), shift=True)
    panned = view_once(page, f"view.target[1] > {home['target'][1]} + 0.1")
    assert panned["azimuth"] == turned["azimuth"] and np.abs(picture(page) - first).mean() > 3
    for clicks in (1, 2):
        for kind in ("mousePressed", "mouseReleased"):
            page.mouse(kind, 128.0, 100.0, clickCount=clicks)
    assert view_once(page, f"view.azimuth === {home['azimuth']}") == home
    np.testing.assert_array_equal(picture(page), first)


@pytest.mark.browser
def test_browser_zooms_to_the_pointer(page, avatar):
    home = state_of(page)["view"]
    page.mouse("mouseWheel", 190.0, 60.0, deltaX=0, deltaY=-400)
    view = view_once(page, f"view.distance < 0.9 * {home['distance']}")
    before, after = camera_of(home), camera_of(view)
    towards = torch.tensor([190.0 - SIZE / 2, 60.0 - SIZE / 2, float(before.intrinsics[0, 0])])
    rotation, shift = before.camera_from_world[:3, :3], before.camera_from_world[:3, 3]
    point = rotation.T @ (home["distance"] * towards / towards[2] - shift)
    assert after.project(point[None])[0, :2].tolist() == pytest.approx([190.0, 60.0], abs=0.5)


@pytest.mark.browser
def test_browser_has_controls_that_a_finger_hits(page):
    sizes = page.evaluate(
        "[...document.querySelectorAll('nav button, nav select, nav input')].map((e) => e.getBoundingClientRect())"
        ".map((b) => Math.min(b.width, b.height))"
    )
    assert len(sizes) == 4 and min(sizes) >= 24


@pytest.mark.browser
def test_browser_follows_fingers(page):
    home = state_of(page)["view"]

    def touch(kind, *points):
        places = [{"x": x, "y": y, "id": finger} for finger, (x, y) in enumerate(points)]
        page.call("Input.dispatchTouchEvent", type=kind, touchPoints=places)

    touch("touchStart", (100, 100), (156, 100))
    touch("touchMove", (80, 130), (176, 130))
    touch("touchEnd")
    pinched = state_of(page)["view"]
    assert pinched["distance"] == pytest.approx(home["distance"] * 56 / 96, rel=0.01)
    assert pinched["target"][1] > home["target"][1] + 0.05 and pinched["azimuth"] == home["azimuth"]
    for _ in range(2):
        touch("touchStart", (120, 120))
        touch("touchEnd")
    assert state_of(page)["view"] == home


@pytest.mark.browser
def test_browser_plays_scrubs_and_rests(page):
    page.evaluate("document.querySelector('[aria-label=Speed]').value = '0.25'")
    page.evaluate("document.querySelector('[aria-label=Play]').click()")
    page.wait("player.state().time > 0.05")
    page.evaluate("document.querySelector('[aria-label=Pause]').click()")
    stopped = state_of(page)
    assert not stopped["playing"]
    time.sleep(0.3)
    assert state_of(page)["time"] == stopped["time"]
    page.evaluate(
        "(() => { const time = document.querySelector('[aria-label=\"Time in seconds\"]');"
        "time.value = 0.75; time.dispatchEvent(new Event('input')); document.querySelector('canvas').focus(); })()"
    )
    assert state_of(page)["time"] == 0.75
    page.key(" ")
    page.wait("player.state().playing && player.state().time < 0.7")  # it begins again after the end


@pytest.mark.browser
def test_browser_without_webgl_says_so(chromium, page_file):
    blind = "HTMLCanvasElement.prototype.getContext = () => null"
    script = chromium.call("Page.addScriptToEvaluateOnNewDocument", source=blind)
    chromium.go(page_file.as_uri())
    chromium.wait("document.body?.dataset.state === 'failed'")
    chromium.call("Page.removeScriptToEvaluateOnNewDocument", **script)
    said = chromium.evaluate("document.querySelector('[role=alert]').innerText")
    assert "needs WebGL 2, which this browser lacks" in said
    assert chromium.evaluate(
        "document.querySelector('nav').offsetParent === null && !document.querySelector('nav').offsetHeight"
    )
