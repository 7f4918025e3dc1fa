"""Photos of the example's person through the fetched networks, and what happens without them."""

import pytest
import torch
from torch.nn import functional as F

from lca.errors import UserError
from lca.formats.photos import Picture, read_pictures
from lca.geometry.body_file import load_body
from lca.matting.cutout import FoundPerson, cut_out_people
from lca.tracking import finder
from lca.tracking.finder import PeopleFinder, load_finder
from lca.tracking.sighting import Sighting


def _overlap(found: torch.Tensor, truth: torch.Tensor) -> float:
    found, truth = found > 0.5, truth > 0.5
    return float((found & truth).sum() / (found | truth).sum())


def _find(picture: Picture, person: int | None = None) -> Sighting:
    found = PeopleFinder(person)(picture)
    assert isinstance(found, Sighting)
    return found


@pytest.mark.parametrize("k", range(4))
def test_masks_of_known_people(networks, placed, k):
    picture, truth = placed(k)
    found = _find(picture)
    assert _overlap(found.mask, truth) > 0.9 and found.confidence > 0.8 and found.people == 1
    assert ((found.landmarks > -20) & (found.landmarks < 276)).all()


def test_the_examples_photos(networks, example):
    people = [_find(picture) for picture in read_pictures(example.photos)]
    assert min(person.confidence for person in people) > 0.8
    for person in people:
        halo = (person.mask - (person.mask > 0.5).float()).abs().sum() / person.mask.sum()
        assert halo < 0.03, "masks fade over a few pixels, they have no halo"
    photos = cut_out_people(read_pictures(example.photos), PeopleFinder())
    assert (photos.face_mask.flatten(1).mean(1) > 0.2).all()


def test_pixels_scale_with_the_photo(networks, placed):
    picture, _ = placed(0)
    large = Picture("large", F.interpolate(picture.image[None], scale_factor=2.5, mode="bicubic")[0].clamp(0, 1), None)
    small, found = _find(picture), _find(large)
    torch.testing.assert_close(found.landmarks / 2.5, small.landmarks, atol=3.0, rtol=0)
    torch.testing.assert_close(found.head_box / 2.5, small.head_box, atol=4.0, rtol=0)


def test_a_dark_photo_is_found_and_said(networks, placed):
    picture, truth = placed(0, 0.2)
    found = _find(picture)
    assert "too dark" in found.reasons and _overlap(found.mask, truth) > 0.85


def test_a_transparent_background_is_the_mask(networks, placed):
    picture, truth = placed(1)
    found = _find(Picture("cut.png", picture.image, truth))
    assert found.mask is truth or torch.equal(found.mask, truth)
    assert found.confidence > 0.8


def test_of_two_people_the_largest_or_the_one_asked_for(networks, placed):
    (one, one_mask), (other, other_mask) = placed(0), placed(1)
    small = F.interpolate(torch.cat([other.image, other_mask])[None], scale_factor=0.75, mode="bilinear")[0]
    other_image = F.pad(small[:3], (0, 0, 0, 64), mode="replicate")
    other_truth = F.pad(small[3:], (0, 0, 0, 64))
    both = Picture("both.jpg", torch.cat([one.image, other_image], 2), None)
    masks = [F.pad(one_mask, (0, 192)), F.pad(other_truth, (256, 0))]
    for person, truth in ((None, masks[0]), (1, masks[0]), (2, masks[1])):
        found = _find(both, person)
        assert found.people == 2 and _overlap(found.mask, truth) > 0.85
        assert f"2 people, number {2 if person == 2 else 1} from the left taken" in found.reasons
    with pytest.raises(UserError, match="expected person 3 from the left"):
        _find(both, 3)


def test_a_photo_that_ends_early(networks, placed):
    picture, truth = placed(0)
    rows = torch.nonzero(truth[0].amax(1) > 0.5)[:, 0]
    waist = int(rows[0] + 0.55 * (rows[-1] - rows[0]))
    found = _find(Picture("half", picture.image[:, :waist], None))
    assert any(reason.startswith("cut off") for reason in found.reasons)
    legs = _find(Picture("legs", picture.image[:, int(rows[0] + 0.3 * (rows[-1] - rows[0])) :], None))
    assert "the head is not in the photo" in legs.reasons and (legs.head_box == 0).all() and legs.face is None


def test_fields_of_a_face(networks, placed):
    faces = [_find(placed(k)[0]) for k in range(4)]
    seen = [found for found in faces if found.face is not None]
    assert seen, "the example's person shows the face at least once"
    for found in seen:
        assert found.face is not None and found.actions.shape == (52,) and float(found.actions.max()) <= 1
        x0, y0, x1, y1 = found.head_box.tolist()
        middle = found.face[:, :2].mean(0)
        assert x0 < middle[0] < x1 and y0 < middle[1] < y1
        wrists = found.landmarks[[15, 16]]
        for hand, wrist, sure in zip(found.hands, wrists, found.hand_confidence, strict=True):
            assert sure < 0.8 or (hand[0] - wrist).norm() < 12
    names = load_body().expression_names
    assert list(names[:-1]) == sorted(names[:-1]) and names[-1] == "tongueOut", "the order of the network of actions"


@pytest.mark.parametrize("shown", ["noise", "grey", "sky"])
def test_nobody_is_said_so(networks, shown):
    image = {
        "noise": torch.rand(3, 200, 300),
        "grey": torch.full((3, 200, 150), 0.35),
        "sky": torch.linspace(0.3, 0.9, 240)[:, None].expand(3, 240, 320).clone(),
    }[shown]
    with pytest.raises(UserError, match=r"expected a photo of a person, got none in sky\.jpg"):
        PeopleFinder()(Picture("sky.jpg", image, None))


def test_a_cut_out_that_nobody_recognises_is_taken_at_its_word(networks):
    alpha = torch.zeros(1, 160, 120)
    alpha[:, 20:150, 40:80] = 1
    known = FoundPerson(alpha, torch.tensor([40.0, 20, 80, 150]), torch.tensor([45.0, 20, 75, 50]), 1.0)
    found = PeopleFinder(None, lambda picture: known)(Picture("cut.png", alpha.expand(3, -1, -1).clone(), alpha))
    assert found.confidence < 0.2 and "taken at its word" in found.reasons[-1] and found.mask is alpha


def test_without_the_files_our_own_network_answers_and_it_is_said(tmp_path, monkeypatch, caplog, example):
    monkeypatch.setenv("LCA_NETWORKS", str(tmp_path))
    own = load_finder()
    assert len(caplog.records) == 1 and "pose_detection.tflite" in caplog.text and "`lca networks`" in caplog.text
    assert not isinstance(own(read_pictures(example.photos[:1])[0]), Sighting)
    with pytest.raises(UserError, match="expected the networks that tell people apart"):
        load_finder(person=2)


def test_without_the_package_it_is_said(networks, monkeypatch, caplog):
    monkeypatch.setattr(finder.importlib.util, "find_spec", lambda name: None)
    load_finder()
    assert "pip install ai-edge-litert" in caplog.text
