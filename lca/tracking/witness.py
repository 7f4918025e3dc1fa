"""Who is right where dense points and landmarks disagree about a photo? The picture itself, beside the other photos.

An avatar of the photos nobody disputes stands in both poses, and landmarks are believed where theirs looks plainly more like the
disputed photo. Among 80 wild people of the world whom no network had learned from, dense points were right in all of eight
disputes; the picture alone, without `PLAINLY`, would have decided seven of them rightly.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional as F

from lca.formats.photos import Photos, Picture
from lca.matting.cutout import FoundPerson
from lca.model.avatar import Avatar
from lca.model.network import LCA
from lca.model.rig import Signals
from lca.render import render
from lca.tracking.face_landmarks import told
from lca.tracking.photo_views import view_of
from lca.tracking.solution import Solution
from lca.training.losses import over
from lca.training.refining.views import Crop, View

PLAINLY = 0.85
"""How unlike the photo the pose of landmarks may be at most, for each unit that the pose of dense points is: of disputes the
network of points has won most."""
COARSE = 4
"""Pixels a side of the squares whose mean colours are compared: the poses are rough."""


@dataclass(frozen=True)
class PhotoSet:
    """The photos of one person, who was found in each, and the crops of them all."""

    pictures: Sequence[Picture]
    people: Sequence[FoundPerson]
    crops: Photos

    def view(self, photo: int, solution: Solution, signals: Signals) -> View:
        """One photo with the person as solved; `signals` are those of all photos."""
        return view_of(self.pictures[photo], self.people[photo], solution.camera(photo), signals[photo])


def signals_of(solution: Solution, avatar: Avatar) -> Signals:
    """Drives of all photos, solved or not, in the frames of their cameras."""
    eps = avatar.eps_from_actions(told(solution.actions))
    return Signals(solution.theta, eps, solution.psi, solution.translation)


def settled(model: LCA, photos: PhotoSet, solved: Callable[..., Solution]) -> Solution:
    """The solution in which every dispute is settled; `solved` is `lca.tracking.solve.solve` of these photos, which takes
    `believe_landmarks`."""
    first = solved()
    if not first.disputed:
        return first
    second = solved(believe_landmarks=first.disputed)
    believed = believable(model, photos, first, second)
    if believed == set(first.disputed):
        return second
    return solved(believe_landmarks=believed) if believed else first


@torch.no_grad()
def believable(model: LCA, photos: PhotoSet, dense: Solution, landmarks: Solution) -> frozenset[int]:
    """Of the photos that `dense` disputes, those in which the pose of `landmarks` is believed: all of them where no other photo
    has a pose, for the landmark network has seen real people."""
    undisputed = [k for k, solved in enumerate(dense.solved) if solved and k not in dense.disputed]
    if not undisputed:
        return frozenset(dense.disputed)
    avatar = model.reconstruct(photos.crops[undisputed], dense.betas)

    def off(solution: Solution) -> dict[int, float]:
        """How unlike each disputed photo the avatar looks; nothing can be less like it than a pose that was not found."""
        signals = signals_of(solution, avatar)
        return {
            k: unlike(avatar, photos.view(k, solution, signals)) if solution.solved[k] else torch.inf
            for k in dense.disputed
        }

    by_landmarks, by_points = off(landmarks), off(dense)
    return frozenset(k for k in dense.disputed if by_landmarks[k] < PLAINLY * by_points[k])


def unlike(avatar: Avatar, view: View) -> float:
    """Mean difference in colour within the masks, of body and face alike."""
    signals = view.signals
    posed = avatar.drive(signals.theta, signals.eps, signals.psi, signals.translation)
    return sum(_difference(render(posed, crop.camera).image, crop) for crop in (view.body, view.face) if crop)


def _difference(image: Tensor, crop: Crop) -> float:
    """Mean absolute difference of coarse pixels within the mask."""
    truth = over(crop.image[None], crop.mask[None], image.new_zeros(1, 3))[0]
    off = F.avg_pool2d((image - truth) * crop.mask, COARSE).abs().sum()
    return float(off / (3.0 * F.avg_pool2d(crop.mask, COARSE).sum()).clamp(min=1e-6))
