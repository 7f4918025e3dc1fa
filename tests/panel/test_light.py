"""Another light in the panel: a sky by name, a lamp that is dragged; who knows no materials is refused at the door."""

import json
import math
from dataclasses import replace

import numpy as np
import pytest
import torch
from PIL import Image

from lca.formats.hdri import read_hdri
from lca.geometry.illumination import lamp
from lca.geometry.skies import SKIES
from lca.panel.frames import frame
from lca.panel.library import poses
from lca.panel.light import DIM, Lighting, handle_of, lamp_at
from lca.panel.person import PanelPerson
from lca.panel.state import Look, State, Viewpoint
from lca.panel.state_file import encode
from tests.formats.test_hdri import write_hdr
from tests.model.matte import matte
from tests.panel.fake_page import Page
from tests.panel.test_session import until

STANDING = State(pose=poses()["standing"], look=Look(size=128))
ABOVE_LEFT = (0.2, 0.3)
"""A handle."""
UP = torch.tensor([[0.0, 1.0, 0.0]])


@pytest.fixture(scope="module")
def lit(avatar):
    return matte(avatar)


@pytest.fixture
def lit_page(lit, tmp_path):
    made = Page([lit], tmp_path)
    yield made
    made.desk.close()


def pixels(avatar, state):
    return np.asarray(frame([PanelPerson(avatar)], state)).astype(int)


def lamp_of(page):
    return page.last("state")["lamp"]


@pytest.mark.parametrize("view", [Viewpoint(), Viewpoint(2.0, 0.4), Viewpoint(-1.0, -1.2)])
@pytest.mark.parametrize("handle", [(0.5, 0.5), (0.3, 0.6), (0.0, 0.5), (0.98, 0.04)])
def test_a_handle_comes_back_from_the_direction_that_it_means(view, handle):
    towards = lamp_at(*handle, camera=view.camera(1))
    assert math.hypot(*towards) == pytest.approx(1)
    assert handle_of(towards, view.camera(1)) == pytest.approx(handle, abs=1e-5)


@pytest.mark.parametrize(
    ("handle", "angle"), [((0.5, 0.5), 0.0), ((0.25, 0.5), 45.0), ((0.5, 0.0), 90.0), ((1.0, 1.0), 90 * math.sqrt(2))]
)
def test_the_further_out_the_handle_the_further_from_the_viewer_the_lamp(handle, angle):
    view = Viewpoint(0.7, 0.2)
    to_camera = torch.tensor(view.eye) - torch.tensor(view.target)
    towards = torch.tensor(lamp_at(*handle, camera=view.camera(1)))
    cosine = min(1.0, float(towards @ to_camera / to_camera.norm()))
    assert math.degrees(math.acos(cosine)) == pytest.approx(angle, abs=0.05)


def test_left_of_the_handle_is_left_in_the_picture_and_what_is_behind_is_at_the_edge():
    assert lamp_at(0.2, 0.5, Viewpoint().camera(1))[0] < -0.5, "the viewer's left is the person's right"
    assert lamp_at(0.5, 0.2, Viewpoint().camera(1))[1] > 0.5
    assert max(handle_of((0.0, 0.0, -1.0), Viewpoint(elevation=0.0).camera(1))) == pytest.approx(1.0)


def shone(lighting):
    light = lighting.illumination()
    assert light is not None
    return light


def test_lights_add_up_and_a_lone_lamp_stands_in_a_dim_studio():
    alone, studio = shone(Lighting(lamp=(0.0, 1.0, 0.0), strength=2.0)), SKIES["studio"].light()
    torch.testing.assert_close(alone.irradiance(UP), DIM * studio.irradiance(UP), atol=1e-4, rtol=0.0)
    assert alone.colours.amax(0).tolist() == [2.0] * 3
    both = shone(Lighting("sun", lamp=(0.0, 1.0, 0.0)))
    wanted = SKIES["sun"].light().mean + lamp(UP[0], torch.full((3,), 1.5)).mean
    torch.testing.assert_close(both.mean, wanted, atol=1e-4, rtol=0.0)
    assert Lighting().illumination() is None


def test_the_light_of_the_photos_is_what_it_was_to_the_byte(avatar, lit):
    np.testing.assert_array_equal(pixels(lit, STANDING), pixels(avatar, STANDING))


def test_a_lamp_from_a_side_brightens_that_side(lit):
    def halves(x):
        light = Lighting(lamp=lamp_at(x, 0.5, STANDING.view.camera(1)))
        shown, covered = pixels(lit, replace(STANDING, light=light)), pixels(lit, STANDING).min(-1) < 250
        return [shown[:, side][covered[:, side]].mean() for side in (slice(0, 64), slice(64, 128))]

    (left, right), (left_too, right_too) = halves(0.1), halves(0.9)
    assert left > right + 20 and right_too > left_too + 20


def test_an_arm_throws_its_shadow_on_the_body(lit):
    """Where the breast faces the light, some of it is darker behind a forearm if that is a lamp, and none under an even sky."""
    person = PanelPerson(lit)
    breast = (person.posed(STANDING).means - torch.tensor([0.0, 0.3, 0.1])).norm(dim=-1) < 0.25

    def darkened(light):
        bare, behind = (
            person.posed(State(pose=poses()[name], light=light)).colors[breast].mean(-1)
            for name in ("arms out", "fists")
        )
        return float((behind < bare - 0.1)[bare > 0.25].float().mean())

    assert darkened(Lighting(lamp=(0.0, 0.0, 1.0))) > 0.04 and darkened(Lighting("overcast")) == 0


def test_a_chosen_sky_is_shown_and_undone_and_written(lit_page, tmp_path):
    before = lit_page.picture(kind="home")
    sunset = lit_page.picture(kind="light", sky="sunset")
    assert np.abs(sunset - before).max() > 30 and lit_page.last("state")["sky"] == "sunset"
    lit_page.say(kind="snapshot")
    with Image.open(tmp_path / "snapshot_001.png") as written:
        assert np.abs(np.asarray(written).astype(int) - before).max() > 30
    np.testing.assert_array_equal(lit_page.picture(kind="undo"), before)
    np.testing.assert_array_equal(lit_page.picture(kind="redo"), sunset)
    np.testing.assert_array_equal(lit_page.picture(kind="reset"), sunset)
    lit_page.picture(kind="set", channel="light.azimuth", value=90.0, final=True)
    np.testing.assert_array_equal(lit_page.picture(kind="light", sky=None), before)


def test_an_environment_that_is_dropped_is_one_more_light(lit_page, tmp_path):
    """By the command line's own reader; it is chosen, undone, saved and loaded as the skies are."""
    write_hdr(tmp_path / "room.hdr")
    before = lit_page.picture(kind="home")
    lit_page.say((tmp_path / "room.hdr").read_bytes(), kind="light file", names=["room.hdr"])
    until(lambda: lit_page.desk.state.light.sky == "room.hdr")
    assert lit_page.last("offered")["lights"] == [*SKIES, "room.hdr"]
    torch.testing.assert_close(
        shone(lit_page.desk.state.light).colours, read_hdri(tmp_path / "room.hdr").colours, atol=1e-6, rtol=0.0
    )
    room = lit_page.picture(kind="home")
    assert np.abs(room - before).max() > 20
    lit_page.say(kind="save")
    assert np.abs(lit_page.picture(kind="light", sky="sunset") - room).max() > 20
    np.testing.assert_array_equal(lit_page.picture(kind="undo"), room)
    lit_page.say(kind="light", sky=None)
    lit_page.say((tmp_path / "state_001.json").read_bytes(), kind="load")
    np.testing.assert_array_equal(lit_page.picture(kind="home"), room)
    lit_page.say(kind="hello")
    assert lit_page.last("setup")["lights"][-1] == "room.hdr" and lit_page.last("state")["sky"] == "room.hdr"


@pytest.mark.parametrize(
    ("content", "names", "says"),
    [
        (b"a letter", ["room.hdr"], "Radiance picture with its rows from above (-Y, +X), got room.hdr"),
        (b"a letter", ["room.exr"], "expected a whole OpenEXR picture, got room.exr"),
        (b"a letter", ["room.jpg"], "expected a file ending in .hdr or .exr, got room.jpg"),
        (b"a letter", ["a.hdr", "b.hdr"], "expected one environment, got"),
        (b"a letter", None, "expected one environment, got None"),
    ],
)
def test_a_file_that_is_no_light_is_one_line_with_its_name(lit_page, content, names, says):
    before = lit_page.desk.state
    lit_page.say(content, kind="light file", names=names)
    assert says in lit_page.error() and "\n" not in lit_page.error() and "lca-panel" not in lit_page.error()
    assert lit_page.desk.state == before and list(lit_page.desk.scene.skies) == list(SKIES)


def test_a_dragged_lamp_is_one_step_and_follows_the_hand(lit_page):
    lit_page.say(kind="lamp", x=0.1, y=0.1)
    assert lamp_of(lit_page) is None, "there is no lamp to drag yet"
    lit_page.say(kind="light", lamp=True, strength=2.0)
    first = lit_page.desk.state.light
    for x in (0.3, 0.25, ABOVE_LEFT[0]):
        lit_page.say(kind="lamp", x=x, y=ABOVE_LEFT[1])
    dragged = lit_page.picture(kind="lamp", x=ABOVE_LEFT[0], y=ABOVE_LEFT[1], final=True)
    assert lamp_of(lit_page) == pytest.approx(ABOVE_LEFT, abs=1e-3)
    assert lit_page.all("frame")[-1][0]["lamp"] == pytest.approx(ABOVE_LEFT, abs=1e-3)
    assert np.abs(dragged - lit_page.picture(kind="undo")).max() > 20 and lit_page.desk.state.light == first
    assert lit_page.last("state")["strength"] == 2.0
    lit_page.say(kind="light", lamp=False)
    assert lamp_of(lit_page) is None and not lit_page.desk.state.light.own


def test_the_lamp_stays_with_the_world_and_its_handle_moves_with_the_camera(lit_page):
    lit_page.say(kind="light", lamp=True)
    lit_page.say(kind="lamp", x=0.5, y=0.5, final=True)
    towards = lit_page.desk.state.light.lamp
    lit_page.say(kind="orbit", right=0.2, down=0.0, final=True)
    assert lit_page.desk.state.light.lamp == towards
    assert lamp_of(lit_page)[0] == pytest.approx(0.5 + 0.2, abs=0.01), "half a turn is a picture's height"
    lit_page.say(kind="light", lamp=True)
    assert lit_page.desk.state.light.lamp == towards, "it is there already"


def test_two_people_stand_in_one_light_and_either_half_holds_the_handle(lit, tmp_path):
    page = Page([lit, lit], tmp_path)
    page.say(kind="light", lamp=True)
    for x in (0.1, 0.6):
        page.say(kind="lamp", x=x, y=0.3, final=True)
        assert lamp_of(page) == pytest.approx((0.2, 0.3), abs=1e-3)
    shown = page.picture(kind="home")
    np.testing.assert_allclose(shown[:, :120], shown[:, 128:248], atol=6)
    page.desk.close()


def test_who_knows_no_materials_takes_no_light(page, lit, tmp_path):
    before = page.desk.state
    page.say(kind="hello")
    assert not page.last("setup")["relit"]
    for message in ({"sky": "sunset"}, {"lamp": True}):
        page.say(kind="light", **message)
        assert "expected an avatar that knows its materials" in page.error() and "\n" not in page.error()
    saved = encode(replace(before, light=Lighting("sun")), [page.desk.scene.people[0].name])
    page.say(json.dumps(saved).encode(), kind="load")
    assert page.desk.state == before
    page.say(b"", kind="light file", names=["room.hdr"])
    assert "expected an avatar that knows its materials" in page.error()
    page.say(kind="light", sky=None, lamp=False)
    assert page.desk.state == before


def test_other_people_who_know_no_materials_are_shown_in_the_light_of_the_photos(lit_page, avatar, lit):
    lit_page.say(kind="light", sky="sunset")
    lit_page.desk.replace_avatars([lit])
    assert lit_page.desk.state.light.sky == "sunset" and lit_page.last("setup")["relit"]
    lit_page.desk.replace_avatars([avatar])
    assert not lit_page.desk.state.light.own
    lit_page.picture(kind="home")
    assert not lit_page.all("message")


@pytest.mark.parametrize(
    ("message", "says"),
    [
        ({"kind": "light", "sky": "moon"}, "expected sky among None, studio, sun"),
        ({"kind": "light", "sky": ["sun"]}, "expected sky among"),
        ({"kind": "light", "azimuth": 9.0}, "expected azimuth from -3.14159 to 3.14159, got 9.0"),
        ({"kind": "light", "strength": -1.0}, "expected strength from 0 to 10, got -1.0"),
        ({"kind": "light", "strength": float("nan")}, "expected strength from"),
        ({"kind": "light", "lamp": "on"}, "expected lamp among False, True"),
        ({"kind": "lamp", "x": 0.5}, "expected y from"),
        ({"kind": "lamp", "x": "left", "y": 0.5}, "expected x from"),
        ({"kind": "lamp", "x": float("inf"), "y": 0.5}, "expected x from"),
    ],
)
def test_a_bad_message_about_light_changes_nothing(lit_page, message, says):
    lit_page.say(kind="light", lamp=True)
    before = lit_page.desk.state
    lit_page.desk.receive(message)
    assert says in lit_page.error() and "\n" not in lit_page.error()
    assert lit_page.desk.state == before
