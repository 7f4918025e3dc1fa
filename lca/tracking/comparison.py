"""What refinement is worth: the avatar that the network makes at once beside the refined one, both told the stature alone.

Photos have the pixels of the capture's face crops (`lca.data.enlarged`), as the network's own input has. Their masks and boxes
are the capture's, so that another mask is not measured as another avatar; landmarks, shape, poses and cameras are what `lca
create` makes of them. Both avatars are then driven with the true poses of the targets.
"""

from dataclasses import replace

import torch
from torch import Tensor

from lca.data.batch import Targets
from lca.data.enlarged import Enlarged, enlarged
from lca.data.sample import Capture
from lca.formats.photos import BODY_MARGIN, square_box
from lca.formats.picture_file import Picture
from lca.matting.cutout import Finder, FoundPerson
from lca.model.avatar import Avatar
from lca.model.network import LCA
from lca.model.rig import Signals
from lca.model.template import Template
from lca.render import render
from lca.tracking.finder import PeopleFinder, load_finder
from lca.tracking.likeness import Draft, draft, likeness
from lca.tracking.solution import PoseTruth, solver_error
from lca.training.appearance import filtered, grown, sharpness, unseen
from lca.training.garment_probe import refined_garments
from lca.training.losses import over, psnr
from lca.training.probes import Subject
from lca.training.refine import RefineConfig
from lca.training.refining.views import View, inside, overlap
from lca.training.relight_probe import relight_scores
from lca.training.retrieval import likenesses
from lca.training.scores import (
    NO_ACTIONS,
    NO_MAPS,
    Comparison,
    Score,
    Views,
    compared,
    hand_mask,
    known_faces,
    seen,
    show,
    truth_of,
)

NO_POSE = "no photo's pose was found: nothing is refined"
ALL_SEEN = "the photos show all of the target frames"
SAME = 0.5
"""Overlap of a found mask with the true one from which it is the same person's."""
RIM = 2
"""Pixels of a body crop, within the outline, where photos mix the person with what is behind."""
REPORTED = ("psnr_fg", "psnr_face", "psnr_hands", "ssim_fg")


def compare(model: LCA, subject: Subject, config: RefineConfig | None = None) -> Comparison:
    """Measure both avatars of somebody's photos on the frames that are wanted, on the CPU.

    `feed_forward` and `refined`: `REPORTED`; psnr_around, of bodies with their surroundings; sharpness and sharpness_face,
    gradient energy over the truth's where both show the person; unseen_psnr, of target pixels that no photo shows; photos_psnr,
    of the photos themselves in their aligned poses, and photos_inner_psnr, of what lies within their rims. `sharpness_ceiling`:
    of the truth through the rasteriser's filter.
    `solver`: pixels of a 256-pixel crop before and after alignment, the former of what the photo shows too (shown_pixels), cm,
    and the share of photos that a pose was found for. Where none was found, `refined` is the feed-forward avatar at the network's
    shape. `relight_refined`, of targets on the light stage: the refined avatar in their lights. `garments_refined`, of targets on
    the runway: with W' and plainly skinned.
    """
    example, shown, wanted = subject.example, subject.shown, subject.wanted
    photos = enlarged(shown)
    pictures = photos.pictures()
    finder = load_finder()
    people = [looked_at(picture, photos, k, finder) for k, picture in enumerate(pictures)]
    stature = float(model.template.stature(shown.betas))
    start = draft(model, pictures, people, stature)
    with torch.no_grad():
        plain = model.reconstruct(example.photos, stature=stature)
    with torch.enable_grad():
        done = likeness(model, start, config=config) if start.views else None
    avatars = {"feed_forward": plain, "refined": done.avatar if done else start.avatar}
    signals = done.signals if done else None
    groups, views = {}, {}
    judged = Judgement(model.template, example.targets, shown, wanted)
    for name, avatar in avatars.items():
        views[name] = show(avatar, example.targets)
        groups[name] = {**judged(views[name]), **photo_scores(avatar, start.views, signals)}
    if wanted.stage == "lightstage":
        groups["relight_refined"] = relight_scores(avatars["refined"], example.targets)
    if wanted.stage == "runway":
        groups["garments_refined"] = refined_garments(model, avatars["refined"], subject)
    groups["sharpness_ceiling"] = judged.ceiling()
    groups["solver"] = solver_scores(model.template, start, signals, pose_truth(shown, photos))
    return Comparison(groups, views["refined"], likenesses(shown, wanted, views["feed_forward"], views["refined"]))


def looked_at(picture: Picture, photos: Enlarged, photo: int, finder: Finder) -> FoundPerson:
    """The person in one photo of the capture, with the landmarks that the networks find there (if they are installed, and see the
    person)."""
    known = FoundPerson(photos.mask[photo], photos.body_box[photo], photos.face_box[photo], 1.0)
    found = finder.look(picture) if isinstance(finder, PeopleFinder) else None
    if found is None or overlap(found.mask, known.mask) < SAME:
        return known
    return replace(found, mask=known.mask, body_box=known.body_box, head_box=known.head_box)


class Judgement:
    """Scores of renders of the target frames; which pixels count is the same for all."""

    def __init__(self, template: Template, targets: Targets, shown: Capture, wanted: Capture):
        self.targets, self.truth = targets, truth_of(targets)
        self.hands, self.unseen, self.faces = hand_mask(template, wanted), unseen(shown, wanted), known_faces(targets)

    def __call__(self, views: Views) -> dict[str, Score]:
        """`REPORTED`, psnr_around, sharpness, sharpness_face and unseen_psnr."""
        every = compared(views, self.truth, self.targets, self.hands)
        scores: dict[str, Score] = {name: every[name] for name in REPORTED}
        truth, lost = self.truth, self.unseen
        scores["psnr_around"] = psnr(views.body, truth.body, grown(self.targets.mask)).mean().item()
        scores |= self.sharp(views)
        scores["unseen_psnr"] = NO_MAPS if lost is None else seen(views.body, truth.body, lost, ALL_SEEN)
        return scores

    def sharp(self, views: Views) -> dict[str, Score]:
        """Sharpness of bodies and of faces."""
        truth, faces = self.truth, self.faces
        body = sharpness(views.body, truth.body, truth.body_mask.minimum(views.body_mask))
        if faces is None:
            return {"sharpness": body, "sharpness_face": NO_ACTIONS}
        return {"sharpness": body, "sharpness_face": sharpness(views.face, truth.face, faces.minimum(views.face_mask))}

    def ceiling(self) -> dict[str, Score]:
        """The same of the truth itself, drawn through the rasteriser's own filter."""
        truth = self.truth
        return self.sharp(replace(truth, body=filtered(truth.body), face=filtered(truth.face)))


def photo_scores(avatar: Avatar, views: tuple[View, ...], signals: Signals | None) -> dict[str, Score]:
    """photos_psnr and photos_inner_psnr."""
    if signals is None:
        return {"photos_psnr": NO_POSE, "photos_inner_psnr": NO_POSE}
    rims = {"photos_psnr": 0, "photos_inner_psnr": RIM}
    return {name: photos_psnr(avatar, views, signals, rim) for name, rim in rims.items()}


@torch.no_grad()
def photos_psnr(avatar: Avatar, views: tuple[View, ...], signals: Signals, rim: int = 0) -> float:
    """Mean PSNR of the avatar in the photos' own poses and cameras, within their masks but for the outermost `rim` pixels."""
    white, values = torch.ones(3), []
    for k, view in enumerate(views):
        one = signals[k]
        posed = avatar.drive(one.theta, one.eps, one.psi, one.translation)
        image, mask = view.body.image[None], view.body.mask[None]
        picture = render(posed, view.body.camera, white).image[None]
        values.append(psnr(picture, over(image, mask, white[None]), inside(mask, rim)))
    return float(torch.cat(values).mean())


def pose_truth(shown: Capture, photos: Enlarged) -> PoseTruth:
    """What is true of the poses in enlarged photos."""
    boxes = square_box(photos.body_box, BODY_MARGIN)
    return PoseTruth(shown.theta, shown.translation, shown.betas, photos.camera, boxes)


def solver_scores(template: Template, start: Draft, signals: Signals | None, truth: PoseTruth) -> dict[str, Score]:
    """How far the bodies of the photos that a pose was found for are from the true ones."""
    if signals is None:
        return {"solved": 0.0, **dict.fromkeys(("pixels", "aligned_pixels", "shown_pixels", "cm"), NO_POSE)}
    used, solution = list(start.used), start.solution
    aligned = replace(
        solution,
        theta=placed(solution.theta, used, signals.theta),
        translation=placed(solution.translation, used, signals.translation),
    )
    first, second = (solver_error(one, truth, template) for one in (solution, aligned))
    return {
        "pixels": float(first.mean[used].mean()),
        "aligned_pixels": float(second.mean[used].mean()),
        "shown_pixels": float(first.inside[used].mean()),
        "cm": float(first.centimetres[used].mean()),
        "solved": len(used) / len(solution),
    }


def placed(values: Tensor, rows: list[int], new: Tensor) -> Tensor:
    """`values` with some rows exchanged."""
    out = values.clone()
    out[rows] = new
    return out
