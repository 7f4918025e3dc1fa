"""`lca panel person.avatar`: the control panel in the browser, served on this machine only."""

import argparse
from pathlib import Path

from lca.errors import UserError
from lca.ranges import InRange


def add_command(subparsers) -> None:
    """Add `panel` to the command line."""
    parser = subparsers.add_parser("panel", help="take an avatar in your hands, in the browser")
    parser.add_argument("avatar", type=Path, nargs="+", help="one or two files that `lca create` wrote, side by side")
    parser.add_argument(
        "--port", action=InRange, low=0, high=65535, default=0, help="port on 127.0.0.1 (default: any free one)"
    )
    parser.add_argument(
        "--out", type=Path, default=Path("out/panel"), help="folder of what you save (default out/panel)"
    )
    parser.add_argument(
        "--checkpoint", type=Path, default=None, help="model for uploaded photos (default: the shipped one)"
    )
    parser.add_argument("--no-browser", action="store_true", help="only print the address")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> None:
    """Load, serve, until Ctrl-C."""
    if len(args.avatar) > 2:
        raise UserError(f"expected one or two avatars, got {len(args.avatar)}: compare two at a time")
    import asyncio
    from contextlib import ExitStack

    from lca.model.avatar import Avatar
    from lca.panel.app import serve
    from lca.panel.desk import Desk
    from lca.panel.motions import Offered
    from lca.panel.redirect import opened_in_browser
    from lca.render import warm_up

    avatars, motions = [Avatar.load(path) for path in args.avatar], Offered()
    titles = [path.stem for path in args.avatar]
    warm_up()

    with ExitStack() as until_the_end:

        def ready(address: str) -> None:
            print(f"panel: {address}\nCtrl-C ends it.", flush=True)
            if not args.no_browser:
                until_the_end.enter_context(opened_in_browser(address, args.out))

        asyncio.run(
            serve(
                lambda send: Desk(avatars, send, motions, args.out, args.checkpoint, titles),
                " and ".join(titles),
                args.port,
                ready,
            )
        )
