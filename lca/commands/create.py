"""`lca create PHOTO... --out person.avatar`: photos of one person become an avatar file."""

import argparse
import time
from pathlib import Path

from lca.errors import UserError

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
    parser.add_argument(
        "--stature",
        type=float,
        metavar="METRES",
        help="how tall the person is (photos cannot show it; default: a guess)",
    )
    parser.add_argument(
        "--person", type=int, metavar="N", help="who, from the left, where photos show several (default: the largest)"
    )
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> None:
    """Read, cut out, reconstruct, save."""
    if args.out.is_dir():
        raise UserError(
            f"expected a file name for the avatar, got a folder: {args.out}; add a name, e.g. person.avatar"
        )
    if args.stature is not None and not SHORTEST <= args.stature <= TALLEST:
        raise UserError(
            f"expected a stature from {SHORTEST} to {TALLEST} metres, got {args.stature}; give metres, e.g. 1.75"
        )
    from lca.formats.photos import read_pictures
    from lca.matting.cutout import crops_of
    from lca.model.checkpoint import load_model
    from lca.tracking.finder import load_finder

    pictures = read_pictures(args.photos)
    model, finder = load_model(args.checkpoint), load_finder(args.person)
    started = time.perf_counter()
    people = [finder(picture) for picture in pictures]
    for picture, person in zip(pictures, people, strict=True):
        if picture.notes or person.reasons:
            print(
                f"{picture.name}: {'; '.join((*picture.notes, *person.reasons))} (confidence {person.confidence:.2f})"
            )
    avatar = model.reconstruct(crops_of(pictures, people), stature=args.stature)
    avatar.save(args.out)
    seconds = time.perf_counter() - started
    print(f"{args.out}: {len(avatar.canonical)} Gaussians from {len(pictures)} photos in {seconds:.1f} s")
