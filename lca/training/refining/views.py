"""What refinement knows of a photo: pictures with masks and cameras, and how the person stands in it."""

from dataclasses import dataclass, field

import torch
from jaxtyping import Bool, Float
from torch import Tensor
from torch.nn import functional as F

from lca.errors import UserError
from lca.geometry.camera import Camera
from lca.model.rig import Signals
from lca.training.refining.landmarks import Landmarks

MARGIN = 12
"""Pixels round the mask that stay in a picture, so that what sticks out of it is seen to."""
FEWEST = 20
"""Pixels of a mask under which a crop shows nobody."""
RIM = 1
"""Pixels within the outline whose colours are not the person's own."""
WITHIN = 0.9
"""How much of a pixel the person must cover for it to show the person alone."""
PATCH = 6
"""Pixels a side of the patches that are left out."""


@dataclass(frozen=True)
class Crop:
    """A picture of the person (sRGB in [0, 1]), how much of each pixel the person covers, and the camera of these pixels."""

    image: Float[Tensor, "3 height width"]
    mask: Float[Tensor, "1 height width"]
    camera: Camera


@dataclass(frozen=True)
class View:
    """One photo: the body (256 to 320 px), the head (128 to 192 px) where one is seen, and the drives of that moment.

    `signals` have no axis of frames. `hands` says how surely (left, right) are seen, in [0, 1]: landmarks know what a mask does
    not. `landmarks` hold the head where the photo has it, if a face was read.
    """

    body: Crop
    face: Crop | None
    signals: Signals
    hands: Float[Tensor, "2"] = field(default_factory=lambda: torch.ones(2))
    landmarks: Landmarks | None = None

    def __post_init__(self):
        """Raises: UserError: pictures, masks and cameras that differ in size, drives of several frames, numbers that are none."""
        if self.signals.theta.ndim != 1:
            shape = tuple(self.signals.theta.shape)
            raise UserError(
                f"expected the drives of one photo, theta of shape (156,), got {shape}; give each photo its own view"
            )
        for name, crop in (("body", self.body), ("face", self.face)):
            if crop is None:
                continue
            sizes = tuple(crop.image.shape[-2:]), tuple(crop.mask.shape[-2:]), (crop.camera.height, crop.camera.width)
            if len(set(sizes)) > 1:
                raise UserError(
                    f"expected picture, mask and camera of the {name} of one size, got {sizes[0]}, {sizes[1]} and {sizes[2]}; "
                    "cut them together"
                )
        given = vars(self.signals).items()
        broken = [name for name, value in given if not value.isfinite().all()]
        if broken:
            raise UserError(
                f"expected finite drives, got others in {', '.join(broken)}; solve the pose of this photo again"
            )


@dataclass(frozen=True)
class Target:
    """A crop cut tight round its mask: `share` of the original area is left, `held` pixels are not learned from but tested on, of
    `doubted` ones nobody knows what they show."""

    image: Float[Tensor, "3 height width"]
    mask: Float[Tensor, "1 height width"]
    camera: Camera
    share: float
    held: Bool[Tensor, "1 height width"]
    doubted: Bool[Tensor, "1 height width"]

    @property
    def learned(self) -> Bool[Tensor, "1 height width"]:
        """The pixels that are learned from."""
        return ~(self.held | self.doubted)

    def apart(self, difference: Float[Tensor, "3 height width"]) -> tuple[float, float]:
        """Absolute difference of the mean colours of patches held back, summed, and how many numbers that is.

        Of means, for what is within a patch nobody can guess: pixel by pixel, a blur would always be the better guess.
        """
        sums = F.avg_pool2d(torch.cat([difference * self.held, self.held.float()])[None], PATCH, ceil_mode=True)[0]
        return float(sums[:3].abs().sum()), 3.0 * float(sums[3].sum())


def target(crop: Crop | None, left_out: float, generator: torch.Generator) -> Target | None:
    """Cut the person out of a crop; None if nobody is in it.

    Blank pixels cost as much as any in the loss. `left_out` is the share of patches that are held back.
    """
    if crop is None or int((crop.mask > 0.05).sum()) < FEWEST:
        return None
    height, width = crop.mask.shape[-2:]
    rows, columns = (crop.mask[0] > 0.05).nonzero(as_tuple=True)
    left, right = max(int(columns.min()) - MARGIN, 0), min(int(columns.max()) + 1 + MARGIN, width)
    top, bottom = max(int(rows.min()) - MARGIN, 0), min(int(rows.max()) + 1 + MARGIN, height)
    camera = crop.camera.cropped((left, top, right, bottom), right - left, bottom - top)
    image, mask = (x[:, top:bottom, left:right].contiguous() for x in (crop.image, crop.mask))
    image = _clean(image, mask)
    coarse = torch.rand(-(-camera.height // PATCH), -(-camera.width // PATCH), generator=generator) < left_out
    patches = coarse.repeat_interleave(PATCH, 0).repeat_interleave(PATCH, 1)[: camera.height, : camera.width]
    return Target(
        image, mask, camera, mask.numel() / (height * width), patches & (mask > WITHIN), torch.zeros_like(patches[None])
    )


def _clean(image: Float[Tensor, "3 height width"], mask: Float[Tensor, "1 height width"]) -> Tensor:
    """The picture with the outermost pixels of the person in the colours of those within: a pixel half of which is background,
    or sharpened by a phone, would become a seam on the avatar."""
    sure = (inside(mask, RIM) > 0.98).float()
    size = 4 * RIM + 1
    sums = F.avg_pool2d(torch.cat([image * sure, sure])[None], size, 1, size // 2)[0]
    near = sums[3:] > 1.5 / size**2
    return torch.where((sure == 0) & near, sums[:3] / sums[3:].clamp(min=1e-6), image)


def inside(mask: Float[Tensor, "*frames 1 height width"], edge: int) -> Float[Tensor, "*frames 1 height width"]:
    """The mask without what lies within `edge` pixels of its outline."""
    return -F.max_pool2d(-mask, 2 * edge + 1, 1, edge)


def overlap(one: Tensor, other: Tensor) -> float:
    """Intersection over union of two masks of one size."""
    return float(torch.minimum(one, other).sum() / torch.maximum(one, other).sum().clamp(min=1e-6))


def halved(full: Target | None) -> Target | None:
    """The same at half the resolution, nothing held back: enough to align by, at a third of the cost."""
    if full is None:
        return None
    height, width = (size // 2 * 2 for size in full.mask.shape[-2:])
    sums = F.avg_pool2d(torch.cat([full.image * full.mask, full.mask])[None, :, :height, :width], 2)[0]
    camera = full.camera.cropped((0, 0, width, height), width // 2, height // 2)
    nothing = torch.zeros_like(sums[3:], dtype=torch.bool)
    return Target(sums[:3] / sums[3:].clamp(min=1e-3), sums[3:], camera, full.share, nothing, nothing)
