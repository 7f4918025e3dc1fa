"""`lca create PHOTO... --out person.avatar`: photos of one person become an avatar file."""

import argparse
import time
from pathlib import Path

from lca.errors import UserError

LONGEST = 3600
"""Seconds of refinement."""
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
    parser.add_argument(
        "--refine",
        type=float,
        default=0.0,
        metavar="SECONDS",
        help="solve each photo's pose and sharpen the avatar on its own photos for at most so long (default 0: do not)",
    )
    parser.add_argument("--report", type=Path, metavar="PNG", help="with --refine: a picture of what was understood")
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
    if not 0 <= args.refine <= LONGEST:
        raise UserError(f"expected --refine from 0 to {LONGEST} seconds, got {args.refine:g}; 30 is plenty")
    if args.report and not args.refine:
        raise UserError("expected --refine SECONDS beside --report, got none; say e.g. --refine 30")
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
    if args.refine:
        avatar = refined(args, model, pictures, people)
    else:
        avatar = model.reconstruct(crops_of(pictures, people), stature=args.stature)
    avatar.save(args.out)
    seconds = time.perf_counter() - started
    print(f"{args.out}: {len(avatar.canonical)} Gaussians from {len(pictures)} photos in {seconds:.1f} s")


def refined(args: argparse.Namespace, model, pictures, people):
    """Solve, refine, and write the report if one is asked for; says what became of each photo."""
    from tqdm import tqdm

    from lca.formats.atomic import writing
    from lca.lab.likeness_sheet import likeness_sheet
    from lca.tracking.likeness import draft, likeness

    start = draft(model, pictures, people, args.stature)
    for picture, words in zip(pictures, start.solution.confidence, strict=True):
        if not words.startswith("good"):
            print(f"{picture.name}: pose {words}")
    if not start.views:
        print("no photo's pose was found: the avatar is not refined")
        return start.avatar
    with tqdm(desc="refine", unit="step") as bar:

        def show(progress):
            bar.total = progress.total
            bar.update(progress.step - bar.n)

        done = likeness(model, start, args.refine, on_progress=show)
    if args.report:
        some, who = [pictures[k] for k in start.used], [people[k] for k in start.used]
        sheet = likeness_sheet(some, who, start.views, start.avatar, done.avatar, done.signals)
        with writing(args.report) as temporary:
            sheet.save(temporary, "PNG")
    return done.avatar
