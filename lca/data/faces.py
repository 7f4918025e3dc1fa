"""Face crops alone, with what is known of the faces: all that teaching the face code needs. A capture's bodies stay coded."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import numpy as np
import torch
from jaxtyping import Bool, Float, UInt8
from torch import Tensor
from tqdm.auto import tqdm

from lca.data.batch import over_grey
from lca.data.sources import WorldSource
from lca.errors import UserError
from lca.formats.captures import FACE_SIZE, canonical_known, canonical_planes
from lca.formats.columns import codes_of, masks, photos
from lca.geometry.body_file import load_body
from lca.model.face_place import CENTRE, REACH

FRONT, SIDE, HEIGHT = 0.08, 0.07, (0.47, 0.65)
"""Metres on the mean body: a point further ahead, not further aside, and of such a height is of the front of the face."""
STIFF = 0.535
"""Metres: above the lips, where expressions move little and the camera can be told."""
SEEN = 0.03
"""Share of the crop that either half of the face must fill."""
STEADY = 1e-6
"""Of the fitted camera, beside the mean square of the points."""


@dataclass(frozen=True)
class FaceCrops:
    """Faces seen from the front: crops over mid grey, where in them the face is (see `lca.model.face_place.Place`), its
    actions."""

    face: Float[Tensor, "faces 3 face face"]
    place: Float[Tensor, "faces 4 2"]
    actions: Float[Tensor, "faces 52"]

    def __len__(self) -> int:
        """How many."""
        return len(self.actions)

    def to(self, device: torch.device | str, **_: object) -> "FaceCrops":
        """Move every tensor to `device`."""
        return FaceCrops(*(getattr(self, each.name).to(device) for each in fields(self)))

    def mirrored(self) -> "FaceCrops":
        """As in a mirror: what the left half did the right half does."""
        turned = torch.tensor([[-1.0, 1.0]]) * torch.tensor([[-1.0], [1.0], [1.0], [1.0]])
        return FaceCrops(self.face.flip(-1), self.place * turned, self.actions[:, other_side()])


@dataclass(frozen=True)
class KeptCrops:
    """The same in little memory."""

    face: UInt8[Tensor, "faces 3 face face"]
    mask: UInt8[Tensor, "faces 1 face face"]
    place: Float[Tensor, "faces 4 2"]
    actions: Float[Tensor, "faces 52"]

    def __len__(self) -> int:
        """How many."""
        return len(self.actions)

    def __getitem__(self, some: Sequence[int]) -> FaceCrops:
        """Some of them."""
        shown = over_grey(self.face[some] / 255, self.mask[some] / 255)
        return FaceCrops(shown, self.place[some], self.actions[some])

    def __getitems__(self, some: Sequence[int]) -> FaceCrops:
        """The same, as loaders ask."""
        return self[some]


def other_side() -> list[int]:
    """For each action, the one that is it in a mirror."""
    names = load_body().expression_names
    other = {"Left": "Right", "Right": "Left"}
    ends = [next((side for side in other if name.endswith(side)), "") for name in names]
    return [names.index(name.removesuffix(end) + other.get(end, "")) for name, end in zip(names, ends, strict=True)]


def in_front(
    points: Float[Tensor, "faces 3 rows columns"], known: Bool[Tensor, "faces 1 rows columns"]
) -> Bool[Tensor, "faces rows columns"]:
    """Which pixels show the front of the face."""
    x, y, z = points.unbind(1)
    return known[:, 0] & (z > FRONT) & (x.abs() < SIDE) & (y > HEIGHT[0]) & (y < HEIGHT[1])


def both_halves(
    points: Float[Tensor, "faces 3 rows columns"], front: Bool[Tensor, "faces rows columns"]
) -> Bool[Tensor, "faces"]:
    """Which faces are seen from the front: both halves fill `SEEN` of the crop."""
    left = front & (points[:, 0] > 0)
    return torch.stack([half.float().mean((1, 2)) > SEEN for half in (left, front & ~left)]).all(0)


def place_of(points: Float[Tensor, "3 rows columns"], front: Bool[Tensor, "rows columns"]) -> Float[Tensor, "4 2"]:
    """The affine camera that sees a face's points where its crop shows them, by least squares that trust outliers less."""
    rows, columns = torch.nonzero(front & (points[1] > STIFF), as_tuple=True)
    shown = (points[:, rows, columns].T - torch.tensor(CENTRE)) / REACH
    inputs = torch.cat([shown, torch.ones(len(shown), 1)], 1).double()
    wanted = 2.0 * (torch.stack([columns, rows], 1).double() + 0.5) / points.shape[-1] - 1.0
    weight = torch.ones(len(shown), 1, dtype=torch.float64)
    steady = STEADY * len(shown) * torch.eye(4, dtype=torch.float64)
    place = torch.zeros(4, 2, dtype=torch.float64)
    for _ in range(5):
        place = torch.linalg.solve(inputs.T @ (weight * inputs) + steady, inputs.T @ (weight * wanted))
        off = (inputs @ place - wanted).norm(dim=1, keepdim=True) * FACE_SIZE / 2
        weight = 1.0 / (1.0 + (off / 1.5) ** 2)
    return place.float()


def faces_of(row: Mapping[str, Any]) -> KeptCrops:
    """The faces of a capture that are seen from the front and whose actions and points are known."""
    frames = range(len(row["face"]))
    codes = codes_of(row["face_canonical"], frames, FACE_SIZE // 2).numpy()
    points, known = torch.from_numpy(canonical_planes(codes)[0]), torch.from_numpy(canonical_known(codes))
    actions = torch.from_numpy(np.asarray(row["actions"], np.float32).copy())
    front = in_front(points, known)
    upper = (front & (points[:, 1] > STIFF)).sum((1, 2)) >= 40
    good = torch.nonzero(both_halves(points, front) & upper & actions.isfinite().all(-1))[:, 0].tolist()
    place = [place_of(points[k], front[k]) for k in good]
    return KeptCrops(
        photos(row["face"], good) if good else torch.zeros(0, 3, FACE_SIZE, FACE_SIZE, dtype=torch.uint8),
        masks(row["face_mask"], good) if good else torch.zeros(0, 1, FACE_SIZE, FACE_SIZE, dtype=torch.uint8),
        torch.stack(place) if place else torch.zeros(0, 4, 2),
        actions[good],
    )


def read_faces(folders: Sequence[Path], split: str, most: int | None = None) -> KeptCrops:
    """The faces of all captures of a split of some folders, of each the first `most` captures.

    Raises:
        UserError: a folder that is not of the world, or damaged (see `lca.formats.shards`), or nobody faces the camera.
    """
    sources = [WorldSource(folder, split, most) for folder in folders]
    rows = [source[place].row for source in sources for place in range(len(source))]
    found = [faces_of(row) for row in tqdm(rows, desc=f"faces ({split})", unit="capture", leave=False, disable=None)]
    if not sum(map(len, found)):
        raise UserError(
            f"expected faces seen from the front in {', '.join(map(str, folders))} ({split}), got none: build more people"
        )
    return KeptCrops(*(torch.cat([getattr(each, field.name) for each in found]) for field in fields(KeptCrops)))
