"""What an avatar must beat besides part means: a bare body in one colour, and whoever of the training people looks most alike."""

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor

from lca.data.batch import Batch, make_example
from lca.data.sample import Capture
from lca.data.sources import Source, open_source
from lca.formats.photos import GREY, Photos
from lca.geometry.gaussians import Gaussians
from lca.model.avatar import Avatar
from lca.model.network import LCA
from lca.training.losses import psnr
from lca.training.retrieval import described
from lca.training.scores import Views, show, truth_of

SOLID = 0.95
"""Opacity of a bare body."""
FILL = 0.75
"""Size of its Gaussians over their distance."""


@dataclass(frozen=True)
class Gallery:
    """Training people, each described once by some photos."""

    source: Source
    vectors: Float[Tensor, "people length"]
    photos: int

    def most_like(self, shown: Capture) -> Photos:
        """Photos of the training person whose photos are nearest to those of `shown`."""
        place = int((self.vectors @ vector_of(shown)).argmax())
        return photos_of(self.source, place, self.photos)


def open_gallery(folder: str | Path, photos: int) -> Gallery:
    """Describe everybody of a folder's training split by so many photos. Raises: UserError: it cannot be read."""
    source = open_source(folder, "train")
    vectors = [vector_of(source[place].photos(frames_of(source, place, photos))) for place in range(len(source))]
    return Gallery(source, torch.stack(vectors), photos)


def frames_of(source: Source, place: int, photos: int) -> list[int]:
    """Frames of a training capture that stand for the person, spread over it."""
    return np.linspace(0, len(source[place]) - 1, min(photos, len(source[place])), dtype=int).tolist()


def photos_of(source: Source, place: int, photos: int) -> Photos:
    """The same frames as the model sees them."""
    shown = source[place].photos(frames_of(source, place, photos))
    return make_example(shown, shown, np.random.default_rng(0), exact=True).photos


@torch.no_grad()
def vector_of(shown: Capture) -> Float[Tensor, "length"]:
    """Who photos show: the mean of their descriptions (`lca.training.identity`)."""
    return described(truth_of(shown), shown.body_box).mean(0)


def bare(model: LCA, avatar: Avatar, example: Batch) -> Avatar:
    """The template at the person's shape, in the mean colour of what the photos show; poses move it, nothing corrects it."""
    template, photos = model.template, example.photos
    colour = (photos.body - GREY * (1.0 - photos.body_mask)).sum((0, 2, 3)) / photos.body_mask.sum().clamp(min=1.0)
    points = template.shaped(example.betas[None])[0]
    body = Gaussians(
        means=points,
        quats_wxyz=template.frames,
        scales=(FILL * template.spacing)[:, None].expand(-1, 3),
        opacities=torch.full_like(template.spacing, SOLID),
        colors=colour.expand_as(points),
    )
    still = avatar.driver.frozen_copy()
    still.out.weight.zero_()
    return replace(avatar, canonical=body, driver=still)


def baselines(model: LCA, example: Batch, shown: Capture, gallery: Gallery | None) -> dict[str, float]:
    """PSNR of the bare body, and, with a gallery, of the avatar of the training person most like the photos `shown`, in the
    shape and poses of `example`."""
    truth, betas = truth_of(example.targets), example.betas
    avatars = {"baseline_mean_colour": bare(model, model.reconstruct(example.photos, betas), example)}
    if gallery is not None:
        photos = gallery.most_like(shown).to(betas.device)
        avatars["baseline_nearest_person"] = model.reconstruct(photos, betas)
    return {name: _within(show(avatar, example.targets), truth, example) for name, avatar in avatars.items()}


def _within(shown: Views, truth: Views, example: Batch) -> float:
    return psnr(shown.body, truth.body, example.targets.mask).mean().item()
