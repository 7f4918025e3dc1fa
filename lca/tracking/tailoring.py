"""Which skirt does the person wear? The network says who wears one, outlines in photos with solved poses say its cut.

A cut is found by Levenberg and Marquardt's rule on what the tube covers of each photo, from the best of a few first guesses.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import product

import numpy as np
import torch
from numpy import ndarray
from torch import Tensor

from lca.geometry.body import PARTS
from lca.geometry.gaussians import Gaussians
from lca.geometry.tiles import gap, neighbours
from lca.model.avatar import Avatar
from lca.model.rig import Rig
from lca.model.skirt import KNOTS, SNUG, Cut, SkirtWearer, draped, softly_skinned, wearer_of, with_rows
from lca.model.template import Template
from lca.render import render
from lca.training.refining.views import Target, View, halved, target

PERHAPS, LIKELY, SURE = 0.016, 0.030, 0.035
"""Metres of `thickness` from which on it may be a skirt: where much is seen between the legs, where little is, and where nothing
is. Of 86 people that the model had not met, trousers had up to 0.038, skirts 0.016 to 0.099."""
UPPER = (-0.35, -0.20)
"""Heights between which thighs are measured, metres."""
COVERED, FEWEST, PLENTY = 0.985, 60, 400
"""Share of the pixels between the legs, above the hem, that a skirt covers (as 20 of those people's 21 skirts do, and 5
of their 17 pairs of trousers that are as thick), and pixels that are little, and much."""
FIRST_HEM, EVERY, FLARES = -0.3, 0.1, (0.01, 0.07, 0.13, 0.22)
"""First guesses: the shortest hem and metres to the next, and the ease at it, metres."""
ROUNDS, DAMPING, TRIES = 10, 1e-3, 4
PROBE, FARTHEST = (0.02, 0.01), 0.1
"""Metres by which hem and ease are moved to see what changes, and that they go at once."""
SHORTEST, SHORT = 0.25, 0.28
"""Metres from the hips to the hem that are tried, and from which on it is a skirt: what is only round the hips is trousers."""
WIDE, UNEVEN, BENT = 0.1, 0.8, 0.5
"""What ease costs per metre beside the error of the outlines: how wide, how unlike before and beside, how bent from the top."""


def tailored(plain: Avatar, template: Template, views: Sequence[View]) -> Cut | None:
    """The skirt that suits the photos of a plainly skinned avatar; None for trousers, and where nothing says it is a skirt."""
    sign = thickness(plain, template)
    if sign < PERHAPS:
        return None
    fitting = Fitting(plain, template, views)
    if not fitting.targets:
        return None
    cut = fitting.solved()
    covered, pixels = fitting.between(cut)
    asked = PERHAPS if pixels >= PLENTY else LIKELY if pixels >= FEWEST else SURE
    is_skirt = sign >= asked and covered >= COVERED * pixels and fitting.wearer.top - cut.hem >= SHORT
    return cut if is_skirt else None


def thickness(plain: Avatar, template: Template) -> float:
    """How much thicker clothes make the thighs from front to back, and how far they reach inwards, metres: trousers go round
    each leg, a skirt has one front and one back."""
    places, part = template.points.cpu().numpy(), template.part.cpu().numpy()
    upper = (part == PARTS.index("thigh")) & (places[:, 1] > UPPER[0]) & (places[:, 1] < UPPER[1])
    beside = np.abs(places[:, 0])
    angle = np.arctan2(beside - beside[upper].mean(), places[:, 2] - places[upper, 2].mean())
    off = (plain.canonical.means - template.shaped(plain.betas[None])[0]).detach().cpu().numpy()
    front, back, inside = (
        upper & facing for facing in (np.abs(angle) < 0.6, np.abs(angle) > np.pi - 0.6, angle < -0.8)
    )
    outward = off[:, 0] * np.sign(places[:, 0])
    return float(off[front, 2].mean() - off[back, 2].mean() - outward[inside].mean())


@dataclass(frozen=True)
class Fitting:
    """A person before the mirror: photos at half their size, and what of them others than the tube cover."""

    plain: Avatar
    template: Template
    views: Sequence[View]

    @cached_property
    def wearer(self) -> SkirtWearer:
        """Who tries it on."""
        return wearer_of(self.template, self.plain.betas)

    @cached_property
    def targets(self) -> list[tuple[View, Target]]:
        """Photos that show the person."""
        generator = torch.Generator()
        cut = ((view, halved(target(view.body, 0.0, generator))) for view in self.views)
        return [(view, crop) for view, crop in cut if crop is not None]

    @cached_property
    def rig(self) -> Rig:
        """With W' for whatever may hang."""
        return softly_skinned(self.wearer, self.plain.rig)

    @cached_property
    def gaps(self) -> Tensor:
        """Metres that tiles cover on a tube of middling width."""
        tube = self.wearer.hanging(Cut(self.wearer.bottom - SNUG, np.full((KNOTS, 2), [FLARES[1], 0.0])))
        gaps = torch.zeros(len(self.plain.canonical))
        return gaps.index_copy(0, tube.index, gap(tube.means, torch.from_numpy(neighbours(tube.means.numpy()))))

    @cached_property
    def clear(self) -> list[Tensor]:
        """How much of each pixel all else leaves free."""
        rest = torch.from_numpy(np.flatnonzero(~self.wearer.tube))
        return [1.0 - alpha for alpha in self._alphas(self.plain.canonical, self.plain.rig, rest)]

    def _alphas(self, canonical: Gaussians, rig: Rig, chosen: Tensor) -> list[Tensor]:
        few = canonical.map(lambda x: x[chosen])
        own = rig.of(chosen)
        return [render(own.pose(few, view.signals), crop.camera).alpha for view, crop in self.targets]

    def covers(self, cut: Cut) -> list[Tensor]:
        """What somebody in this skirt covers of each photo."""
        tube = self.wearer.hanging(cut)
        canonical = draped(self.plain.canonical, self.template, self.wearer, tube, self.gaps[tube.index])
        rig = with_rows(self.plain.rig, self.rig, tube.index)
        legs = self._alphas(canonical, rig, torch.from_numpy(np.flatnonzero(self.wearer.tube)))
        return [1.0 - clear * (1.0 - alpha) for clear, alpha in zip(self.clear, legs, strict=True)]

    @torch.no_grad()
    def residual(self, vector: ndarray) -> ndarray:
        """Errors of the outlines, each photo's of its own size, and what the cut itself costs."""
        cut = Cut.of(vector)
        outlines = zip(self.covers(cut), self.targets, strict=True)
        errors = [((alpha - crop.mask) / crop.mask.sum().sqrt()).flatten() for alpha, (_, crop) in outlines]
        ease, more = cut.ease.T
        bend = np.diff([0.0, *ease], 2)
        return np.concatenate([torch.cat(errors).double().numpy(), WIDE * ease, UNEVEN * more, BENT * bend])

    def solved(self) -> Cut:
        """The cut whose outlines are most like the photos'."""
        guesses = [self._guess(hem, flare) for hem, flare in product(self._hems(), FLARES)]
        vector = min(guesses, key=lambda guess: float(np.square(self.residual(guess)).sum()))
        residual, damping = self.residual(vector), DAMPING
        probes = np.diag([PROBE[0]] + [PROBE[1]] * (len(vector) - 1))
        for _ in range(ROUNDS):
            slopes = np.stack([(self.residual(vector + probe) - residual) / probe.sum() for probe in probes], 1)
            normal, pull = slopes.T @ slopes, slopes.T @ residual
            for _ in range(TRIES):
                step = -np.linalg.solve(normal + damping * np.diag(np.diag(normal) + 1e-6), pull)
                new = vector + step.clip(-FARTHEST, FARTHEST)
                new[0] = np.clip(new[0], self.wearer.bottom, self.wearer.top - SHORTEST)
                better = self.residual(new)
                if better @ better < residual @ residual:
                    break
                damping *= 8.0
            else:
                break
            gain = 1.0 - (better @ better) / (residual @ residual)
            vector, residual, damping = new, better, 0.3 * damping
            if gain < 1e-3:
                break
        return Cut.of(vector)

    def _hems(self) -> ndarray:
        return np.arange(FIRST_HEM, self.wearer.bottom, -EVERY)

    def _guess(self, hem: float, flare: float) -> ndarray:
        return Cut(hem, np.stack([np.linspace(FLARES[0], flare, KNOTS), np.zeros(KNOTS)], -1)).vector

    @torch.no_grad()
    def between(self, cut: Cut) -> tuple[float, int]:
        """How many of the pixels between the bare legs, above the hem, masks cover, and how many there are."""
        wearer = self.wearer
        above = torch.from_numpy(np.flatnonzero(wearer.legs & (wearer.places[:, 1] > cut.hem)))
        nothing = wearer.hanging(Cut(wearer.top, cut.ease))
        bare = draped(self.plain.canonical, self.template, wearer, nothing, self.gaps[:0])
        covered, pixels = 0.0, 0
        sides = [above[torch.from_numpy(side * wearer.places[above, 0] > 0)] for side in (1.0, -1.0)]
        left, right = (self._alphas(bare, self.plain.rig, side) for side in sides)
        for one, other, (_, crop) in zip(left, right, self.targets, strict=True):
            gap_of_legs = _amid(one > 0.5, other > 0.5) | _amid(other > 0.5, one > 0.5)
            covered, pixels = covered + float(crop.mask[gap_of_legs].sum()), pixels + int(gap_of_legs.sum())
        return covered, pixels


def _amid(one: Tensor, other: Tensor) -> Tensor:
    """Pixels that have all of `one` to their left in the row and all of `other` to their right."""

    def before(mask: Tensor) -> Tensor:
        return mask.int().cummax(-1).values.bool()

    def after(mask: Tensor) -> Tensor:
        return before(mask.flip(-1)).flip(-1)

    return before(one) & after(other) & ~after(one) & ~before(other)
