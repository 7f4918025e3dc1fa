"""From the example's photographs to a refined avatar: poses are found, photos come closer, and every drive still works."""

import pytest
import torch
from PIL import Image

from lca.__main__ import main
from lca.data.example import load_example
from lca.formats.photos import read_pictures
from lca.lab.likeness_sheet import likeness_sheet
from lca.matting.cutout import find_person
from lca.matting.network import load_matting
from lca.model.avatar import Avatar
from lca.model.checkpoint import load_model
from lca.render import render
from lca.tracking.likeness import draft, likeness
from lca.training.losses import psnr
from lca.training.refine import RefineConfig


@pytest.fixture(scope="module")
def found():
    """Two photos of the example, the people in them, the model and its draft."""
    model, pictures = load_model(), read_pictures(load_example().photos[:2])
    people = [find_person(picture, load_matting()) for picture in pictures]
    return model, pictures, people, draft(model, pictures, people, stature=1.7)


@pytest.fixture(scope="module")
def refined(found):
    return likeness(found[0], found[3], config=RefineConfig(align=6, steps=12))


def likeness_of(avatar, view, signals):
    """Foreground PSNR of the avatar in the photo's own pose."""
    with torch.no_grad():
        posed = avatar.drive(signals.theta, signals.eps, signals.psi, signals.translation)
        shown = render(posed, view.body.camera, torch.ones(3)).image
    truth = view.body.image * view.body.mask + 1 - view.body.mask
    return float(psnr(shown[None], truth[None], view.body.mask[None]))


def test_every_photo_of_the_example_has_a_pose(found):
    start = found[3]
    assert start.used == (0, 1) and all(not words.startswith("failed") for words in start.solution.confidence)
    assert min(likeness_of(start.avatar, view, view.signals) for view in start.views) > 12.0


def test_the_photos_come_closer(found, refined):
    start = found[3]
    for k, view in enumerate(start.views):
        before = likeness_of(start.avatar, view, view.signals)
        assert likeness_of(refined.avatar, view, refined.signals[k]) > before + 1.0


def test_fingers_face_and_gaze_still_move_a_refined_avatar(refined):
    avatar, fingers = refined.avatar, torch.zeros(156)
    fingers[66:] = 0.4
    still = avatar.drive(torch.zeros(156)).means
    smile, gaze = torch.zeros(52), torch.tensor([0.4, 0.0, 0.4, 0.0])
    smile[24] = 1.0
    neutral = avatar.drive(torch.zeros(156), avatar.eps_from_actions(torch.zeros(52))).means
    for moved, reference in (
        (avatar.drive(fingers).means, still),
        (avatar.drive(torch.zeros(156), avatar.eps_from_actions(smile)).means, neutral),
        (avatar.drive(torch.zeros(156), psi=gaze).means, still),
    ):
        assert (moved - reference).norm(dim=-1).max() > 0.002


def test_the_sheet_has_a_line_for_each_photo(found, refined):
    _, pictures, people, start = found
    sheet = likeness_sheet(pictures, people, start.views, start.avatar, refined.avatar, refined.signals, height=64)
    assert sheet.height == 3 * (64 + 18) + 2 * 6 and sheet.width > 300


def test_create_refines_and_draws_what_it_understood(tmp_path, capsys):
    photo, out, report = load_example().photos[0], tmp_path / "me.avatar", tmp_path / "sheet.png"
    assert main(["create", str(photo), "--out", str(out), "--refine", "3", "--report", str(report)]) == 0
    assert Avatar.load(out).metadata["refined"] == "1"
    with Image.open(report) as sheet:
        assert sheet.height > 300
    assert "20480 Gaussians from 1 photos" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--refine", "-1"], "expected --refine from 0 to 3600 seconds, got -1"),
        (["--refine", "nan"], "expected --refine from 0 to 3600 seconds, got nan"),
        (["--report", "sheet.png"], "expected --refine SECONDS beside --report"),
    ],
)
def test_create_says_what_refining_needs(options, message, tmp_path, capsys):
    photo = load_example().photos[0]
    assert main(["create", str(photo), "--out", str(tmp_path / "me.avatar"), *options]) == 2
    assert message in capsys.readouterr().err
