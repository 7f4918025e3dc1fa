"""`lca bench world`: how fast captures of every stage are drawn at 256 x 256, a frame of cloth, a person being lit."""

import time
from concurrent.futures import Executor
from typing import Any

import numpy as np
import torch

from lca.geometry.camera import orbit
from lca.motion.catwalk import catwalk
from lca.motion.sequences import played
from lca.timing import seconds
from lca.world.cloth.drape import Wearer, leading
from lca.world.cloth.loose import LooseCut, tailored
from lca.world.folders.workers import pool
from lca.world.garments.wardrobe import mean_figure
from lca.world.light import shade_twin, shader
from lca.world.light.directional import studio_light
from lca.world.light.renderer import Seen, Tracer
from lca.world.person.people import Person
from lca.world.stages.capture import STAGES, capture

SIZE = 256
"""Pixels of a photo's side."""


def bench(repeats: int, processes: int = 2) -> dict[str, Any]:
    """`repeats` captures of each stage in each process, pictures and truth; then cloth and light in this process."""
    with pool(processes) as executor:
        rates = {f"{stage}_{SIZE}": stage_rate(executor, stage, repeats, processes) for stage in STAGES}
    return {**rates, "cloth_ms": cloth(repeats), "shade": shading(repeats), "processes": processes}


def stage_rate(executor: Executor, stage: str, captures: int, processes: int) -> dict[str, float]:
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
    return len(capture(stage, 0, index, SIZE)["image"])


def shading(repeats: int) -> dict[str, float]:
    """Milliseconds of lighting a person (rays traced before): the fused kernel against plain numpy."""
    rest = {"theta": 156, "translation": 3, "actions": 52, "psi": 4}
    scene = Person.sample(0).assemble(**{name: np.zeros(length, np.float32) for name, length in rest.items()})
    rays = Seen.by(Tracer(scene), orbit(0.4, size=SIZE)).rays(studio_light())
    fused, plain = (
        1e3 * seconds(lambda kernel=kernel: kernel.shade(*rays), repeats) for kernel in (shader, shade_twin)
    )
    return {"fused_ms": round(fused, 2), "numpy_ms": round(plain, 2), "ratio": round(plain / fused, 1)}


def cloth(repeats: int, frames: int = 90) -> float:
    """Milliseconds of simulation for a frame of a catwalk, 30 a second, in a full skirt to the knee."""
    wearer = Wearer(mean_figure(), tailored(mean_figure(), LooseCut("skirt", 0.62, 2.5, 1.2, 9, 1.0, 2e-4)), -1.0)
    motion = played([catwalk], np.random.default_rng(0), frames / 30, 30.0, torch.zeros(100))
    steps = len(motion) - 1 + len(leading(motion)) - 1
    return round(1e3 * seconds(lambda: wearer.drape(motion), repeats) / steps, 2)
