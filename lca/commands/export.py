"""`lca export person.avatar --out person.ply`: the Gaussians for other programs."""

import argparse
from pathlib import Path

from lca.errors import UserError

POSES = ("standing", "canonical")


def add_command(subparsers) -> None:
    """Add `export` to the command line."""
    parser = subparsers.add_parser("export", help="an avatar -> Gaussians that other programs read (.ply)")
    parser.add_argument("avatar", type=Path, help="a file that `lca create` wrote")
    parser.add_argument("--out", type=Path, required=True, help="the 3D Gaussian Splatting file to write, .ply")
    parser.add_argument(
        "--pose", choices=POSES, default="standing", help="relaxed standing (default), or the T-pose as stored"
    )
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> None:
    """Load, pose, write."""
    if args.out.suffix.lower() != ".ply":
        raise UserError(f"expected a file ending in .ply, got {args.out}: name it so")
    from lca.formats.ply import write_ply
    from lca.model.avatar import Avatar

    avatar = Avatar.load(args.avatar)
    gaussians = avatar.canonical if args.pose == "canonical" else standing(avatar)
    write_ply(args.out, gaussians)
    print(f"{args.out}: {len(gaussians)} Gaussians")


def standing(avatar):
    """The avatar at ease, arms hanging."""
    from lca.lab.playing import drive
    from lca.world.motion import named_motion

    return next(drive(avatar, named_motion("turntable", 1.0, 1.0)))
