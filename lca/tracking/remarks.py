"""What a user should know about a photo, in words."""

import torch
from jaxtyping import Float
from torch import Tensor
from torch.nn import functional as F

from lca.formats.photos import BODY_MARGIN, BODY_SIZE, FACE_SIZE
from lca.tracking.body_landmarks import NAMES, BodyLandmarks
from lca.tracking.evidence import Evidence, in_photo
from lca.tracking.face_landmarks import FaceLandmarks
from lca.tracking.pyramid import PhotoPyramid
from lca.tracking.region import Region

TURNED = 0.04
"""Metres that the nose is farther from the camera than the ears where a head shows its back."""
FRONTAL = -0.08
"""The same where it shows its face."""
SMALL = 180
"""Pixels; smaller people have no detail that the model could use."""
BLURRED_BODY, BLURRED_FACE = 0.93, 0.965
"""What a blur of three pixels leaves of the contrast between neighbours, on the squares that the model sees."""
GREY_TINT = 0.008
"""sRGB: how far tints may differ over a person in black and white."""
LOWER = (
    ("hip", "above the hips"),
    ("knee", "above the knees"),
    ("ankle", "below the knees"),
    ("foot_index", "at the feet"),
)


def remarks(
    image: PhotoPyramid,
    mask: PhotoPyramid,
    boxes: tuple[Float[Tensor, " 4"], Float[Tensor, " 4"]],
    body: BodyLandmarks,
    face: FaceLandmarks | None,
) -> list[str]:
    """About the person, apart from other people in the photo; `boxes` are those of body and head."""
    body_box, head_box = boxes
    said = cut_off(body, head_box, image.height, image.width)
    if turned_away(body):
        said.append("back to the camera")
    elif face is None and bool(head_box.any()):
        doubt = ": hidden, too small, or of a drawing or mannequin?" if nose_depth(body) < FRONTAL else ""
        said.append(f"no face seen{doubt}")
    tall = float(body_box[3] - body_box[1])
    if tall < SMALL:
        said.append(f"small in the photo: {tall:.0f} pixels tall")
    square = _squares(image, mask, body_box, 1 + 2 * BODY_MARGIN, BODY_SIZE)
    if smoothness(*square) > BLURRED_BODY:
        said.append("blurred")
    elif bool(head_box.any()) and smoothness(*_squares(image, mask, head_box, 1.0, FACE_SIZE)) > BLURRED_FACE:
        said.append("the face is blurred")
    if colourless(*square):
        said.append("black and white: the avatar takes its greys")
    return said


def doubts(evidence: Evidence) -> list[str]:
    """Why a confidence is low."""
    said = ["two people overlap"] if evidence.crowded else []
    if evidence.inside < 0.9 or evidence.boxes < 0.6:
        said.append("mask and landmarks disagree")
    if evidence.visible < 0.6:
        said.append("much of the body is hidden")
    if min(evidence.presence, evidence.score) < 0.4:
        said.append("hardly recognised as a person")
    return said


def nose_depth(body: BodyLandmarks) -> float:
    """Metres that the nose is farther from the camera than the ears."""
    nose, left, right = (float(body.world[NAMES.index(name), 2]) for name in ("nose", "left_ear", "right_ear"))
    return nose - (left + right) / 2


def turned_away(body: BodyLandmarks) -> bool:
    """Whether the head shows its back."""
    return nose_depth(body) > TURNED


def cut_off(body: BodyLandmarks, head_box: Float[Tensor, " 4"], height: int, width: int) -> list[str]:
    """Where the photo ends before the person does."""
    said = [] if bool(head_box.any()) else ["the head is not in the photo"]
    for part, where in LOWER:
        both = torch.stack([body.point(f"{side}_{part}") for side in ("left", "right")])
        if not bool(in_photo(both, height, width).any()):
            return [*said, f"cut off {where}"]
    return said


def smoothness(image: Float[Tensor, "3 size size"], mask: Float[Tensor, "1 size size"]) -> float:
    """What a small blur leaves of the person's contrast between neighbours: near 1 where all is blurred already."""
    grey, person = image.mean(0, keepdim=True), mask[0, :-1, :-1] > 0.95
    before, after = (
        _contrast(x)[person].sum() for x in (grey, F.avg_pool2d(grey[None], 3, 1, 1, count_include_pad=False)[0])
    )
    return float((after / before.clamp(min=1e-9)).sqrt())


def colourless(image: Float[Tensor, "3 size size"], mask: Float[Tensor, "1 size size"]) -> bool:
    """Whether the person is in greys."""
    person = image[:, mask[0] > 0.95]
    if person.shape[1] == 0:
        return False
    tint = person - person.mean(0)
    return float((tint - tint.mean(1, keepdim=True)).abs().mean()) < GREY_TINT


def _squares(
    image: PhotoPyramid, mask: PhotoPyramid, box: Float[Tensor, " 4"], room: float, size: int
) -> tuple[Tensor, Tensor]:
    """Image and mask in the square about a box."""
    x0, y0, x1, y1 = box.tolist()
    square = Region(((x0 + x1) / 2, (y0 + y1) / 2), room * max(x1 - x0, y1 - y0, 1.0))
    return square.cut(image, size), square.cut(mask, size)


def _contrast(grey: Float[Tensor, "1 height width"]) -> Float[Tensor, "rows columns"]:
    return (grey[0, 1:, :-1] - grey[0, :-1, :-1]).square() + (grey[0, :-1, 1:] - grey[0, :-1, :-1]).square()
