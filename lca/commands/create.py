"""`lca create PHOTO... --out person.avatar`: photos of one person become an avatar file."""

import argparse
import time
from pathlib import Path

from lca.commands.refinement import add_refine_option, refined
from lca.errors import UserError
from lca.ranges import InRange

SHORTEST, TALLEST = 1.2, 2.3
"""Metres, statures of adults that the body's shape space reaches."""


def add_command(subparsers) -> None:
    """Add `create` to the command line."""
    parser = subparsers.add_parser("create", help="photos of a person -> an avatar file")
    parser.add_argument(
        "photos", nargs="*", type=Path, metavar="PHOTO", help="1 to 16 pictures of one person, a film, or a folder"
    )
    parser.add_argument("--out", type=Path, required=True, help="the avatar file to write")
    parser.add_argument("--checkpoint", type=Path, default=None, help="model weights (default: the shipped ones)")
    add_who(parser, "photos cannot show it; default: a guess")
    add_refine_option(parser)
    parser.add_argument("--report", type=Path, metavar="PNG", help="a picture of what was understood, photo by photo")
    parser.set_defaults(run=run)


def add_who(parser: argparse.ArgumentParser, unknown: str) -> None:
    """Add `--stature` and `--person`; `unknown` says what it means not to know the stature."""
    parser.add_argument(
        "--stature",
        action=InRange,
        low=SHORTEST,
        high=TALLEST,
        metavar="METRES",
        help=f"how tall the person is, such as 1.75 ({unknown})",
    )
    parser.add_argument(
        "--person",
        action=InRange,
        low=1,
        high=1000,
        metavar="N",
        help="who, from the left, where several are seen (default: the largest)",
    )


def run(args: argparse.Namespace) -> None:
    """Read, find the person, reconstruct, refine, save."""
    check(args)
    from lca.formats.photos import read_pictures
    from lca.matting.cutout import crops_of
    from lca.model.checkpoint import load_model
    from lca.tracking.finder import load_finder
    from lca.tracking.words import found_lines, made_of

    pictures = read_pictures(args.photos)
    model, finder = load_model(args.checkpoint), load_finder(args.person)
    started = time.perf_counter()
    people = [finder(picture) for picture in pictures]
    seconds = {"found": time.perf_counter() - started}
    for line in found_lines(pictures, people):
        print(line)
    likeness = None
    if args.refine == 0:
        avatar = model.reconstruct(crops_of(pictures, people), stature=args.stature)
        seconds["reconstructed"] = time.perf_counter() - started - seconds["found"]
    else:
        likeness, parts = refined(model, pictures, people, args.stature, args.refine)
        avatar, seconds = likeness.avatar, seconds | parts
    avatar.save(args.out)
    if args.report:
        write_report(args.report, pictures, people, likeness)
    times = ", ".join(f"{part} {value:.1f} s" for part, value in seconds.items())
    print(f"{args.out}: {made_of(avatar, len(pictures))}: {times}")


def check(args: argparse.Namespace) -> None:
    """Raises: UserError: options that make no sense, before anything is read."""
    from lca.formats.atomic import check_place

    for path, what, name in ((args.out, "avatar", "person.avatar"), (args.report, "report", "sheet.png")):
        if path is not None and path.is_dir():
            raise UserError(f"expected a file name for the {what}, got a folder: {path}; add a name, e.g. {name}")
        if path is not None:
            check_place(path)
    if args.report and args.refine == 0:
        raise UserError("expected refinement beside --report, got --refine 0; leave one of them out")


def write_report(path: Path, pictures, people, likeness) -> None:
    """The sheet of what was understood, as a PNG."""
    from lca.formats.atomic import writing
    from lca.lab.likeness_sheet import likeness_sheet

    sheet = likeness_sheet(pictures, people, likeness)
    with writing(path) as temporary:
        sheet.save(temporary, "PNG")
