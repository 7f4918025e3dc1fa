"""Training looked at while it runs: the terms of the loss as curves, and a held-out person who grows sharper."""

from dataclasses import dataclass
from pathlib import Path

import lightning
import torch
from jaxtyping import Float
from lightning.pytorch.callbacks import Callback
from PIL import Image
from torch import Tensor

from lca.data.batch import Batch
from lca.errors import UserError
from lca.lab.figures import close_up, column, row
from lca.lab.live import Slot
from lca.lab.plots import Curves
from lca.model.network import LCA
from lca.training.experiment import Experiment
from lca.training.losses import LossConfig
from lca.training.objective import objective, run
from lca.training.pretrain import Pretrain

REDRAWN = 40
"""How often the curves are redrawn in a run."""

TO_THE_LETTER = (
    "--model.network.transport=false",
    "--model.network.blendshapes=false",
    "--model.network.encoder.photo_depth=0",
    "--model.network.template.painted_eyes=false",
    "--model.network.template.covered_heads=false",
)
"""Overrides that switch off what the paper does not have."""


def settings(data: Path, folder: Path, steps: int) -> list[str]:
    """Overrides of a run in a notebook: its data, its folder, its length; two targets a person, one validation, at the end."""
    return [
        f"--data.folders=[{data}]",
        "--data.targets=2",
        f"--trainer.default_root_dir={folder}",
        f"--trainer.max_steps={steps}",
        f"--trainer.val_check_interval={steps}",
        "--trainer.enable_progress_bar=false",
        "--trainer.enable_model_summary=false",
    ]


@dataclass(frozen=True)
class Glimpse:
    """The held-out person at one moment, driven like the true pictures beside it: bodies and face crops."""

    step: int
    driven: Float[Tensor, "frames 3 size size"]
    truth: Float[Tensor, "frames 3 size size"]
    face: Float[Tensor, "frames 3 face_size face_size"]
    face_truth: Float[Tensor, "frames 3 face_size face_size"]
    mask: Float[Tensor, "frames 1 size size"]
    """Of the true bodies."""

    def above(self, height: int, most: int = 4) -> Image.Image:
        """Truth above driven, of a few frames, bodies and faces."""
        lines = ((self.truth, self.face_truth), (self.driven, self.face))
        frames = range(min(most, len(self.mask)))
        return column(
            [row([*(self.body(each, k) for k in frames), *face[:most]], height=height) for each, face in lines]
        )

    def body(self, pictures: Float[Tensor, "frames 3 size size"], frame: int = 0) -> Image.Image:
        """One of `driven` or `truth`, cut out about the person."""
        return close_up(pictures[frame], self.mask[frame])


@torch.no_grad()
def look(network: LCA, batch: Batch, step: int = 0) -> Glimpse:
    """Reconstruct the people of `batch` and drive them like its targets, over colours that are always the same."""
    torch.manual_seed(0)
    learning, batch = network.training, batch.to(network.template.points.device)
    renders = run(network.eval(), batch).renders
    network.train(learning)
    pictures = renders.driven, renders.truth, renders.face, renders.face_truth, batch.targets.mask.flatten(0, 1)
    return Glimpse(step, *(each.clamp(0, 1).cpu() for each in pictures))


class Watch(Callback):
    """While `fit` runs, curves and pictures are shown below the cell; see `watched`.

    It looks with the weights of the moment, not with their average. Looking changes nothing: a step draws its random numbers
    from its own seed.
    """

    def __init__(self, pictures: int = 6, height: int = 130):
        """Choose how many pictures are kept, from the first step to the last, and their height in pixels."""
        self.pictures, self.height = pictures, height
        self.curves: dict[str, tuple[list[int], list[float]]] = {}
        """Term of the loss -> steps and weighted values."""
        self.looks: list[Glimpse] = []
        self.batch: Batch | None = None
        self.moments: list[int] = []
        self.chart, self.below = Curves("terms of the loss, weighted"), Slot()

    def on_train_start(self, trainer: lightning.Trainer, pl_module: Pretrain) -> None:
        """Find the person and look at the start. Raises: UserError."""
        if trainer.max_steps < 1:
            raise UserError("expected a run of so many steps, which says when to look, got none: set trainer.max_steps")
        data = trainer.datamodule  # pyright: ignore[reportAttributeAccessIssue]
        self.batch = next(iter(data.val_dataloader()))
        self.moments = moments(trainer.max_steps, self.pictures)
        Slot().show(self.chart.figure)
        self.take(pl_module, trainer.global_step)

    def on_train_batch_end(
        self, trainer: lightning.Trainer, pl_module: Pretrain, outputs, batch, batch_idx: int
    ) -> None:
        """Note the terms of the loss; look when it is time."""
        step = trainer.global_step
        for name in terms_of(trainer, warming_up=step <= pl_module.correspondence_steps):
            steps, values = self.curves.setdefault(name, ([], []))
            steps.append(step)
            values.append(float(trainer.callback_metrics[f"train/{name}"]))
        if step % max(1, trainer.max_steps // REDRAWN) == 0 or step == trainer.max_steps:
            self.chart.show(self.curves)
        if step in self.moments:
            self.take(pl_module, step)

    def take(self, pl_module: Pretrain, step: int) -> None:
        """Look, keep it and show it."""
        if self.batch is not None:
            self.looks.append(look(pl_module.network, self.batch, step))
            self.below.show(self.looks[-1].above(self.height))

    def strip(self, *models: tuple[str, LCA], height: int = 180) -> Image.Image:
        """The first frame, body above face, at every moment; then of other models by name; then the truth.

        Raises:
            UserError: no step was watched.
        """
        if self.batch is None:
            raise UserError("expected a run that was watched, got no step: fit one that is not finished yet")
        looks = self.looks + [look(model, self.batch) for _, model in models]
        captions = [f"step {one.step}" for one in self.looks] + [name for name, _ in models] + ["truth"]
        bodies = [*(one.body(one.driven) for one in looks), looks[0].body(looks[0].truth)]
        faces = [*(one.face[0] for one in looks), looks[0].face_truth[0]]
        return column([row(bodies, height=height), row(faces, captions, height)])


def watched(done: Experiment, pictures: int = 6, height: int = 130) -> Watch:
    """Watch a run that is about to be fitted."""
    watch = Watch(pictures, height)
    done.trainer.callbacks.append(watch)  # pyright: ignore[reportAttributeAccessIssue]
    return watch


def terms_of(trainer: lightning.Trainer, warming_up: bool) -> list[str]:
    """The terms that this step had: the first steps know `coarse` alone, and Lightning does not forget it."""
    logged = [name.removeprefix("train/") for name in trainer.callback_metrics if name.startswith("train/")]
    return [name for name in logged if (name == "coarse") == warming_up]


def moments(steps: int, pictures: int) -> list[int]:
    """When to look: early more often than late, because most happens early."""
    return sorted({round(steps * (k / max(pictures - 1, 1)) ** 1.5) for k in range(1, pictures)})


@torch.no_grad()
def terms(network: LCA, batch: Batch, config: LossConfig) -> dict[str, float]:
    """Every term of the loss, weighted, as a network has it."""
    torch.manual_seed(0)
    return {name: float(value) for name, value in objective(network, batch, run(network, batch), config).items()}


def measured(done: Experiment) -> dict[str, float]:
    """What a run last measured of held-out people, with its averaged weights: psnr and psnr_face (dB) and more."""
    found = done.trainer.callback_metrics.items()
    return {name.removeprefix("val/"): round(float(value), 2) for name, value in found if name.startswith("val/")}


def failing(bad: Experiment) -> str:
    """Fit a run that is meant to fail; what stopped it, or that nothing did."""
    try:
        bad.fit()
    except (UserError, RuntimeError) as error:
        return f"{type(error).__name__}: {error}"
    return "nothing stopped it"
