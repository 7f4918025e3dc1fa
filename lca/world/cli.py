"""The commands `lca world build` and `lca world sheet`."""

import argparse
from pathlib import Path


def add_world_commands(subparsers: argparse._SubParsersAction) -> None:
    """Add `world` with its two subcommands; each sets `run`, a function of the parsed arguments."""
    world = subparsers.add_parser("world", help="build and look at the synthetic human world").add_subparsers(
        dest="world_command", metavar="COMMAND", required=True
    )
    builder = world.add_parser("build", help="render captures of procedural people into parquet shards")
    builder.add_argument("stage", metavar="STAGE", help="wild (moving camera, any light) or studio (calibrated ring)")
    builder.add_argument("--identities", type=int, required=True, help="number of people, one capture each")
    builder.add_argument("--seed", type=int, default=0, help="the same seed gives the same bytes (default %(default)s)")
    builder.add_argument("--out", type=Path, required=True, help="folder to write, or to continue")
    builder.add_argument("--workers", type=int, default=2, help="processes (default %(default)s)")
    builder.add_argument("--size", type=int, default=256, help="pixels of a photo's side (default %(default)s)")
    builder.set_defaults(run=run_build)
    sheet = world.add_parser("sheet", help="draw some captures of a folder side by side")
    sheet.add_argument("folder", type=Path, help="a folder made by `lca world build`")
    sheet.add_argument("--out", type=Path, default=Path("sheet.png"), help="picture to write (default %(default)s)")
    sheet.add_argument("--split", default="train", help="train, validation or test (default %(default)s)")
    sheet.add_argument("--captures", type=int, default=6, help="number of people (default %(default)s)")
    sheet.set_defaults(run=run_sheet)


def run_build(arguments: argparse.Namespace) -> None:
    """`lca world build`."""
    from lca.world.builder import Build, build

    what = Build(arguments.stage, arguments.identities, arguments.seed, arguments.size)
    manifest = build(what, arguments.out, arguments.workers)
    counts = ", ".join(f"{count} {split}" for split, count in manifest.captures.items())
    print(f"{arguments.out}: {manifest.stage}, {counts}, whole")


def run_sheet(arguments: argparse.Namespace) -> None:
    """`lca world sheet`."""
    from lca.world.sheet import sheet

    print(sheet(arguments.folder, arguments.out, arguments.split, arguments.captures))
