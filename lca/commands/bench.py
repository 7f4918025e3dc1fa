"""`lca bench PART`: how fast one part of the chain is on this machine, as one JSON object.

Times are medians of repeats after a warm-up; start-up and loading are left out. Another load on the machine shows at once:
measure alone. Each bench stands beside what it measures.
"""

import argparse
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from lca.ranges import InRange

SUMMARIES = {
    "render": "Gaussians -> picture, against plain torch",
    "create": "four photos -> refined avatar, part by part, with the shipped example; memory with sixteen large ones",
    "track": "a frame of a film: person found, pixels read, pose solved",
    "drive": "pose branch, skinning and a 512 x 512 picture, every frame",
    "panel": "the control panel in a real browser: slider to pixel, dragging, playing",
    "train": "one step of pretraining the shipped size",
    "world": "pictures of each stage, and cloth",
    "load": "reading training samples, against Pillow decoding the same bytes",
}
PEOPLE = 12
"""Drawn for `load` where no folder is given."""


def add_command(subparsers) -> None:
    """Add `bench` to the command line."""
    parts = "; ".join(f"{name}: {summary}" for name, summary in SUMMARIES.items())
    parser = subparsers.add_parser("bench", help="speed of one part on this machine, as JSON", description=parts)
    parser.add_argument("part", choices=list(SUMMARIES), metavar="PART", help=", ".join(SUMMARIES))
    parser.add_argument(
        "--checkpoint", type=Path, default=None, help="model for create, track, drive and panel (default: the shipped)"
    )
    parser.add_argument(
        "--repeats",
        action=InRange,
        low=1,
        high=1000,
        default=5,
        help="measurements of create, track, train and world (default 5)",
    )
    parser.add_argument(
        "--seconds", action=InRange, low=1.0, high=3600.0, default=8.0, help="of playing, for panel (default 8)"
    )
    parser.add_argument(
        "--data", type=Path, default=None, help="folder for load (default: a few people drawn on the spot)"
    )
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> None:
    """Measure one part and print the object."""
    print(json.dumps(MEASURES[args.part](args)))


def render(args: argparse.Namespace) -> dict[str, Any]:
    """The rasteriser."""
    from lca.render.bench import bench

    return bench()


def create(args: argparse.Namespace) -> dict[str, Any]:
    """Photos -> avatar."""
    from lca.lab.bench import bench_create

    return {**bench_create(args.checkpoint, args.repeats), **machine(), **network()}


def track(args: argparse.Namespace) -> dict[str, Any]:
    """A frame of a film -> a pose."""
    from lca.tracking.film.bench import bench

    return {**bench(args.checkpoint, args.repeats), **machine(), **network()}


def drive(args: argparse.Namespace) -> dict[str, Any]:
    """Frames of an avatar."""
    from lca.geometry.bench import bench_skinning
    from lca.lab.bench import bench_drive

    return {**bench_drive(args.checkpoint), "skinning": bench_skinning(), **machine(), **network()}


def panel(args: argparse.Namespace) -> dict[str, Any]:
    """The example's avatar on the panel's own page, driven in headless Chromium."""
    from lca.lab.bench import example_avatar
    from lca.lab.browser import find_chromium
    from lca.panel.bench import bench

    find_chromium()
    return {**bench(example_avatar(args.checkpoint), args.seconds), **machine(), **network()}


def train(args: argparse.Namespace) -> dict[str, Any]:
    """Steps of pretraining."""
    from lca.training.bench import bench

    measured = bench(args.repeats)
    return {**measured, **machine(measured["device"]), **network(measured["device"])}


def world(args: argparse.Namespace) -> dict[str, Any]:
    """Captures of every stage, cloth, light."""
    from lca.world.folders.bench import bench

    return bench(args.repeats)


def load(args: argparse.Namespace) -> dict[str, Any]:
    """Samples read in two processes, and the memory of one over 10,000."""
    import tempfile

    from lca.data.bench import bench, memory
    from lca.world.folders.builder import Build, build

    with tempfile.TemporaryDirectory() as scratch:
        folder = args.data
        if folder is None:
            folder = Path(scratch) / "wild"
            build(Build("wild", PEOPLE), folder)
        return {**bench(folder), "memory": memory(folder), **machine()}


MEASURES: dict[str, Callable[[argparse.Namespace], dict[str, Any]]] = {
    "render": render,
    "create": create,
    "track": track,
    "drive": drive,
    "panel": panel,
    "train": train,
    "world": world,
    "load": load,
}
"""part -> what measures it."""


def machine(device: str = "cpu") -> dict[str, Any]:
    """What the numbers were measured on."""
    import torch

    return {"device": device, "threads": torch.get_num_threads()}


def network(device: str = "cpu") -> dict[str, str]:
    """The number format in which the network multiplied."""

    from lca.precision import name_of

    return {"number_format": name_of(device)}
