"""The colour of somebody's eyes, from the irises among the landmarks of faces."""

from collections.abc import Sequence

import torch

from lca.formats.photos import Picture, pixels_at
from lca.matting.cutout import FoundPerson
from lca.model.eyes import BROWN, EyeColors
from lca.tracking.gaze import EYES
from lca.tracking.sighting import Sighting

LEAST = 1.5
"""Pixels of an iris' radius under which lids and whites run into it."""
WITHIN = 0.6
"""Radii from the middle where an iris is looked at: beyond the pupil, within the rim; to both sides and below, for lids shade
what is above."""
ASIDE = torch.tensor([[-1.0, 0.0], [1.0, 0.0], [0.0, 1.0]])
BRIGHT = (0.5, 1.1)
"""Least and most brightness of a white, over that of eyes that no photo shows."""


def eye_colors(pictures: Sequence[Picture], people: Sequence[FoundPerson]) -> EyeColors:
    """What the photos show, the median; brown where they show no open eye large enough."""
    irises, whites = [], []
    for picture, person in zip(pictures, people, strict=True):
        if not isinstance(person, Sighting) or person.face is None or not person.psi.any():
            continue  # without a gaze the eyes are shut
        points = person.face[:, :2]
        for middle, *corners in EYES:
            ring = points[middle + 1 : middle + 5] - points[middle]
            radius = ring.norm(dim=-1).mean()
            if radius < LEAST:
                continue
            irises.append(pixels_at(picture.image, points[middle] + WITHIN * radius * ASIDE))
            away = points[corners] - points[middle]
            length = away.norm(dim=-1, keepdim=True)
            whites.append(
                pixels_at(picture.image, points[middle] + away * (1.0 + radius / length.clamp(min=radius)) / 2.0)
            )
    if not irises:
        return BROWN
    luma = torch.cat(whites).mean(-1).quantile(0.75) / BROWN.white.mean()
    return EyeColors(torch.cat(irises).median(0).values, BROWN.white * luma.clamp(*BRIGHT))
