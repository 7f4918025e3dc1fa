"""`--motion`: what an avatar does, a motion of ours by name or one from a file, for every command that plays one."""

import argparse
from pathlib import Path

from lca.errors import UserError
from lca.ranges import InRange

MOTIONS = ("turntable", "walk", "hands", "face", "gaze")
SECONDS, LONGEST = 4.0, 3600.0
"""Length of a motion of ours when none is asked for; of any motion at most."""


def add_motion(parser: argparse.ArgumentParser, default: str | None, what: str = "what it does") -> None:
    """Add `--motion`, `--mapping`, `--motion-fps`, `--up` and `--seconds`."""
    named = ", ".join(MOTIONS) + (f" (default {default})" if default else "")
    parser.add_argument(
        "--motion",
        default=default,
        help=f"{what}: {named}, or a file: .npz (AMASS, SMPL-X), .bvh, .csv (ARKit), .json (Motion-X), or a folder of "
        ".json frames (LHM, ExAvatar), or a film of a person (see `lca track`)",
    )
    parser.add_argument(
        "--mapping", type=Path, help="for a .bvh with unknown names: JSON of our joint names to its own"
    )
    parser.add_argument(
        "--motion-fps", action=InRange, low=1.0, high=1000.0, help="frames a second of a file (default: as it says)"
    )
    parser.add_argument(
        "--up", choices=["y", "z", "-y", "-z"], help="which axis of a file points up (default: as it stands)"
    )
    parser.add_argument(
        "--seconds", action=InRange, low=0.0, high=LONGEST, help=f"length (default {SECONDS:g}, or all of a file)"
    )


def chosen_motion(args: argparse.Namespace, fps: float):
    """The motion at `fps` and the wanted length, and the name of the motion whose camera suits it; tells what a file lacks.

    Raises:
        UserError: neither a name nor a readable motion file, or no frame.
    """
    from lca.motion.named import named_motion

    if args.seconds is not None and round(args.seconds * fps) < 1:
        raise UserError(f"expected a motion of at least one frame, got {args.seconds:g} s: raise --seconds")
    if args.motion in MOTIONS and args.mapping is None:
        return named_motion(args.motion, SECONDS if args.seconds is None else args.seconds, fps), args.motion
    if not Path(args.motion).exists():
        raise UserError(
            f"expected a motion among {', '.join(MOTIONS)}, or a motion file, got {args.motion}: no such file"
        )
    from lca.formats.film_frames import FILM_SUFFIXES
    from lca.formats.motion import read_motion
    from lca.formats.motion_file import Conventions
    from lca.lab.playing import at_ease, frames_of

    if Path(args.motion).suffix.lower() in FILM_SUFFIXES:
        file = followed_file(args, fps)
    else:
        how = Conventions(up=args.up, fps=args.motion_fps)
        file = read_motion(args.motion, fps, args.mapping, how, args.seconds)
    print("\n  ".join([f"{args.motion}: {file.lines()[0]}", *file.lines()[1:]]))
    motion = at_ease(file)
    frames = len(motion) if args.seconds is None else min(len(motion), round(args.seconds * fps))
    return frames_of(motion, range(frames)), "turntable" if "body" in file.carried else "face"


def followed_file(args: argparse.Namespace, fps: float):
    """The movement of the person in a film, as a motion file.

    Raises:
        UserError: options that a film does not take, or nobody in it.
    """
    from lca.commands.track import lines, tracked
    from lca.formats.motion import at_rate
    from lca.formats.motion_file import CHANNELS, MotionFile
    from lca.tracking.film.follow import Known

    if args.mapping is not None or args.up is not None or args.motion_fps is not None:
        raise UserError(
            f"expected a film alone, got --mapping, --up or --motion-fps beside {args.motion}: leave them out"
        )
    followed = tracked(Path(args.motion), Known(seconds=args.seconds))
    return at_rate(MotionFile(followed.motion, "a film, followed", tuple(CHANNELS), tuple(lines(followed))), fps)
