"""`lca animate person.avatar --motion walk --out person.mp4`: an avatar plays a motion, ours or one from a file."""

import argparse
from pathlib import Path

from lca.errors import UserError

SIZES = (64, 4096)
MOTIONS = ("turntable", "walk", "hands", "face", "gaze")


def add_command(subparsers) -> None:
    """Add `animate` to the command line."""
    parser = subparsers.add_parser("animate", help="an avatar and a motion -> a film")
    parser.add_argument("avatar", type=Path, help="a file that `lca create` wrote")
    parser.add_argument(
        "--motion",
        default="turntable",
        help=f"what it does: {', '.join(MOTIONS)} (default turntable), or a file: .npz (AMASS, SMPL-X), .bvh, .csv (ARKit), "
        ".json (Motion-X), or a folder of .json frames (LHM, ExAvatar)",
    )
    parser.add_argument(
        "--mapping", type=Path, help="for a .bvh with unknown names: JSON of our joint names to its own"
    )
    parser.add_argument("--out", type=Path, required=True, help="the film to write: .mp4, .gif, or a folder for PNGs")
    parser.add_argument("--size", type=int, default=512, help="width and height in pixels, even (default 512)")
    parser.add_argument("--fps", type=float, default=24.0, help="frames per second (default 24)")
    parser.add_argument("--seconds", type=float, help="length (default 4, or all of a file)")
    parser.add_argument("--background", default="white", help="a colour by name or #rrggbb (default white)")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> None:
    """Load, drive, render, write."""
    if args.size % 2 or not SIZES[0] <= args.size <= SIZES[1]:
        raise UserError(f"expected an even --size from {SIZES[0]} to {SIZES[1]}, got {args.size}")
    if not 1 <= args.fps <= 240:
        raise UserError(f"expected --fps from 1 to 240, got {args.fps:g}")
    from tqdm import tqdm

    from lca.formats.video import write_video
    from lca.lab.playing import motion_camera, play
    from lca.model.avatar import Avatar

    background = parse_colour(args.background)
    motion, view = chosen_motion(args)
    avatar = Avatar.load(args.avatar)
    frames = play(avatar, motion, motion_camera(avatar, motion, view, args.size), background)
    count = write_video(
        args.out, iter(tqdm(frames, total=len(motion), unit="frame", desc=Path(args.motion).name)), args.fps
    )
    print(f"{args.out}: {count} frames of {args.size}x{args.size}")


def chosen_motion(args: argparse.Namespace):
    """The motion at the wanted rate and length, and the name of the motion whose camera suits it; tells what a file lacks.

    Raises:
        UserError: neither a name nor a readable motion file, or no frame.
    """
    from lca.world.motion import named_motion

    if args.motion in MOTIONS and args.mapping is None:
        return named_motion(args.motion, 4.0 if args.seconds is None else args.seconds, args.fps), args.motion
    if not Path(args.motion).exists():
        raise UserError(
            f"expected a motion among {', '.join(MOTIONS)}, or a motion file, got {args.motion}: no such file"
        )
    from lca.formats.motion import read_motion
    from lca.geometry.motion import Motion

    file = read_motion(args.motion, args.fps, args.mapping)
    print("\n  ".join([f"{args.motion}: {file.lines()[0]}", *file.lines()[1:]]))
    motion = file.motion
    frames = len(motion) if args.seconds is None else min(len(motion), round(args.seconds * args.fps))
    if frames < 1:
        raise UserError(f"expected a motion of at least one frame, got {args.seconds:g} s: raise --seconds")
    theta, translation = motion.theta[:frames], motion.translation[:frames]
    if "body" not in file.carried:
        calm = named_motion("turntable", 1.0, 1.0)
        theta, translation = calm.theta.expand(frames, -1), calm.translation.expand(frames, -1)
    motion = Motion(theta, translation, motion.actions[:frames], motion.psi[:frames], args.fps)
    return motion, "turntable" if "body" in file.carried else "face"


def parse_colour(text: str):
    """`white`, `#20a0ff` -> sRGB in [0, 1], a tensor of 3.

    Raises:
        UserError: not a colour.
    """
    import torch
    from PIL import ImageColor

    try:
        return torch.tensor(ImageColor.getrgb(text)[:3]) / 255
    except ValueError as error:
        raise UserError(f"expected a colour such as white or #20a0ff, got {text!r}") from error
