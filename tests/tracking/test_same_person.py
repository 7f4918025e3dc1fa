"""Who is followed through a film of several people, by a finder that knows where everybody stands."""

import pytest
import torch

from lca.formats.photos import Picture
from lca.tracking.film.follow import shown
from lca.tracking.film.watched import SamePerson, centre_of
from lca.tracking.finder import PeopleFinder
from lca.tracking.people import TooFewPeople
from lca.tracking.region import Region
from lca.tracking.sighting import Sighting

SIDE = 20.0
"""Pixels of a person."""


def standing(place):
    """Somebody seen at a place."""
    box, unknown = torch.tensor([place - SIDE / 2, 0, place + SIDE / 2, SIDE]), torch.zeros
    return Sighting(
        mask=torch.ones(1, 2, 2), body_box=box, head_box=box, confidence=0.9, landmarks=unknown(33, 2),
        visibility=unknown(33), world_landmarks=unknown(33, 3), hands=unknown(2, 21, 2), hand_confidence=unknown(2),
        face=None, actions=unknown(52), psi=unknown(4), people=1, region=Region((place, SIDE / 2), SIDE),
    )  # fmt: skip


class Told(PeopleFinder):
    """Finds the people of a frame that are named in its `name`: where they stand, from left to right."""

    def look(self, picture, before=None):
        places = [float(word) for word in picture.name.split()]
        if before is None and self.person is not None and self.person > len(places):
            raise TooFewPeople(f"expected person {self.person} in {picture.name}")
        if not places:
            return None
        number = 0 if self.person is None else self.person - 1
        if before is None:
            return standing(places[number])
        found = min(places, key=lambda x: abs(x - float(centre_of(before)[0])))
        return standing(found) if before.region is None or abs(found - before.region.centre[0]) < SIDE else None


def pictures(*frames):
    return [Picture(name, torch.zeros(3, 2, 2), None) for name in frames]


def places(same, *frames):
    found = [same(picture) for picture in pictures(*frames)]
    return [None if one is None else float(centre_of(one)[0]) for one in found]


def test_the_same_person_is_followed_past_another():
    assert places(SamePerson(Told(1)), "10 80", "22 70", "34 60", "46 52", "42 58") == [10, 22, 34, 46, 42]


def test_nobody_else_stands_in_for_whoever_has_left():
    assert places(SamePerson(Told(1)), "10 80", "80", "", "15 80") == [10, None, None, 15]


def test_whoever_is_lost_is_searched_among_everybody():
    same = SamePerson(Told(), reach=5.0)
    assert places(same, "10", "60", "60") == [10, None, 60]


def test_a_number_counts_from_the_first_frame_that_shows_so_many():
    same = SamePerson(Told(2))
    assert places(same, "10", "11") == [None, None] and same.too_few is not None
    assert places(same, "12 80", "13 78", "77") == [80, 78, 77] and same.too_few is None


def test_the_shape_is_one_persons():
    frames = pictures("10", "10 80", "40", "18 70")
    found = shown(frames, Told(2))
    assert [picture.name for picture, _ in found] == ["10 80", "40", "18 70"]
    assert [float(centre_of(one)[0]) for _, one in found] == [80, 40, 18]
    with pytest.raises(TooFewPeople, match="expected person 3"):
        shown(frames, Told(3))
