"""Faces for training, many to a step: which one is number i, and how it is varied, is a function of (seed, i) alone."""

from collections.abc import Sequence
from pathlib import Path

import lightning
import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor
from torch.nn import functional as F
from torch.utils.data import DataLoader
from torch.utils.data import Dataset as TorchDataset

from lca.data.faces import FaceCrops, KeptCrops, read_faces
from lca.data.mixture import Passes
from lca.data.module import rank_order
from lca.errors import UserError
from lca.ranges import SEEDS, WORKERS, check_number

TURN, GROW, MOVE = 0.1, 0.1, 0.06
"""Standard deviations by which training crops are turned (radians), grown (log) and moved (halves of the crop)."""
GAIN, TINT, NOISE = (0.7, 1.35), (0.8, 1.25), 0.03


def varied(faces: FaceCrops, draws: Sequence[np.random.Generator]) -> FaceCrops:
    """Faces, each by draws of its own perhaps in a mirror, turned, grown, moved, in another light and with noise: what a code
    must not depend on."""
    twin, flip = faces.mirrored(), torch.tensor([rng.random() < 0.5 for rng in draws])
    face, place, actions = (
        torch.where(flip.view(-1, *(1,) * (ours.ndim - 1)), theirs, ours)
        for ours, theirs in ((faces.face, twin.face), (faces.place, twin.place), (faces.actions, twin.actions))
    )
    backward = torch.stack([_old_of_new(rng) for rng in draws])
    grid = F.affine_grid(backward, list(face.shape), align_corners=False)
    face = F.grid_sample(face - 0.5, grid, align_corners=False) + 0.5
    gain = np.stack([rng.uniform(*GAIN) * rng.uniform(*TINT, (3, 1, 1)) for rng in draws])
    noise = np.stack([rng.uniform(0, NOISE) * rng.standard_normal(face.shape[1:], np.float32) for rng in draws])
    face = (face * torch.from_numpy(gain).float() + torch.from_numpy(noise).float()).clamp(0, 1)
    moved = place - F.pad(backward[:, None, :, 2], (0, 0, 3, 0))
    return FaceCrops(face, moved @ torch.linalg.inv(backward[:, :, :2]).mT, actions)


def _old_of_new(rng: np.random.Generator) -> Float[Tensor, "2 3"]:
    """Where in the old crop a point of the new one was."""
    turn, grow, (x, y) = rng.normal(0, TURN), np.exp(rng.normal(0, GROW)), rng.normal(0, MOVE, 2)
    c, s = np.cos(turn) * grow, np.sin(turn) * grow
    return torch.tensor([[c, -s, x], [s, c, y]], dtype=torch.float32)


class VariedCrops(TorchDataset):
    """Face i of an endless, reshuffled stream."""

    def __init__(self, kept: KeptCrops, seed: int):
        self.kept, self.seed, self.passes = kept, seed, Passes(len(kept), seed, 6)

    def __len__(self) -> int:
        return len(self.kept)

    def __getitems__(self, indices: Sequence[int]) -> FaceCrops:
        """All faces of a step at once."""
        chosen = self.kept[[self.passes[index] for index in indices]]
        return varied(chosen, [np.random.default_rng((self.seed, 7, index)) for index in indices])


def as_they_are(faces: FaceCrops) -> FaceCrops:
    """Collate: the data give whole steps."""
    return faces


class FaceData(lightning.LightningDataModule):
    """The faces of captures of one or more folders."""

    def __init__(
        self,
        folders: list[str],
        batch_size: int = 48,
        seed: int = 0,
        workers: int = 0,
        people: int | None = None,
    ):
        """Say where the data lies.

        Args:
            folders: Folders written by `lca world build`.
            batch_size: Faces per step.
            seed: Seed of the order and of how faces are varied.
            workers: Loader processes; 0 works in the training process.
            people: Only the first so many captures of each split of each folder.
        """
        super().__init__()
        if not folders:
            raise UserError(
                "expected at least one folder in data.folders, got none; build one with `lca world build wild`"
            )
        check_number("data.batch_size", batch_size, 1, 4096)
        check_number("data.seed", seed, *SEEDS)
        check_number("data.workers", workers, 0, WORKERS[1])
        check_number("data.people", 1 if people is None else people, 1, 10**8)
        self.folders, self.batch_size, self.seed = [Path(folder) for folder in folders], batch_size, seed
        self.workers, self.people = workers, people

    def train_dataloader(self) -> DataLoader:
        """An endless stream that starts where the run stands, each rank with its own faces."""
        faces = VariedCrops(read_faces(self.folders, "train", self.people), self.seed)
        return self._loader(faces, sampler=rank_order(self, self.batch_size))

    def val_dataloader(self) -> DataLoader:
        """The faces of held-out people as they are."""
        return self._loader(read_faces(self.folders, "validation", self.people))

    def _loader(self, faces: TorchDataset | KeptCrops, **order) -> DataLoader:
        return DataLoader(
            faces,  # pyright: ignore[reportArgumentType]
            batch_size=self.batch_size,
            num_workers=self.workers,
            collate_fn=as_they_are,  # pyright: ignore[reportArgumentType]
            **order,
        )
