"""The steps of the tour on an untrained model: each picture shows what its name says."""

import numpy as np
import pytest
import torch

from lca.formats.photos import Photos
from lca.lab import tour
from lca.model.encoder import EncoderConfig
from lca.model.fusion import FusionConfig
from lca.model.network import LCA, ModelConfig
from lca.model.template import TemplateConfig
from lca.motion.named import named_motion

SIZE = 64


@pytest.fixture(scope="module")
def model():
    torch.manual_seed(0)
    encoder = EncoderConfig(width=32, depth=1, heads=2, stem=(8, 8, 16))
    return LCA(
        ModelConfig(encoder, FusionConfig(width=32, depth=1, heads=2), TemplateConfig(anchors=64, per_anchor=8))
    ).eval()


@pytest.fixture(scope="module")
def photos():
    mask = torch.zeros(2, 1, 256, 256)
    mask[..., 20:240, 80:180] = 1
    body = torch.rand(2, 3, 256, 256) * mask + 0.5 * (1 - mask)
    return Photos(body, mask, torch.rand(2, 3, 128, 128), torch.ones(2, 1, 128, 128))


@pytest.fixture(scope="module")
def avatar(model, photos):
    return model.reconstruct(photos)


def ink(picture):
    """Share of pixels that are not paper."""
    return float((np.asarray(picture) < 250).any(-1).mean())


def cell(sheet, row, column):
    """One of the pictures of a sheet, in [0, 1]: (SIZE, SIZE, 3)."""
    top, left = row * (SIZE + 6), column * (SIZE + 6)
    return np.asarray(sheet)[top : top + SIZE, left : left + SIZE] / 255


def small(images):
    """Pictures as a sheet shows them: (pictures, SIZE, SIZE, channels)."""
    return torch.nn.functional.interpolate(images, (SIZE, SIZE), mode="area").movedim(1, -1).numpy()


def test_crops_stand_body_over_face_photo_by_photo(photos):
    sheet = tour.crop_sheet(photos, SIZE)
    assert sheet.size == (2 * SIZE + 6, 2 * SIZE + 6)
    for row, images in enumerate((photos.body, photos.face)):
        for column, shown in enumerate(small(images)):
            errors = [np.abs(cell(sheet, r, c) - shown).mean() for r in (0, 1) for c in (0, 1)]
            assert np.argmin(errors) == 2 * row + column


def test_tokens_and_points_are_coloured_where_the_person_is(model, photos):
    tokens, points = tour.token_sheet(model, photos, SIZE), tour.correspondence_sheet(model, photos, SIZE)
    for column, mask in enumerate(small(photos.body_mask)[..., 0]):
        drawn = cell(tokens, 0, column)
        assert np.abs(drawn[mask == 1] - 0.9).max(-1).mean() > 0.1
        assert np.abs(drawn[:, :8] - 0.9).max() < 0.01, "background tokens are grey"
        mapped = cell(points, 0, column)
        # resizing rings by a few percent along the outline
        assert np.quantile(mapped[mask == 0], 0.02) > 0.95 and mapped[mask == 1].mean() < 0.9


def test_the_figure_stands_in_the_middle_of_its_pictures(model, avatar):
    for picture in (tour.token_dots(model, avatar, SIZE), tour.view(avatar.canonical, tour.front(SIZE))):
        dark = np.argwhere((np.asarray(picture) < 250).any(-1)).mean(0)
        assert dark == pytest.approx([SIZE / 2, SIZE / 2], abs=SIZE / 6)
    assert 0.02 < ink(tour.anchor_sheet(model, SIZE)) < 0.6


def test_zero_drive_changes_nothing(avatar):
    assert tour.largest_change(avatar) < 1e-5


def test_named_actions():
    assert tour.named_actions().sum() == 0
    assert tour.named_actions("mouthSmile").sum() == 2
    assert tour.named_actions("jawOpen").argmax() == 24


def test_moved_is_red_where_it_moved(avatar):
    before = avatar.canonical
    far = before.means.clone()
    far[:10] += 0.02
    colors = tour.moved(before, type(before)(far, *before.tensors()[1:])).colors
    assert colors[:10].allclose(torch.tensor([0.85, 0.1, 0.05]), atol=1e-5) and colors[10:].allclose(torch.tensor(0.85))


def test_films_and_faces(avatar):
    motion = named_motion("walk", 1.0, 6.0)
    film, round_trip = tour.strip(avatar, motion, 3, SIZE), tour.turns(avatar.canonical, 4, SIZE)
    assert film.width == 3 * SIZE + 2 * 6 and round_trip.width == 4 * SIZE + 3 * 6
    assert np.abs(cell(film, 0, 0) - cell(film, 0, 1)).mean() > 0.005, "the walk moves on"
    left, right = cell(round_trip, 0, 1), cell(round_trip, 0, 3)
    assert np.abs(left - right[:, ::-1]).mean() < np.abs(left - right).mean(), "both sides have mirrored outlines"
    faces = tour.face_sheet(avatar, {"smile": tour.named_actions("mouthSmile")}, {"up": torch.zeros(4)}, SIZE)
    assert faces.width == 2 * SIZE + 6 and ink(faces) > 0.1
    eps = avatar.eps_from_actions(motion.actions[0])
    states = tour.pose_sheet(avatar, motion.theta[0], eps, motion.psi[0], motion.translation[0], SIZE)
    assert states.width == 4 * SIZE + 3 * 6
