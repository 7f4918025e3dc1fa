"""What a finished run leaves behind: one model file, of averaged weights."""

from pathlib import Path

import lightning
import torch
from lightning.pytorch.callbacks import Callback, WeightAveraging
from torch import Tensor

from lca.model.checkpoint import save_model
from lca.model.network import LCA
from lca.stopping import StoppedBySignal

DECAY = 0.98
"""Of the average from one update to the next, in long runs."""
UPDATE_STEPS = 4


def moving_average(averaged: Tensor, current: Tensor, updates: Tensor | int) -> Tensor:
    """Exponential, over the last tenth of the updates until `DECAY` is reached: a short run forgets where it began, too."""
    count = int(updates)
    return torch.lerp(current, averaged, min(DECAY, (1 + count) / (10 + count)))


class AveragedWeights(WeightAveraging):
    """The module has the averaged weights however the run ends: also if it had ended before, and if it is stopped."""

    def __init__(self):
        super().__init__(use_buffers=False, avg_fn=moving_average)

    def should_update(self, step_idx: int | None = None, epoch_idx: int | None = None) -> bool:
        """After every so many steps."""
        return step_idx is not None and step_idx % UPDATE_STEPS == 0

    def on_fit_end(self, trainer: lightning.Trainer, pl_module: lightning.LightningModule) -> None:
        """A finished run that is fitted again never ends its training."""
        self.on_train_end(trainer, pl_module)

    def on_exception(
        self, trainer: lightning.Trainer, pl_module: lightning.LightningModule, exception: BaseException
    ) -> None:
        """The same when the run was stopped."""
        if isinstance(exception, StoppedBySignal):
            self.on_train_end(trainer, pl_module)


class ExportModel(Callback):
    """Write `model.safetensors` beside the logs whenever the run ends, also when it is stopped by Ctrl-C or SIGTERM."""

    def __init__(self, path: str | None = None):
        """Choose the file.

        Args:
            path: Where to write; by default `model.safetensors` in the run's folder.
        """
        self.path = path

    def on_fit_end(self, trainer: lightning.Trainer, pl_module: lightning.LightningModule) -> None:
        """Write the file."""
        network = pl_module.network
        if not isinstance(network, LCA):
            raise TypeError(f"expected a stage that trains an LCA network, got {type(network).__name__}")
        path = Path(self.path or Path(trainer.log_dir or trainer.default_root_dir) / "model.safetensors")
        if trainer.is_global_zero and not getattr(trainer, "fast_dev_run", False):
            save_model(network, path, {"stage": type(pl_module).__name__.lower(), "steps": str(trainer.global_step)})

    def on_exception(
        self, trainer: lightning.Trainer, pl_module: lightning.LightningModule, exception: BaseException
    ) -> None:
        """Write what a stopped run has learned."""
        if isinstance(exception, StoppedBySignal):
            self.on_fit_end(trainer, pl_module)
