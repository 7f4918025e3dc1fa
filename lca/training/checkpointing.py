"""What a run keeps: `checkpoints/last.ckpt`, every so many steps, after the last one, and when it is asked to stop."""

import signal
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import lightning
from lightning.fabric.plugins import TorchCheckpointIO
from lightning.pytorch.callbacks import Checkpoint

from lca.errors import UserError
from lca.formats.checkpoints import newest_checkpoint, read_checkpoint, write_checkpoint
from lca.stopping import Wishes

STEPS = "global_step"
"""Where Lightning counts the steps of a checkpoint."""


class WholeCheckpoints(TorchCheckpointIO):
    """Lightning's way to disk, through `lca.formats.checkpoints`."""

    def save_checkpoint(self, checkpoint: dict[str, Any], path: str | Path, storage_options: Any = None) -> None:
        """Write one; nothing is left half written."""
        write_checkpoint(checkpoint, Path(path))

    def load_checkpoint(
        self, path: str | Path, map_location: Any = None, weights_only: bool | None = None
    ) -> dict[str, Any]:
        """Read one. Raises: UserError."""
        return read_checkpoint(Path(path))


class KeepCheckpoint(Checkpoint):
    """Saves the run, and ends it after the step in hand when a signal has asked for that."""

    def __init__(self, path: Path, every: int):
        """Choose the file, and after how many steps to write it."""
        self.path, self.every, self.wishes = path, every, Wishes()
        self.saved = 0
        """Steps of the checkpoint on disk."""

    def on_train_start(self, trainer: lightning.Trainer, pl_module: lightning.LightningModule) -> None:
        """Lightning listens to SIGTERM by now, and would leave without a checkpoint: listen in its place."""
        self.saved = trainer.global_step
        self.wishes.listen()

    def on_train_batch_end(
        self, trainer: lightning.Trainer, pl_module: lightning.LightningModule, outputs, batch, batch_idx: int
    ) -> None:
        """Save when it is time. Raises: StoppedBySignal, if somebody wished it."""
        if (batch_idx + 1) % trainer.accumulate_grad_batches or getattr(trainer, "fast_dev_run", False):
            return
        asked = trainer.strategy.reduce_boolean_decision(self.wishes.asked is not None, all=False)
        step = trainer.global_step
        due = step % self.every == 0 or step == trainer.max_steps or trainer.should_stop
        if (asked or due) and step > self.saved:
            trainer.save_checkpoint(self.path)
            self.saved = step
        if asked:
            self.wishes.asked = self.wishes.asked or signal.SIGTERM  # another rank was asked
            self.wishes.grant(f"stopped after step {step}, which is saved: fit again to go on")


def run_checkpoint(path: Path, module: lightning.LightningModule) -> tuple[Path, int] | None:
    """The newest whole checkpoint of a run and its steps; None at the first start.

    Raises:
        UserError: what is there is damaged, or of another stage or network.
    """
    found = newest_checkpoint(path, STEPS)
    if found is None:
        return None
    source, values = found
    expect_same_run(source, values, module)
    return source, values[STEPS]


def expect_same_run(source: Path, values: Mapping[str, Any], module: lightning.LightningModule) -> None:
    """Raises: UserError: the weights of a checkpoint, or what trains them, are not those of `module`."""
    weights, wanted = values.get("state_dict"), module.state_dict()
    shapes = {name: value.shape for name, value in weights.items()} if isinstance(weights, Mapping) else {}
    settings, ours = values.get("hyper_parameters", {}), module.hparams
    same = shapes == {name: value.shape for name, value in wanted.items()} and settings.keys() == ours.keys()
    if not same or (settings["optimizer"]["muon"] > 0) != (ours["optimizer"]["muon"] > 0):
        raise UserError(
            f"expected a checkpoint of this stage and network, got another one's: {source}; "
            "choose another trainer.default_root_dir"
        )
