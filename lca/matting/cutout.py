"""From photographs to `Photos`: find the person, cut out body and head.

`cut_out_people` works with any `Finder`. The one here asks our own matting network and looks twice: at the whole photo for the
body's box, then at the square about that box for mask and head at full detail. A transparent background is taken at its
word: the alpha channel is the mask, only the head is sought. `lca.tracking.finder` has another that has seen real people.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Float
from scipy import ndimage
from torch import Tensor

from lca.errors import UserError
from lca.formats.photos import (
    BODY_MARGIN,
    BODY_SIZE,
    FACE_SIZE,
    GREY,
    Photos,
    Picture,
    crop_square,
    cut_out,
    mask_box,
    square_box,
)
from lca.matting.guided_filter import guided_filter
from lca.matting.network import MATTING_SIZE, Matte

Matter = Callable[[Float[Tensor, "batch 3 size size"]], Matte]
"""A `Matting` network, or anything that answers like one."""
Crop = tuple[Float[Tensor, "3 _ _"], Float[Tensor, "1 _ _"]]
"""A square over mid grey, and its mask."""
LOOK_MARGIN = 0.12
"""Room about the first box, so that the second look sees what the first one missed."""
SURE = 0.3
"""Least probability that there is a person."""
SMALLEST_SHARE = 0.002
"""Least share of the photo that the person must cover."""


@dataclass(frozen=True)
class FoundPerson:
    """A person found in one photo; boxes are x0 y0 x1 y1 in pixels of that photo."""

    mask: Float[Tensor, "1 height width"]
    body_box: Float[Tensor, " 4"]
    head_box: Float[Tensor, " 4"]
    """Zeros where the photo shows no head."""
    confidence: float
    reasons: tuple[str, ...] = ()
    """What a user should know about the photo, in words."""


Finder = Callable[[Picture], FoundPerson]
"""Who is in a picture. Raises: UserError where there is no person."""


def cut_out_people(pictures: Sequence[Picture], finder: Finder) -> Photos:
    """Find the person of every picture and cut out body and head; a head that is not in the photo gives an empty face crop.

    Raises:
        UserError: a picture shows no person.
    """
    return crops_of(pictures, [finder(picture) for picture in pictures])


def crops_of(pictures: Sequence[Picture], people: Sequence[FoundPerson]) -> Photos:
    """Cut out body and head of people that were found, one in each picture."""
    bodies, faces = zip(*(cut_out_person(*pair) for pair in zip(pictures, people, strict=True)), strict=True)
    body, body_mask = (torch.stack(x) for x in zip(*bodies, strict=True))
    face, face_mask = (torch.stack(x) for x in zip(*faces, strict=True))
    return Photos(body, body_mask, face, face_mask)


def cut_out_person(picture: Picture, person: FoundPerson) -> tuple[Crop, Crop]:
    """(square, mask) of the body and of the face."""
    body = cut_out(picture.image, person.mask, square_box(person.body_box, BODY_MARGIN), BODY_SIZE)
    if not person.head_box.any():
        return body, (torch.full((3, FACE_SIZE, FACE_SIZE), GREY), torch.zeros(1, FACE_SIZE, FACE_SIZE))
    return body, cut_out(picture.image, person.mask, square_box(person.head_box), FACE_SIZE)


@torch.no_grad()
def find_person(picture: Picture, matting: Matter) -> FoundPerson:
    """Mask, body box and head box of the one person (the largest, if there are several) in a picture.

    Raises:
        UserError: there is no person, or too small a one.
    """
    image = picture.image
    whole = torch.tensor([0.0, 0.0, image.shape[2], image.shape[1]])
    if picture.alpha is not None:
        image = image * picture.alpha + GREY * (1 - picture.alpha)
        first_box, confidence = mask_box(largest_part(picture.alpha)), 1.0
    else:
        first, _, confidence = look(image, square_box(whole), matting)
        first_box = mask_box(first)
    area = (first_box[2:] - first_box[:2]).prod() / whole[2:].prod()
    if confidence < SURE or area < SMALLEST_SHARE:
        raise UserError(
            f"expected a photo of a person, got none in {picture.name} (confidence {confidence:.2f}); "
            "take it closer, or cut the person out as a transparent PNG"
        )
    mask, head_box, _ = look(image, square_box(first_box, LOOK_MARGIN), matting)
    if picture.alpha is not None:
        return FoundPerson(picture.alpha, first_box, head_box, confidence)
    second_box = mask_box(mask)
    return FoundPerson(mask, second_box if second_box.any() else first_box, head_box, confidence)


def look(
    image: Float[Tensor, "3 height width"], square: Float[Tensor, " 4"], matting: Matter
) -> tuple[Float[Tensor, "1 height width"], Float[Tensor, " 4"], float]:
    """Run the network on one square of a photo: (mask and head box in the photo's pixels, probability of a person)."""
    picture = crop_square(image, square, MATTING_SIZE, GREY)
    matte = matting(picture[None])
    origin, side = square[:2], square[2] - square[0]
    head_box = matte.head_box[0] * side + torch.cat([origin, origin])
    edged = guided_filter(picture, matte.mask_logits[0].sigmoid())
    mask = largest_part(_back(edged, square, *image.shape[1:]))
    return mask, head_box, float(matte.person_logits[0].sigmoid())


def largest_part(mask: Float[Tensor, "1 height width"], share: float = 0.1) -> Float[Tensor, "1 height width"]:
    """Drop the connected parts that are smaller than `share` of the largest: other people, specks."""
    labels = np.asarray(ndimage.label(mask[0].numpy() > 0.5)[0])  # pyright: ignore[reportGeneralTypeIssues, reportIndexIssue]
    areas = np.bincount(labels.ravel())
    areas[0] = 0
    dropped = (areas > 0) & (areas < share * areas.max())
    return mask * torch.from_numpy(~dropped[labels])


def _back(
    mask: Float[Tensor, "1 size size"], square: Float[Tensor, " 4"], height: int, width: int
) -> Float[Tensor, "1 height width"]:
    """Resample a square's mask to the photo's pixels; zero outside the square."""
    scale = mask.shape[-1] / (square[2] - square[0])
    side = max(height, width)
    box = torch.stack([-square[0], -square[1], side - square[0], side - square[1]]) * scale
    return crop_square(mask, box, side)[:, :height, :width].clamp(0, 1)
