"""All photos of a run: how the person stands in each and in what light, and what the avatar looks like there."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import torch
from jaxtyping import Bool, Float
from torch import Tensor

from lca.geometry.body import PARTS
from lca.geometry.gaussians import Gaussians
from lca.model.avatar import Avatar
from lca.model.rig import Rig, Signals
from lca.model.template import Template
from lca.render import render
from lca.training.losses import LossConfig, image_loss, over
from lca.training.refining.landmarks import NEAREST
from lca.training.refining.palette import Palette
from lca.training.refining.shading import GAINS, WAVES, light_on, light_prior, shaded, waves
from lca.training.refining.surface import SurfaceGraph
from lca.training.refining.views import Target, View, inside, target
from lca.training.refining.visibility import blended, gate_of, occlusions, sight

THETA_PRIOR, TRANSLATION_PRIOR = 1.0, 5.0
"""Weights of the mean square departure from the given poses, radians, and places, metres."""
LANDMARKS = 0.3
"""Weight of the landmarks of faces."""
EDGE = 2
"""Pixels: errors nearer to the mask's edge are of the outline, not of too few Gaussians."""


@dataclass(frozen=True)
class Visibility:
    """How well the photo that shows a Gaussian best shows it, `ratio`, and how far it may change therefore, `gate` in [0, 1]; how
    much of the loss hangs on it, `weight`, and would if nothing hid it, `area` (share of the loss per unit of colour)."""

    ratio: Float[Tensor, "gaussians"]
    gate: Float[Tensor, "gaussians"]
    weight: Float[Tensor, "gaussians"]
    area: Float[Tensor, "gaussians"]
    palette: Palette
    """The colours that photos have there; any of eyes and mouths, which others hide, and of hands, which are not always where
    they were solved to be."""


class Photographs:
    """Poses, places and lights of the photos, to be optimised; targets, fixed.

    The pose branch's correction hardly changes while a pose is corrected by a degree: it is computed once, until `refresh`.
    """

    def __init__(
        self, avatar: Avatar, template: Template, views: Sequence[View], left_out: float, generator: torch.Generator
    ):
        """Cut the targets, hold back `left_out` of their patches, start from the given drives."""
        self.avatar, self.views, self.generator = avatar, views, generator
        self.bodies = [target(view.body, left_out, generator) for view in views]
        self.faces = [target(view.face, left_out, generator) for view in views]
        self.given = Signals(
            *(torch.stack([getattr(v.signals, name) for v in views]) for name in vars(views[0].signals))
        )
        self.theta = self.given.theta.clone().requires_grad_(True)
        self.translation = self.given.translation.clone().requires_grad_(True)
        self.lights = torch.zeros(len(views), GAINS + WAVES, requires_grad=True)
        hand, left = template.part == PARTS.index("hand"), template.points[:, 0] > 0
        self.each_hand = hand & left, hand & ~left
        self.stand_ins = [view.landmarks and template.nearest(view.landmarks.canonical, NEAREST) for view in views]
        self.errors: list[tuple[float, float]] = []
        self.refresh(avatar.canonical)

    def __len__(self) -> int:
        """Number of photos."""
        return len(self.views)

    def signals(self, photo: int) -> Signals:
        """Drives of one photo as they stand."""
        return replace(self.given[photo], theta=self.theta[photo], translation=self.translation[photo])

    @torch.no_grad()
    def refresh(self, canonical: Gaussians) -> None:
        """Corrections, normals and edges anew, after poses have changed."""
        frames = replace(self.given, theta=self.theta, translation=self.translation)
        self.corrections = self.avatar.correction(frames)
        self.of_source = torch.zeros(1 + int(self.avatar.source_of.max()), dtype=torch.long)
        self.of_source[self.avatar.source_of] = torch.arange(len(self.avatar.source_of))
        everywhere = [self.posed(canonical, photo) for photo in range(len(self))]
        self.waves = [waves(posed) for posed in everywhere]
        self.bodies = [
            None if crop is None else replace(crop, doubted=occlusions(posed, crop.camera))
            for posed, crop in zip(everywhere, self.bodies, strict=True)
        ]

    def posed(
        self, canonical: Gaussians, photo: int, rig: Rig | None = None, parents: Tensor | None = None
    ) -> Gaussians:
        """The avatar as it stands in a photo: correction (fixed), then skinning (differentiable). Of finer Gaussians `rig` is
        their own and `parents` are those of the avatar that they come of."""
        own = self.corrections[photo : photo + 1]
        finer = own if parents is None else own[:, parents]
        return (rig or self.avatar.rig).pose(finer.apply(canonical[None])[0], self.signals(photo))

    def lit(self, canonical: Gaussians, photo: int) -> Gaussians:
        """The same in the light of that photo."""
        posed = self.posed(canonical, photo)
        return replace(posed, colors=shaded(posed.colors, self.waves[photo], self.lights[photo]))

    def objective(
        self,
        canonical: Gaussians,
        photos: Sequence[int],
        bodies: Sequence[Target | None],
        faces: Sequence[Target | None],
    ) -> Tensor:
        """What a step minimises: the mean loss of some photos, and the priors."""
        losses = [
            self.loss(canonical, photo, bodies, faces) + LANDMARKS * self.astray(canonical, photo) for photo in photos
        ]
        return torch.stack(losses).mean() + self.prior()

    def astray(self, canonical: Gaussians, photo: int) -> Tensor:
        """How far the landmarks of a photo's face are from where it has them: poses follow, Gaussians do not."""
        view, sources = self.views[photo], self.stand_ins[photo]
        if view.landmarks is None or sources is None:
            return self.lights.new_zeros(())
        chosen = self.of_source[sources.flatten()]
        posed = self.posed(canonical.map(lambda x: x.detach()[chosen]), photo, self.avatar.rig.of(chosen), chosen)
        return view.landmarks.astray(posed.means.unflatten(0, sources.shape).mean(1), view.body.camera)

    def between_lids(self, photo: int, crop: Target) -> Bool[Tensor, "1 height width"]:
        """Pixels of a crop of a photo that show eyes; none where no face was read."""
        view = self.views[photo]
        if view.landmarks is None:
            return torch.zeros_like(crop.doubted)
        return view.landmarks.between_lids(view.body.camera, crop.camera)

    def loss(
        self, canonical: Gaussians, photo: int, bodies: Sequence[Target | None], faces: Sequence[Target | None]
    ) -> Tensor:
        """The training's image loss and alpha of one photo, body and face, each over a random colour."""
        config, posed = LossConfig(), self.lit(canonical, photo)
        parts = ((config.driven, bodies[photo]), (config.face, faces[photo]))
        terms = [weight * self._compare(posed, crop, config) for weight, crop in parts if crop is not None]
        return torch.stack(terms).sum() if terms else canonical.means.sum() * 0.0

    def _compare(self, posed: Gaussians, crop: Target, config: LossConfig) -> Tensor:
        """Colours are compared within the mask alone: where the person is a pixel off, background must not be painted on."""
        background = torch.rand(3, generator=self.generator)
        shown = render(posed, crop.camera, background)
        picture, truth = (over(x[None], crop.mask[None], background[None]) for x in (shown.image, crop.image))
        self.errors.append(crop.apart(picture.detach()[0] - truth[0]))
        picture = torch.where(crop.learned, picture, truth)
        alpha = config.alpha / config.driven * (shown.alpha - crop.mask).abs().mean()
        return crop.share * (image_loss(picture, truth, config) + alpha)

    def held_out(self) -> float:
        """Mean absolute error of the patches left out since it was last asked for, sRGB."""
        total, count = (sum(column) for column in zip((0.0, 0.0), *self.errors, strict=True))
        self.errors = []
        return total / max(count, 1.0)

    def prior(self) -> Tensor:
        """What departing from the given poses costs, and light."""
        turned = THETA_PRIOR * ((self.theta - self.given.theta) ** 2).mean()
        moved = TRANSLATION_PRIOR * ((self.translation - self.given.translation) ** 2).mean()
        return turned + moved + light_prior(self.lights)

    @torch.no_grad()
    def seen(self, canonical: Gaussians, surface: SurfaceGraph) -> Visibility:
        """Visibility of every Gaussian, the best over photos and crops; hands as far as landmarks say they are seen."""
        config, count = LossConfig(), len(canonical)
        palette = Palette.free(count)
        ratio, weight, area = (torch.zeros(count) for _ in range(3))
        sources = self.avatar.sources
        hands = self.each_hand if sources is None else tuple(hand[sources] for hand in self.each_hand)
        for photo, view in enumerate(self.views):
            posed = self.posed(canonical, photo)
            light = light_on(self.waves[photo], self.lights[photo])
            for share, crop in ((config.driven, self.bodies[photo]), (config.face, self.faces[photo])):
                if crop is None:
                    continue
                here = sight(posed, crop.camera, crop.mask * ~crop.doubted, surface)
                shown, clear = here.weight, here.ratio
                for hand, sure in zip(hands, view.hands, strict=True):
                    shown, clear = (torch.where(hand, x * sure, x) for x in (shown, clear))
                ratio = torch.maximum(ratio, clear)
                places = crop.camera.project(posed.means)[:, :2]
                palette = palette.with_crop(crop, places, here.ratio * surface.tiled, light)
                scale = share * crop.share / (crop.mask.numel() * len(self))
                weight, area = weight + scale * shown, torch.maximum(area, scale * here.area)
        return Visibility(ratio, gate_of(ratio), weight, area, palette)

    @torch.no_grad()
    def missing(self, canonical: Gaussians) -> Float[Tensor, "gaussians"]:
        """How much of the error that is left hangs on each Gaussian, well within the masks."""
        config, total = LossConfig(), torch.zeros(len(canonical))
        for photo in range(len(self)):
            lit = self.lit(canonical, photo)
            for share, crop in ((config.driven, self.bodies[photo]), (config.face, self.faces[photo])):
                if crop is None:
                    continue
                apart = (render(lit, crop.camera, torch.ones(3)).image - crop.image).abs().mean(0, keepdim=True)
                scale = share * crop.share / crop.mask.numel()
                total += scale * blended(lit, crop.camera, apart * inside(crop.mask, EDGE) * crop.learned)
        return total
