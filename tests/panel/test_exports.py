"""The panel's export menu: every format, by the code of the command line, beside a panel that stays live."""

import json
import struct

import imageio_ffmpeg
import numpy as np
import pytest
import torch
from plyfile import PlyData

from lca.formats.motion import read_motion
from lca.formats.photos import read_picture
from lca.geometry.gaussians import Gaussians
from lca.lab.exporting import SPLATS
from lca.model.avatar import Avatar
from lca.panel.exports import EXPORTS
from tests.panel.test_session import until


@pytest.fixture
def exported(page, tmp_path):
    """Somebody in the middle of a walk, jaw held open, and how to export: the path of what was written."""
    short = cut(page.desk.scene.motions["walk"])
    page.desk.offer(lambda scene: scene.with_motion("short", short), {"kind": "motion", "name": "short"})
    page.say(kind="set", channel="jawOpen", value=0.75, final=True)
    page.say(kind="set", channel="shape.1", value=1.5, final=True)

    def write(what):
        before = len([m for m, _ in page.all("message")])
        page.say(kind="export", what=what)
        until(lambda: len(page.all("message")) > before)
        (path,) = tmp_path.glob(f"*{what.split()[-1]}")
        assert page.last("message") == {"kind": "message", "text": f"wrote {path}", "level": "info"}
        return path

    return write


def cut(motion):
    return type(motion)(
        *(part[:12] for part in (motion.theta, motion.translation, motion.actions, motion.psi)), fps=30.0
    )


def test_the_menu_has_every_format(page):
    page.say(kind="hello")
    suffixes = {name.split()[-1] for name in page.last("setup")["exports"]}
    assert suffixes == {*SPLATS, ".avatar", ".html", ".png", ".mp4", ".npz", ".csv", ".bvh"}


@pytest.mark.parametrize("suffix", SPLATS)
def test_splats_are_those_of_the_command_line(page, exported, tmp_path, suffix):
    path = exported(f"splats {suffix}")
    theirs = tmp_path / "theirs" / f"a{suffix}"
    theirs.parent.mkdir()
    SPLATS[suffix](theirs, page.desk.scene.people[0].posed(page.desk.state))
    assert path.read_bytes() == theirs.read_bytes()


def test_ply_holds_who_is_shown(page, exported):
    vertex = PlyData.read(exported("splats .ply"))["vertex"]
    shown: Gaussians = page.desk.scene.people[0].posed(page.desk.state)
    np.testing.assert_allclose(vertex["x"], shown.means[:, 0].numpy(), atol=1e-6)


def test_a_rig_carries_the_motion(exported):
    data = exported("rigged .glb").read_bytes()
    document = json.loads(data[20 : 20 + struct.unpack_from("<I", data, 12)[0]])
    assert len(document["skins"][0]["joints"]) == 55
    assert document["accessors"][document["animations"][0]["samplers"][0]["input"]]["count"] == 12


def test_a_rig_holds_half_a_minute_of_a_long_motion(page, tmp_path):
    walk = page.desk.scene.motions["walk"]
    parts = (walk.theta, walk.translation, walk.actions, walk.psi)
    long = type(walk)(*(part.repeat(20, 1) for part in parts), fps=60.0)
    page.desk.offer(lambda scene: scene.with_motion("long", long), {"kind": "motion", "name": "long"})
    page.say(kind="export", what="rigged .glb")
    until(lambda: (tmp_path / "rigged_001.glb").is_file())
    data = (tmp_path / "rigged_001.glb").read_bytes()
    document = json.loads(data[20 : 20 + struct.unpack_from("<I", data, 12)[0]])
    assert document["accessors"][document["animations"][0]["samplers"][0]["input"]]["count"] == 900


def test_a_rig_without_a_motion_stands(page, tmp_path):
    page.say(kind="export", what="rigged .glb")
    until(lambda: (tmp_path / "rigged_001.glb").is_file())
    assert b"animations" not in (tmp_path / "rigged_001.glb").read_bytes()


def test_an_avatar_keeps_the_body_of_the_sliders(page, exported):
    saved, own = Avatar.load(exported("avatar .avatar")), page.desk.scene.people[0].avatar
    assert (saved.canonical.means - own.canonical.means).abs().max() > 0.005


def test_a_page_a_picture_and_a_film(page, exported):
    assert "<canvas" in exported("player page .html").read_text()
    assert read_picture(exported("picture .png")).image.shape == (3, 128, 128)
    assert imageio_ffmpeg.count_frames_and_secs(str(exported("film .mp4")))[0] == round(12 / 30 * 24)
    assert {m["keeps"] for m, _ in page.all("progress") if m["done"] < m["whole"]} == {True}


def test_motions_hold_what_is_shown(page, exported):
    jaw, motion = 24, page.desk.scene.motions["short"]
    npz, face, body = (read_motion(exported(f"motion {suffix}")).motion for suffix in (".npz", ".csv", ".bvh"))
    assert npz.fps == face.fps == body.fps == 30 and len(npz) == len(face) == len(body) == 12
    for found in (npz, face):
        torch.testing.assert_close(found.actions[:, jaw], torch.full((12,), 0.75), atol=1e-6, rtol=0)
    for found, precision in ((npz, 1e-5), (body, 2e-4)):
        torch.testing.assert_close(found.theta, motion.theta, atol=precision, rtol=0)


@pytest.mark.parametrize("what", ["film .mp4", "motion .bvh", "player page .html"])
def test_what_needs_a_motion_says_so(page, tmp_path, what):
    page.say(kind="export", what=what)
    assert "expected a motion to export, got none" in page.error()
    until(lambda: not page.desk.tasks.running("film"))
    assert not list(tmp_path.iterdir())


def test_no_such_export_is_one_line(page):
    page.say(kind="export", what="stone")
    assert "expected what among" in page.error() and len(EXPORTS) == 12


def test_the_panel_stays_live_while_a_film_is_written(page):
    page.say(kind="motion", name="walk")
    page.say(kind="export", what="film .mp4")
    until(lambda: page.all("progress"))
    page.picture(kind="set", channel="left_elbow.bend", value=90.0, final=True)
    assert page.desk.tasks.running("film")
    page.say(kind="stop")
    until(lambda: not page.desk.tasks.running("film"))
