"""`lca track FILM --out motion.npz`: the movement of a person in a film, as motion files."""

import argparse
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING

from lca.commands.create import add_who
from lca.errors import UserError
from lca.ranges import InRange

if TYPE_CHECKING:
    from lca.tracking.film.follow import Followed, Known

LONGEST = 3600.0


def add_command(subparsers) -> None:
    """Add `track` to the command line."""
    parser = subparsers.add_parser(
        "track",
        help="a film of a person -> motion files",
        description="Follows one person through a film whose camera stands still. Beside the .npz (AMASS, SMPL-X) it writes the "
        "face as .csv (ARKit) and the skeleton as .bvh.",
    )
    parser.add_argument("film", type=Path, metavar="FILM", help="a film of a person, such as dance.mp4")
    parser.add_argument("--out", type=Path, required=True, metavar="NPZ", help="the motion to write")
    parser.add_argument("--overlay", type=Path, metavar="MP4", help="a film with the solved body drawn over")
    add_known(parser)
    parser.add_argument("--checkpoint", type=Path, default=None, help="model weights (default: the shipped ones)")
    parser.set_defaults(run=run)


def add_known(parser: argparse.ArgumentParser) -> None:
    """Add what a film does not say: `--stature`, `--focal`, `--person`, `--seconds`."""
    add_who(parser, "default: a guess; steps and places are as much too long or short")
    parser.add_argument(
        "--focal",
        action=InRange,
        low=10.0,
        high=1000.0,
        metavar="MM",
        help="focal length as on 35 mm film (default: 43, which is 1.2 of the longer side)",
    )
    parser.add_argument("--seconds", action=InRange, low=0.1, high=LONGEST, help="only the film's first seconds")


def run(args: argparse.Namespace) -> None:
    """Follow, write, draw."""
    check(args)
    from lca.formats.amass import write_amass
    from lca.formats.arkit_csv import write_face
    from lca.formats.bvh_writing import write_bvh
    from lca.tracking.film.follow import Known

    followed = tracked(args.film, Known(args.stature, args.focal, args.seconds), args.person, args.checkpoint)
    for line in lines(followed):
        print(line)
    written = outputs(args.out)
    for path, write in zip(written, (write_amass, write_face, write_bvh), strict=True):
        write(path, followed.motion)
    print(f"{', '.join(map(str, written))}: {len(followed.motion)} frames at {followed.motion.fps:g} fps")
    if args.overlay:
        draw(args, followed)


def outputs(out: Path) -> list[Path]:
    """The body, the face, the skeleton."""
    return [out, out.with_suffix(".csv"), out.with_suffix(".bvh")]


def check(args: argparse.Namespace) -> None:
    """Raises: UserError: no film, or outputs that cannot be written, before anybody is looked for."""
    if args.out.suffix.lower() != ".npz":
        raise UserError(f"expected --out to name a file ending in .npz, got {args.out}: name it so")
    check_film_is_there(args.film)
    from lca.formats.atomic import check_place

    for path in outputs(args.out):
        check_place(path)
        if path.exists() and not args.out.exists():
            raise UserError(
                f"expected a new name for {path.name} beside {args.out}, got a file that is there: name --out otherwise"
            )
    if args.overlay:
        from lca.formats.video import check_film
        from lca.tracking.film.follow import rate_of

        check_film(args.overlay, rate_of(args.film), args.film)


def check_film_is_there(film: Path) -> None:
    """Raises: UserError: no such file, or a folder."""
    if not film.is_file():
        what = "a folder" if film.is_dir() else "no such file"
        raise UserError(f"expected a film, got {what}: {film}; check the path")


def tracked(
    film: Path, known: "Known | None" = None, person: int | None = None, checkpoint: Path | None = None
) -> "Followed":
    """The person of a film, with progress bars.

    Raises:
        UserError: no such film, nobody in it, or no networks that find people.
    """
    check_film_is_there(film)
    from tqdm import tqdm

    from lca.formats.film_facts import film_facts
    from lca.model.checkpoint import load_model
    from lca.tracking.film.follow import Known, follow, rate_of
    from lca.tracking.finder import load_people_finder

    finder, known = load_people_finder(person), known or Known()
    length = film_facts(film).seconds
    frames = round((length if known.seconds is None else min(length, known.seconds)) * rate_of(film))
    totals = {"shape": None, "pose": frames}

    def bar(pictures, what: str):
        return iter(tqdm(pictures, total=totals[what], unit="frame", desc=f"{film.name}: {what}"))

    return follow(film, load_model(checkpoint), finder, known, bar)


def lines(followed: "Followed") -> Iterator[str]:
    """What there is to say: when the person is not seen, and when poses are not to be relied on."""
    fps, start = followed.motion.fps, 0
    for words, frames in groupby(followed.solution.confidence, lambda words: words.split(" (")[0]):
        count = len(list(frames))
        if not words.startswith("good"):
            yield f"{start / fps:.1f} to {(start + count) / fps:.1f} s: {words}"
        start += count


def draw(args: argparse.Namespace, followed: "Followed") -> None:
    """The overlay."""
    from tqdm import tqdm

    from lca.formats.video import write_video
    from lca.lab.followed_film import film_overlay

    frames = tqdm(film_overlay(args.film, followed), total=len(followed.motion), unit="frame", desc="overlay")
    count = write_video(args.overlay, iter(frames), followed.motion.fps)
    print(f"{args.overlay}: {count} frames")
