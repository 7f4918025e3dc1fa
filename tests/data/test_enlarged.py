"""Frames of a capture as photographs in which faces are as sharp as their crops."""

from dataclasses import replace

import pytest
import torch
from torch.nn import functional as F

from lca.data.enlarged import TIMES, enlarged
from lca.data.sources import open_source
from lca.formats.photos import crop_square
from lca.training.losses import psnr
from tests.world.captures import built


@pytest.fixture(scope="module")
def capture():
    return open_source(built("wild"), "test")[0].photos([0, 1])


def test_a_face_is_as_sharp_as_its_crop(capture):
    photos, inner = enlarged(capture), torch.zeros(1, 1, 128, 128)
    inner[..., 4:-4, 4:-4] = 1.0
    again = crop_square(photos.image, photos.face_box, 128)
    alone = crop_square(capture.image, capture.face_box, 128)
    sharp, blurred = (psnr(face, capture.face, inner.expand(2, 1, 128, 128)) for face in (again, alone))
    assert (sharp > blurred + 3.0).all() and sharp.min() > 30.0


def test_the_whole_is_the_same_picture(capture):
    photos = enlarged(capture)
    size = capture.image.shape[-1]
    assert photos.image.shape == (2, 3, TIMES * size, TIMES * size) and photos.mask.shape[1] == 1
    for one, other in ((photos.image, capture.image), (photos.mask, capture.mask)):
        assert (F.avg_pool2d(one, TIMES) - other).abs().mean() < 0.02
    assert torch.equal(photos.body_box, TIMES * capture.body_box)
    points = capture.translation[:, None]
    wide, small = photos.camera.project(points), capture.camera.project(points)
    torch.testing.assert_close(wide[..., :2], TIMES * small[..., :2])
    assert photos.camera.width == photos.camera.height == TIMES * size


def test_without_a_face_the_frame_alone_is_enlarged(capture):
    headless = enlarged(replace(capture, face_box=torch.zeros(2, 4)))
    size = capture.image.shape[-1]
    whole = torch.tensor([0.0, 0.0, size, size]).expand(2, 4)
    torch.testing.assert_close(headless.image, crop_square(capture.image, whole, TIMES * size).clamp(0, 1))
