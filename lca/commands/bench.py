"""`lca bench PART`: how fast one part of the chain is on this machine, as one JSON object.

Times are medians of repeats after a warm-up; start-up and loading are left out. Another load on the machine shows at once:
measure alone.
"""

import argparse
import json
import statistics
import time
from collections.abc import Callable
from concurrent.futures import Executor
from pathlib import Path

SUMMARIES = {
    "render": "Gaussians -> picture, against plain torch",
    "create": "four photos -> avatar, with the shipped example",
    "drive": "pose branch, skinning and a 512 x 512 picture, every frame",
    "panel": "the control panel in a real browser: slider to pixel, dragging, playing",
    "train": "one step of pretraining the shipped size",
    "world": "pictures of each stage, and cloth",
    "load": "reading training samples, against Pillow decoding the same bytes",
}


def add_command(subparsers) -> None:
    """Add `bench` to the command line."""
    parts = "; ".join(f"{name}: {summary}" for name, summary in SUMMARIES.items())
    parser = subparsers.add_parser("bench", help="speed of one part on this machine, as JSON", description=parts)
    parser.add_argument("part", choices=list(SUMMARIES), metavar="PART", help=", ".join(SUMMARIES))
    parser.add_argument(
        "--checkpoint", type=Path, default=None, help="model for create, drive and panel (default: the shipped)"
    )
    parser.add_argument("--repeats", type=int, default=5, help="measurements of create, train and world (default 5)")
    parser.add_argument("--seconds", type=float, default=8.0, help="of playing, for panel (default 8)")
    parser.add_argument(
        "--data", type=Path, default=None, help="folder for load (default: a few people drawn on the spot)"
    )
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> None:
    """Measure one part and print the object."""
    from lca.errors import UserError

    if args.repeats < 1:
        raise UserError(f"expected --repeats of at least 1, got {args.repeats}")
    if not 1 <= args.seconds <= 3600:
        raise UserError(f"expected --seconds from 1 to 3600, got {args.seconds:g}")
    measures: dict[str, Callable[[], dict]] = {
        "render": render,
        "create": lambda: create(args.checkpoint, args.repeats),
        "drive": lambda: drive(args.checkpoint),
        "panel": lambda: panel(args.checkpoint, args.seconds),
        "train": lambda: train(args.repeats),
        "world": lambda: world(args.repeats),
        "load": lambda: load(args.data),
    }
    print(json.dumps(measures[args.part]()))


def seconds(call: Callable[[], object], repeats: int) -> float:
    """Median duration of `call` after one call that does not count."""
    call()
    durations = []
    for _ in range(repeats):
        started = time.perf_counter()
        call()
        durations.append(time.perf_counter() - started)
    return statistics.median(durations)


def render() -> dict:
    """The rasteriser; see `lca.render.bench`."""
    from lca.render.bench import bench

    return bench()


def create(checkpoint: Path | None, repeats: int) -> dict:
    """Reading, cutting out and reconstruction of the example's four photos."""
    from lca.data.example import load_example
    from lca.formats.photos import read_pictures
    from lca.matting.cutout import cut_out_people
    from lca.model.checkpoint import load_model
    from lca.tracking.finder import load_finder

    model, finder, paths = load_model(checkpoint), load_finder(), load_example().photos
    pictures = read_pictures(paths)
    photos = cut_out_people(pictures, finder)
    parts = {
        "read_seconds": seconds(lambda: read_pictures(paths), repeats),
        "cut_out_seconds": seconds(lambda: cut_out_people(pictures, finder), repeats),
        "reconstruct_seconds": seconds(lambda: model.reconstruct(photos), repeats),
    }
    rounded = {name: round(value, 4) for name, value in {"seconds": sum(parts.values()), **parts}.items()}
    return {"photos": len(paths), "gaussians": len(model.reconstruct(photos).canonical), **rounded, **machine()}


def drive(checkpoint: Path | None) -> dict:
    """A walk, frame by frame: drive and render at 512 x 512."""
    import torch

    from lca.data.example import load_example
    from lca.formats.photos import read_pictures
    from lca.lab.playing import body_camera
    from lca.matting.cutout import cut_out_people
    from lca.model.checkpoint import load_model
    from lca.motion.named import named_motion
    from lca.render import render
    from lca.tracking.finder import load_finder

    photos = cut_out_people(read_pictures(load_example().photos), load_finder())
    avatar = load_model(checkpoint).reconstruct(photos)
    motion = named_motion("walk", 2.0, 30.0)
    camera, white = body_camera(avatar, motion, 512), torch.ones(3)
    eps = avatar.eps_from_actions(motion.actions)
    driving, drawing = [], []
    for frame in [0, 0, *range(len(motion))]:
        started = time.perf_counter()
        posed = avatar.drive(motion.theta[frame], eps[frame], motion.psi[frame], motion.translation[frame])
        between = time.perf_counter()
        render(posed, camera, white)
        driving.append(between - started)
        drawing.append(time.perf_counter() - between)
    pose, picture = (statistics.median(part[2:]) for part in (driving, drawing))
    times = {
        "fps": round(1 / (pose + picture), 1),
        "drive_ms": round(1e3 * pose, 2),
        "render_ms": round(1e3 * picture, 2),
    }
    return {"gaussians": len(avatar.canonical), "size": 512, **times, **machine()}


def panel(checkpoint: Path | None, play_seconds: float) -> dict:
    """The example's avatar on the panel's own page, driven in headless Chromium; see `lca.panel.bench`."""
    from lca.data.example import load_example
    from lca.formats.photos import read_pictures
    from lca.lab.browser import find_chromium
    from lca.matting.cutout import cut_out_people
    from lca.model.checkpoint import load_model
    from lca.panel.bench import bench
    from lca.tracking.finder import load_finder

    find_chromium()
    photos = cut_out_people(read_pictures(load_example().photos), load_finder())
    return {**bench(load_model(checkpoint).reconstruct(photos), play_seconds), **machine()}


def train(repeats: int, people: int = 2, photos: int = 4, targets: int = 2) -> dict:
    """Steps of pretraining with every loss term; the people are drawn on the spot."""
    import lightning
    import numpy as np
    from lightning.pytorch.callbacks import LambdaCallback

    from lca.data.batch import make_example, stack
    from lca.data.drawn import drawn
    from lca.data.sample import Capture
    from lca.training.pretrain import Pretrain

    rng = np.random.default_rng(0)
    examples = []
    for person in range(people):
        row = drawn("wild", person)
        shown, wanted = Capture.read(row, range(photos)), Capture.read(row, range(photos, photos + targets))
        examples.append(make_example(shown, wanted, rng))
    batch = stack(examples)
    ends: list[float] = []
    trainer = lightning.Trainer(
        max_steps=repeats + 2,
        limit_val_batches=0,
        logger=False,
        enable_checkpointing=False,
        enable_progress_bar=False,
        enable_model_summary=False,
        callbacks=[LambdaCallback(on_train_batch_end=lambda *_: ends.append(time.perf_counter()))],
    )
    module = Pretrain(correspondence_steps=0)
    trainer.fit(module, [batch] * (repeats + 2))
    steps = [after - before for before, after in zip(ends[1:-1], ends[2:], strict=True)]
    millions = sum(p.numel() for p in module.network.parameters()) / 1e6
    measured = {"step_seconds": round(statistics.median(steps), 4), "million_parameters": round(millions, 2)}
    return {"people": people, "photos": photos, "targets": targets, **measured, **machine(str(module.device))}


def world(repeats: int, processes: int = 2) -> dict:
    """Processes drawing captures of every stage at 256 x 256, pictures and truth; a frame of cloth; a person being lit."""
    from lca.world.build.builder import pool
    from lca.world.stages.capture import STAGES

    with pool(processes) as executor:
        rates = {f"{stage}_256": stage_rate(executor, stage, repeats, processes) for stage in STAGES}
    return {
        **rates,
        "cloth_ms": cloth(repeats),
        "shade": shading(repeats),
        "processes": processes,
    }


def stage_rate(executor: Executor, stage: str, captures: int, processes: int) -> dict:
    """`captures` of one stage in each process; a picture is a photo with its face crop, masks, maps and numbers."""
    list(executor.map(pictures_of, [stage] * processes, range(processes)))  # every process is warm
    wanted = range(processes, processes * (captures + 1))
    started = time.perf_counter()
    pictures = sum(executor.map(pictures_of, [stage] * len(wanted), wanted))
    took = time.perf_counter() - started
    return {
        "pictures_per_second": round(pictures / took, 2),
        "capture_seconds": round(took / len(wanted), 3),
        "pictures": pictures,
    }


def pictures_of(stage: str, index: int) -> int:
    """How many pictures a capture drawn now has."""
    from lca.data.drawn import drawn

    return len(drawn(stage, index)["image"])


def shading(repeats: int) -> dict:
    """Milliseconds of lighting a person at 256 x 256 (rays traced before): the fused kernel against plain numpy."""
    import numpy as np

    from lca.geometry.camera import orbit
    from lca.world.light import shade_twin, shader
    from lca.world.light.directional import studio_light
    from lca.world.light.renderer import Seen, Tracer
    from lca.world.person.people import Person

    rest = {"theta": 156, "translation": 3, "actions": 52, "psi": 4}
    scene = Person.sample(0).assemble(**{name: np.zeros(length, np.float32) for name, length in rest.items()})
    rays = Seen.by(Tracer(scene), orbit(0.4, size=256)).rays(studio_light())
    fused, plain = (
        1e3 * seconds(lambda kernel=kernel: kernel.shade(*rays), repeats) for kernel in (shader, shade_twin)
    )
    return {"fused_ms": round(fused, 2), "numpy_ms": round(plain, 2), "ratio": round(plain / fused, 1)}


def cloth(repeats: int, frames: int = 90) -> float:
    """Milliseconds of simulation for a frame of a catwalk, 30 a second, in a full skirt to the knee."""
    import numpy as np
    import torch

    from lca.motion.catwalk import catwalk
    from lca.motion.sequences import played
    from lca.world.cloth.drape import Wearer, leading
    from lca.world.cloth.loose import Cut, tailored
    from lca.world.garments.wardrobe import mean_figure

    wearer = Wearer(mean_figure(), tailored(mean_figure(), Cut("skirt", 0.62, 2.5, 1.2, 9, 1.0, 2e-4)), -1.0)
    motion = played([catwalk], np.random.default_rng(0), frames / 30, 30.0, torch.zeros(100))
    steps = len(motion) - 1 + len(leading(motion)) - 1
    return round(1e3 * seconds(lambda: wearer.drape(motion), repeats) / steps, 2)


def load(folder: Path | None, people: int = 12) -> dict:
    """Samples read in two processes, and the memory of one over 10,000; see `lca.data.bench`."""
    import tempfile

    from lca.data.bench import bench, memory
    from lca.world.build.builder import Build, build

    with tempfile.TemporaryDirectory() as scratch:
        if folder is None:
            folder = Path(scratch) / "wild"
            build(Build("wild", people), folder)
        return {**bench(folder), "memory": memory(folder), **machine()}


def machine(device: str = "cpu") -> dict:
    """What the numbers were measured on."""
    import torch

    return {"device": device, "threads": torch.get_num_threads()}
