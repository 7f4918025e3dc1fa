"""`lca player person.avatar --out person.html`: an avatar that plays a motion, in one HTML file for any browser."""

import argparse
from pathlib import Path

from lca.commands.motion_option import add_motion, chosen_motion
from lca.errors import UserError
from lca.ranges import InRange


def add_command(subparsers) -> None:
    """Add `player` to the command line."""
    parser = subparsers.add_parser("player", help="an avatar and a motion -> one HTML file that plays it offline")
    parser.add_argument("avatar", type=Path, help="a file that `lca create` wrote")
    add_motion(parser, "walk")
    parser.add_argument("--out", type=Path, required=True, help="the page to write, .html (at most 6 MB)")
    parser.add_argument(
        "--fps", action=InRange, low=1.0, high=240.0, default=30.0, help="stored frames per second (default 30)"
    )
    parser.add_argument("--background", default="white", help="a colour by name or #rrggbb (default white)")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> None:
    """Load, drive every frame, write."""
    if args.out.suffix.lower() not in (".html", ".htm"):
        raise UserError(f"expected a page ending in .html, got {args.out}: name it so")
    from lca.commands.animate import parse_colour
    from lca.formats.atomic import check_place
    from lca.lab.exporting import write_page
    from lca.model.avatar import Avatar

    check_place(args.out)
    background = parse_colour(args.background)
    motion, view = chosen_motion(args, args.fps)
    avatar = Avatar.load(args.avatar)
    size = write_page(args.out, avatar, motion, view, args.avatar.stem, background)
    print(f"{args.out}: {len(avatar.canonical)} Gaussians, {len(motion)} frames, {size / 1e6:.1f} MB")
