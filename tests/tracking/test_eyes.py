"""Eyes of a likeness: painted finely, carried by the eyeballs, in the colours that photos show of irises and whites."""

from dataclasses import replace

import pytest
import torch

from lca.formats.photos import Picture
from lca.geometry.rotations import quat_wxyz_to_matrix
from lca.matting.cutout import FoundPerson
from lca.model.avatar import Avatar
from lca.model.eyes import BROWN, IRIS_RADIUS, PUPIL_RADIUS, TILES, EyeColors, cap, painted, with_eyes
from lca.model.template import EYES, upright
from lca.tracking.gaze import EYES as LANDMARKS
from lca.tracking.iris import eye_colors
from lca.tracking.sighting import Sighting

REST = torch.zeros(156)
BLUE = EyeColors(torch.tensor([0.3, 0.45, 0.7]), torch.tensor([0.8, 0.75, 0.72]))


@pytest.fixture(scope="module")
def seeing(avatar):
    return with_eyes(avatar, BLUE)


def test_tiles_face_outwards_and_lie_evenly_on_a_cap():
    axes = cap()
    torch.testing.assert_close(axes.norm(dim=-1), torch.ones(TILES))
    torch.testing.assert_close(quat_wxyz_to_matrix(upright(axes))[..., 2], axes, atol=1e-5, rtol=0)
    nearest = torch.cdist(axes, axes).fill_diagonal_(9.0).amin(1)
    assert nearest.min() > 0.5 * nearest.median()


def test_an_eye_is_dark_in_the_middle_coloured_about_it_and_white_beyond():
    def at(angle):
        return painted(torch.tensor([[torch.sin(torch.tensor(angle)), 0.0, torch.cos(torch.tensor(angle))]]), BLUE)[0]

    assert at(0.0).max() < 0.05
    torch.testing.assert_close(at((PUPIL_RADIUS + IRIS_RADIUS) / 2), BLUE.iris, atol=1e-3, rtol=0)
    assert at(IRIS_RADIUS - 0.03).mean() < 0.7 * BLUE.iris.mean(), "a dark rim"
    torch.testing.assert_close(at(0.7), BLUE.white)


def test_both_eyeballs_turn_with_the_gaze_and_nothing_else_does(avatar, seeing, tmp_path):
    count = len(avatar.canonical)
    assert len(seeing.canonical) == count + 2 * TILES
    tiles = seeing.canonical.means[count:]
    for place, joint in enumerate(EYES):
        mine = tiles[place * TILES : (place + 1) * TILES] - seeing.rig.joints[joint]
        assert mine.norm(dim=-1).std() < 1e-4 and 0.008 < mine.norm(dim=-1).mean() < 0.016
    psi = torch.tensor([0.4, 0.0, 0.4, 0.0])
    turned = seeing.drive(REST, None, psi).means[count:] - tiles
    assert turned.norm(dim=-1).min() > 0.0005 and turned[:, 0].mean() > 0.002, "to the person's left"
    same = (seeing.drive(REST, None, psi).means[:count] - avatar.drive(REST, None, psi).means).norm(dim=-1)
    assert (same > 1e-5).sum() == (seeing.canonical.means[:count] != avatar.canonical.means).any(-1).sum()
    seeing.save(tmp_path / "a.avatar")
    again = Avatar.load(tmp_path / "a.avatar")
    torch.testing.assert_close(again.drive(REST, None, psi).means, seeing.drive(REST, None, psi).means)


def test_shut_lids_hide_them(seeing, avatar):
    names = [seeing.lids.actions[k] for k in range(2)]
    shut = torch.zeros(52)
    shut[names] = 1.0
    colors = seeing.drive(REST, seeing.eps_from_actions(shut)).colors[len(avatar.canonical) :]
    assert (colors - seeing.lids.tone[len(avatar.canonical) :]).abs().mean() < 0.05


def sighting(face, psi=0.1):
    """Somebody with these landmarks; of the rest nothing is asked."""
    blank = torch.zeros(1, 40, 60)
    return Sighting(
        blank, torch.zeros(4), torch.zeros(4), 1.0, landmarks=torch.zeros(33, 2), visibility=torch.zeros(33),
        world_landmarks=torch.zeros(33, 3), hands=torch.zeros(2, 21, 2), hand_confidence=torch.zeros(2), face=face,
        actions=torch.zeros(52), psi=torch.full((4,), psi), people=1, region=None,
    )  # fmt: skip


def portrait(radius):
    """A picture of two eyes, and its landmarks."""
    image, face = torch.full((3, 40, 60), 0.6), torch.zeros(478, 3)
    rows, columns = torch.meshgrid(torch.arange(40) + 0.5, torch.arange(60) + 0.5, indexing="ij")
    for across, (middle, *corners) in zip((44.0, 16.0), LANDMARKS, strict=True):
        away = ((rows - 20.0) ** 2 + (columns - across) ** 2).sqrt()
        eye = (rows - 20.0).abs() < radius
        eye &= (columns - across).abs() < 1.9 * radius
        image = torch.where(eye, BLUE.white[:, None, None], image)
        image = torch.where(away < radius, BLUE.iris[:, None, None], image)
        image = torch.where(away < 0.4 * radius, torch.tensor(0.02), image)
        face[middle, :2] = torch.tensor([across, 20.0])
        for place, (x, y) in enumerate(((1, 0), (0, -1), (-1, 0), (0, 1))):
            face[middle + 1 + place, :2] = torch.tensor([across + radius * x, 20.0 + radius * y])
        for corner, side in zip(corners, (1.0, -1.0), strict=True):
            face[corner, :2] = torch.tensor([across + 1.9 * radius * side, 20.0])
    return Picture("eyes", image, None), sighting(face)


def test_irises_and_whites_are_read_off_photos():
    picture, seen = portrait(6.0)
    found = eye_colors([picture], [seen])
    torch.testing.assert_close(found.iris, BLUE.iris, atol=0.03, rtol=0)
    assert found.white.mean() == pytest.approx(float(BLUE.white.mean()), rel=0.05)


def test_eyes_that_are_small_or_shut_or_nobodys_are_brown():
    picture, seen = portrait(4.0)
    far, away = portrait(1.0)
    nobody = FoundPerson(seen.mask, seen.body_box, seen.head_box, 1.0)
    for image, person in (
        (far, away), (picture, replace(seen, psi=torch.zeros(4))), (picture, replace(seen, face=None)), (picture, nobody)
    ):  # fmt: skip
        assert eye_colors([image], [person]) is BROWN
