"""`lca demo`: create, animate, export, on the shipped example or on the user's own photos, with a report."""

import argparse
import json
import time
from pathlib import Path

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
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> None:
    """Photos -> person.avatar, person.mp4, person.ply, contact_sheet.png, report.json."""
    from lca.commands.export import standing
    from lca.data.example import load_example
    from lca.formats.atomic import writing
    from lca.formats.photos import read_pictures
    from lca.formats.ply import write_ply
    from lca.matting.cutout import cut_out_people
    from lca.model.checkpoint import load_model
    from lca.tracking.finder import load_finder

    example = None if args.photos else load_example()
    pictures = read_pictures([args.photos] if example is None else example.photos)
    model, finder = load_model(args.checkpoint), load_finder()
    started = time.perf_counter()
    photos = cut_out_people(pictures, finder)
    stature = None if example is None else float(model.template.stature(example.betas))  # what photos cannot show
    avatar = model.reconstruct(photos, stature=stature)
    create_seconds = time.perf_counter() - started
    avatar.save(args.out / "person.avatar")
    write_ply(args.out / "person.ply", standing(avatar))
    scores, rows = compare(avatar, example) if example else ({}, [])
    drive_fps = film(avatar, args.out / "person.mp4")
    save_sheet(args.out / "contact_sheet.png", [*photo_rows(pictures, photos), *rows, *view_rows(avatar)])
    report = {name: round(value, 4) for name, value in scores.items()} | {
        "photos": len(pictures),
        "create_seconds": round(create_seconds, 3),
        "drive_fps": round(drive_fps, 1),
        "gaussians": len(avatar.canonical),
    }
    with writing(args.out / "report.json") as temporary:
        temporary.write_text(json.dumps(report, indent=2) + "\n")
    print(json.dumps(report, indent=2))
    print(f"{args.out}: person.avatar person.mp4 person.ply contact_sheet.png report.json")


def compare(avatar, example) -> tuple[dict[str, float], list]:
    """Scores against the example's truth (poses and views that no photo shows), and a row of pictures."""
    import torch

    from lca.formats.photos import GREY
    from lca.lab.playing import drive
    from lca.render import render
    from lca.training.metrics import foreground_scores

    grey = torch.full((3,), GREY)
    posed = drive(avatar, example.motion)
    shown = torch.stack([render(g, example.camera[i], grey).image for i, g in enumerate(posed)]).clamp(0, 1)
    pairs = [picture for pair in zip(example.image, shown, strict=True) for picture in pair]
    captions = ["new pose and view: truth", "avatar"] + ["truth", "avatar"] * (len(shown) - 1)
    return foreground_scores(shown, example.image, example.mask), [(captions, pairs)]


def film(avatar, path: Path) -> float:
    """Write the film of all motions, one after the other; returns frames driven and rendered per second (encoding excluded)."""
    from tqdm import tqdm

    from lca.formats.video import write_video
    from lca.lab.playing import motion_camera, play
    from lca.motion.named import named_motion

    seconds = []

    def frames():
        for name, length in MOTIONS:
            motion = named_motion(name, length, FPS)
            pictures = play(avatar, motion, motion_camera(avatar, motion, name, SIZE))
            for _ in range(len(motion)):
                started = time.perf_counter()
                picture = next(pictures)
                seconds.append(time.perf_counter() - started)
                yield picture

    total = sum(round(length * FPS) for _, length in MOTIONS)
    write_video(path, iter(tqdm(frames(), total=total, unit="frame", desc="film")), FPS)
    steady = seconds[len(seconds) // 10 :]
    return len(steady) / sum(steady)


def photo_rows(pictures, photos) -> list:
    """The first four photos as they came, and what was cut out of them."""
    count = min(4, len(pictures))
    images = [*(picture.image for picture in pictures[:count]), *photos.body[:count]]
    captions = [f"photo {k + 1} of {len(pictures)}" for k in range(count)] + ["what the model sees"] * count
    return [(captions, images), (["head found"] * count, list(photos.face[:count]))]


def view_rows(avatar) -> list:
    """All round, walking, hands, expressions, gaze."""
    import math

    from lca.lab.playing import body_camera, face_camera, play, still
    from lca.motion.named import named_motion

    calm = still(named_motion("turntable", 4.0, 10.0), 0)
    around = [next(play(avatar, calm, body_camera(avatar, calm, 256, math.pi / 4 * k))) for k in range(8)]
    poses, faces = [], []
    for name, count in (("walk", 4), ("hands", 4)):
        motion = named_motion(name, 4.0, 10.0)
        chosen = [still(motion, round(len(motion) * (k + 0.5) / count)) for k in range(count)]
        poses += [next(play(avatar, one, body_camera(avatar, one, 256, 0.4))) for one in chosen]
    for name, places in (("face", (4, 12, 20, 27, 35)), ("gaze", (6, 15, 25))):
        motion = named_motion(name, 4.0, 10.0)
        faces += [next(play(avatar, one, face_camera(avatar, one, 256))) for one in (still(motion, k) for k in places)]
    named = ["smile", "blink", "open", "brows", "pucker", "gaze left", "gaze right", "gaze up"]
    return [(["all round"], around), (["walk"] * 4 + ["hands"] * 4, poses), (named, faces)]


def save_sheet(path: Path, rows: list) -> None:
    """Write rows of (captions, pictures) as one PNG."""
    from lca.formats.atomic import writing
    from lca.lab.figures import column, row

    sheet = column([row(images, captions, height=224) for captions, images in rows])
    with writing(path) as temporary:
        sheet.save(temporary, "PNG")
