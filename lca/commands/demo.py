"""`lca demo`: create, refine, animate, export, on the shipped example or on the user's own photos, with a report."""

import argparse
import json
import time
from pathlib import Path
from typing import Any

from lca.commands.refinement import add_refine_option, refined

MOTIONS = (("turntable", 2.0), ("walk", 2.3), ("hands", 2.5), ("face", 2.0), ("gaze", 1.5))
"""What the film shows: motion and seconds."""
SIZE, FPS = 512, 24.0


def add_command(subparsers) -> None:
    """Add `demo` to the command line."""
    parser = subparsers.add_parser("demo", help="the whole chain on a shipped example or your own photos")
    parser.add_argument(
        "--photos", type=Path, default=None, help="your own photos: a folder or one file (default: the example)"
    )
    parser.add_argument("--out", type=Path, default=Path("out/demo"), help="folder of the results (default out/demo)")
    parser.add_argument("--checkpoint", type=Path, default=None, help="model weights (default: the shipped ones)")
    add_refine_option(parser)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> None:
    """Photos -> person.avatar, person.mp4, person.ply, contact_sheet.png, report.json."""
    from lca.data.example import load_example
    from lca.formats.atomic import check_place
    from lca.formats.photos import read_pictures
    from lca.formats.ply import write_ply
    from lca.lab.exporting import standing

    check_place(args.out / "person.avatar")
    example = None if args.photos else load_example()
    pictures = read_pictures([args.photos] if example is None else example.photos)
    people, avatars, likeness, seconds = make(args, pictures, example)
    avatar = list(avatars.values())[-1]
    avatar.save(args.out / "person.avatar")
    write_ply(args.out / "person.ply", standing(avatar))
    started = time.perf_counter()
    drive_fps = film(avatar, args.out / "person.mp4")
    seconds["film"] = time.perf_counter() - started
    scores = show(args.out / "contact_sheet.png", pictures, people, avatars, likeness, example)
    seconds["sheet"] = time.perf_counter() - started - seconds["film"]
    created = ("found", "solved", "refined") if likeness else ("found", "feed_forward")
    report = list(scores.values())[-1] | {
        "photos": len(pictures),
        "create_seconds": round(sum(seconds[part] for part in created), 3),
        "drive_fps": round(drive_fps, 1),
        "gaussians": len(avatar.canonical),
        **scores,
        "seconds": {part: round(value, 3) for part, value in seconds.items()},
    }
    write_report(args.out, report)


def make(args: argparse.Namespace, pictures, example) -> tuple[list, dict[str, Any], Any, dict[str, float]]:
    """(people found, avatars by the names they have in the report, `Likeness` or None, seconds of each part)."""
    from lca.matting.cutout import crops_of
    from lca.model.checkpoint import load_model
    from lca.tracking.finder import load_finder
    from lca.tracking.words import found_lines

    model, finder = load_model(args.checkpoint), load_finder()
    stature = None if example is None else float(model.template.stature(example.betas))  # what photos cannot show
    started = time.perf_counter()
    people = [finder(picture) for picture in pictures]
    found = time.perf_counter()
    for line in found_lines(pictures, people):
        print(line)
    avatars = {"feed_forward": model.reconstruct(crops_of(pictures, people), stature=stature)}
    seconds = {"found": found - started, "feed_forward": time.perf_counter() - found}
    if args.refine == 0:
        return people, avatars, None, seconds
    likeness, parts = refined(model, pictures, people, stature, args.refine)
    return people, {**avatars, "refined": likeness.avatar}, likeness, seconds | parts


def show(path: Path, pictures, people, avatars, likeness, example) -> dict[str, dict[str, float]]:
    """Write the contact sheet; returns the scores of each avatar, as far as there is something to compare with."""
    from lca.formats.atomic import writing
    from lca.lab.demo_sheet import found_line, motion_lines, target_scores, truth_lines
    from lca.lab.figures import column
    from lca.lab.likeness_sheet import photo_lines
    from lca.tracking.comparison import photos_psnr

    scores: dict[str, dict[str, float]] = {name: {} for name in avatars}
    lines = photo_lines(pictures, people, likeness) if likeness else [found_line(pictures, people)]
    if example:
        scores = {name: target_scores(avatar, example) for name, avatar in avatars.items()}
        lines += truth_lines({name.replace("_", "-"): avatar for name, avatar in avatars.items()}, example)
    if likeness and likeness.start.views:
        compared = {"feed_forward": likeness.start.avatar, "refined": likeness.avatar}
        scores = {
            name: scores[name] | {"photos_psnr": photos_psnr(own, likeness.start.views, likeness.signals)}
            for name, own in compared.items()
        }
    sheet = column([*lines, *motion_lines(list(avatars.values())[-1])])
    with writing(path) as temporary:
        sheet.save(temporary, "PNG")
    return {name: {key: round(value, 4) for key, value in own.items()} for name, own in scores.items()}


def write_report(folder: Path, report: dict[str, Any]) -> None:
    """As JSON, and on the terminal."""
    from lca.formats.atomic import writing

    text = json.dumps(report, indent=2)
    with writing(folder / "report.json") as temporary:
        temporary.write_text(text + "\n")
    print(text)
    print(f"{folder}: person.avatar person.mp4 person.ply contact_sheet.png report.json")


def film(avatar, path: Path) -> float:
    """Write the film of all motions, one after the other; returns frames driven and rendered per second (encoding excluded)."""
    from tqdm import tqdm

    from lca.formats.video import write_video
    from lca.lab.filming import film_cameras
    from lca.lab.playing import play
    from lca.motion.named import named_motion

    seconds = []

    def frames():
        for name, length in MOTIONS:
            motion = named_motion(name, length, FPS)
            pictures = play(avatar, motion, film_cameras(avatar, motion, name, SIZE, 0.0))
            for _ in range(len(motion)):
                started = time.perf_counter()
                picture = next(pictures)
                seconds.append(time.perf_counter() - started)
                yield picture

    total = sum(round(length * FPS) for _, length in MOTIONS)
    write_video(path, iter(tqdm(frames(), total=total, unit="frame", desc="film")), FPS)
    steady = seconds[len(seconds) // 10 :]
    return len(steady) / sum(steady)
