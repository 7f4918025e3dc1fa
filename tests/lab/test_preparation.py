"""The pictures of the data notebook: what they show is where the truth says it is."""

import numpy as np
import pytest
import torch

from lca.data.circumstances import Circumstances, Surface
from lca.data.datasets import load_world
from lca.data.sample import Capture
from lca.geometry.body_file import load_body
from lca.lab import balls, following, preparation
from lca.lab.numbers import heat, number_sheet
from lca.model.template import Template, TemplateConfig
from tests.world.captures import built

SIZE = 64


@pytest.fixture(scope="module")
def wild():
    return load_world(built("wild"), "train")[0]


@pytest.fixture(scope="module")
def studio():
    return load_world(built("studio"), "test")[0]


@pytest.fixture(scope="module")
def template():
    return Template(TemplateConfig(anchors=128, per_anchor=4), load_body())


def test_frames_are_spread_from_the_first_to_the_last():
    assert preparation.spread(97, 3) == [0, 48, 96]
    assert preparation.spread(3, 8) == [0, 1, 2]


def test_anchors_count_as_seen_where_the_photo_shows_their_place(wild, template):
    capture = Capture.read(wild)
    seen, places = following.seen_anchors(capture, template), following.posed_anchors(capture, template)
    front = preparation.frontal(capture)
    assert 0.25 < seen[front].float().mean() < 0.8, "a body hides its other side"
    assert template.anchors[seen[front], 2].mean() > template.anchors[~seen[front], 2].mean() + 0.03
    x, y, _ = capture.camera[front].project(places[front][seen[front]]).long().unbind(-1)
    assert capture.mask[front, 0, y, x].gt(0.5).float().mean() > 0.9


def test_a_tracker_is_as_far_off_as_it_says_and_never_in_the_studio(wild, studio):
    capture, known = Capture.read(wild), Circumstances.read(wild, range(len(wild["image"])))
    assert 0.005 < following.joint_errors(capture).median() < 0.1
    assert following.joint_errors(Capture.read(studio, [0, 5])).max() < 1e-5
    unlucky, sure = following.unluckiest(capture, known)
    assert following.joint_errors(unlucky).max() > 0.15 and sure.shape == (len(capture),)
    assert unlucky.theta is capture.theta


def test_a_close_up_and_its_camera_agree(wild):
    capture = Capture.read(wild, [0])
    box = following.person_box(capture, 0)
    picture, camera = following.close_up(capture.image[0], capture.camera[0], box, SIZE)
    point = following.joints(capture.betas, capture.theta, capture.translation)[0, :1]
    whole, near = capture.camera[0].project(point)[0], camera.project(point)[0]
    assert picture.size == (3 * SIZE, 3 * SIZE)
    assert near[:2].tolist() == pytest.approx(((whole[:2] - box[:2]) * 3 * SIZE / (box[2] - box[0])).tolist(), abs=0.05)


def test_depth_carries_pixels_to_their_own_place(studio):
    capture, surface = Capture.read(studio, [0]), Surface.read(studio, [0])
    sheet = np.asarray(preparation.carried_sheet(capture, surface, 0, 0, 96)).astype(float) / 255
    photo, carried = torch.from_numpy(sheet[:96, :96]), torch.from_numpy(sheet[:96, 102:198])
    inside = capture.mask[0, 0] > 0.99

    def gap(right, down):
        return float((photo - carried.roll((down, right), (0, 1))).abs().mean(-1)[inside].mean())

    assert gap(0, 0) < 0.15 and all(gap(*shift) > gap(0, 0) for shift in ((2, 0), (-2, 0), (0, 2), (0, -2)))


def test_stages_say_what_they_hold(wild, studio):
    both = ["depth", "normals"]
    assert preparation.promises(wild, both) == f"{len(wild['image'])} photos, 1 camera, tracked poses, with noise"
    assert preparation.promises(studio, both).endswith("cameras, exact poses, depth, normals")
    rows = {"wild": wild, "studio": studio}
    assert preparation.stage_sheet(rows, 4, SIZE).size == (4 * SIZE + 3 * 6, 2 * (SIZE + 18) + 6)


def test_sheets_have_a_picture_for_every_field(wild, template):
    capture, known = Capture.read(wild), Circumstances.read(wild, range(len(wild["image"])))
    assert preparation.field_sheet(capture, 0, SIZE).width == 6 * SIZE + 5 * 6
    assert preparation.photo_strip(capture, known, 3, SIZE).width == 3 * SIZE + 2 * 6
    assert following.joint_sheet(capture, [0], SIZE).width == 3 * SIZE + 2 * 6
    assert following.anchor_sheet(capture, template, [0, 1], SIZE).width == 2 * SIZE + 6
    assert following.tracking_sheet(capture, known.tracked_confidence, [0], SIZE).width == SIZE
    assert balls.light_sheet([(wild, [0, 1])], SIZE).size == (2 * SIZE + 6, 2 * SIZE + SIZE // 2 + 2 * 6)
    numbers = np.asarray(number_sheet(capture, 300).convert("L"))
    assert numbers.shape[1] == 300 and numbers[:, :24].min() < 128  # frames are counted left of the cells


def test_numbers_are_red_above_zero_and_blue_below():
    pixels = np.asarray(heat(torch.tensor([[1.0, 0.0, -1.0]]), 3, 1))[0].astype(int)
    assert pixels[0, 0] > pixels[0, 2] + 150 and pixels[2, 2] > pixels[2, 0] + 150
    assert np.ptp(pixels[1]) == 0 and pixels[1, 0] > 240


def test_a_lamp_lights_its_side_of_the_ball_and_its_place_on_the_map():
    nothing, left = np.zeros((32, 3), np.float32), np.array([1.0, 0.0, 0.0], np.float32)
    facing = np.diag([1.0, -1.0, -1.0]).astype(np.float32)  # a camera at +z that looks along -z has +x on its right
    ball = balls.white_ball(nothing, left, np.ones(3, np.float32), facing, SIZE)
    assert ball[SIZE // 2, SIZE - 6, 0] > 0.5 and ball[SIZE // 2, 6, 0] == 0
    seen = balls.world_map(nothing, left, np.ones(3, np.float32), SIZE)
    assert np.argwhere(seen[..., 0] > 0.5).mean(0) == pytest.approx([SIZE / 2, SIZE / 2], abs=1)
    even = balls.white_ball(nothing + 1, left, 0 * left, facing, SIZE)[SIZE // 2, 6:-6, 0]
    assert even == pytest.approx(balls.WHITE, abs=0.05)


def test_drawings_are_for_testing_only():
    lines = np.asarray(preparation.split_sheet(20, 10))
    red, blue = (list(preparation.SPLIT_COLOURS[split]) for split in ("test", "train"))
    assert lines[22, 2].tolist() == red and lines[22, 22].tolist() == blue
    assert any((line == red).all(-1).sum() == 20 * 8 for line in lines)
