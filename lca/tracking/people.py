"""Who is in a photo: everyone the detector finds, from left to right."""

from dataclasses import dataclass, replace

from jaxtyping import Float
from torch import Tensor

from lca.errors import UserError
from lca.tracking.detector import PEOPLE, Detection
from lca.tracking.pyramid import PhotoPyramid
from lca.tracking.region import Region

SURE = 0.5
"""Score below which the photo is searched again in parts, for somebody small in it."""
LIKELY = 0.4
"""Score from which somebody beside the first counts as a person."""
SAME = 0.6
"""Two detections whose heads are nearer than this share of a head's side are one person."""


class TooFewPeople(UserError):
    """Somebody is asked for by number in a photo of fewer people."""


@dataclass(frozen=True)
class Crowd:
    """The people of a photo from left to right, and the place of the one who is meant, from 0."""

    people: tuple[Detection, ...]
    chosen: int

    @property
    def person(self) -> Detection:
        """Who is meant."""
        return self.people[self.chosen]

    @property
    def others(self) -> list[Detection]:
        """Everyone else."""
        return [person for place, person in enumerate(self.people) if place != self.chosen]

    def nearest(self, place: Float[Tensor, "2"]) -> "Crowd":
        """The same people; who is meant is the one whose hips are nearest to a place (pixels)."""
        away = [float((person.points[0] - place).norm()) for person in self.people]
        return replace(self, chosen=away.index(min(away)))


def find_people(image: PhotoPyramid, name: str, person: int | None = None) -> Crowd | None:
    """Everyone in a photo (sRGB in [0, 1]); who is meant is number `person` from the left, from 1, else the largest.

    None: there is nobody.

    Raises:
        TooFewPeople: there are fewer than `person` people in the photo called `name`.
    """
    height, width = image.height, image.width
    longer = float(max(height, width))
    found = PEOPLE.find(image, Region((width / 2, height / 2), longer))
    if not found or found[0].score < SURE:
        found = sorted([*found, *_closer(image)], key=lambda one: -one.score)
    distinct: list[Detection] = []
    for one in found:
        if not any(_same(one, other) for other in distinct):
            distinct.append(one)
    likely = [one for one in distinct if one.score >= LIKELY] or distinct[:1]
    people = tuple(sorted(likely, key=lambda one: float(_middle(one)[0])))
    if person is not None and not 1 <= person <= len(people):
        raise TooFewPeople(
            f"expected person {person} from the left in {name}, got a photo of {len(people)}: choose another number"
        )
    if not people:
        return None
    largest = max(range(len(people)), key=lambda place: size_of(people[place]))
    return Crowd(people, largest if person is None else person - 1)


def size_of(person: Detection) -> float:
    """Pixels from the hips to the circle about the whole person."""
    return float((person.points[1] - person.points[0]).norm())


def _closer(image: PhotoPyramid) -> list[Detection]:
    """What is found in overlapping squares of half the photo's longer side."""
    height, width = image.height, image.width
    side = max(height, width) / 2
    found = []
    for y in _steps(height, side):
        for x in _steps(width, side):
            found += [person for person in PEOPLE.find(image, Region((x, y), side)) if person.score >= SURE]
    return found


def _steps(length: int, side: float) -> list[float]:
    """Middles of the squares that cover a length, half a side apart."""
    if length <= side:
        return [length / 2]
    count = int(-(-(length - side) // (side / 2))) + 1
    return [side / 2 + k * (length - side) / (count - 1) for k in range(count)]


def _middle(person: Detection) -> Float[Tensor, "2"]:
    return (person.box[:2] + person.box[2:]) / 2


def _same(one: Detection, other: Detection) -> bool:
    side = max(float((d.box[2:] - d.box[:2]).abs().max()) for d in (one, other))
    return float((_middle(one) - _middle(other)).norm()) < SAME * side
