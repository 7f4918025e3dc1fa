"""Anchors, merging of votes, and who of several people is meant."""

import numpy as np
import pytest
import torch

from lca.errors import UserError
from lca.tracking import people
from lca.tracking.detector import FACES, PEOPLE, Detection, _merged, anchors
from lca.tracking.people import find_people
from lca.tracking.pyramid import PhotoPyramid


@pytest.mark.parametrize(("detector", "size", "count"), [(PEOPLE, 224, 2254), (FACES, 128, 896)])
def test_as_many_anchors_as_the_network_has_votes(detector, size, count):
    places = anchors(size, detector.strides)
    assert places.shape == (count, 2)
    assert places[0] == pytest.approx(np.full(2, detector.strides[0] / 2 / size))
    assert (places[0] == places[1]).all() and places.min() > 0 and places.max() < 1


def test_overlapping_votes_become_their_mean():
    votes = np.array([[0.5, 0.5, 0.2, 0.2], [0.52, 0.5, 0.2, 0.2], [0.1, 0.1, 0.1, 0.1]], np.float32)
    merged = _merged(np.array([0.3, 0.9, 0.5], np.float32), votes)
    assert [score for score, _ in merged] == pytest.approx([0.9, 0.5])
    assert merged[0][1][0] == pytest.approx((0.5 * 0.3 + 0.52 * 0.9) / 1.2)


def _person(x: float, size: float, score: float = 0.9) -> Detection:
    return Detection(score, torch.tensor([x - 5, 20.0, x + 5, 30.0]), torch.tensor([[x, 60.0], [x, 60.0 - size]] * 2))


@pytest.fixture
def crowd(monkeypatch):
    """A detector that finds what it is told, wherever it looks."""

    def told(*found: Detection):
        class Told:
            def find(self, image, region):
                return list(found)

        monkeypatch.setattr(people, "PEOPLE", Told())
        return PhotoPyramid.of(torch.zeros(3, 100, 300))

    return told


def test_the_largest_or_the_one_by_number_from_the_left(crowd):
    image = crowd(_person(250, 30), _person(40, 20), _person(150, 50), _person(152, 48, 0.6), _person(90, 90, 0.1))
    found = find_people(image, "x.jpg")
    assert found is not None and [float(p.points[0, 0]) for p in found.people] == [40, 150, 250]
    assert found.chosen == 1 and len(found.others) == 2
    third = find_people(image, "x.jpg", 3)
    assert third is not None and third.chosen == 2
    with pytest.raises(UserError, match=r"expected person 4 from the left in x\.jpg, got a photo of 3"):
        find_people(image, "x.jpg", 4)


def test_nobody(crowd):
    assert find_people(crowd(), "x.jpg") is None
    with pytest.raises(UserError, match="got a photo of 0"):
        find_people(crowd(), "x.jpg", 1)
