"""`lca export person.avatar --out person.ply`: the Gaussians for other programs; the suffix names the format."""

import argparse
from pathlib import Path

from lca.commands.motion_option import add_motion, chosen_motion
from lca.errors import UserError

POSES = ("standing", "canonical")
SUFFIXES = (".ply", ".splat", ".spz", ".glb")
RIG_FPS = 30.0
"""Keyframes a second of a rig's animation."""


def add_command(subparsers) -> None:
    """Add `export` to the command line."""
    names = ", ".join(SUFFIXES)
    parser = subparsers.add_parser("export", help=f"an avatar -> Gaussians that other programs read ({names})")
    parser.add_argument("avatar", type=Path, help="a file that `lca create` wrote")
    parser.add_argument("--out", type=Path, required=True, help=f"the splat file to write: {names}")
    parser.add_argument(
        "--pose", choices=POSES, default=None, help="relaxed standing (default), or the T-pose as stored"
    )
    parser.add_argument(
        "--sh-degree", type=int, default=None, help=".ply: 3 adds the zero columns that some importers want (default 0)"
    )
    parser.add_argument(
        "--rig", action="store_true", help=".glb: the T-pose with skeleton and skin weights (without the pose branch)"
    )
    add_motion(parser, None, ".glb with --rig: an animation of the skeleton")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> None:
    """Load, pose, write."""
    check(args)
    from lca.lab.exporting import standing
    from lca.model.avatar import Avatar

    avatar = Avatar.load(args.avatar)
    gaussians = avatar.canonical if args.rig or args.pose == "canonical" else standing(avatar)
    write(args, avatar, gaussians)
    print(f"{args.out}: {len(gaussians)} Gaussians{', 55 joints' if args.rig else ''}")


def check(args: argparse.Namespace) -> None:
    """Raise UserError for options that the format does not have, before anything is loaded."""
    kind = args.out.suffix.lower()
    if kind not in SUFFIXES:
        raise UserError(f"expected a file ending in {', '.join(SUFFIXES)}, got {args.out}: name it so")
    if args.sh_degree is not None and kind != ".ply":
        raise UserError(f"expected --sh-degree with a .ply only, got {args.out}: leave it out")
    if args.rig and kind != ".glb":
        raise UserError(f"expected --rig with a .glb only, got {args.out}: name it .glb")
    if args.rig and args.pose == "standing":
        raise UserError("expected a rig in the T-pose, got --pose standing: leave --pose out")
    if args.motion and not args.rig:
        raise UserError("expected --motion together with --rig, got no --rig: add it (splats alone cannot move)")
    if args.motion is None and (args.mapping is not None or args.seconds is not None):
        raise UserError("expected --mapping and --seconds together with --motion, got no --motion: add it")
    from lca.formats.atomic import check_place

    check_place(args.out)


def write(args: argparse.Namespace, avatar, gaussians) -> None:
    """The file of the suffix."""
    from lca.formats.ply import write_ply
    from lca.lab.exporting import SPLATS, write_rigged

    if args.rig:
        write_rigged(args.out, avatar, None if args.motion is None else chosen_motion(args, RIG_FPS)[0])
    elif args.sh_degree:
        write_ply(args.out, gaussians, args.sh_degree)
    else:
        SPLATS[args.out.suffix.lower()](args.out, gaussians)
