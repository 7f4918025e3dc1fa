"""Which finder of people is used: the networks that have seen real people where they are, else our own."""

import importlib.util
import logging
from dataclasses import dataclass, replace
from functools import partial

import torch
from jaxtyping import Float
from torch import Tensor

from lca.errors import UserError
from lca.formats.network_files import HOW, missing_networks
from lca.formats.photos import GREY, Picture
from lca.matting.cutout import Finder, FoundPerson, find_person
from lca.matting.network import load_matting
from lca.tracking.chain import sight
from lca.tracking.people import find_people
from lca.tracking.pyramid import PhotoPyramid
from lca.tracking.sighting import Sighting

SURE = 0.15
"""Least confidence that there is a person."""
LIT = 0.85
"""Brightness of a photo's lightest hundredth; photos darker than half of it are lightened for the networks."""
MOST_GAIN = 8.0
DARK = 3.0
"""Gain from which a photo is too dark to show colours."""

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class PeopleFinder:
    """Finds the largest person of a photo, or number `person` from the left, from 1.

    A transparent background is the mask; where the networks recognise nobody in such a cut-out, `otherwise` finds its head.
    """

    person: int | None = None
    otherwise: Finder | None = None

    def __call__(self, picture: Picture) -> FoundPerson:
        """A `Sighting`, or what `otherwise` has found.

        Raises:
            UserError: there is no person, or none of that number.
        """
        sighting = self.look(picture)
        if sighting is not None and sighting.confidence >= SURE:
            return sighting
        if picture.alpha is not None and self.otherwise is not None:
            found = self.otherwise(picture)
            said = "not recognised as a person: the transparent background is taken at its word"
            return replace(found, confidence=SURE, reasons=(*found.reasons, said))
        why = "" if sighting is None else f" (confidence {sighting.confidence:.2f}; {', '.join(sighting.reasons)})"
        raise UserError(
            f"expected a photo of a person, got none in {picture.name}{why}; "
            "take it closer, or cut the person out as a transparent PNG"
        )

    def look(self, picture: Picture, before: Sighting | None = None) -> Sighting | None:
        """What the networks say, however unsure; None where they see nobody. If they saw somebody `before`, in the last frame
        of a film, it is about that person.

        Raises:
            UserError: no person of that number.
        """
        shown = picture.image if picture.alpha is None else picture.image * picture.alpha + GREY * (1 - picture.alpha)
        gain = gain_of(shown)
        image = PhotoPyramid.of(shown if gain == 1 else (shown * gain).clamp(max=1))
        crowd = find_people(image, picture.name, self.person if before is None else None)
        if crowd is None:
            return None
        region = None if before is None else before.region
        if before is not None:
            crowd = crowd.nearest(
                before.body_box.reshape(2, 2).mean(0) if region is None else torch.tensor(region.centre)
            )
        sighting = sight(image, crowd, picture.alpha, region)
        return sighting if gain < DARK else replace(sighting, reasons=("too dark", *sighting.reasons))


def load_finder(person: int | None = None) -> Finder:
    """The networks that have seen real people, or our own matting network where their files are missing, which is said.

    `person` counts from the left, from 1; by default the largest is taken.

    Raises:
        UserError: a network file is not the pinned one, or the files are missing and `person` is asked for.
    """
    own = partial(find_person, matting=load_matting())
    why = _unable()
    if why is None:
        return PeopleFinder(person, own)
    if person is not None:
        raise UserError(f"expected the networks that tell people apart to take person {person}, got none: {why}")
    log.warning("our own small matting network finds the people, as networks that know real ones are missing: %s", why)
    return own


def gain_of(image: Float[Tensor, "3 height width"]) -> float:
    """By how much a photo is to be lightened for the networks; 1 unless it is dark."""
    gain = min(LIT / max(float(image[:, ::8, ::8].flatten().quantile(0.99)), 1e-3), MOST_GAIN)
    return gain if gain > 2 else 1.0


def load_people_finder(person: int | None = None) -> PeopleFinder:
    """The networks alone, for what our own cannot do: to follow somebody.

    Raises:
        UserError: they are missing, or a file is not the pinned one.
    """
    finder = load_finder(person)
    if not isinstance(finder, PeopleFinder):
        raise UserError("expected the networks that find people, got none: `lca networks` fetches them")
    return finder


def _unable() -> str | None:
    """What keeps the networks from running, or None."""
    missing = missing_networks()
    if missing:
        return f"no {', '.join(file.name for file in missing)}; {HOW}"
    if importlib.util.find_spec("ai_edge_litert") is None:
        return "no package ai-edge-litert; `pip install ai-edge-litert` where it has a wheel for this machine"
    return None
