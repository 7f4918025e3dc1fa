"""What the solver knows of photos of one person: canonical points of pixels, outlines, landmarks."""

from dataclasses import dataclass
from typing import Any

import torch
from jaxtyping import Bool, Float
from torch import Tensor
from torch.nn import functional as F

from lca.errors import UserError
from lca.formats.photos import MOST_PHOTOS, Photos
from lca.model.transport.dense import DenseMaps

USUAL_FOCAL = 1.2
"""Focal length over the longer side of the photo where the camera does not say: a telephone's main lens."""
INSIDE = 0.95
"""Share of a pixel that must show the person."""
FEWEST = 10
BODY_PIXELS, FACE_PIXELS = 600, 200
BODY_SHARE, FACE_SHARE = 150.0, 40.0
"""For how many independent observations the pixels of a crop count: neighbours err together."""

SEEN = ("landmarks", "visibility", "world", "actions", "psi", "faces", "hands", "hand_confidence")
"""Fields of `Observations` that whoever found the people may know."""


@dataclass(frozen=True)
class Framing:
    """Where body and face squares were cut (x0 y0 x1 y1, edges, pixels of the photo), the photos' (width, height), and focal
    lengths in pixels of the photo, 0 where unknown."""

    body_box: Float[Tensor, "photos 4"]
    face_box: Float[Tensor, "photos 4"]
    size: Float[Tensor, "photos 2"]
    focal: Float[Tensor, "photos"] | None = None

    def __post_init__(self):
        """Raises: UserError."""
        for name in ("body_box", "face_box", "size"):
            if not getattr(self, name).isfinite().all():
                raise UserError(f"expected finite {name}, got {getattr(self, name).tolist()}: find the person again")
        if not (self.size > 0).all() or not (self.body_box[:, 2:] > self.body_box[:, :2]).all():
            raise UserError(
                f"expected photos and body boxes with an area, got sizes {self.size.tolist()} and boxes "
                f"{self.body_box.tolist()}: give x0 y0 x1 y1 and width, height in pixels"
            )
        if self.focal is not None and not ((self.focal >= 0) & self.focal.isfinite()).all():
            raise UserError(
                f"expected focal lengths in pixels, 0 where unknown, got {self.focal.tolist()}: leave them out"
            )

    def __getitem__(self, some: slice) -> "Framing":
        """Some of the photos."""
        focal = None if self.focal is None else self.focal[some]
        return Framing(self.body_box[some], self.face_box[some], self.size[some], focal)

    def intrinsics(self) -> Float[Tensor, "photos 3 3"]:
        """Pinhole cameras with square pixels and the axis in the middle of the photo."""
        usual = USUAL_FOCAL * self.size.amax(-1)
        focal = usual if self.focal is None else torch.where(self.focal > 0, self.focal, usual)
        matrices = torch.eye(3).repeat(len(focal), 1, 1)
        matrices[:, 0, 0] = matrices[:, 1, 1] = focal
        matrices[:, :2, 2] = self.size / 2
        return matrices


@dataclass(frozen=True)
class Sight:
    """One photo: the `canonical` points (metres on the mean body at rest) that `pixels` of the photo show, the `error` expected
    of each (metres), for how many observations each counts (`share`), and the person's mask in the square `box` of the photo."""

    pixels: Float[Tensor, "points 2"]
    canonical: Float[Tensor, "points 3"]
    error: Float[Tensor, "points"]
    share: Float[Tensor, "points"]
    mask: Bool[Tensor, "rows columns"]
    box: Float[Tensor, "4"]
    depth: Float[Tensor, "points"] | None = None
    """Metres that each lies further from the camera than the pelvis, where the model says so."""
    depth_error: Float[Tensor, "points"] | None = None
    """Expected error of the same."""


@dataclass(frozen=True)
class Observations:
    """All photos of one person.

    `landmarks` are those of `lca.tracking.body_landmarks`, in pixels of the photo, `visibility` in [0, 1] how far to believe
    them. `betas` is a first guess of the shape. `actions` and `psi` are what a face tracker saw; the solver hands them on.
    """

    sights: tuple[Sight, ...]
    framing: Framing
    betas: Float[Tensor, " shape"]
    landmarks: Float[Tensor, "photos 33 2"] | None = None
    visibility: Float[Tensor, "photos 33"] | None = None
    world: Float[Tensor, "photos 33 3"] | None = None
    """The landmarks in metres, turned as the camera is (x right, y down, z away)."""
    actions: Float[Tensor, "photos 52"] | None = None
    psi: Float[Tensor, "photos 4"] | None = None
    faces: tuple[Float[Tensor, "478 2"] | None, ...] | None = None
    """Landmarks of each photo's face in its pixels, None where it shows none."""
    hands: Float[Tensor, "photos 2 21 2"] | None = None
    """Landmarks of `lca.tracking.hand_landmarks` of the left and the right hand, in pixels of the photo."""
    hand_confidence: Float[Tensor, "photos 2"] | None = None
    """Probability that the hand is there and seen."""

    def __post_init__(self):
        """Raises: UserError."""
        count = len(self.sights)
        if not 1 <= count <= MOST_PHOTOS:
            raise UserError(f"expected 1 to {MOST_PHOTOS} photos, got {count}: choose among them")
        if len(self.framing.size) != count:
            raise UserError(f"expected boxes for {count} photos, got {len(self.framing.size)}: give one per photo")
        if (self.landmarks is None) != (self.visibility is None):
            raise UserError("expected landmarks and their visibility, got one of the two: give both or neither")
        for name in SEEN:
            value = getattr(self, name)
            if value is not None and len(value) != count:
                raise UserError(f"expected {name} of {count} photos, got {len(value)}: give one row per photo")
            if isinstance(value, tuple):
                continue
            if value is not None and not value.isfinite().all():
                raise UserError(f"expected finite {name}, got NaN or infinity: set visibility 0 where nothing is known")

    def __len__(self) -> int:
        """Number of photos."""
        return len(self.sights)

    def only(self, photo: int) -> "Observations":
        """One photo of them."""
        some = slice(photo, photo + 1)
        seen = {name: None if getattr(self, name) is None else getattr(self, name)[some] for name in SEEN}
        return Observations(self.sights[some], self.framing[some], self.betas, **seen)


def observe(
    maps: list[DenseMaps], betas: Float[Tensor, " shape"], photos: Photos, framing: Framing, **seen: Any
) -> Observations:
    """What the network says of every pixel (`maps` of body pictures and face crops) and of the shape (`LCA.read`), sampled.

    `seen` are fields of `Observations` named in `SEEN`.

    Raises:
        UserError: the model has no dense head; boxes or landmarks that do not fit the photos.
    """
    if not 1 <= len(photos) <= MOST_PHOTOS or len(framing.size) != len(photos):
        raise UserError(
            f"expected 1 to {MOST_PHOTOS} photos with a box each, got {len(photos)} and {len(framing.size)}"
        )
    if not maps:
        raise UserError("expected a model with a dense head, got one with transport = false: use the shipped model")
    sights = []
    for k in range(len(photos)):
        body = sampled(maps[0], k, photos.body_mask[k], framing.body_box[k], (BODY_PIXELS, BODY_SHARE))
        face = sampled(maps[1], k, photos.face_mask[k], framing.face_box[k], (FACE_PIXELS, FACE_SHARE))
        pixels, canonical, error, share, *depth = (torch.cat(pair) for pair in zip(body, face, strict=True))
        mask = photos.body_mask[k, 0] > 0.5
        sights.append(Sight(pixels, canonical, error, share, mask, framing.body_box[k], *depth))
    return Observations(tuple(sights), framing, betas, **seen)


def sampled(maps: DenseMaps, photo: int, mask: Tensor, box: Tensor, share: tuple[int, float]) -> tuple[Tensor, ...]:
    """(pixels, canonical, error, share), and (depth, its error) where the maps have them, of evenly spread foreground pixels of
    one crop; none where hardly any are."""
    rows, columns = maps.canonical.shape[-2:]
    inside = F.adaptive_avg_pool2d(mask, (rows, columns))[0] > INSIDE
    row, column = inside.nonzero(as_tuple=True)
    most, weight = share
    if len(row) < FEWEST:
        row, column = row[:0], column[:0]
    pick = torch.linspace(0, len(row) - 1, min(most, len(row))).round().long()
    row, column = row[pick], column[pick]
    across = torch.stack([(column + 0.5) / columns, (row + 0.5) / rows], -1)
    depth = maps.depth
    relief = () if depth is None else (depth.behind, depth.log_error.exp())
    return (
        box[:2] + across * (box[2:] - box[:2]),
        maps.canonical[photo, :, row, column].T.float(),
        maps.log_error[photo, 0, row, column].float().exp(),
        torch.full((len(row),), weight / max(len(row), 1)),
        *(each[photo, 0, row, column].float() for each in relief),
    )
