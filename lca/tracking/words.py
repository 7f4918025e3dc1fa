"""What a user is told about their photos, a line for each that there is something to say about."""

from collections.abc import Sequence

from lca.formats.photos import Picture
from lca.matting.cutout import FoundPerson
from lca.model.avatar import Avatar
from lca.tracking.solution import Solution
from lca.tracking.strangers import stranger_lines

NO_POSE = "no photo's pose was found: the avatar is not refined"


def found_lines(pictures: Sequence[Picture], people: Sequence[FoundPerson]) -> list[str]:
    """About the files, and about the people found in them; at last, if they do not seem to be one."""
    lines = [
        f"{picture.name}: {'; '.join((*picture.notes, *person.reasons))} (confidence {person.confidence:.2f})"
        for picture, person in zip(pictures, people, strict=True)
        if picture.notes or person.reasons
    ]
    return lines + stranger_lines(pictures, people)


def pose_lines(pictures: Sequence[Picture], solution: Solution) -> list[str]:
    """About poses that are not good; the last line says if there is none at all."""
    lines = [
        f"{picture.name}: pose {words}"
        for picture, words in zip(pictures, solution.confidence, strict=True)
        if not words.startswith("good")
    ]
    return lines if any(solution.solved) else [*lines, NO_POSE]


def made_of(avatar: Avatar, photos: int) -> str:
    """What an avatar is: "33162 Gaussians from 4 photos"."""
    return f"{len(avatar.canonical)} Gaussians from {photos} photo{'' if photos == 1 else 's'}"
