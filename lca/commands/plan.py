"""`lca plan --config FILE --gpus N`: what a training would cost."""

import argparse
import json
from pathlib import Path

from lca.ranges import InRange


def add_command(subparsers) -> None:
    """Add `plan` to the command line."""
    parser = subparsers.add_parser(
        "plan", help="parameters, operations, memory and hours of a training, before it is begun"
    )
    parser.add_argument(
        "--config", type=Path, required=True, help="a training config, such as configs/paper_pretrain.yaml"
    )
    parser.add_argument("--gpus", action=InRange, low=1, high=10**5, default=1, help="how many (default %(default)s)")
    parser.add_argument("--gpu", default="h100", help="h100, h200, a100, l40s or rtx4090 (default %(default)s)")
    parser.add_argument(
        "--utilisation",
        action=InRange,
        low=0.01,
        high=1.0,
        default=0.35,
        help="share of the peak reached (default %(default)s)",
    )
    parser.add_argument(
        "--videos",
        action=InRange,
        low=1,
        high=10**12,
        default=10**6,
        help="people that one pass shows (default %(default)s)",
    )
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> None:
    """Print one JSON object."""
    import yaml

    from lca.model.checkpoint import parse_config
    from lca.training.config_text import check_config_file
    from lca.training.plan import parameters, plan, read_asked

    check_config_file(arguments.config)
    config = yaml.safe_load(arguments.config.read_text())
    network = parse_config(config.get("model", {}).get("network", {}))
    options = {name: getattr(arguments, name) for name in ("gpus", "gpu", "utilisation", "videos")}
    print(json.dumps(plan(read_asked(config, network, **options), *parameters(network)), indent=2))
