"""One door to both stages: the command line and notebooks build the same trainer, module and data from the same
YAML."""

import logging
import sys
import warnings
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

import lightning
from jsonargparse import ArgumentError, Namespace
from lightning.pytorch.callbacks import LearningRateMonitor, TQDMProgressBar
from lightning.pytorch.cli import LightningCLI
from lightning.pytorch.loggers import TensorBoardLogger
from lightning.pytorch.utilities.exceptions import MisconfigurationException

from lca.data.allocator import keep_freed_memory
from lca.data.module import AvatarData
from lca.data.varied_faces import FaceData
from lca.errors import UserError
from lca.formats.atomic import only_writer
from lca.formats.checkpoints import LAST
from lca.ranges import Range, check_number
from lca.stopping import StoppedBySignal
from lca.training.checkpointing import KeepCheckpoint, WholeCheckpoints, run_checkpoint
from lca.training.config_text import check_config_file, check_override
from lca.training.export import AveragedWeights, ExportModel
from lca.training.face_reading import FaceReading
from lca.training.heads import Heads
from lca.training.point_reading import PointReading
from lca.training.posttrain import Posttrain
from lca.training.pretrain import Pretrain

log = logging.getLogger(__name__)

CHECKPOINT_STEPS = 200
"""A killed run loses at most this many steps."""
FINISHED = "%s is finished, at step %d: raise trainer.max_steps to go on, or name another trainer.default_root_dir to begin anew"
NOBODYS = r".isinstance\(treespec, LeafSpec\). is deprecated|Found \d+ module\(s\) in eval mode"
"""What torch says to lightning 2.6, and what lightning says of a backbone that is frozen for good."""
STAGES: dict[str, tuple[type[Pretrain], type[AvatarData] | type[FaceData]]] = {
    "pretrain": (Pretrain, AvatarData),
    "posttrain": (Posttrain, AvatarData),
    "heads": (Heads, AvatarData),
    "faces": (FaceReading, FaceData),
    "points": (PointReading, AvatarData),
}
"""What trains, and on what."""


@dataclass(frozen=True)
class Experiment:
    """A trainer, a stage and its data, ready to fit."""

    trainer: lightning.Trainer
    module: Pretrain
    data: AvatarData | FaceData

    def fit(self) -> Path:
        """Train, going on from the run's newest whole checkpoint if there is one; returns the model file.

        Raises:
            UserError: another process trains in this folder, or its checkpoints are damaged or of another run.
            StoppedBySignal: Ctrl-C or SIGTERM came; the last step is saved, and its model exported.
        """
        keep_freed_memory()
        root, keeper = Path(self.trainer.default_root_dir), self.keeper
        root.mkdir(parents=True, exist_ok=True)
        with only_writer(root) if self.trainer.is_global_zero else nullcontext(), keeper.wishes as wishes:
            found = run_checkpoint(keeper.path, self.module)
            keeper.saved = found[1] if found else 0
            if found and 0 < self.trainer.max_steps <= found[1]:
                log.warning(FINISHED, root, found[1])
            try:
                source = str(found[0]) if found else None
                with warnings.catch_warnings():
                    warnings.filterwarnings("ignore", NOBODYS)
                    self.trainer.fit(self.module, self.data, ckpt_path=source, weights_only=True)
            except SystemExit as error:  # how Lightning leaves after a signal
                if not isinstance(error, StoppedBySignal):
                    wishes.grant(f"stopped at once: fit again to go on from step {keeper.saved}")
                raise
        return root / "model.safetensors"

    @property
    def keeper(self) -> KeepCheckpoint:
        """What saves this run."""
        return next(callback for callback in self.trainer.checkpoint_callbacks if isinstance(callback, KeepCheckpoint))


TRAINER_RANGES: dict[str, Range] = {
    **dict.fromkeys(("max_steps", "max_epochs", "min_steps", "min_epochs", "num_sanity_val_steps"), (-1, 10**9)),
    **dict.fromkeys(("accumulate_grad_batches", "log_every_n_steps", "check_val_every_n_epoch"), (1, 10**9)),
    **dict.fromkeys(("limit_train_batches", "limit_val_batches", "overfit_batches"), (0, 10**9)),
    **{
        "val_check_interval": (1e-9, 1e9),
        "gradient_clip_val": (0.0, 1e9),
        "devices": (-1, 1024),
        "num_nodes": (1, 10**5),
    },
}
"""Numbers of Lightning's trainer. It takes most of them as they come, and fails when the run is under way."""


def check_trainer(settings: Namespace) -> None:
    """Raises: UserError: a number of the trainer is out of range."""
    for name, (low, high) in TRAINER_RANGES.items():
        if isinstance(settings[name], int | float):
            check_number(f"trainer.{name}", settings[name], low, high)


def log_steps(max_steps: int) -> int:
    """Losses are written every 50 steps; of a short run, twenty times."""
    return min(50, max(1, max_steps // 20)) if max_steps > 0 else 50


class StageCLI(LightningCLI):
    """Plain mode: one module class and one data class, so that a misspelt key is one line."""

    def add_arguments_to_parser(self, parser) -> None:
        """Our defaults for the trainer; the run's folder is trainer.default_root_dir."""
        parser.set_defaults(
            {
                "trainer.default_root_dir": "runs/lca",
                "trainer.use_distributed_sampler": False,
                "trainer.gradient_clip_val": 1.0,
                "trainer.num_sanity_val_steps": 0,
                "trainer.check_val_every_n_epoch": None,
            }
        )

    def instantiate_trainer(self, **kwargs) -> lightning.Trainer:
        """Add what every run needs: TensorBoard, checkpoints to resume from, averaged weights, the exported model."""
        settings = self._get(self.config_init, "trainer")
        check_trainer(settings)
        root = Path(settings["default_root_dir"])
        ours = [
            KeepCheckpoint(root / "checkpoints" / LAST, CHECKPOINT_STEPS),
            LearningRateMonitor(),
            AveragedWeights(),
            ExportModel(str(root / "model.safetensors")),
        ]
        if settings["enable_progress_bar"] is not False:
            ours.append(TQDMProgressBar(refresh_rate=1 if sys.stderr.isatty() else 20))
        logger = TensorBoardLogger(root, name="", version="tensorboard", default_hp_metric=False)
        plugins = [WholeCheckpoints(), *(settings["plugins"] or [])]
        callbacks = ours + (settings["callbacks"] or [])
        kwargs |= {"log_every_n_steps": settings["log_every_n_steps"] or log_steps(settings["max_steps"])}
        return super().instantiate_trainer(callbacks=callbacks, logger=logger, plugins=plugins, **kwargs)


def experiment(stage: str, config: str | Path, *overrides: str) -> Experiment:
    """Build an experiment, e.g. `experiment("pretrain", "configs/tiny_pretrain.yaml", "--trainer.max_steps=20")`.

    Raises:
        UserError: an unknown stage, a missing config, a misspelt key or a value of the wrong type.
    """
    if stage not in STAGES:
        raise UserError(f"expected a stage of {', '.join(STAGES)}, got {stage!r}")
    check_config_file(config)
    for override in overrides:
        check_override(override)
    arguments = ["--config", str(config), *overrides]
    try:
        cli = build(stage, arguments, exit_on_error=False)
    except UserError:
        raise
    except (ArgumentError, MisconfigurationException, ValueError, TypeError) as error:
        raise UserError(f"expected a valid config, got an error in {config}: {error}") from error
    return Experiment(cli.trainer, cli.model, cli.datamodule)


CHATTER = (
    "Tip: For seamless cloud logging",
    "GPU available:",
    "TPU available:",
    "Seed set to",
    "`weights_only` was not set",
)
"""Lines of Lightning's that are the same in every run."""
CHATTERING = (
    "lightning.pytorch.utilities.rank_zero",
    "lightning.pytorch.trainer.connectors.checkpoint_connector",
    "lightning.fabric.utilities.seed",
)


def concerns_the_run(record: logging.LogRecord) -> bool:
    """A logging filter: whether a line of Lightning says something about this run."""
    return not any(line in record.getMessage() for line in CHATTER)


def build(stage: str, arguments: list[str], exit_on_error: bool) -> StageCLI:
    """The LightningCLI of a stage, without running it."""
    for name in CHATTERING:
        logging.getLogger(name).addFilter(concerns_the_run)  # the same function is added once
    with warnings.catch_warnings():
        # the command line of `lca` has been read already and hands over what is left of it
        warnings.filterwarnings("ignore", message="LightningCLI's args parameter is intended to run from within Python")
        return StageCLI(
            *STAGES[stage],
            args=arguments,
            run=False,
            save_config_callback=None,
            auto_configure_optimizers=False,
            seed_everything_default=0,
            parser_kwargs={"exit_on_error": exit_on_error},
        )


def show_help(stage: str) -> NoReturn:
    """Print every option of a stage and leave."""
    build(stage, ["--help"], exit_on_error=True)
    raise SystemExit(0)
