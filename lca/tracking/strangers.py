"""Do all photos show one person? Looks that differ more than pose, side and light explain are said."""

from collections.abc import Sequence

import torch
from jaxtyping import Float
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import connected_components
from torch import Tensor

from lca.formats.photos import BODY_MARGIN, Picture, crop_square, square_box
from lca.matting.cutout import FoundPerson
from lca.training.identity import BODY_SIDE, FACE_SIDE, load_identity

ALIKE = 0.55
"""Cosine of two photos from which they may show one person. Of a person's photos in the world's wild stage, one in a hundred has
none that is nearer than 0.83; one in a hundred of somebody else's is nearer than 0.66 to one of three."""


def stranger_lines(pictures: Sequence[Picture], people: Sequence[FoundPerson]) -> list[str]:
    """A line for each photo that seems to show somebody else than most do."""
    if len(pictures) < 2:
        return []
    group = groups(described(pictures, people))
    counts = torch.bincount(group)
    if len(counts) == 1:
        return []
    if int(counts.max()) == 1:
        names = ", ".join(picture.name for picture in pictures)
        return [f"{names}: each seems to show another person; give photos of one"]
    person = int(counts.argmax())
    return [
        f"{picture.name}: seems to show somebody else than most photos; leave it out if so"
        for picture, who in zip(pictures, group.tolist(), strict=True)
        if who != person
    ]


def groups(looks: Float[Tensor, "photos length"]) -> Tensor:
    """Number of the person in each photo: photos that are alike, or both like a third, show one."""
    alike = csr_matrix((looks @ looks.T >= ALIKE).numpy())
    return torch.from_numpy(connected_components(alike, directed=False)[1])


@torch.no_grad()
def described(pictures: Sequence[Picture], people: Sequence[FoundPerson]) -> Float[Tensor, "photos length"]:
    """Unit vectors of how people look."""
    bodies, heads = [], []
    for picture, person in zip(pictures, people, strict=True):
        shown = torch.cat([picture.image, person.mask])
        squares = (square_box(person.body_box, BODY_MARGIN), BODY_SIDE), (square_box(person.head_box), FACE_SIDE)
        body, head = (crop_square(shown, square, side).clamp(0, 1) for square, side in squares)
        bodies.append(body[:3] * body[3:] + 1 - body[3:])
        heads.append(head[:3] * head[3:] + 1 - head[3:])
    return load_identity()(torch.stack(bodies), torch.stack(heads))
