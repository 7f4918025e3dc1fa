"""What can be drawn instead of the colours, or over them: depth, normals, skeleton, anchors."""

import numpy as np
import torch
from jaxtyping import Float
from PIL import Image, ImageDraw
from torch import Tensor
from torch.nn import functional as F

from lca.formats.photos import Picture
from lca.geometry.camera import Camera
from lca.lab.figures import framed, to_image
from lca.matting.cutout import FoundPerson
from lca.render import Rendering

COVERED = 0.5
"""Least alpha of a pixel that shows the person."""
BONE, JOINT = (30, 110, 230), (240, 120, 20)
HEAD = (40, 90, 220)
ANCHOR = (215, 30, 90)
BEFORE = 0.05
"""Metres before the camera from which on a point is drawn."""


def depth_picture(
    rendering: Rendering, background: Float[Tensor, "3"], reach: float = 1.2
) -> Float[Tensor, "3 height width"]:
    """Nearer is lighter: white to dark over `reach` metres about the middle of what is seen."""
    covered = rendering.alpha > COVERED
    depth = rendering.depth
    middle = depth[covered].median() if covered.any() else depth.new_zeros(())
    grey = (0.5 + (middle - depth) / reach).clamp(0.05, 1.0)
    return torch.where(covered, grey, background[:, None, None])


def normal_picture(
    rendering: Rendering, camera: Camera, background: Float[Tensor, "3"]
) -> Float[Tensor, "3 height width"]:
    """Surface directions from the depth, in the camera's frame: right is red, up is green, towards the viewer blue."""
    depth = rendering.depth[0]
    height, width = depth.shape
    rows, columns = torch.meshgrid(torch.arange(height) + 0.5, torch.arange(width) + 0.5, indexing="ij")
    (fx, _, cx), (_, fy, cy), _ = camera.intrinsics.unbind(0)
    points = torch.stack([(columns - cx) / fx * depth, (rows - cy) / fy * depth, depth])
    across = F.pad(points[:, :, 2:] - points[:, :, :-2], (1, 1))
    down = F.pad(points[:, 2:] - points[:, :-2], (0, 0, 1, 1))
    normal = F.normalize(torch.linalg.cross(down, across, dim=0), dim=0)
    colours = 0.5 + 0.5 * normal * torch.tensor([1.0, -1.0, -1.0])[:, None, None]
    return torch.where(rendering.alpha > COVERED, colours, background[:, None, None])


def marked(picture: Picture, person: FoundPerson) -> Image.Image:
    """A photo, faded where the person is not, with the boxes of body (red) and head (blue)."""
    faded = to_image(picture.image * (0.3 + 0.7 * person.mask) + 0.7 * (1 - person.mask))
    return framed(framed(faded, person.body_box.tolist()), person.head_box.tolist(), HEAD)


def draw_skeleton(
    picture: Image.Image,
    pixels: Float[Tensor, "55 3"],
    parents: tuple[int, ...],
    bone: tuple[int, int, int] = BONE,
    dot: tuple[int, int, int] = JOINT,
) -> None:
    """Bones as lines, joints as dots, from projected joints (x, y, depth)."""
    pen, width = ImageDraw.Draw(picture), max(1, picture.height // 256)
    places = {joint: (x, y) for joint, (x, y, z) in enumerate(pixels.tolist()) if z > BEFORE}
    for joint, parent in enumerate(parents[1:], 1):
        if joint in places and parent in places:
            pen.line([places[parent], places[joint]], fill=bone, width=width)
    for x, y in places.values():
        pen.ellipse([x - width, y - width, x + width, y + width], fill=dot)


def draw_dots(picture: Image.Image, pixels: Float[Tensor, "points 3"]) -> Image.Image:
    """Projected points (x, y, depth) as dots of two by two pixels."""
    canvas = np.array(picture)
    x, y = pixels[pixels[:, 2] > BEFORE, :2].long().unbind(1)
    for right in (0, 1):
        for down in (0, 1):
            inside = (x + right >= 0) & (x + right < picture.width) & (y + down >= 0) & (y + down < picture.height)
            canvas[(y + down)[inside], (x + right)[inside]] = ANCHOR
    return Image.fromarray(canvas)
