"""What each frame of a film shows of one person: the largest at first, the same from then on."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import islice

import torch
from jaxtyping import Float
from torch import Tensor

from lca.formats.photos import Picture
from lca.matting.cutout import crops_of
from lca.model.network import LCA
from lca.tracking.finder import SURE, PeopleFinder
from lca.tracking.likeness import framing_of, seen_by
from lca.tracking.observe import Observations, observe
from lca.tracking.people import TooFewPeople
from lca.tracking.sighting import Sighting

BATCH = 8
"""Frames that the network reads at once."""


@dataclass
class SamePerson:
    """Finds the same person in frame after frame: nearest to where they were, unless that is farther than they may have gone.

    Whoever is asked for by number is first looked for in the first frame that shows so many people.
    """

    finder: PeopleFinder
    reach: float = 1.0
    """How far they go from frame to frame at most, in sizes of their own."""
    last: Sighting | None = None
    too_few: TooFewPeople | None = None
    """What the last frame of too few people said, while nobody has been found."""

    def __call__(self, picture: Picture) -> Sighting | None:
        """Who is followed, or None where this frame does not show them."""
        try:
            found = self.finder.look(picture, self.last)
        except TooFewPeople as error:
            self.too_few = error
            return None
        if found is None or found.confidence < SURE or not bool(found.mask.any()) or self.too_far(found):
            self.search()
            return None
        self.last, self.too_few = found, None
        return found

    def search(self) -> None:
        """From the next frame on, look for them among everybody, and not in the place where they were last."""
        self.last = None if self.last is None else replace(self.last, region=None)

    def too_far(self, found: Sighting) -> bool:
        """Whether somebody is farther from where they were than they may have gone."""
        return self.last is not None and distance(found, self.last) > self.reach * size_of(self.last)


def distance(one: Sighting, other: Sighting) -> float:
    """Between the middles of two people, pixels."""
    return float((centre_of(one) - centre_of(other)).norm())


def centre_of(person: Sighting) -> Float[Tensor, "2"]:
    """The middle of the body's box, pixels."""
    return (person.body_box[:2] + person.body_box[2:]) / 2


def size_of(person: Sighting) -> float:
    """The longer side of the body's box, pixels."""
    return float((person.body_box[2:] - person.body_box[:2]).max())


def watched(
    pictures: Iterable[Picture], model: LCA, finder: PeopleFinder, betas: Float[Tensor, " shape"]
) -> Iterator[Observations | None]:
    """For each picture what the solver needs of it, for one person of this shape; None where they are not seen."""
    same, rest = SamePerson(finder), iter(pictures)
    while several := list(islice(rest, BATCH)):
        found = [same(picture) for picture in several]
        seen = [(picture, person) for picture, person in zip(several, found, strict=True) if person is not None]
        read = iter(observed(seen, model, betas))
        yield from (None if person is None else next(read) for person in found)


@torch.no_grad()
def observed(seen: list[tuple[Picture, Sighting]], model: LCA, betas: Float[Tensor, " shape"]) -> list[Observations]:
    """One frame each."""
    if not seen:
        return []
    pictures, people = zip(*seen, strict=True)
    photos = crops_of(pictures, people)
    maps = model.correspondences(photos[None])
    together = observe(maps, betas, photos, framing_of(pictures, people), **seen_by(people))
    return [together.only(k) for k in range(len(pictures))]
