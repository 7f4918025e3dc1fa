"""`lca player`: the page is whole, asks nothing of the network, and a real browser shows and moves what it should."""

import importlib
import io
import re
import shutil
import time

import numpy as np
import pytest
import torch
from PIL import Image

from lca.formats.video import to_bytes
from lca.geometry.camera import orbit
from lca.lab.playing import drive
from lca.model.avatar import Avatar
from lca.render import render
from lca.world.motion import named_motion

SIZE = 256
FLAGS = (
    "--no-sandbox --disable-dev-shm-usage --use-angle=swiftshader --enable-unsafe-swiftshader --disable-extensions "
    "--disable-background-networking --disable-component-update --disable-sync --no-first-run"
).split()
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


@pytest.mark.parametrize(
    ("name", "options", "message"),
    [
        ("a.js", [], "expected a page ending in .html"),
        ("a.html", ["--fps", 0], "--fps from 1 to 240"),
        ("a.html", ["--seconds", 100], "at most 900 frames, got 3000"),
        ("a.html", ["--motion", "swim"], "invalid choice"),
        ("a.html", ["--background", "nocolour"], "expected a colour"),
    ],
)
def test_bad_options(tmp_path, avatar, lca, name, options, message):
    code, _, error = lca("player", avatar, "--out", tmp_path / "made" / name, *options)
    assert code == 2 and message in error and error.count("\n") == 1
    assert not (tmp_path / "made").exists()


@pytest.fixture
def browser():
    """A real Chromium without a network, painting by software; pages start paused."""
    playwright = importlib.import_module("playwright.sync_api")
    with playwright.sync_playwright() as started:
        chromium = started.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
        context = chromium.new_context(
            viewport={"width": SIZE, "height": SIZE}, device_scale_factor=1, offline=True, reduced_motion="reduce"
        )
        yield context
        chromium.close()


def opened(browser, path):
    """A page that is ready, its controls hidden, and the complaints it makes."""
    page, complaints = browser.new_page(), []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("console", lambda message: message.type in ("error", "warning") and complaints.append(message.text))
    page.goto(path.as_uri())
    page.wait_for_selector('body[data-state="ready"]')
    return page, complaints


def picture(page) -> np.ndarray:
    """What the page shows without its controls, after two frames, as (height, width, 3) bytes."""
    page.add_style_tag(content="nav { visibility: hidden }")
    page.evaluate("() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
    return np.asarray(Image.open(io.BytesIO(page.screenshot())).convert("RGB")).astype(float)


def rendered(avatar_file, state) -> np.ndarray:
    """What the same moment and view are for `lca.render`."""
    motion, view = named_motion("walk", 1.0, 8.0), state["view"]
    gaussians = list(drive(Avatar.load(avatar_file), motion))[round(state["time"] * 8)]
    angles = view["azimuth"], view["elevation"], view["distance"]
    camera = orbit(*angles, tuple(view["target"]), view["field_of_view"], SIZE)
    return to_bytes(render(gaussians, camera, torch.ones(3)).image).astype(float)


def state_of(page) -> dict:
    return page.evaluate("player.state()")


@pytest.mark.browser
def test_browser_shows_the_avatar_as_it_is_rendered_here(page_file, avatar, browser):
    page, complaints = opened(browser, page_file)
    assert not state_of(page)["playing"]
    for seconds, look in [(0.0, {}), (0.5, {}), (0.25, {"azimuth": 2.2, "elevation": 0.5, "distance": 1.5})]:
        page.evaluate("([seconds, look]) => { player.seek(seconds); player.look(look); }", [seconds, look])
        shown, expected = picture(page), rendered(avatar, state_of(page))
        assert np.abs(expected - 255).mean() > 3, "nobody in the picture"
        assert np.abs(shown - expected).mean() < 1.5 and np.abs(shown - expected).max() < 40
    assert complaints == []


@pytest.mark.browser
def test_browser_orbits_zooms_pans_and_resets(page_file, avatar, browser):
    page, complaints = opened(browser, page_file)
    first, home = picture(page), state_of(page)["view"]

    def drag(dx, dy):
        page.mouse.move(128, 100)
        page.mouse.down()
        page.mouse.move(128 + dx, 100 + dy, steps=4)
        page.mouse.up()

    drag(60, 0)
    turned = state_of(page)["view"]
    assert turned["azimuth"] < home["azimuth"] - 0.3 and turned["elevation"] == pytest.approx(home["elevation"])
    assert np.abs(picture(page) - rendered(avatar, state_of(page))).mean() < 1.5
    page.mouse.wheel(0, -300)
    page.wait_for_function("(before) => player.state().view.distance < 0.9 * before", arg=home["distance"])
    page.keyboard.down("Shift")
    drag(0, 50)
    page.keyboard.up("Shift")
    panned = state_of(page)["view"]
    assert panned["target"][1] > home["target"][1] + 0.1 and panned["azimuth"] == turned["azimuth"]
    assert np.abs(picture(page) - first).mean() > 3
    page.mouse.dblclick(128, 100)
    assert state_of(page)["view"] == home
    np.testing.assert_array_equal(picture(page), first)
    assert complaints == []


@pytest.mark.browser
def test_browser_follows_fingers(page_file, browser):
    page, complaints = opened(browser, page_file)
    home, session = state_of(page)["view"], browser.new_cdp_session(page)

    def touch(kind, *points):
        places = [{"x": x, "y": y, "id": finger} for finger, (x, y) in enumerate(points)]
        session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": places})

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
    assert complaints == []


@pytest.mark.browser
def test_browser_plays_scrubs_and_rests(page_file, browser):
    page, complaints = opened(browser, page_file)
    page.get_by_label("Speed").select_option("0.25")
    page.get_by_label("Play", exact=True).click()
    page.wait_for_function("() => player.state().time > 0.05")
    page.get_by_label("Pause").click()
    stopped = state_of(page)
    assert not stopped["playing"]
    time.sleep(0.3)
    assert state_of(page)["time"] == stopped["time"]
    page.get_by_label("Time in seconds").fill("0.75")
    assert state_of(page)["time"] == 0.75
    page.locator("canvas").focus()
    page.keyboard.press("Space")
    page.wait_for_function("() => player.state().playing && player.state().time < 0.7")  # it begins again after the end
    assert complaints == []


@pytest.mark.browser
def test_browser_without_webgl_says_so(page_file, browser):
    page = browser.new_page()
    page.add_init_script("HTMLCanvasElement.prototype.getContext = () => null")
    page.goto(page_file.as_uri())
    page.wait_for_selector('body[data-state="failed"]')
    assert "needs WebGL 2, which this browser lacks" in page.get_by_role("alert").inner_text()
    assert not page.get_by_label("Play", exact=True).is_visible()
