"""Finding the person, with a network that calls everything red a person and its upper quarter the head."""

from dataclasses import replace

import pytest
import torch
from torch import nn

from lca.errors import UserError
from lca.formats.photos import Picture, mask_box
from lca.matting.cutout import FoundPerson, cut_out_people, cut_out_person, find_person, largest_part
from lca.matting.network import Matte


class RedPeople(nn.Module):
    """Stands in for the network; exact."""

    def forward(self, squares):
        red = (squares[:, :1] - squares[:, 1:2] - 0.4) * 40
        boxes = torch.stack([mask_box((mask > 0).float()) for mask in red]) / squares.shape[-1]
        boxes[:, 3] = boxes[:, 1] + (boxes[:, 3] - boxes[:, 1]) / 4
        found = (red > 0).any(-1).any(-1)[:, 0]
        return Matte(red, boxes, torch.zeros(len(squares), 4), torch.where(found, 5.0, -5.0))


def find_red(picture: Picture) -> FoundPerson:
    """A finder."""
    return find_person(picture, RedPeople())


def _photo(width=320, height=480, box=(100, 60, 180, 420), alpha=False) -> Picture:
    image = torch.full((3, height, width), 0.4)
    x0, y0, x1, y1 = box
    image[0, y0:y1, x0:x1], image[1:, y0:y1, x0:x1] = 1.0, 0.0
    opaque = torch.zeros(1, height, width)
    opaque[:, y0:y1, x0:x1] = 1
    return Picture("photo.jpg", image, opaque if alpha else None)


@pytest.mark.parametrize(
    ("size", "box"),
    [((320, 480), (100, 60, 180, 420)), ((900, 300), (610, 20, 690, 290)), ((256, 256), (0, 0, 90, 256))],
)
def test_boxes_and_mask_are_in_pixels_of_the_photo(size, box):
    picture = _photo(*size, box=box)
    person = find_person(picture, RedPeople())
    x0, y0, x1, y1 = box
    truth = picture.image[:1] > 0.9
    torch.testing.assert_close(person.body_box, torch.tensor(box).float(), atol=2.5, rtol=0)
    head = torch.tensor([x0, y0, x1, y0 + (y1 - y0) / 4]).float()
    torch.testing.assert_close(person.head_box, head, atol=4.0, rtol=0)
    found = person.mask > 0.5
    assert (found & truth).sum() / (found | truth).sum() > 0.97


def test_squares_hold_person_over_grey():
    photos = cut_out_people([_photo(), _photo(box=(40, 200, 120, 460))], find_red)
    assert len(photos) == 2
    for image, mask in ((photos.body, photos.body_mask), (photos.face, photos.face_mask)):
        inside, outside = mask[:, 0] > 0.99, mask[:, 0] < 0.01
        assert inside.float().mean() > 0.1
        assert (image[:, 0][inside] > 0.98).all()
        assert (image.permute(0, 2, 3, 1)[outside] - 0.5).abs().max() < 0.01
    tall = mask_box(photos.body_mask[0])
    assert abs(float(tall[3] - tall[1]) - 256 / 1.1) < 4


def test_alpha_is_the_mask():
    picture = _photo(alpha=True)
    person = find_person(picture, RedPeople())
    assert (person.mask == picture.alpha).all()
    assert person.body_box.tolist() == [100, 60, 180, 420]


def test_the_larger_of_two_people_wins():
    picture = _photo(640, 480, box=(100, 40, 220, 440))
    picture.image[0, 200:240, 500:520], picture.image[1:, 200:240, 500:520] = 1.0, 0.0
    person = find_person(picture, RedPeople())
    torch.testing.assert_close(person.body_box, torch.tensor([100.0, 40.0, 220.0, 440.0]), atol=3, rtol=0)


def test_largest_part_keeps_soft_edges():
    mask = torch.zeros(1, 20, 20)
    mask[0, 2:12, 2:12], mask[0, 12, 2:12], mask[0, 17, 17] = 1.0, 0.3, 1.0
    kept = largest_part(mask)
    assert kept[0, 17, 17] == 0 and kept[0, 12, 5] == pytest.approx(0.3) and kept.sum() == pytest.approx(103)


@pytest.mark.parametrize("alpha", [False, True])
def test_nobody_is_said_so(alpha):
    picture = _photo(box=(0, 0, 0, 0), alpha=alpha)
    with pytest.raises(UserError, match=r"expected a photo of a person, got none in photo\.jpg"):
        cut_out_people([picture], find_red)


def test_a_person_of_four_pixels_is_too_small():
    with pytest.raises(UserError, match="expected a photo of a person"):
        find_person(_photo(box=(100, 100, 104, 104)), RedPeople())


def test_a_head_outside_the_photo_gives_an_empty_face_and_the_same_body():
    picture = _photo()
    person = find_red(picture)
    headless = replace(person, head_box=torch.zeros(4))
    (body, body_mask), (face, face_mask) = cut_out_person(picture, headless)
    torch.testing.assert_close((body, body_mask), cut_out_person(picture, person)[0])
    assert (face == 0.5).all() and (face_mask == 0).all()
