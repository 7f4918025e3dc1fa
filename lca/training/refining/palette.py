"""Which colours a Gaussian may have: those round about the place where the photo that shows it best has it.

A sum of overlapping Gaussians is like a photo whatever one of them is, if its neighbours make up for it: one goes black, the next
white, and from elsewhere both are freckles. And what is dark in a fold of trousers, seen at a slant, stains them in a stride.
"""

from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor
from torch.nn import functional as F

from lca.training.refining.views import WITHIN, Target

WINDOW = 3
"""Pixels a side that count as round about."""
SHOWN = 0.2
"""Visibility ratio up to which a photo has no say."""


@dataclass(frozen=True)
class Palette:
    """Least and most that colours may be, channel by channel, and the visibility `ratio` in the photo that says so."""

    least: Float[Tensor, "gaussians 3"]
    most: Float[Tensor, "gaussians 3"]
    ratio: Float[Tensor, "gaussians"]

    @classmethod
    def free(cls, count: int) -> "Palette":
        """Of so many Gaussians that no photo has shown yet: any colour."""
        return cls(torch.zeros(count, 3), torch.ones(count, 3), torch.full((count,), SHOWN))

    def with_crop(
        self,
        crop: Target,
        places: Float[Tensor, "gaussians 2"],
        ratio: Float[Tensor, "gaussians"],
        light: Float[Tensor, "gaussians 3"],
    ) -> "Palette":
        """The same with what a crop has at `places` (x, y), out of the `light` there, for those that it shows better."""
        person = crop.mask > WITHIN
        darkest = -F.max_pool2d(torch.where(person, -crop.image, -torch.inf), WINDOW, 1, WINDOW // 2)
        brightest = F.max_pool2d(torch.where(person, crop.image, -torch.inf), WINDOW, 1, WINDOW // 2)
        within = ((places >= 0) & (places < torch.tensor([crop.camera.width, crop.camera.height]))).all(-1)
        x, y = torch.where(within[:, None], places, 0.0).long().unbind(-1)
        least, most = darkest[:, y, x].T / light, brightest[:, y, x].T / light
        better = (ratio > self.ratio) & within & (least <= most).all(-1)
        least, most = (
            torch.where(better[:, None], new.clamp(0.0, 1.0), old)
            for new, old in ((least, self.least), (most, self.most))
        )
        return Palette(least, most, torch.where(better, ratio, self.ratio))

    def clamp(self, colors: Float[Tensor, "gaussians 3"]) -> Float[Tensor, "gaussians 3"]:
        """Colours that it has."""
        return colors.clamp(self.least, self.most)
