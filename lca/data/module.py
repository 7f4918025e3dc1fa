"""The LightningDataModule: any mix of folders, an endless and exactly resumable stream of examples on every rank."""

import signal
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from itertools import count, islice
from pathlib import Path

import lightning
import numpy as np
from torch.utils.data import DataLoader, Sampler
from torch.utils.data import Dataset as TorchDataset

from lca.data.allocator import keep_freed_memory
from lca.data.batch import Batch, choose_frames, make_example
from lca.data.mixture import InTurn, mixture
from lca.data.neuman import FittedBody
from lca.data.shrink import SHRINKS, stack_shrunk
from lca.data.sources import Source, open_source
from lca.errors import UserError
from lca.ranges import SEEDS, WORKERS, check_number


class Examples(TorchDataset):
    """Example i of some sources: `order` says which capture it is, its frames are chosen by (seed, i)."""

    def __init__(
        self,
        sources: Sequence[Source],
        order: Callable[[int], tuple[int, int]],
        photos: tuple[int, int],
        targets: int,
        seed: int,
        exact: bool,
    ):
        self.sources, self.order, self.photos, self.targets = sources, order, photos, targets
        self.seed, self.exact = seed, exact

    def __len__(self) -> int:
        return sum(map(len, self.sources))

    def __getitem__(self, index: int) -> Batch:
        source, place = self.order(index)
        recording = self.sources[source][place]
        rng = np.random.default_rng((self.seed, 1, index))
        photos = self._photo_count(index)
        if photos + self.targets > len(recording):
            raise UserError(
                f"expected captures of at least {photos + self.targets} frames for {photos} photos and {self.targets} "
                f"targets, got one of {len(recording)}: lower data.photos or data.targets"
            )
        chosen, wanted = choose_frames(rng, len(recording), photos, self.targets, recording.takeable)
        return make_example(recording.photos(chosen), recording.targets(wanted), rng, self.exact)

    def person(self, index: int) -> str:
        """Whom example `index` shows, by identity."""
        source, place = self.order(index)
        return self.sources[source][place].targets([0]).identity

    def _photo_count(self, index: int) -> int:
        """Examples of one batch must agree: the number of photos changes every 16 examples."""
        low, high = self.photos
        return high if self.exact else int(np.random.default_rng((self.seed, 2, index // 16)).integers(low, high + 1))


class From(Sampler[int]):
    """The examples of one rank without end, from its batch number `start` on: batches are dealt out to the ranks in turn."""

    def __init__(self, start: int, batch_size: int = 1, rank: int = 0, ranks: int = 1):
        self.start, self.batch_size, self.rank, self.ranks = start, batch_size, rank, ranks

    def __iter__(self) -> Iterator[int]:
        for batch in count(self.start):
            first = (batch * self.ranks + self.rank) * self.batch_size
            yield from range(first, first + self.batch_size)


def rank_order(data: lightning.LightningDataModule, batch_size: int, step: int | None = None) -> From:
    """The examples of this rank from a step on; by default from where the run stands."""
    trainer = data.trainer
    if trainer is None:
        return From(step or 0, batch_size)
    step = trainer.global_step if step is None else step
    return From(step * trainer.accumulate_grad_batches, batch_size, trainer.global_rank, trainer.world_size)


def start_loader(worker: int) -> None:
    """Begin a loader process: memory is kept, and Ctrl-C is heard by the training process alone, which saves first."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    keep_freed_memory()


class AvatarData(lightning.LightningDataModule):
    """Captures of one or more folders."""

    def __init__(
        self,
        folders: list[str],
        batch_size: int = 2,
        photos: tuple[int, int] = (4, 4),
        targets: int = 2,
        workers: int = 0,
        seed: int = 0,
        validation_people: int = 12,
        weights: list[float] | None = None,
        smplx: str | None = None,
        people: int | None = None,
        shrink: int = 1,
    ):
        """Say where the data lies and how examples are made.

        Args:
            folders: Folders written by `lca world build`, or of real captures (see `lca.data.sources`).
            batch_size: People per step.
            photos: Least and most photos per person.
            targets: Frames to be reconstructed per person.
            workers: Loader processes; 0 decodes in the training process.
            seed: Seed of the order and of the choice of frames.
            validation_people: Held-out people of each folder looked at in each validation.
            weights: Share of the examples that comes from each folder; by default a folder counts by its people.
            smplx: The licensed SMPL-X .npz that real captures were fitted with; the world does without.
            people: Only the first so many captures of the training split of each folder.
            shrink: So many pixels along a side become one, of photos and targets.
        """
        super().__init__()
        if not folders:
            raise UserError(
                "expected at least one folder in data.folders, got none; build one with `lca world build wild`"
            )
        if not 1 <= photos[0] <= photos[1] <= 16:
            raise UserError(f"expected data.photos to be two numbers with 1 <= least <= most <= 16, got {photos}")
        if not 1 <= batch_size <= 16 or 16 % batch_size:
            raise UserError(f"expected data.batch_size to divide 16, got {batch_size}")
        check_number("data.targets", targets, 1, 1000)
        check_number("data.workers", workers, 0, WORKERS[1])
        check_number("data.seed", seed, *SEEDS)
        check_number("data.validation_people", validation_people, 1, 10**8)
        check_number("data.people", 1 if people is None else people, 1, 10**8)
        check_number("data.shrink", shrink, *SHRINKS)
        self.folders, self.batch_size, self.photos, self.targets = (
            [Path(f) for f in folders],
            batch_size,
            photos,
            targets,
        )
        self.workers, self.seed, self.validation_people = workers, seed, validation_people
        self.weights, self.smplx, self.people, self.shrink = weights, smplx, people, shrink

    def train_dataloader(self) -> DataLoader:
        """An endless stream that starts where the run stands, each rank with its own examples."""
        sources = self._sources("train", self.people)
        order = mixture([len(source) for source in sources], self.weights, self.seed)
        examples = Examples(sources, order, self.photos, self.targets, self.seed, exact=False)
        self._examples = examples
        return self._loader(examples, rank_order(self, self.batch_size))

    def people_of(self, step: int) -> list[str]:
        """Who is in the training examples of a step of this rank, all its accumulated batches, by identity."""
        sampler, examples = rank_order(self, self.batch_size, step), self._examples
        batches = 1 if self.trainer is None else self.trainer.accumulate_grad_batches
        return [examples.person(index) for index in islice(sampler, batches * self.batch_size)]

    def val_dataloader(self) -> DataLoader:
        """Held-out people with exact truth, always the same frames."""
        sources = self._sources("validation", self.validation_people)
        order = InTurn([len(source) for source in sources])
        photos = (self.photos[1], self.photos[1])
        return self._loader(Examples(sources, order, photos, self.targets, self.seed, exact=True), None)

    def _sources(self, split: str, most: int | None = None) -> list[Source]:
        body = FittedBody.read(self.smplx) if self.smplx else None
        return [open_source(folder, split, body, most) for folder in self.folders]

    def _loader(self, examples: Examples, sampler: Sampler[int] | None) -> DataLoader:
        return DataLoader(
            examples,
            batch_size=self.batch_size,
            sampler=sampler,
            shuffle=False if sampler is None else None,
            num_workers=self.workers,
            collate_fn=partial(stack_shrunk, by=self.shrink),
            persistent_workers=self.workers > 0,
            worker_init_fn=start_loader,
        )
