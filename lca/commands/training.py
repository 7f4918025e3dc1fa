"""`lca pretrain fit`, `lca posttrain fit` (LightningCLI's options) and `lca evaluate`."""

import argparse
from pathlib import Path


def add_training_commands(subparsers) -> None:
    """Add the commands of both training stages and of the evaluation."""
    for stage, config in (("pretrain", "small_pretrain"), ("posttrain", "small_posttrain")):
        parser = subparsers.add_parser(
            stage,
            add_help=False,
            help=f"train: lca {stage} fit --config configs/{config}.yaml [--trainer.max_steps N ...]",
        )
        parser.add_argument("action", choices=["fit"], nargs="?")
        parser.add_argument("--config", type=Path)
        parser.add_argument("-h", "--help", action="store_true")
        parser.set_defaults(run=fit, stage=stage, passthrough=True)
    parser = subparsers.add_parser("evaluate", help="measure a checkpoint on held-out people")
    parser.add_argument("--data", type=Path, required=True, help="folder written by `lca world build`")
    parser.add_argument("--checkpoint", type=Path, help="model file; default: the shipped one")
    parser.add_argument("--views", type=int, default=4, help="photos per person (default 4)")
    parser.add_argument("--targets", type=int, default=2, help="frames to reconstruct per person (default 2)")
    parser.add_argument("--split", default="test", choices=["test", "validation"], help="default: test")
    parser.add_argument("--people", type=int, help="only the first PEOPLE of the split")
    parser.add_argument("--out", type=Path, required=True, help="folder for report.json and contact_sheet.png")
    parser.set_defaults(run=evaluate)


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


def evaluate(arguments: argparse.Namespace) -> None:
    """Write report.json and contact_sheet.png and print the report."""
    import json

    from lca.model.checkpoint import load_model
    from lca.training.evaluate import evaluate_model

    model = load_model(arguments.checkpoint)
    report = evaluate_model(
        model, arguments.data, arguments.out, arguments.views, arguments.targets, arguments.split, arguments.people
    )
    print(json.dumps(report, indent=2))
