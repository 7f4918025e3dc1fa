"""State -> picture: the only place where the panel makes pixels. Pure: the same state gives the same bytes."""

import io
from collections.abc import Sequence
from dataclasses import dataclass

import torch
from jaxtyping import Float
from PIL import Image, ImageColor
from torch import Tensor

from lca.geometry.gaussians import Gaussians
from lca.lab.figures import to_image
from lca.lab.overlays import depth_picture, draw_dots, draw_skeleton, normal_picture
from lca.panel.person import PanelPerson
from lca.panel.state import State
from lca.render import render

JPEG_QUALITY = 85


@dataclass(frozen=True)
class Job:
    """What to draw, and the stamp of the newest event in it: the page measures its latency by it."""

    people: tuple[PanelPerson, ...]
    state: State
    stamp: float | None = None


def frame(people: Sequence[PanelPerson], state: State, scale: float = 1.0) -> Image.Image:
    """The people side by side, one square each, seen by the same camera; `scale` shrinks the picture."""
    size = max(16, 2 * round(state.look.size * scale / 2))
    whole = Image.new("RGB", (size * len(people), size))
    for place, person in enumerate(people):
        whole.paste(_one(person, state, size), (place * size, 0))
    return whole


def background_of(state: State) -> Float[Tensor, "3"]:
    """The colour behind the people, sRGB in [0, 1]."""
    return torch.tensor(ImageColor.getrgb(state.look.background)[:3]) / 255


def as_jpeg(picture: Image.Image) -> bytes:
    """A picture for the wire."""
    buffer = io.BytesIO()
    picture.save(buffer, "JPEG", quality=JPEG_QUALITY)
    return buffer.getvalue()


def as_png(picture: Image.Image) -> bytes:
    """A picture to keep."""
    buffer = io.BytesIO()
    picture.save(buffer, "PNG")
    return buffer.getvalue()


def _one(person: PanelPerson, state: State, size: int) -> Image.Image:
    camera, look = state.view.camera(size), state.look
    background = background_of(state)
    gaussians = person.posed(state)
    rendering = render(gaussians, camera, background)
    pixels = rendering.image
    if look.picture == "depth":
        pixels = depth_picture(rendering, background)
    if look.picture == "normals":
        pixels = normal_picture(rendering, camera, background)
    picture = to_image(pixels)
    if look.anchors:
        picture = draw_dots(picture, camera.project(anchors(gaussians, person)))
    if look.skeleton:
        draw_skeleton(picture, camera.project(person.joints(state)), person.avatar.rig.parents)
    return picture


def anchors(gaussians: Gaussians, person: PanelPerson) -> Float[Tensor, "anchors 3"]:
    """Where the anchors are: the middle of the Gaussians that each unfolds into."""
    own = person.avatar.anchor_of
    sums = gaussians.means.new_zeros(len(person.avatar.tokens), 3).index_add_(0, own, gaussians.means)
    return sums / torch.bincount(own, minlength=len(sums))[:, None]
