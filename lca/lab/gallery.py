"""People and their avatars side by side: the first picture of the README."""

from collections.abc import Mapping, Sequence
from typing import Any

import torch
from PIL import Image

from lca.data.enlarged import enlarged
from lca.data.sample import Capture
from lca.formats.photos import Photos
from lca.geometry.motion import Motion
from lca.lab.figures import column, row, to_image, view
from lca.lab.playing import body_camera, drive, face_camera, still
from lca.lab.preparation import frontal
from lca.matting.cutout import Finder, crops_of
from lca.model.avatar import Avatar
from lca.model.network import LCA
from lca.tracking.likeness import refine_on_photos
from lca.training.losses import over

PHOTOS = 4
TURN = 0.8
"""Radians."""


def gallery(
    model: LCA, finder: Finder, rows: Sequence[Mapping[str, Any]], motion: Motion, height: int = 180
) -> Image.Image:
    """A column for each row of `load_world`: the photo that shows most of the face, its face, and the avatar made of it and three
    others as `lca create` does: its face, turned, and in `motion`."""
    columns = []
    for index, found in enumerate(rows):
        count = len(found["image"])
        front = frontal(Capture.read(found))
        capture = Capture.read(found, [(front + k * count // PHOTOS) % count for k in range(PHOTOS)])
        pictures = enlarged(capture).pictures()
        people = [finder(picture) for picture in pictures]
        avatar = refine_on_photos(model, pictures, people, float(model.template.stature(capture.betas))).avatar
        moments = [still(motion, frame) for frame in (0, len(motion) * (index + 1) // (len(rows) + 1))]
        cells = [*shown(crops_of(pictures, people)), *seen(avatar, moments, height)]
        columns.append(column([row([cell], height=height) for cell in cells]))
    return row(columns, height=columns[0].height)


def shown(photos: Photos) -> list[Image.Image]:
    """Body and face of the first photo, over white."""
    pairs = (photos.body, photos.body_mask), (photos.face, photos.face_mask)
    return [to_image(over(image[:1], mask[:1], torch.ones(1, 3))[0]) for image, mask in pairs]


@torch.no_grad()
def seen(avatar: Avatar, moments: Sequence[Motion], height: int) -> list[Image.Image]:
    """The avatar's face, the avatar turned, and in the second moment."""
    calm, moving = moments
    cameras = (
        (calm, face_camera(avatar, calm, height, 0.0)),
        (calm, body_camera(avatar, calm, height, TURN)),
        (moving, body_camera(avatar, moving, height, 0.3)),
    )
    return [view(posed, camera) for moment, camera in cameras for posed in drive(avatar, moment)]
