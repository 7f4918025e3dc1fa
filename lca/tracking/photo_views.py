"""Photographs as refinement sees them: crops of body and head with the cameras of their pixels, and the pose of the moment."""

import torch
from jaxtyping import Float
from torch import Tensor

from lca.formats.photos import BODY_MARGIN, Picture, crop_square, square_box
from lca.geometry.camera import Camera
from lca.matting.cutout import FoundPerson
from lca.model.rig import Signals
from lca.training.refining.views import Crop, View

BODY_PIXELS, FACE_PIXELS = 320, 192
"""Sides of the crops."""
FOCAL = 1.2
"""Focal length in longer sides of a photo whose file does not tell: a phone's main camera."""


def photo_camera(picture: Picture) -> Camera:
    """The camera of a photograph, which stands at the origin and looks along +z (OpenCV axes, pixels of `picture.image`)."""
    height, width = picture.image.shape[-2:]
    focal = picture.focal or FOCAL * max(height, width)
    intrinsics = torch.tensor([[focal, 0.0, width / 2], [0.0, focal, height / 2], [0.0, 0.0, 1.0]])
    return Camera(torch.eye(4), intrinsics, height, width)


def crop_camera(camera: Camera, square: Float[Tensor, "4"], size: int) -> Camera:
    """The camera that sees just a square (x0 y0 x1 y1, pixels) of what `camera` sees, at `size` pixels."""
    scale = size / float(square[2] - square[0])
    x, y = (float(v) for v in square[:2])
    onto = torch.tensor([[scale, 0.0, -scale * x], [0.0, scale, -scale * y], [0.0, 0.0, 1.0]])
    return Camera(camera.camera_from_world, onto @ camera.intrinsics, size, size)


def view_of(picture: Picture, person: FoundPerson, camera: Camera, signals: Signals) -> View:
    """What one photo gives to refinement; `signals` have no axis of frames. A head that was not found gives no face."""
    body = _crop(picture, person, camera, square_box(person.body_box, BODY_MARGIN), BODY_PIXELS)
    face = None
    if person.head_box.any():
        face = _crop(picture, person, camera, square_box(person.head_box), FACE_PIXELS)
    hands = getattr(person, "hand_confidence", torch.ones(2))
    return View(body, face, signals, hands)


def _crop(picture: Picture, person: FoundPerson, camera: Camera, square: Float[Tensor, "4"], size: int) -> Crop:
    cut = crop_square(torch.cat([picture.image, person.mask]), square, size).clamp(0, 1)
    return Crop(cut[:3], cut[3:], crop_camera(camera, square, size))
