"""`lca data prepare FOLDER --out FOLDER`: photographs of your own become a folder to train on."""

import argparse
import sys
from pathlib import Path


def add_data_commands(subparsers) -> None:
    """Add `data` with its one command."""
    data = subparsers.add_parser("data", help="your own photos -> a folder to train on").add_subparsers(
        dest="data_command", metavar="COMMAND", required=True
    )
    prepare = data.add_parser("prepare", help="say what a folder lacks; of photos make masks, poses and captures")
    prepare.add_argument(
        "folder", type=Path, help="photos of one person, or a folder for each person; or NeuMan's layout, to be checked"
    )
    prepare.add_argument("--out", type=Path, help="folder to write; without it nothing is written")
    prepare.add_argument("--checkpoint", type=Path, default=None, help="model weights (default: the shipped ones)")
    prepare.set_defaults(run=prepare_folder)


def prepare_folder(arguments: argparse.Namespace) -> int:
    """Check or prepare; exit code 2 if something is missing."""
    from lca.data.layouts import NEUMAN, WORLD, layout_of

    layout = layout_of(arguments.folder)
    if layout == WORLD:
        print(
            f"{arguments.folder} holds captures already: name it in data.folders (`lca world verify` checks a built one)"
        )
        return 0
    return check_neuman(arguments.folder) if layout == NEUMAN else prepare_photos(arguments)


def check_neuman(folder: Path) -> int:
    """Say what a filmed person in NeuMan's layout lacks."""
    from lca.data.layouts import lacks

    missing = lacks(folder)
    for what in missing:
        print(f"{folder} lacks {what}", file=sys.stderr)
    if missing:
        print("data_cards/neuman.md describes the layout; photos alone go into a folder of their own", file=sys.stderr)
    else:
        print(f"{folder} is whole: name it in data.folders, and the SMPL-X file it was fitted with in data.smplx")
    return 2 if missing else 0


def prepare_photos(arguments: argparse.Namespace) -> int:
    """Find, solve and write everybody; a line for everything that is missing."""
    from lca.model.checkpoint import load_model
    from lca.tracking.finder import load_finder
    from lca.tracking.prepare import people_in, prepared, write_captures

    people = people_in(arguments.folder)
    model, finder = load_model(arguments.checkpoint), load_finder()
    found = []
    for identity, folder in people.items():
        one = prepared(identity, folder, model, finder)
        print(*(f"{identity}: {line}" for line in one.lines), sep="\n")
        found.append(one)
    if arguments.out is None:
        return 0 if all(one.row for one in found) else 2
    manifest = write_captures(found, arguments.out)
    counts = ", ".join(f"{count} {split}" for split, count in manifest.captures.items())
    print(f"{arguments.out}: {manifest.identities} people ({counts}), whole")
    if manifest.identities == 1:
        print("one person alone is in every split: what is measured on them is no held-out quality")
    print(f"lca pretrain fit --config configs/tiny_pretrain.yaml --data.folders=[{arguments.out}]")
    return 0
