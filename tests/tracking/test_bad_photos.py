"""Photos that are not what one would wish: each gets a word that helps, or a usable person and a warning."""

import pytest
import torch
from torch.nn import functional as F

from lca.data.example import load_example
from lca.errors import UserError
from lca.formats.photos import Picture, once_each, read_pictures
from lca.tracking.finder import PeopleFinder
from lca.tracking.sighting import Sighting
from lca.tracking.strangers import groups, stranger_lines
from lca.tracking.words import found_lines


@pytest.fixture(scope="module")
def photo():
    return read_pictures(load_example().photos[:1])[0].image


@pytest.fixture(scope="module")
def known(photo):
    """What the finder says of the photo as it is."""
    return look(photo)


def look(image: torch.Tensor) -> Sighting:
    found = PeopleFinder()(Picture("photo.jpg", image.clamp(0, 1).contiguous(), None))
    assert isinstance(found, Sighting)
    return found


def only_a_face(image, person):
    x0, y0, x1, y1 = (int(edge) for edge in person.head_box)
    room = (x1 - x0) // 4
    cut = image[None, :, y0 - room : y1 + room, x0 - room : x1 + room]
    return F.interpolate(cut, scale_factor=3.0, mode="bilinear")[0]


def upper_half(image, person):
    return image[:, : int(person.body_box[1::2].mean())]


def drawn(image, person):
    return (image * 4).round() / 4


CHANGED = {
    "half a person": (upper_half, "cut off above the hips"),
    "only a face": (only_a_face, "cut off above the hips"),
    "a crowd": (lambda image, person: torch.cat([image] * 3, -1), "3 people, number"),
    "a mirror selfie": (lambda image, person: torch.cat([image, image.flip(-1)], -1), "2 people, number"),
    "black and white": (lambda image, person: image.mean(0, keepdim=True).repeat(3, 1, 1), "black and white"),
    "an old print": (
        lambda image, person: image.mean(0, keepdim=True) * torch.tensor([1.0, 0.9, 0.7])[:, None, None],
        None,
    ),
}


@pytest.mark.parametrize("kind", CHANGED)
def test_a_warning_and_a_usable_person(networks, photo, known, kind):
    change, said = CHANGED[kind]
    found = look(change(photo, known))
    assert found.confidence > 0.5 and found.mask.mean() > 0.03
    if said is not None:
        assert any(said in reason for reason in found.reasons)


@pytest.mark.parametrize("turn", [1, 2, 3])
def test_lying_down_or_upside_down(networks, photo, known, turn):
    found = look(photo.rot90(turn, (1, 2)))
    upright = found.mask.rot90(-turn, (1, 2)) > 0.5
    both = (upright & (known.mask > 0.5)).sum() / (upright | (known.mask > 0.5)).sum()
    assert both > 0.9 and found.confidence > 0.8


@pytest.mark.parametrize("change", [drawn, lambda image, person: image * 0.15 + 0.8], ids=["a drawing", "a mannequin"])
def test_what_is_no_photo_of_a_person_but_has_the_shape_of_one(networks, photo, known, change):
    found = look(change(photo, known))
    assert ((found.mask > 0.5) == (known.mask > 0.5)).float().mean() > 0.97


def test_nobody(networks):
    with pytest.raises(UserError, match=r"expected a photo of a person, got none in photo\.jpg"):
        look(torch.rand(3, 256, 256, generator=torch.Generator().manual_seed(0)))


def test_the_same_photo_sixteen_times(tmp_path):
    files = [tmp_path / f"copy_{k:02d}.jpg" for k in range(16)]
    for file in files:
        file.write_bytes(load_example().photos[0].read_bytes())
    (picture,) = read_pictures(files)
    assert picture.name == "copy_00.jpg" and len(picture.notes) == 15
    assert picture.notes[0] == "copy_01.jpg is the same photo and left out"


def test_photos_that_differ_stay(photo):
    brighter = photo * 0.99
    assert len(once_each([Picture("a", photo, None), Picture("b", brighter, None)])) == 2


@pytest.fixture(scope="module")
def somebody_else(known, photo):
    """The example's person in other clothes and with other hair: colours turned round, where the person is."""
    return torch.where(known.mask > 0.5, photo[[2, 0, 1]] * 0.7 + 0.25, photo)


def test_two_people_in_one_set_are_said(networks, somebody_else):
    pictures = [*read_pictures(load_example().photos), Picture("other.jpg", somebody_else, None)]
    people = [PeopleFinder()(picture) for picture in pictures]
    assert stranger_lines(pictures[:4], people[:4]) == []
    assert found_lines(pictures, people)[-1].startswith("other.jpg: seems to show somebody else")
    assert "each seems to show another person" in stranger_lines(pictures[3:], people[3:])[0]


def test_alike_by_way_of_a_third():
    looks = F.normalize(torch.tensor([[1.0, 0.0, 0.0], [0.7, 0.7, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]]), dim=-1)
    assert groups(looks).tolist() == [0, 0, 0, 1]
