"""`lca player person.avatar --out person.html`: an avatar that plays a motion in one HTML file, for any browser."""

import argparse
from pathlib import Path

from lca.errors import UserError


def add_command(subparsers) -> None:
    """Add `player` to the command line."""
    from lca.commands.animate import MOTIONS

    parser = subparsers.add_parser("player", help="an avatar and a motion -> one HTML file that plays it offline")
    parser.add_argument("avatar", type=Path, help="a file that `lca create` wrote")
    parser.add_argument("--motion", choices=MOTIONS, default="walk", help="what it does (default walk)")
    parser.add_argument("--out", type=Path, required=True, help="the page to write, .html (at most 6 MB)")
    parser.add_argument("--fps", type=float, default=30.0, help="stored frames per second (default 30)")
    parser.add_argument("--seconds", type=float, default=4.0, help="length (default 4)")
    parser.add_argument("--background", default="white", help="a colour by name or #rrggbb (default white)")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> None:
    """Load, drive every frame, write."""
    if args.out.suffix.lower() not in (".html", ".htm"):
        raise UserError(f"expected a page ending in .html, got {args.out}: name it so")
    if not 1 <= args.fps <= 240:
        raise UserError(f"expected --fps from 1 to 240, got {args.fps:g}")
    from lca.commands.animate import parse_colour
    from lca.formats.player import write_player
    from lca.lab.baking import bake
    from lca.lab.playing import motion_camera
    from lca.model.avatar import Avatar
    from lca.world.motion import named_motion

    background = parse_colour(args.background)
    motion = named_motion(args.motion, args.seconds, args.fps)
    avatar = Avatar.load(args.avatar)
    clip = bake(avatar, motion, motion_camera(avatar, motion, args.motion))
    size = write_player(args.out, clip, args.avatar.stem, background)
    print(f"{args.out}: {len(avatar.canonical)} Gaussians, {len(motion)} frames, {size / 1e6:.1f} MB")
