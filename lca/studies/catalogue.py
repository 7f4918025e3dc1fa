"""Which studies there are, and what each costs on this machine."""

import json
import statistics
import time
from pathlib import Path
from typing import cast

import numpy as np
import torch

from lca.data.batch import Batch, make_example
from lca.data.drawn import drawn
from lca.data.module import AvatarData
from lca.data.sample import Capture
from lca.data.shrink import stack_shrunk
from lca.studies.conduct import Campaign
from lca.studies.design import SCHEME, Size, known_studies, read_size, read_study
from lca.studies.runs import QUIET, config_of
from lca.training.experiment import experiment
from lca.training.objective import objective, run
from lca.training.optimizer import MuonAdamW, block_matrices

REPEATS = 3


def catalogue(size_name: str, out: Path, seeds: int | None = None) -> str:
    """A Markdown table: name, question, runs and steps that are not done, minutes of their steps here."""
    size = read_size(size_name)
    campaigns = [
        Campaign(study, size_name, size, study.rows, out) for study in (read_study(n, seeds) for n in known_studies())
    ]
    waiting = [one.waiting() for one in campaigns]
    seconds = step_seconds(size, out)
    lines = ["| study | asks | runs to do (of) | steps | minutes |", "|---|---|---|---|---|"]
    for one, left in zip(campaigns, waiting, strict=True):
        steps = sum(each.steps for each in left)
        cells = (
            one.study.name,
            one.study.asks,
            f"{len(left)} ({len(one.runs())})",
            str(steps),
            f"{steps * seconds / 60:.0f}",
        )
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join([*lines, "", f"{seconds:.3g} s a step; what studies share is trained once"])


def step_seconds(size: Size, out: Path) -> float:
    """Of a step: the median of the runs that are done, or measured now on people drawn on the spot."""
    done = [json.loads(path.read_text()) for path in sorted((out / "runs").glob("*/run.json"))]
    configs = [config_of(size.config(stage)) for stage in SCHEME]
    same = [one["step_seconds"] for one in done if one["run"]["config"] in configs]
    return statistics.median(same) if same else measured_step(size)


def measured_step(size: Size) -> float:
    """Median seconds of a step of the size's pretraining, loading left out."""
    job = experiment("pretrain", size.config("pretrain"), *QUIET)
    module, batch = job.module, batch_for(cast(AvatarData, job.data), size.pixels)
    optimizer = MuonAdamW(module.parameter_groups(), block_matrices(module.network), module.optimizer)
    took = []
    for _ in range(REPEATS + 1):
        began = time.perf_counter()
        terms = objective(module.network, batch, run(module.network, batch), module.loss)
        torch.stack(list(terms.values())).sum().backward()
        optimizer.step()
        took.append(time.perf_counter() - began)
    return statistics.median(took[1:])


def batch_for(data: AvatarData, pixels: int) -> Batch:
    """A batch as `data` would make it, of wild people drawn now."""
    rows = [drawn("wild", person, size=pixels) for person in range(data.batch_size)]
    photos = range(data.photos[1])
    targets = range(data.photos[1], data.photos[1] + data.targets)
    pairs = [(Capture.read(row, photos), Capture.read(row, targets)) for row in rows]
    return stack_shrunk([make_example(*pair, np.random.default_rng(0)) for pair in pairs], data.shrink)
