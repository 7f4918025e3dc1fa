"""The LightningDataModule: any mix of world folders, an endless and exactly resumable stream of examples."""

from collections.abc import Iterator
from itertools import count
from pathlib import Path

import lightning
import numpy as np
from datasets import Dataset
from torch.utils.data import DataLoader, Sampler
from torch.utils.data import Dataset as TorchDataset

from lca.data.batch import Batch, choose_frames, make_example, stack
from lca.data.datasets import load_world
from lca.data.sample import Capture
from lca.errors import UserError


class Examples(TorchDataset):
    """Example i of a set of captures: capture order is reshuffled every pass, frames are chosen by (seed, i)."""

    def __init__(self, captures: list[Dataset], photos: tuple[int, int], targets: int, seed: int, exact: bool):
        self.captures, self.photos, self.targets, self.seed, self.exact = captures, photos, targets, seed, exact
        self.ends = np.cumsum([len(c) for c in captures])

    def __len__(self) -> int:
        return int(self.ends[-1])

    def __getitem__(self, index: int) -> Batch:
        visit, place = divmod(index, len(self))
        if not self.exact:
            place = int(np.random.default_rng((self.seed, visit)).permutation(len(self))[place])
        part = int(np.searchsorted(self.ends, place, side="right"))
        row = self.captures[part][place - int(self.ends[part - 1] if part else 0)]
        rng = np.random.default_rng((self.seed, 1, place if self.exact else index))
        photos = self._photo_count(index)
        chosen, wanted = choose_frames(rng, len(row["image"]), photos, self.targets)
        return make_example(Capture.read(row, chosen), Capture.read(row, wanted), rng, self.exact)

    def _photo_count(self, index: int) -> int:
        """Examples of one batch must agree: the number of photos changes every 16 examples."""
        low, high = self.photos
        return high if self.exact else int(np.random.default_rng((self.seed, 2, index // 16)).integers(low, high + 1))


class From(Sampler[int]):
    """start, start + 1, ... without end."""

    def __init__(self, start: int):
        self.start = start

    def __iter__(self) -> Iterator[int]:
        return count(self.start)


class AvatarData(lightning.LightningDataModule):
    """Captures of one or more world folders."""

    def __init__(
        self,
        folders: list[str],
        batch_size: int = 2,
        photos: tuple[int, int] = (4, 4),
        targets: int = 2,
        workers: int = 0,
        seed: int = 0,
        validation_people: int = 12,
    ):
        """Say where the data lies and how examples are made.

        Args:
            folders: Folders written by `lca world build`.
            batch_size: People per step.
            photos: Least and most photos per person.
            targets: Frames to be reconstructed per person.
            workers: Loader processes; 0 decodes in the training process.
            seed: Seed of the order and of the choice of frames.
            validation_people: Held-out people looked at in each validation.
        """
        super().__init__()
        if not folders:
            raise UserError(
                "expected at least one folder in data.folders, got none; build one with `lca world build wild`"
            )
        if not 1 <= photos[0] <= photos[1] <= 16:
            raise UserError(f"expected data.photos to be two numbers with 1 <= least <= most <= 16, got {photos}")
        if batch_size > 16 or 16 % batch_size:
            raise UserError(f"expected data.batch_size to divide 16, got {batch_size}")
        self.folders, self.batch_size, self.photos, self.targets = (
            [Path(f) for f in folders],
            batch_size,
            photos,
            targets,
        )
        self.workers, self.seed, self.validation_people = workers, seed, validation_people

    def train_dataloader(self) -> DataLoader:
        """An endless stream that starts where the run stands."""
        done = self.trainer.global_step * self.batch_size if self.trainer else 0
        captures = [load_world(folder, "train") for folder in self.folders]
        return self._loader(Examples(captures, self.photos, self.targets, self.seed, exact=False), From(done))

    def val_dataloader(self) -> DataLoader:
        """Held-out people with exact truth, always the same frames."""
        captures = [load_world(folder, "validation") for folder in self.folders]
        captures = [c.select(range(min(len(c), self.validation_people))) for c in captures]
        photos = (self.photos[1], self.photos[1])
        return self._loader(Examples(captures, photos, self.targets, self.seed, exact=True), None)

    def _loader(self, examples: Examples, sampler: Sampler[int] | None) -> DataLoader:
        return DataLoader(
            examples,
            batch_size=self.batch_size,
            sampler=sampler,
            shuffle=False if sampler is None else None,
            num_workers=self.workers,
            collate_fn=stack,
            persistent_workers=self.workers > 0,
        )
