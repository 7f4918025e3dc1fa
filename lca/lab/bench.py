"""`lca bench create` and `lca bench drive`: photos -> avatar, and every frame of it, with the shipped example."""

import statistics
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from lca.data.example import load_example
from lca.formats.photos import Picture, read_pictures
from lca.geometry.camera import Camera
from lca.geometry.motion import Motion
from lca.geometry.skies import SKIES
from lca.lab.peak_memory import peak_memory
from lca.lab.playing import body_camera, play, still
from lca.matting.cutout import Finder, FoundPerson, crops_of, cut_out_people
from lca.model.avatar import Avatar
from lca.model.checkpoint import load_model
from lca.model.network import LCA
from lca.motion.named import named_motion
from lca.render import render
from lca.timing import seconds
from lca.tracking.finder import load_finder
from lca.tracking.likeness import Draft, draft, framing_of, likeness, seen_by
from lca.tracking.observe import observe
from lca.tracking.solve import solve
from lca.training.refine import RefineConfig

WARM_UP = 2
"""Frames that do not count."""


def example_avatar(checkpoint: Path | None) -> Avatar:
    """The avatar of the example's four photos; None is the shipped model."""
    photos = cut_out_people(read_pictures(load_example().photos), load_finder())
    return load_model(checkpoint).reconstruct(photos)


def bench_create(checkpoint: Path | None, repeats: int, refinement: RefineConfig = RefineConfig()) -> dict[str, Any]:
    """From the example's four photos to a refined avatar, part by part; medians of `repeats`, refinement once.

    `seconds` is reading, cutting out and reconstruction; `first_picture_seconds` goes from files to the first rendered avatar;
    `solve_seconds` finds poses and shape; `refine_seconds` goes on until it stops by itself; `peak_memory_gb` is of sixteen
    photos of 24 million pixels, with everything that is loaded.
    """
    model, finder, paths = load_model(checkpoint), load_finder(), load_example().photos
    pictures = read_pictures(paths)
    people = [finder(picture) for picture in pictures]
    photos = crops_of(pictures, people)
    parts = {
        "read_seconds": seconds(lambda: read_pictures(paths), repeats),
        "cut_out_seconds": seconds(lambda: cut_out_people(pictures, finder), repeats),
        "reconstruct_seconds": seconds(lambda: model.reconstruct(photos), repeats),
    }
    found = seconds(lambda: [finder(picture) for picture in pictures], repeats)
    parts = {
        "seconds": sum(parts.values()),
        **parts,
        "front_end_seconds_per_photo": found / len(paths),
        "solve_seconds": solving(model, pictures, people, repeats),
        "first_picture_seconds": seconds(lambda: first_picture(model, paths, finder), repeats),
        "refine_seconds": refining(model, draft(model, pictures, people), refinement),
    }
    rounded = {name: round(value, 4) for name, value in parts.items()}
    peak = peak_memory(checkpoint)
    memory = {} if peak is None else {"peak_memory_gb": peak}
    return {"photos": len(paths), "gaussians": len(model.reconstruct(photos).canonical), **rounded, **memory}


@torch.no_grad()
def solving(model: LCA, pictures: Sequence[Picture], people: Sequence[FoundPerson], repeats: int) -> float:
    """Seconds in which poses and shape are found, the network's maps given."""
    photos = crops_of(pictures, people)
    maps, fused = model.read(photos[None])
    observations = observe(maps, fused.betas[0], photos, framing_of(pictures, people), **seen_by(people))
    return seconds(lambda: solve(observations, model.template), repeats)


def refining(model: LCA, start: Draft, refinement: RefineConfig) -> float:
    """Seconds of one refinement, after a few steps that do not count."""
    likeness(model, start, config=RefineConfig(align=2, steps=2))
    started = time.perf_counter()
    likeness(model, start, config=refinement)
    return time.perf_counter() - started


def first_picture(model: LCA, paths: Sequence[Path], finder: Finder) -> Tensor:
    """Files -> what is shown first, 512 x 512 pixels."""
    avatar = model.reconstruct(cut_out_people(read_pictures(paths), finder))
    standing = still(named_motion("walk", 0.1, 30.0), 0)
    return next(play(avatar, standing, body_camera(avatar, standing)))


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
        **relighting(avatar, motion, camera),
    }


def relighting(avatar: Avatar, motion: Motion, camera: Camera) -> dict[str, float]:
    """Milliseconds that another light takes: to be made, and of every frame, a sky's alone and one with a lamp and its shadow;
    nothing for an avatar that does not know its materials."""
    if avatar.materials is None:
        return {}
    posed = avatar.drive(motion.theta[0])
    skies = {"sky": SKIES["overcast"].light().shining(), "lamp": SKIES["sunset"].light()}
    times = {"new_light": seconds(lambda: SKIES["sunset"].light(), 15)}
    times |= {
        name: seconds(lambda light=light: avatar.lit(posed, light, camera.eye), 15) for name, light in skies.items()
    }
    return {f"{name}_ms": round(1e3 * took, 2) for name, took in times.items()}
