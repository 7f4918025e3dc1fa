"""People and their avatars side by side: the first picture of the README."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import torch
from PIL import Image

from lca.data.batch import make_example
from lca.data.sample import Capture
from lca.geometry.motion import Motion
from lca.lab.figures import column, row, to_image, view
from lca.lab.playing import body_camera, drive, still
from lca.lab.preparation import frontal
from lca.model.network import LCA

PHOTOS = 4
TURN = 0.8
"""Radians."""


@torch.no_grad()
def gallery(model: LCA, rows: Sequence[Mapping[str, Any]], motion: Motion, height: int = 150) -> Image.Image:
    """A column for each row of `load_world`: the photo that shows most of the face, the avatar made of it and three others,
    turned, and in `motion`."""
    columns = []
    for index, found in enumerate(rows):
        count = len(found["image"])
        front = frontal(Capture.read(found))
        capture = Capture.read(found, [(front + k * count // PHOTOS) % count for k in range(PHOTOS)])
        example = make_example(capture, capture, np.random.default_rng(0), exact=True)
        avatar = model.reconstruct(example.photos, example.betas)
        moments = [still(motion, frame) for frame in (0, 0, len(motion) * (index + 1) // (len(rows) + 1))]
        pictures = [to_image(example.photos.body[0])]
        for moment, azimuth in zip(moments, (0.0, TURN, 0.3), strict=True):
            camera = body_camera(avatar, moment, height, azimuth)
            pictures += [view(posed, camera) for posed in drive(avatar, moment)]
        columns.append(column([row([picture], height=height) for picture in pictures]))
    return row(columns, height=columns[0].height)
