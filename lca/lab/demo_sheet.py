"""What `lca demo` shows and counts: the photos, the avatar before and after refinement beside the truth, and in motion."""

import math
from collections.abc import Mapping, Sequence

import torch
from jaxtyping import Float
from PIL import Image
from torch import Tensor

from lca.data.example import Example
from lca.formats.photos import GREY, Picture, crop_square, mask_box, square_box
from lca.lab.figures import row
from lca.lab.likeness_sheet import found
from lca.lab.playing import body_camera, drive, face_camera, play, still
from lca.matting.cutout import FoundPerson
from lca.model.avatar import Avatar
from lca.motion.named import named_motion
from lca.render import render
from lca.training.metrics import foreground_scores

HEIGHT = 224
CROP, ROOM = 256, 0.04
"""Pixels a side of what is shown of a target, and room round the person, as a share of its side."""
EYES, HEAD = (23, 24), 0.4
"""Joints; metres a side."""
MOST = 4
"""Photos shown where none is refined on."""


@torch.no_grad()
def target_scores(avatar: Avatar, example: Example) -> dict[str, float]:
    """psnr_fg, ssim_fg and l1_fg against the truth, over grey: poses and views that no photo shows."""
    grey = torch.full((3,), GREY)
    posed = drive(avatar, example.motion)
    shown = torch.stack([render(g, example.camera[k], grey).image for k, g in enumerate(posed)]).clamp(0, 1)
    return foreground_scores(shown, example.image, example.mask)


@torch.no_grad()
def truth_lines(avatars: Mapping[str, Avatar], example: Example) -> list[Image.Image]:
    """New poses from new views, bodies and then heads: what each avatar shows, and the truth. Captions are the avatars' names."""
    first, lines = next(iter(avatars.values())), []
    bodies = [square_box(mask_box(mask), ROOM) for mask in example.mask]
    heads = [head_square(first, example, place) for place in range(len(bodies))]
    for squares, in_line, height in ((bodies, 2, HEIGHT), (heads, 4, 144)):
        groups = [
            row(compared(avatars, example, place, square), [*avatars, "truth"], height)
            for place, square in enumerate(squares)
        ]
        tall = groups[0].height
        lines += [row(groups[k : k + in_line], height=tall) for k in range(0, len(groups), in_line)]
    return lines


def compared(
    avatars: Mapping[str, Avatar], example: Example, place: int, square: Float[Tensor, "4"]
) -> list[Float[Tensor, "3 size size"]]:
    """A square of one target as each avatar shows it, and as it is."""
    camera = example.camera[place].cropped(square.tolist(), CROP, CROP)
    moment, grey = still(example.motion, place), torch.full((3,), GREY)
    shown = [next(play(avatar, moment, camera, grey)) for avatar in avatars.values()]
    return [*shown, crop_square(example.image[place], square, CROP, GREY).clamp(0, 1)]


def head_square(avatar: Avatar, example: Example, place: int) -> Float[Tensor, "4"]:
    """Where a head is in a target, by its pose: `HEAD` metres a side, pixels."""
    motion = example.motion
    joints = avatar.rig.posed_joints(motion.theta[place], motion.psi[place], motion.translation[place])
    camera = example.camera[place]
    x, y, depth = camera.project(joints[list(EYES)].mean(0, keepdim=True))[0]
    half = float(camera.intrinsics[0, 0] * HEAD / 2 / depth)
    return torch.stack([x - half, y - half, x + half, y + half])


def found_line(pictures: Sequence[Picture], people: Sequence[FoundPerson]) -> Image.Image:
    """The first photos with what was found in them."""
    pairs = list(zip(pictures, people, strict=True))[:MOST]
    captions = [f"{picture.name}, {person.confidence:.2f}" for picture, person in pairs]
    return row([found(*pair) for pair in pairs], captions, HEIGHT)


@torch.no_grad()
def motion_lines(avatar: Avatar) -> list[Image.Image]:
    """All round, walking, hands, expressions, gaze."""
    calm = still(named_motion("turntable", 4.0, 10.0), 0)
    around = [next(play(avatar, calm, body_camera(avatar, calm, 256, math.pi / 4 * k))) for k in range(8)]
    poses, faces = [], []
    for name, count in (("walk", 4), ("hands", 4)):
        motion = named_motion(name, 4.0, 10.0)
        chosen = [still(motion, round(len(motion) * (k + 0.5) / count)) for k in range(count)]
        poses += [next(play(avatar, one, body_camera(avatar, one, 256, 0.4))) for one in chosen]
    for name, places in (("face", (4, 12, 20, 27, 35)), ("gaze", (6, 15, 25))):
        motion = named_motion(name, 4.0, 10.0)
        faces += [next(play(avatar, one, face_camera(avatar, one, 256))) for one in (still(motion, k) for k in places)]
    named = ["smile", "blink", "open", "brows", "pucker", "gaze left", "gaze right", "gaze up"]
    lines = (([f"{45 * k}°" for k in range(8)], around), (["walk"] * 4 + ["hands"] * 4, poses), (named, faces))
    return [row(pictures, captions, HEIGHT) for captions, pictures in lines]
