"""What `lca demo` shows and counts: the photos, the avatar before and after refinement beside the truth, and in motion."""

import math
from collections.abc import Mapping, Sequence

import torch
from jaxtyping import Float
from PIL import Image
from torch import Tensor

from lca.data.example import Example
from lca.formats.photos import GREY, Picture
from lca.lab.figures import row
from lca.lab.likeness_sheet import found, over_white
from lca.lab.playing import body_camera, drive, face_camera, play, still
from lca.matting.cutout import FoundPerson
from lca.model.avatar import Avatar
from lca.motion.named import named_motion
from lca.render import render
from lca.tracking.likeness import Likeness
from lca.training.losses import psnr
from lca.training.metrics import foreground_scores

HEIGHT = 224
PAIR = 2
"""Targets in a line."""
MOST = 4
"""Photos shown where none is refined on."""


def shown_as(avatar: Avatar, example: Example) -> Float[Tensor, "targets 3 size size"]:
    """The avatar in the example's new poses, from its new views, over grey."""
    grey = torch.full((3,), GREY)
    posed = drive(avatar, example.motion)
    return torch.stack([render(g, example.camera[k], grey).image for k, g in enumerate(posed)]).clamp(0, 1)


def target_scores(shown: Float[Tensor, "targets 3 size size"], example: Example) -> dict[str, float]:
    """psnr_fg, ssim_fg and l1_fg against the truth, over poses and views that no photo shows."""
    return foreground_scores(shown, example.image, example.mask)


@torch.no_grad()
def photos_psnr(avatar: Avatar, likeness: Likeness) -> float:
    """PSNR of the photos themselves within their masks, dB: the avatar in the poses found for them."""
    values = []
    for place, view in enumerate(likeness.start.views):
        drives = likeness.signals[place]
        posed = avatar.drive(drives.theta, drives.eps, drives.psi, drives.translation)
        shown = render(posed, view.body.camera, torch.ones(3)).image.clamp(0, 1)
        values.append(psnr(shown[None], over_white(view)[None], view.body.mask[None]))
    return float(torch.cat(values).mean())


def truth_lines(shown: Mapping[str, Float[Tensor, "targets 3 size size"]], example: Example) -> list[Image.Image]:
    """Of each target what each avatar shows, then the truth."""
    columns = {**shown, "truth": example.image}
    cells = [pictures[k] for k in range(len(example.image)) for pictures in columns.values()]
    captions = [f"new pose and view: {name}" for name in columns] * len(example.image)
    step = PAIR * len(columns)
    return [row(cells[k : k + step], captions[k : k + step], HEIGHT) for k in range(0, len(cells), step)]


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
    lines = ((["all round"], around), (["walk"] * 4 + ["hands"] * 4, poses), (named, faces))
    return [row(pictures, captions, HEIGHT) for captions, pictures in lines]
