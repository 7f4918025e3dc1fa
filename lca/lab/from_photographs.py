"""The steps of `notebooks/06_from_photographs.ipynb`: from photographs to a likeness, each step a picture."""

import math
from collections.abc import Sequence
from dataclasses import replace

import torch
from jaxtyping import Float
from PIL import Image, ImageDraw
from torch import Tensor
from torch.nn import functional as F

from lca.data.example import Example
from lca.formats.photos import GREY, Picture, square_box
from lca.lab.figures import column, row, to_image
from lca.lab.likeness_sheet import TURNS, compared, found, over_white, posed, skeleton, tight
from lca.lab.playing import body_camera, drive, face_camera, play, still
from lca.lab.tour import face_sheet, named_actions
from lca.matting.cutout import FoundPerson
from lca.model.avatar import Avatar
from lca.model.network import LCA
from lca.motion.named import named_motion
from lca.render import render
from lca.tracking.face_points import load_face_points
from lca.tracking.likeness import Draft, Likeness, draft, with_eyes_and_teeth
from lca.tracking.sighting import Sighting
from lca.training.metrics import foreground_scores
from lca.training.refine import Progress, RefineConfig, Refined, Refinement

SEEN, UNSEEN = (0.95, 0.65, 0.1), (0.25, 0.3, 0.45)
"""Colours of what photos show and of what they do not."""
LANDMARK, BODY = (230, 40, 30), (30, 200, 60)


def found_sheet(pictures: Sequence[Picture], people: Sequence[FoundPerson], height: int = 260) -> Image.Image:
    """Masks, boxes and landmarks, and how sure the finder is."""
    captions = [f"{person.confidence:.2f}" for person in people]
    return row([found(*pair) for pair in zip(pictures, people, strict=True)], captions, height)


@torch.no_grad()
def solved_sheet(start: Draft, height: int = 260) -> Image.Image:
    """The solved skeleton over each photo, and what the solver thinks of it."""
    cells = [tight(skeleton(start.avatar, view, view.signals), view.body) for view in start.views]
    return row(cells, [start.solution.confidence[photo].split(":")[0] for photo in start.used], height)


@torch.no_grad()
def landmark_sheet(model: LCA, start: Draft, people: Sequence[FoundPerson], size: int = 260) -> Image.Image:
    """Faces as the photos show them: landmarks of the photo (red), and where the body has them in the solved pose (green)."""
    known, cells = load_face_points(), []
    near = model.template.nearest(known.canonical, 1)[:, 0]
    for photo, view in zip(start.used, start.views, strict=True):
        person, signals = people[photo], view.signals
        if not isinstance(person, Sighting) or person.face is None or view.face is None:
            continue
        box, camera = square_box(person.head_box), view.face.camera.resized(size, size)
        shown = to_image(F.interpolate(over_white(view.face)[None], size, mode="bilinear")[0])
        posed_points = start.avatar.drive(signals.theta, signals.eps, signals.psi, signals.translation).means[near]
        mark(shown, (person.face[:, :2] - box[:2]) * size / (box[2] - box[0]), LANDMARK)
        mark(shown, camera.project(posed_points)[:, :2], BODY)
        cells.append(shown)
    return row(cells or [Image.new("RGB", (size, size), "white")], height=size)


def mark(picture: Image.Image, points: Float[Tensor, "points 2"], color: tuple[int, int, int]) -> None:
    """Draw dots, in place."""
    pen = ImageDraw.Draw(picture)
    for x, y in points.tolist():
        pen.ellipse([x - 1.5, y - 1.5, x + 1.5, y + 1.5], fill=color)


def seen_sheet(refined: Refined, size: int = 220) -> Image.Image:
    """Which Gaussians the photos show (orange), from four sides."""
    own, gate = refined.avatar.canonical, refined.gate[:, None]
    colors = torch.tensor(UNSEEN) + gate * (torch.tensor(SEEN) - torch.tensor(UNSEEN))
    return around(replace(refined.avatar, canonical=replace(own, colors=colors)), size)


def around(avatar: Avatar, size: int = 220) -> Image.Image:
    """At ease, from the front and turned 45, 90 and 180 degrees; then the head, from the front and from behind."""
    calm = still(named_motion("turntable", 4.0, 10.0), 0)
    cameras = [body_camera(avatar, calm, (size * 5 // 8, size), turn) for turn in TURNS]
    cameras += [face_camera(avatar, calm, size, turn) for turn in (0.0, math.pi)]
    captions = [*(f"{round(math.degrees(turn))}°" for turn in TURNS), "head", "head, 180°"]
    return row([to_image(next(play(avatar, calm, camera))) for camera in cameras], captions, size)


def refine_and_watch(
    model: LCA, start: Draft, config: RefineConfig, photo: int = 0, pictures: int = 5, height: int = 260
) -> tuple[Refined, Image.Image]:
    """Refine, and see the avatar sharpen in the pose of one photo."""
    run = Refinement(start.plain, model.template, start.views, config, seed=0)
    view, every = start.views[photo], max(1, run.total // pictures)
    cells, captions = [tight(posed(start.avatar, view.body.camera, view.signals), view.body)], ["feed-forward"]
    for progress in run.run():
        if progress.step % every == 0:
            cells.append(tight(snapshot(progress, run, photo), view.body))
            captions.append(f"step {progress.step}")
    cells.append(tight(to_image(over_white(view.body)), view.body))
    return with_eyes_and_teeth(model, start, run.best()), row(cells, [*captions, "photo"], height)


@torch.no_grad()
def snapshot(progress: Progress, run: Refinement, photo: int) -> Image.Image:
    """The avatar of this moment in the pose that the photo is thought to have now."""
    return posed(progress.avatar(), run.photographs.views[photo].body.camera, run.photographs.signals(photo))


@torch.no_grad()
def photo_sheet(start: Draft, refined: Refined, photo: int = 0, height: int = 260) -> Image.Image:
    """Feed-forward, refined and photo in the photo's own pose: the person, then the face."""
    likeness, view = Likeness(refined.avatar, refined.signals, start), start.views[photo]
    cells = [tight(shown, view.body) for shown in compared(likeness, view.body, refined.signals[photo])]
    if view.face is not None:
        cells += compared(likeness, view.face, refined.signals[photo])
    return row(cells, ["feed-forward", "refined", "photo"] * (len(cells) // 3), height)


@torch.no_grad()
def truth_sheet(avatars: dict[str, Avatar], example: Example, target: int = 0, height: int = 260) -> Image.Image:
    """Avatars in a pose and view that no photo shows, with PSNR (dB, within the mask), and the truth."""
    cells, captions, grey = [], [], torch.full((3,), GREY)
    for name, avatar in avatars.items():
        gaussians = next(iter(drive(avatar, still(example.motion, target))))
        shown = render(gaussians, example.camera[target], grey).image.clamp(0, 1)
        score = foreground_scores(shown[None], example.image[target][None], example.mask[target][None])["psnr_fg"]
        cells.append(to_image(shown))
        captions.append(f"{name}, {score:.1f} dB")
    return row([*cells, to_image(example.image[target])], [*captions, "truth"], height)


def expressions(avatar: Avatar, size: int = 200) -> Image.Image:
    """Six actions of the face."""
    actions = {
        "neutral": named_actions(),
        "smile": named_actions("mouthSmile"),
        "blink": named_actions("eyeBlink"),
        "jaw open": named_actions("jawOpen"),
        "brows up": named_actions("browInnerUp", "browOuterUp"),
    }
    return face_sheet(avatar, actions, {"gaze left": torch.tensor([0.5, 0.0, 0.5, 0.0])}, size)


def summary(model: LCA, pictures: Sequence[Picture], people: Sequence[FoundPerson], stature: float) -> Image.Image:
    """The figure of the notebook: one person step by step, then three sides of the avatar and its face."""
    start = draft(model, pictures, people, stature)
    refined, strip = refine_and_watch(model, start, RefineConfig())
    return column([strip, around(refined.avatar, 260)])
