"""What `lca create` understood, photo by photo, and the avatar beside each photo and from all sides."""

import math
from collections.abc import Sequence

import torch
from jaxtyping import Float
from PIL import Image, ImageDraw
from torch import Tensor

from lca.formats.photos import Picture
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
from lca.training.refining.views import View

TURNS = (0.0, math.pi / 4, math.pi / 2, math.pi)
MOST = 8
"""Photos shown."""
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
    the photo. Without a pose there is nothing to compare."""
    places, lines = {photo: place for place, photo in enumerate(likeness.start.used)}, []
    for photo, (picture, person) in enumerate(list(zip(pictures, people, strict=True))[:MOST]):
        cells, captions = [found(picture, person)], [f"{picture.name}, {person.confidence:.2f}"]
        if photo in places:
            view, signals = likeness.start.views[places[photo]], likeness.signals[places[photo]]
            cells.append(skeleton(likeness.avatar, view, signals))
            cells += [posed(avatar, view.body.camera, signals) for avatar in (likeness.start.avatar, likeness.avatar)]
            cells.append(to_image(over_white(view)))
            captions += ["solved", "feed-forward", "refined", "photo"]
        else:
            captions[0] += ", no pose found"
        lines.append(row(cells, captions, height))
    return lines


def over_white(view: View) -> Float[Tensor, "3 height width"]:
    """The person of a photo, cut out."""
    return view.body.image * view.body.mask + 1 - view.body.mask


def found(picture: Picture, person: FoundPerson) -> Image.Image:
    """Mask, boxes of body (red) and head (blue), and landmarks where the finder knows any."""
    shown = marked(picture, person)
    pen, reach = ImageDraw.Draw(shown), max(2, shown.height // 200)
    for x, y in person.landmarks.tolist() if isinstance(person, Sighting) else ():
        pen.ellipse([x - reach, y - reach, x + reach, y + reach], fill=LANDMARK)
    return shown


def skeleton(avatar: Avatar, view: View, signals: Signals) -> Image.Image:
    """Bones of the solved pose over the photo's body crop."""
    joints = avatar.rig.posed_joints(signals.theta, signals.psi, signals.translation)
    shown = to_image(view.body.image * 0.6 + 0.4)
    draw_skeleton(shown, view.body.camera.project(joints), avatar.rig.parents)
    return shown


def posed(avatar: Avatar, camera: Camera, signals: Signals) -> Image.Image:
    """The avatar as it stands in a photo, over white."""
    gaussians = avatar.drive(signals.theta, signals.eps, signals.psi, signals.translation)
    return to_image(render(gaussians, camera, torch.ones(3)).image.clamp(0, 1))


def sides(avatar: Avatar, size: int) -> list[Image.Image]:
    """At ease, from four sides; then the face."""
    calm = still(named_motion("turntable", 4.0, 10.0), 0)
    cameras = [body_camera(avatar, calm, size, turn) for turn in TURNS]
    cameras += [face_camera(avatar, calm, size, turn) for turn in TURNS[:2]]
    return [to_image(next(play(avatar, calm, camera))) for camera in cameras]
