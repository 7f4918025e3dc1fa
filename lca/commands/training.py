"""`lca pretrain fit`, `lca posttrain fit`, `lca heads fit`, `lca faces fit` and `lca points fit`: LightningCLI's options."""

import argparse
from pathlib import Path


def add_training_commands(subparsers) -> None:
    """Add the commands of the training stages."""
    for stage, config in (
        ("pretrain", "small_pretrain"),
        ("posttrain", "small_posttrain"),
        ("heads", "small_garments"),
        ("faces", "small_face_code"),
        ("points", "small_points"),
    ):
        parser = subparsers.add_parser(
            stage,
            add_help=False,
            help=f"train: lca {stage} fit --config configs/{config}.yaml [--trainer.max_steps N ...]",
        )
        parser.add_argument("action", choices=["fit"], nargs="?")
        parser.add_argument("--config", type=Path)
        parser.add_argument("-h", "--help", action="store_true")
        parser.set_defaults(run=fit, stage=stage, passthrough=True)


def fit(arguments: argparse.Namespace) -> None:
    """Run one stage; it goes on from its last checkpoint if there is one in trainer.default_root_dir."""
    from lca.errors import UserError
    from lca.training.experiment import experiment, show_help

    if arguments.help:
        show_help(arguments.stage)
    if arguments.action is None or arguments.config is None:
        raise UserError(f"expected `lca {arguments.stage} fit --config FILE`, got no fit or no --config; see --help")
    model = experiment(arguments.stage, arguments.config, *arguments.rest).fit()
    print(model)
