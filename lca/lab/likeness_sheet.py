"""What `lca create` understood, photo by photo, and the avatar beside each photo and from all sides."""

import math
from collections.abc import Sequence

import torch
from jaxtyping import Float
from PIL import Image, ImageDraw
from torch import Tensor

from lca.formats.photos import Picture, mask_box
from lca.geometry.camera import Camera
from lca.lab.figures import column, row, to_image
from lca.lab.overlays import draw_skeleton, marked
from lca.lab.playing import body_camera, face_camera, play, still
from lca.matting.cutout import FoundPerson
from lca.model.avatar import Avatar
from lca.model.rig import Signals
from lca.motion.named import named_motion
from lca.render import render
from lca.tracking.likeness import Likeness
from lca.tracking.sighting import Sighting
from lca.training.refining.views import Crop, View

TURNS = (0.0, math.pi / 4, math.pi / 2, math.pi)
MOST = 8
"""Photos shown."""
COMPARED = ("feed-forward", "refined", "photo")
ROOM = 0.06
"""Share of a crop's width that stays beside the person."""
LANDMARK = (240, 120, 20)


@torch.no_grad()
def likeness_sheet(
    pictures: Sequence[Picture], people: Sequence[FoundPerson], likeness: Likeness, height: int = 220
) -> Image.Image:
    """A line for each photo, then the refined avatar from the front, turned 45, 90 and 180 degrees, and its face."""
    around = row(sides(likeness.avatar, height), ["front", "45°", "90°", "180°", "face", "face, 45°"], height)
    return column([*photo_lines(pictures, people, likeness, height), around])


@torch.no_grad()
def photo_lines(
    pictures: Sequence[Picture], people: Sequence[FoundPerson], likeness: Likeness, height: int = 220
) -> list[Image.Image]:
    """Of each photo: what was found in it, the solved skeleton, the avatar before and after refinement in the photo's own pose,
    the photo; then the same three of the face. Without a pose there is nothing to compare."""
    places, lines = {photo: place for place, photo in enumerate(likeness.start.used)}, []
    for photo, (picture, person) in enumerate(list(zip(pictures, people, strict=True))[:MOST]):
        cells, captions = [found(picture, person)], [f"{picture.name}, {person.confidence:.2f}"]
        if photo in places:
            view, signals = likeness.start.views[places[photo]], likeness.signals[places[photo]]
            bodies = [skeleton(likeness.avatar, view, signals), *compared(likeness, view.body, signals)]
            cells += [tight(shown, view.body) for shown in bodies]
            captions += ["solved", *COMPARED]
            if view.face is not None:
                cells += compared(likeness, view.face, signals)
                captions += COMPARED
        else:
            captions[0] += ", no pose found"
        lines.append(row(cells, captions, height))
    return lines


def compared(likeness: Likeness, crop: Crop, signals: Signals) -> list[Image.Image]:
    """The avatar before and after refinement as it stands in a photo, and the photo cut out, over white."""
    shown = [posed(avatar, crop.camera, signals) for avatar in (likeness.start.avatar, likeness.avatar)]
    return [*shown, to_image(over_white(crop))]


def over_white(crop: Crop) -> Float[Tensor, "3 height width"]:
    """The person of a photo, cut out."""
    return crop.image * crop.mask + 1 - crop.mask


def tight(shown: Image.Image, crop: Crop) -> Image.Image:
    """The columns of a picture round those in which the photo shows the person."""
    left, _, right, _ = mask_box(crop.mask).tolist()
    room = ROOM * shown.width
    if right <= left:
        return shown
    return shown.crop((round(max(0.0, left - room)), 0, round(min(shown.width, right + room)), shown.height))


def found(picture: Picture, person: FoundPerson) -> Image.Image:
    """Mask, boxes of body (red) and head (blue), and landmarks where the finder knows any."""
    shown = marked(picture, person)
    pen, reach = ImageDraw.Draw(shown), max(2, shown.height // 200)
    for x, y in person.landmarks.tolist() if isinstance(person, Sighting) else ():
        pen.ellipse([x - reach, y - reach, x + reach, y + reach], fill=LANDMARK)
    return shown


def skeleton(avatar: Avatar, view: View, signals: Signals) -> Image.Image:
    """Bones of the solved pose over the person of the photo."""
    joints = avatar.rig.posed_joints(signals.theta, signals.psi, signals.translation)
    shown = to_image(over_white(view.body) * 0.6 + 0.4)
    draw_skeleton(shown, view.body.camera.project(joints), avatar.rig.parents)
    return shown


def posed(avatar: Avatar, camera: Camera, signals: Signals) -> Image.Image:
    """The avatar as it stands in a photo, over white."""
    gaussians = avatar.drive(signals.theta, signals.eps, signals.psi, signals.translation)
    return to_image(render(gaussians, camera, torch.ones(3)).image.clamp(0, 1))


def sides(avatar: Avatar, size: int) -> list[Image.Image]:
    """At ease, from four sides; then the face."""
    calm = still(named_motion("turntable", 4.0, 10.0), 0)
    cameras = [body_camera(avatar, calm, (size * 5 // 8, size), turn) for turn in TURNS]
    cameras += [face_camera(avatar, calm, size, turn) for turn in TURNS[:2]]
    return [to_image(next(play(avatar, calm, camera))) for camera in cameras]
