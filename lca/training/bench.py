"""`lca bench train`: a step of pretraining the shipped size with every loss term, on people drawn on the spot."""

import statistics
import time
from itertools import repeat
from typing import Any

import lightning
import numpy as np
from lightning.pytorch.callbacks import LambdaCallback

from lca.data.batch import Batch, make_example, stack
from lca.data.drawn import drawn
from lca.data.sample import Capture
from lca.training.pretrain import Pretrain

WARM_UP = 2
"""Steps that do not count."""


def bench(repeats: int, people: int = 2, photos: int = 4, targets: int = 2) -> dict[str, Any]:
    """Median seconds of a step (data in memory), on the device that Lightning chooses."""
    module, ends = Pretrain(correspondence_steps=0), []
    trainer = lightning.Trainer(
        max_steps=repeats + WARM_UP,
        limit_val_batches=0,
        logger=False,
        enable_checkpointing=False,
        enable_progress_bar=False,
        enable_model_summary=False,
        callbacks=[LambdaCallback(on_train_batch_end=lambda *_: ends.append(time.perf_counter()))],
    )
    trainer.fit(module, repeat(batch_of(people, photos, targets)))
    counted = ends[WARM_UP - 1 :]
    steps = [after - before for before, after in zip(counted, counted[1:], strict=False)]
    millions = sum(weights.numel() for weights in module.network.parameters()) / 1e6
    return {
        "people": people,
        "photos": photos,
        "targets": targets,
        "step_seconds": round(statistics.median(steps), 4),
        "million_parameters": round(millions, 2),
        "device": str(module.device),
    }


def batch_of(people: int, photos: int, targets: int) -> Batch:
    """Wild people, cut as training cuts them."""
    rng, examples = np.random.default_rng(0), []
    for person in range(people):
        row = drawn("wild", person)
        shown, wanted = Capture.read(row, range(photos)), Capture.read(row, range(photos, photos + targets))
        examples.append(make_example(shown, wanted, rng))
    return stack(examples)
