"""Frames of a capture as photographs: enlarged, so that the face lies in them as sharp as its own crop.

A capture keeps a small picture of the whole and a larger one of the face, as a phone's photo would give both. Of the small one
alone the face would be thirty pixels wide, which no phone takes.
"""

from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor

from lca.data.sample import Capture
from lca.formats.photos import Picture, crop_square
from lca.geometry.camera import Camera

TIMES = 4
"""How many pixels a side become of one: a face crop then keeps its own."""


@dataclass(frozen=True)
class Enlarged:
    """Pictures (sRGB in [0, 1]) with masks, boxes (x0 y0 x1 y1) and cameras in their own pixels."""

    image: Float[Tensor, "frames 3 size size"]
    mask: Float[Tensor, "frames 1 size size"]
    body_box: Float[Tensor, "frames 4"]
    face_box: Float[Tensor, "frames 4"]
    camera: Camera

    def pictures(self) -> list[Picture]:
        """As if read from files that tell of no lens."""
        return [Picture(f"photo {k + 1}", image, None) for k, image in enumerate(self.image)]


def enlarged(capture: Capture) -> Enlarged:
    """All frames, `TIMES` as large, with the face crops laid in their places."""
    size, side = capture.image.shape[-1], capture.face.shape[-1]
    whole = torch.tensor([0.0, 0.0, size, size]).expand(len(capture), 4)
    wide = crop_square(torch.cat([capture.image, capture.mask], 1), whole, TIMES * size)
    face = torch.cat([capture.face, capture.face_mask, torch.ones_like(capture.face_mask)], 1)
    corner, width = capture.face_box[:, :2].repeat(1, 2), capture.face_box[:, 2:3] - capture.face_box[:, :1]
    laid = crop_square(face, (whole - corner) * side / width.clamp(min=1e-3), TIMES * size)
    laid = torch.where((width > 0)[..., None, None], laid, 0.0)
    both = (wide * (1.0 - laid[:, 4:]) + laid[:, :4]).clamp(0.0, 1.0)
    camera = capture.camera.resized(TIMES * size, TIMES * size)
    return Enlarged(both[:, :3], both[:, 3:], TIMES * capture.body_box, TIMES * capture.face_box, camera)
