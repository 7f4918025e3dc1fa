"""Photographs as refinement sees them: crops of body and head with the cameras of their pixels, and the pose of the moment."""

import torch
from jaxtyping import Float
from torch import Tensor

from lca.formats.photos import BODY_MARGIN, Picture, crop_square, square_box
from lca.geometry.camera import Camera
from lca.matting.cutout import FoundPerson
from lca.model.rig import Signals
from lca.tracking.face_points import load_face_points
from lca.tracking.sighting import Sighting
from lca.training.refining.landmarks import NOISE, Landmarks
from lca.training.refining.views import Crop, View

BODY_PIXELS, FACE_PIXELS = 320, 192
"""Sides of the crops."""


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
        landmarks = _landmarks(person.face[:, :2], body_square, depth / camera.intrinsics[0, 0])
    return View(body, face, signals, person.hand_confidence, landmarks)


def _landmarks(face: Float[Tensor, "478 2"], square: Float[Tensor, "4"], pixel: Float[Tensor, ""]) -> Landmarks:
    """In pixels of the body's crop; `pixel` is that of the photo, in metres."""
    points = load_face_points()
    places = (face[list(points.chosen)] - square[:2]) * BODY_PIXELS / (square[2:] - square[:2])
    return Landmarks(points.canonical, places, points.error + NOISE + pixel)


def _crop(picture: Picture, person: FoundPerson, camera: Camera, square: Float[Tensor, "4"], size: int) -> Crop:
    cut = crop_square(torch.cat([picture.image, person.mask]), square, size).clamp(0, 1)
    return Crop(cut[:3], cut[3:], camera.cropped(square.tolist(), size, size))
