"""The world drawn on the spot, without a folder: rows for notebooks and benches, a capture tracked anew, empty scenery."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor
from tqdm.auto import tqdm

from lca.data.sample import Capture
from lca.formats.captures import PICTURES
from lca.geometry.camera import orbit
from lca.world.folders.workers import pool
from lca.world.light.background import wild_surroundings
from lca.world.light.environment import wild_light
from lca.world.stages.capture import STAGES, capture, split_of
from lca.world.stages.tracking import tracked_wild


def drawn(stage: str, index: int, seed: int = 0, size: int = 256) -> dict[str, Any]:
    """The row of one person, as `load_world` would give it."""
    row = capture(stage, seed, index, size)
    return row | {name: [{"bytes": file, "path": None} for file in row[name]] for name in PICTURES}


def one_of_each(stages: Sequence[str], seed: int, size: int, workers: int = 2) -> dict[str, dict[str, Any]]:
    """The first row of each stage, drawn in `workers` processes."""
    count = len(stages)
    with pool(workers) as executor:
        rows = executor.map(drawn, stages, [0] * count, [seed] * count, [size] * count)
        return dict(zip(stages, tqdm(rows, total=count, desc="stages", unit="capture"), strict=True))


def splits(people: int) -> dict[str, list[str]]:
    """Stage -> train, validation or test, for each of its first `people`."""
    return {stage: [split_of(index, stage) for index in range(people)] for stage in STAGES}


def tracked_anew(found: Capture, time: Float[Tensor, "frames"], seed: int) -> tuple[Capture, Float[Tensor, "frames"]]:
    """The same frames (at these seconds) as another run of the wild stage's tracker saw them, and how sure it was."""
    truth = (found.theta, found.translation, found.betas, found.camera.camera_from_world)
    tracked = tracked_wild(np.random.default_rng(seed), time.numpy(), *(x.numpy() for x in truth))
    view = replace(found.tracked_camera, camera_from_world=torch.from_numpy(tracked.camera_from_world))
    estimates = {
        f"tracked_{name}": torch.from_numpy(getattr(tracked, name)) for name in ("theta", "translation", "betas")
    }
    return replace(found, tracked_camera=view, **estimates), torch.from_numpy(tracked.confidence)


def scenery(seed: int, index: int, size: int = 256) -> Float[np.ndarray, "size size 3"]:
    """The surroundings of a wild capture without anybody in them, seen by a camera at eye height."""
    rng = np.random.default_rng([seed, index])
    camera = orbit(rng.uniform(-np.pi, np.pi), rng.uniform(-0.1, 0.25), rng.uniform(2.0, 3.5), size=size)
    return wild_surroundings(rng, floor=-1.1).view(camera, wild_light(rng))
