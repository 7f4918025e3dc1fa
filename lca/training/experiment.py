"""One door to both stages: the command line and notebooks build the same trainer, module and data from the same YAML."""

import sys
from dataclasses import dataclass
from pathlib import Path

import lightning
from jsonargparse import ArgumentError
from lightning.pytorch.callbacks import LearningRateMonitor, ModelCheckpoint, TQDMProgressBar
from lightning.pytorch.cli import LightningCLI

from lca.data.module import AvatarData
from lca.errors import UserError
from lca.training.export import ExportModel
from lca.training.posttrain import Posttrain
from lca.training.pretrain import Pretrain

STAGES: dict[str, type[Pretrain]] = {"pretrain": Pretrain, "posttrain": Posttrain}


@dataclass(frozen=True)
class Experiment:
    """A trainer, a stage and its data, ready to fit."""

    trainer: lightning.Trainer
    module: Pretrain
    data: AvatarData

    def fit(self) -> Path:
        """Train, going on from the run's last checkpoint if there is one; returns the model file."""
        root = Path(self.trainer.default_root_dir)
        last = root / "checkpoints" / "last.ckpt"
        self.trainer.fit(self.module, self.data, ckpt_path=str(last) if last.is_file() else None, weights_only=True)
        return root / "model.safetensors"


class StageCLI(LightningCLI):
    """Plain mode: one module class and one data class, so that a misspelt key is one line."""

    def add_arguments_to_parser(self, parser) -> None:
        """No further arguments; the run's folder is trainer.default_root_dir."""
        parser.set_defaults({"trainer.default_root_dir": "runs/lca", "trainer.accelerator": "auto"})


def experiment(stage: str, config: str | Path, *overrides: str) -> Experiment:
    """Build an experiment, e.g. `experiment("pretrain", "configs/tiny_pretrain.yaml", "--trainer.max_steps=20")`.

    Raises:
        UserError: an unknown stage, a missing config, a misspelt key or a value of the wrong type.
    """
    if stage not in STAGES:
        raise UserError(f"expected a stage of {', '.join(STAGES)}, got {stage!r}")
    if not Path(config).is_file():
        raise UserError(f"expected a config, got no such file: {config}; the shipped ones are in configs/")
    arguments = ["--config", str(config), *overrides]
    try:
        cli = StageCLI(
            STAGES[stage],
            AvatarData,
            args=arguments,
            run=False,
            save_config_callback=None,
            auto_configure_optimizers=False,
            trainer_defaults={"use_distributed_sampler": False, "gradient_clip_val": 1.0},
            parser_kwargs={"exit_on_error": False},
        )
    except ArgumentError as error:
        raise UserError(f"expected a valid config, got an error in {config}: {' '.join(str(error).split())}") from error
    trainer = cli.trainer
    root = Path(trainer.default_root_dir)
    trainer.callbacks += [  # pyright: ignore[reportAttributeAccessIssue]
        ModelCheckpoint(root / "checkpoints", save_last=True, every_n_train_steps=200, save_top_k=0, enable_version_counter=False),
        LearningRateMonitor(),
        ExportModel(str(root / "model.safetensors")),
    ]
    if not any(isinstance(c, TQDMProgressBar) for c in trainer.callbacks) and not sys.stderr.isatty():  # pyright: ignore[reportAttributeAccessIssue]
        trainer.callbacks.append(TQDMProgressBar(refresh_rate=20))  # pyright: ignore[reportAttributeAccessIssue]
    return Experiment(trainer, cli.model, cli.datamodule)
