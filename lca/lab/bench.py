"""`lca bench create` and `lca bench drive`: photos -> avatar, and every frame of it, with the shipped example."""

import statistics
import time
from pathlib import Path
from typing import Any

import torch

from lca.data.example import load_example
from lca.formats.photos import read_pictures
from lca.lab.playing import body_camera
from lca.matting.cutout import cut_out_people
from lca.model.avatar import Avatar
from lca.model.checkpoint import load_model
from lca.motion.named import named_motion
from lca.render import render
from lca.timing import seconds
from lca.tracking.finder import load_finder

WARM_UP = 2
"""Frames that do not count."""


def example_avatar(checkpoint: Path | None) -> Avatar:
    """The avatar of the example's four photos; None is the shipped model."""
    photos = cut_out_people(read_pictures(load_example().photos), load_finder())
    return load_model(checkpoint).reconstruct(photos)


def bench_create(checkpoint: Path | None, repeats: int) -> dict[str, Any]:
    """Reading, cutting out and reconstruction of the example's four photos; medians of `repeats`."""
    model, finder, paths = load_model(checkpoint), load_finder(), load_example().photos
    pictures = read_pictures(paths)
    photos = cut_out_people(pictures, finder)
    parts = {
        "read_seconds": seconds(lambda: read_pictures(paths), repeats),
        "cut_out_seconds": seconds(lambda: cut_out_people(pictures, finder), repeats),
        "reconstruct_seconds": seconds(lambda: model.reconstruct(photos), repeats),
    }
    rounded = {name: round(value, 4) for name, value in {"seconds": sum(parts.values()), **parts}.items()}
    return {"photos": len(paths), "gaussians": len(model.reconstruct(photos).canonical), **rounded}


def bench_drive(checkpoint: Path | None, size: int = 512) -> dict[str, Any]:
    """A walk, frame by frame: drive and render at `size` x `size` pixels."""
    avatar, motion = example_avatar(checkpoint), named_motion("walk", 2.0, 30.0)
    camera, white = body_camera(avatar, motion, size), torch.ones(3)
    eps = avatar.eps_from_actions(motion.actions)
    driving, drawing = [], []
    for frame in [*[0] * WARM_UP, *range(len(motion))]:
        started = time.perf_counter()
        posed = avatar.drive(motion.theta[frame], eps[frame], motion.psi[frame], motion.translation[frame])
        between = time.perf_counter()
        render(posed, camera, white)
        driving.append(between - started)
        drawing.append(time.perf_counter() - between)
    pose, picture = (statistics.median(part[WARM_UP:]) for part in (driving, drawing))
    return {
        "gaussians": len(avatar.canonical),
        "size": size,
        "fps": round(1 / (pose + picture), 1),
        "drive_ms": round(1e3 * pose, 2),
        "render_ms": round(1e3 * picture, 2),
    }
