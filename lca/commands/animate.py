"""`lca animate person.avatar --motion walk --out person.mp4`: an avatar plays a motion, ours or one from a file."""

import argparse
import math
from pathlib import Path

from lca.commands.light_option import add_light, chosen
from lca.commands.motion_option import add_motion, chosen_motion
from lca.errors import UserError
from lca.ranges import InRange


def add_command(subparsers) -> None:
    """Add `animate` to the command line."""
    parser = subparsers.add_parser("animate", help="an avatar and a motion -> a film")
    parser.add_argument("avatar", type=Path, help="a file that `lca create` wrote")
    add_motion(parser, "turntable")
    parser.add_argument("--out", type=Path, required=True, help="the film to write: .mp4, .gif, or a folder for PNGs")
    parser.add_argument(
        "--size", action=InRange, low=64, high=4096, default=512, help="width and height in pixels, even (default 512)"
    )
    parser.add_argument(
        "--fps", action=InRange, low=1.0, high=240.0, default=24.0, help="frames per second (default 24)"
    )
    add_camera(parser)
    add_light(parser)
    parser.add_argument("--background", default="white", help="a colour by name or #rrggbb (default white)")
    parser.set_defaults(run=run)


def add_camera(parser: argparse.ArgumentParser) -> None:
    """Add `--azimuth` and `--follow`."""
    parser.add_argument(
        "--azimuth",
        action=InRange,
        low=-360.0,
        high=360.0,
        help="degrees about the person: 0 looks at what faces +z, 90 at its left (default: in front of the person as they begin)",
    )
    parser.add_argument(
        "--follow",
        choices=["on", "off"],
        default="on",
        help="whether the camera goes along, or sees the whole way from one place (default on)",
    )


def run(args: argparse.Namespace) -> None:
    """Load, drive, render, write."""
    if args.size % 2:
        raise UserError(f"expected an even --size, got {args.size}")
    from tqdm import tqdm

    from lca.formats.video import check_film, write_video
    from lca.lab.filming import film_cameras
    from lca.lab.playing import play
    from lca.model.avatar import Avatar

    check_film(args.out, args.fps, args.motion if Path(args.motion).is_file() else None)
    background, light = parse_colour(args.background), chosen(args)
    motion, view = chosen_motion(args, args.fps)
    avatar = Avatar.load(args.avatar)
    if light is not None:
        avatar.known_materials()
    azimuth = None if args.azimuth is None else math.radians(args.azimuth)
    cameras = film_cameras(avatar, motion, view, args.size, azimuth, args.follow == "on")
    frames = play(avatar, motion, cameras, background, light)
    count = write_video(
        args.out, iter(tqdm(frames, total=len(motion), unit="frame", desc=Path(args.motion).name)), args.fps
    )
    print(f"{args.out}: {count} frames of {args.size}x{args.size}")


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
