"""Bodies over photos: joints, landmarks and anchors where the truth says they are, and where a tracker says."""

import colorsys

import torch
from einops import reduce
from jaxtyping import Bool, Float
from PIL import Image, ImageDraw
from torch import Tensor
from torch.nn import functional as F

from lca.data.circumstances import Circumstances
from lca.data.drawn import tracked_anew
from lca.data.sample import Capture
from lca.formats.photos import square_box
from lca.geometry.body_file import load_body
from lca.geometry.camera import Camera
from lca.geometry.skinning import full_pose, joint_transforms, skin_points
from lca.lab.figures import row, to_image
from lca.lab.overlays import draw_skeleton
from lca.model.template import Template
from lca.motion.posed import joints

TRUE, TRACKED = (20, 140, 60), (225, 60, 30)
HIDDEN = (170, 170, 170)
FINE = 3
"""Overlays are drawn so much larger, then shrunk, for smooth edges."""
NEAR = 0.08
"""Metres: an anchor is seen if its pixel shows a point that near to it on the mean person; clothes stand off the skin."""
RUNS = 40
ROOM = 0.08
"""Share of the side of the body's box by which a close-up reaches beyond it, on every side."""


def landmarks(capture: Capture) -> Float[Tensor, "frames landmarks 3"]:
    """Nose, eyes, ears, finger tips, toes, ... (`Body.landmarks`) in the world, metres."""
    body, frames = load_body(), len(capture)
    betas = capture.betas.expand(frames, -1)
    posed = body.posed(betas, capture.theta, capture.translation, capture.psi, capture.actions)
    return posed[:, list(body.landmarks.values())]


def posed_anchors(capture: Capture, template: Template) -> Float[Tensor, "frames anchors 3"]:
    """The template's anchors on this person in every pose, metres: each is the middle of its Gaussians."""
    body = load_body()
    points, rest = template.shaped(capture.betas[None])[0], body.rest(capture.betas)[1]
    transforms = joint_transforms(full_pose(capture.theta), rest, body.parents, capture.translation)
    posed = skin_points(points, transforms, template.skin_indices, template.skin_weights)
    return reduce(posed, "frame (anchor place) xyz -> frame anchor xyz", "mean", place=template.config.per_anchor)


def seen_anchors(capture: Capture, template: Template) -> Bool[Tensor, "frames anchors"]:
    """Which anchors the photos show: the canonical map at their pixel says that they are there."""
    side = capture.canonical.shape[-1]
    pixels = capture.camera.resized(side, side).project(posed_anchors(capture, template))[..., :2]
    grid = (2 * pixels / side - 1)[:, None]
    maps = torch.cat([capture.canonical, capture.canonical_mask.float()], 1)
    shown = F.grid_sample(maps, grid, mode="nearest", align_corners=False)[:, :, 0].movedim(1, -1)
    return (shown[..., 3] > 0) & ((shown[..., :3] - template.anchors).norm(dim=-1) < NEAR)


def anchor_sheet(capture: Capture, template: Template, frames: list[int], height: int = 220) -> Image.Image:
    """Anchors over the photos: coloured by the part of the body where the camera sees them, grey where it does not."""
    colours = [part_colour(part) for part in template.part[:: template.config.per_anchor].tolist()]
    places, seen = posed_anchors(capture, template), seen_anchors(capture, template)
    pictures = []
    for k in frames:
        order = seen[k].long().argsort()  # what is seen comes last, on top
        own = [colours[a] if seen[k, a] else HIDDEN for a in order.tolist()]
        picture, camera = close_up(capture.image[k], capture.camera[k], person_box(capture, k), height)
        pictures.append(dotted(picture, camera, places[k][order], own, 1.8))
    counts = [f"{int(seen[k].sum())} of {len(template.anchors)} seen" for k in frames]
    return row(pictures, counts, height)


def part_colour(part: int) -> tuple[int, int, int]:
    """A colour for each part of the body, neighbours far apart."""
    red, green, blue = colorsys.hsv_to_rgb(0.618 * part % 1, 0.85, 0.85)
    return round(255 * red), round(255 * green), round(255 * blue)


def joint_sheet(capture: Capture, frames: list[int], height: int = 220) -> Image.Image:
    """For each frame the skeleton over the photo, and the landmarks over photo and face."""
    true, marks = joints(capture.betas, capture.theta, capture.translation), landmarks(capture)
    pictures, whole = [], torch.tensor([0.0, 0.0, 1.0, 1.0]) * capture.face.shape[-1]
    for k in frames:
        box, face = person_box(capture, k), capture.face_camera[k]
        picture, camera = close_up(capture.image[k], capture.camera[k], box, height)
        pictures.append(with_skeletons(picture, [(camera, true[k], TRUE)]))
        for image, view, part in ((capture.image, capture.camera[k], box), (capture.face, face, whole)):
            picture, camera = close_up(image[k], view, part, height, 0.25)
            pictures.append(dotted(picture, camera, marks[k], [TRACKED] * marks.shape[1], 2.0))
    return row(pictures, ["joints", "landmarks", "on the face"] * len(frames), height)


def tracking_sheet(
    capture: Capture, sure: Float[Tensor, "frames"], frames: list[int], height: int = 220
) -> Image.Image:
    """Truth (green) and tracker (red), each through its own camera; below: mean error of the joints, what the tracker thinks."""
    true, tracked = both_joints(capture)
    errors = joint_errors(capture)
    pictures = []
    for k in frames:
        box = person_box(capture, k)
        picture, camera = close_up(capture.image[k], capture.camera[k], box, height)
        theirs = close_up(capture.image[k], capture.tracked_camera[k], box, height)[1]
        pictures.append(with_skeletons(picture, [(camera, true[k], TRUE), (theirs, tracked[k], TRACKED)]))
    return row(pictures, [f"{100 * errors[k]:.1f} cm, {sure[k]:.0%} sure" for k in frames], height)


def both_joints(capture: Capture) -> tuple[Float[Tensor, "frames 55 3"], Float[Tensor, "frames 55 3"]]:
    """True and tracked joints in the world, metres."""
    true = joints(capture.betas, capture.theta, capture.translation)
    return true, joints(capture.tracked_betas, capture.tracked_theta, capture.tracked_translation)


def joint_errors(capture: Capture) -> Float[Tensor, "frames"]:
    """Mean distance of tracked from true joints, each before its own camera, metres."""
    views = (capture.camera.camera_from_world, capture.tracked_camera.camera_from_world)
    true, tracked = (
        points @ view[:, :3, :3].mT + view[:, None, :3, 3]
        for points, view in zip(both_joints(capture), views, strict=True)
    )
    return (true - tracked).norm(dim=-1).mean(-1)


def unluckiest(capture: Capture, known: Circumstances) -> tuple[Capture, Float[Tensor, "frames"]]:
    """The same frames tracked forty times anew: the run with the largest error in one frame, and how sure its tracker was."""
    runs = [tracked_anew(capture, known.time, seed) for seed in range(RUNS)]
    return max(runs, key=lambda run: float(joint_errors(run[0]).max()))


def close_up(
    image: Float[Tensor, "3 side side"], camera: Camera, box: Float[Tensor, "4"], height: int, share: float = 0.55
) -> tuple[Image.Image, Camera]:
    """The part of a photo within a square box (pixels; white beyond the photo), towards white by `share`, enlarged for
    drawing; and the camera that would have seen just that."""
    side = FINE * height
    picture = cut_out(to_image(image * (1 - share) + share), box, side)
    return picture, camera.cropped(box.tolist(), side, side)


def person_box(capture: Capture, frame: int) -> Float[Tensor, "4"]:
    """The square round the person with some room, pixels of the photo; the whole photo where nobody is seen."""
    box, side = capture.body_box[frame], float(capture.image.shape[-1])
    return square_box(box[None], ROOM)[0] if box[2] - box[0] > 1 else torch.tensor([0.0, 0.0, side, side])


def cut_out(picture: Image.Image, box: Float[Tensor, "4"], side: int, smooth: bool = True) -> Image.Image:
    """The part of a picture within a square box, at `side` pixels; white beyond the picture."""
    method = Image.Resampling.BICUBIC if smooth else Image.Resampling.NEAREST
    return picture.transform((side, side), Image.Transform.EXTENT, tuple(box.tolist()), method, fillcolor="white")


def with_skeletons(
    image: Image.Image, bodies: list[tuple[Camera, Float[Tensor, "55 3"], tuple[int, int, int]]]
) -> Image.Image:
    """Skeletons (camera, joints in the world, colour) over an enlarged photo, one after the other."""
    for camera, points, colour in bodies:
        draw_skeleton(image, camera.project(points), load_body().parents, colour, colour)
    return image


def dotted(
    image: Image.Image, camera: Camera, points: Float[Tensor, "points 3"], colours: list, radius: float
) -> Image.Image:
    """World points as dots on an enlarged photo; `radius` in pixels of the finished picture."""
    pen, reach = ImageDraw.Draw(image), FINE * radius
    for (x, y, depth), colour in zip(camera.project(points).tolist(), colours, strict=True):
        if depth > 0:
            pen.ellipse([x - reach, y - reach, x + reach, y + reach], fill=colour)
    return image
