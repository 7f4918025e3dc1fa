"""How far a sighting can be trusted: do detector, landmarks and mask agree?"""

from dataclasses import dataclass
from math import prod

import torch
from jaxtyping import Bool, Float
from torch import Tensor

from lca.tracking.body_landmarks import NAMES, BodyLandmarks
from lca.tracking.detector import Detection

LIMBS = tuple(
    f"{side}_{part}" for part in ("shoulder", "elbow", "wrist", "hip", "knee", "ankle") for side in ("left", "right")
)
CORE = [NAMES.index(name) for name in ("nose", *LIMBS)]
"""The landmarks that make a body."""
NEAR = 0.04
"""Metres that a landmark may be outside the mask."""
CROWDED = 0.5
"""Metres from which another person can be part of the mask."""


@dataclass(frozen=True)
class Evidence:
    """What speaks for and against a sighting, each in [0, 1] (`moved` in metres)."""

    score: float
    """Of the detector."""
    presence: float
    """Of the landmark network."""
    visible: float
    """Mean visibility of the core landmarks that lie in the photo."""
    inside: float
    """Share of these, weighted by visibility, that lie on the mask."""
    boxes: float
    """Intersection over union of the mask's box and that of the landmarks."""
    moved: float
    """How far the landmarks moved when they were looked for again in their own region."""
    crowded: bool
    """Another person is before, behind or right beside this one."""
    face: bool
    """A face is seen: a witness of its own."""

    @property
    def confidence(self) -> float:
        """Everything has to agree, so the doubts multiply.

        The ramps were set on pictures of the synthetic world: whole, cut, darkened, blurred, turned, tiny, of two people and of
        nobody. On 334 others of that kind, a mask overlapped the truth by more than 0.85 in 97 of 100 with confidence above
        0.95, in 86 of 100 between 0.6 and 0.95, in 68 of 100 between 0.3 and 0.6, and in 2 of 40 below 0.15. What it does not
        see is a second person right behind the first whom the detector does not see either. Without a face the detector has to be
        surer: of some two hundred photographs of landscapes, animals and things, many passed for a person, with scores of 0.4 to
        0.7, where 97 of 103 of the world's pictures score above.
        """
        return prod(
            (
                self.presence,
                ramp(self.score, 0.1, 0.5) if self.face else ramp(self.score, 0.4, 0.8),
                ramp(self.visible, 0.3, 0.75),
                ramp(self.inside, 0.5, 0.95),
                ramp(self.boxes, 0.3, 0.7),
                ramp(-self.moved, -0.3, -0.12),
                0.6 if self.crowded else 1.0,
            )
        )


def gather(
    person: Detection,
    others: list[Detection],
    looks: tuple[BodyLandmarks, BodyLandmarks],
    mask: Float[Tensor, "1 height width"],
    body_box: Float[Tensor, " 4"],
    face: bool,
) -> Evidence:
    """Compare what the networks say; `looks` are the landmarks of the first and of the second look, the box is the mask's."""
    first, body = looks
    points, scale = body.points[CORE], body.pixels_per_metre
    here = in_photo(points, *mask.shape[1:])
    weight = body.visibility[CORE] * here
    on_mask = torch.tensor([_near(mask, point, NEAR * scale) for point in points])
    return Evidence(
        score=person.score,
        presence=body.presence,
        visible=float(weight.sum() / here.sum().clamp(min=1)),
        inside=float((on_mask * weight).sum() / weight.sum().clamp(min=1e-3)),
        boxes=box_overlap(body_box, landmark_box(body, *mask.shape[1:])),
        moved=float((first.points - body.points).norm(dim=-1).mean() / scale),
        crowded=any(_crowds(other, body, mask) for other in others),
        face=face,
    )


def in_photo(points: Float[Tensor, "*batch 2"], height: int, width: int) -> Bool[Tensor, "*batch"]:
    """Which points (pixels) lie in the picture."""
    return ((points > 0) & (points < torch.tensor([width, height]))).all(-1)


def landmark_box(body: BodyLandmarks, height: int, width: int) -> Float[Tensor, " 4"]:
    """Box x0 y0 x1 y1 of all landmarks with room for crown, hands and soles, cut at the picture's borders."""
    scale, limit = body.pixels_per_metre, torch.tensor([float(width), float(height)])
    least = body.points.amin(0) - torch.tensor([0.08, 0.14]) * scale
    most = body.points.amax(0) + 0.05 * scale
    return torch.cat([least.clamp(min=0).minimum(limit), most.clamp(min=0).minimum(limit)])


def box_overlap(one: Float[Tensor, " 4"], other: Float[Tensor, " 4"]) -> float:
    """Intersection over union of two boxes x0 y0 x1 y1."""
    both = (torch.minimum(one[2:], other[2:]) - torch.maximum(one[:2], other[:2])).clamp(min=0).prod()
    areas = (one[2:] - one[:2]).prod() + (other[2:] - other[:2]).prod()
    return float(both / (areas - both).clamp(min=1e-6))


def ramp(value: float, low: float, high: float) -> float:
    """0 up to `low`, 1 from `high`, a straight line between."""
    return min(max((value - low) / (high - low), 0.0), 1.0)


def _near(mask: Float[Tensor, "1 height width"], point: Float[Tensor, "2"], reach: float) -> float:
    """1 where the mask is within `reach` pixels of a point, else 0."""
    x, y = (int(value) for value in point)
    away = max(int(reach), 1)
    window = mask[0, max(y - away, 0) : max(y + away + 1, 0), max(x - away, 0) : max(x + away + 1, 0)]
    return float(bool((window > 0.5).any()))


def _crowds(other: Detection, body: BodyLandmarks, mask: Float[Tensor, "1 height width"]) -> bool:
    """Whether another person is on the mask, or so near that the mask can hold some of them."""
    head, hips = (other.box[:2] + other.box[2:]) / 2, other.points[0]
    apart = min(float((head - body.point("nose")).norm()), float((hips - body.middle("left_hip", "right_hip")).norm()))
    return apart < CROWDED * body.pixels_per_metre or any(_near(mask, point, 1.0) for point in (head, hips))
