"""The command line of the matting network: `lca matting fit`, `lca matting measure`."""

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from lca.ranges import SEEDS, InRange

SPLITS = ("train", "validation", "test")
BACKGROUNDS = 300
HELD_OUT_BACKGROUNDS = 100


def add_matting_commands(subparsers) -> None:
    """Add `matting fit` and `matting measure` to the command line."""
    parser = subparsers.add_parser("matting", help="train the network that finds the person")
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    fit = actions.add_parser("fit", help="train on the wild stage, then measure on its validation people")
    fit.add_argument(
        "--steps",
        action=InRange,
        low=1,
        high=10**8,
        default=7500,
        help="updates (default 7500, about forty minutes on one core)",
    )
    fit.add_argument(
        "--seed", action=InRange, low=SEEDS[0], high=SEEDS[1], default=0, help="of weights and augmentation"
    )
    fit.add_argument("--out", type=Path, default=Path("lca/assets/matting.safetensors"), help="the weights to write")
    fit.add_argument("--work", type=Path, default=Path("runs/matting"), help="where a killed run is continued from")
    fit.add_argument(
        "--threads", action=InRange, low=0, high=1024, default=0, help="CPU threads (default: torch's own choice)"
    )
    measure = actions.add_parser("measure", help="mask IoU and heads found on held-out people, as JSON")
    measure.add_argument("--weights", type=Path, default=None, help="default: the shipped ones")
    measure.add_argument("--split", choices=SPLITS, default="test", help="people to measure on (default test)")
    for action, function in ((fit, run_fit), (measure, run_measure)):
        action.add_argument(
            "--data", type=Path, required=True, help="folder of the wild stage (`lca world build wild`)"
        )
        action.set_defaults(run=function)


def run_fit(args: argparse.Namespace) -> None:
    """Train, write the weights with their measure in the metadata, and say it."""
    import torch

    from lca.matting.fit import MattingFit, fit_matting

    if args.threads:
        torch.set_num_threads(args.threads)
    fit = MattingFit(steps=args.steps, seed=args.seed)
    frames = _frames(args.data, "train", portraits=True)
    network = fit_matting(fit, frames, _backgrounds(BACKGROUNDS, 0), args.work / "last.ckpt")
    report = {
        "trained_on": len(frames),
        "steps": args.steps,
        "seed": args.seed,
        **_measure(network, args.data, "validation"),
    }
    network.save(args.out, {"report": json.dumps(report)})
    _say(report)


def run_measure(args: argparse.Namespace) -> None:
    """Measure weights on one split and say it."""
    from lca.matting.network import load_matting

    _say(_measure(load_matting(args.weights), args.data, args.split))


def _measure(network, data: Path, split: str) -> dict[str, int | float]:
    from lca.matting.fit import measure_false_people, measure_matting

    report = measure_matting(network, _frames(data, split))
    return {**report, "false_people": measure_false_people(network, _backgrounds(HELD_OUT_BACKGROUNDS, 1))}


def _frames(data: Path, split: str, portraits: bool = False):
    from lca.data.datasets import load_world
    from lca.matting.frames import gather_frames, gather_portraits

    rows: Any = load_world(data, split)
    return gather_frames(rows) + gather_portraits(rows) if portraits else gather_frames(rows)


def _backgrounds(count: int, seed: int):
    """Pictures of the world without anybody in them."""
    from lca.data.drawn import scenery
    from lca.matting.fit import stack_backgrounds

    return stack_backgrounds([scenery(seed, index) for index in range(count)])


def _say(report: dict) -> None:
    sys.stdout.write(json.dumps(report, indent=2) + "\n")
