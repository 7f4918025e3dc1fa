"""Photographs as refinement sees them: crops of body and head with the cameras of their pixels, and the pose of the moment."""

import torch
from jaxtyping import Float
from torch import Tensor

from lca.formats.photos import BODY_MARGIN, Picture, crop_square, square_box
from lca.geometry.camera import Camera
from lca.matting.cutout import FoundPerson
from lca.model.rig import Signals
from lca.tracking.face_points import LID_RIMS, load_face_points
from lca.tracking.sighting import Sighting
from lca.training.refining.landmarks import NOISE, Landmarks
from lca.training.refining.views import Crop, View

BODY_PIXELS, FACE_PIXELS = 320, 192
"""Sides of the crops."""

EYE = 0.008
"""Metres from the middle of an eye to its rim, about: rims are known to a pixel of the photo, and are taken to lie so far out."""


def view_of(picture: Picture, person: FoundPerson, camera: Camera, signals: Signals) -> View:
    """What one photo gives to refinement; `signals` have no axis of frames. A head that was not found gives no face."""
    body_square = square_box(person.body_box, BODY_MARGIN)
    body = _crop(picture, person, camera, body_square, BODY_PIXELS)
    face = None
    if person.head_box.any():
        face = _crop(picture, person, camera, square_box(person.head_box), FACE_PIXELS)
    if not isinstance(person, Sighting):
        return View(body, face, signals)
    landmarks = None
    if person.face is not None:
        depth = camera.project(signals.translation[None])[0, 2]
        pixels = (person.face[:, :2] - body_square[:2]) * BODY_PIXELS / (body_square[2:] - body_square[:2])
        landmarks = _landmarks(pixels, depth / camera.intrinsics[0, 0])
    return View(body, face, signals, person.hand_confidence, landmarks)


def _landmarks(pixels: Float[Tensor, "478 2"], size: Float[Tensor, ""]) -> Landmarks:
    """Those of a face at `pixels` of the body's crop, in a photo whose pixels are of `size`, metres."""
    points = load_face_points()
    error = points.error + NOISE + size
    rims = pixels[torch.tensor(LID_RIMS)]
    middle = rims.mean(1, keepdim=True)
    eyes = middle + (1.0 + size / EYE) * (rims - middle)
    return Landmarks(points.canonical, pixels[list(points.chosen)], error, eyes)


def _crop(picture: Picture, person: FoundPerson, camera: Camera, square: Float[Tensor, "4"], size: int) -> Crop:
    cut = crop_square(torch.cat([picture.image, person.mask]), square, size).clamp(0, 1)
    return Crop(cut[:3], cut[3:], camera.cropped(square.tolist(), size, size))
