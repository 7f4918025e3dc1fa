"""Does a score emerge? Where geometry tokens look, before and after post-training, or with ever more people in pretraining."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import torch
from PIL import Image

from lca.data.batch import Batch
from lca.errors import UserError
from lca.lab.attention import FEW, attention_picture
from lca.model.checkpoint import load_model
from lca.model.network import LCA
from lca.studies.design import Size, Study, Trial
from lca.studies.runs import is_done, runs_of
from lca.studies.scoring import exams, subjects
from lca.training.attention import attention_scores
from lca.training.report import averaged
from lca.training.scores import Score

GAIN = "gain"
WORLD = "wild"
"""The test world whose people are looked at."""
LABELS = ("before", "after")
HEIGHT = 160
"""Pixels of a photo in the picture: room for a caption below."""


def before_and_after(study: Study, size: Size, row: Trial, out: Path) -> tuple[dict[str, dict], Image.Image]:
    """What post-training does to the last layer's attention, in the runs of one row that `lca study` left in `out`.

    Returns `attention_table` of the test people, over all seeds that are done, and for the first of these seeds a picture of the
    person who is best seen: where the anchors of a few landmarks look before and after.

    Raises:
        UserError: the row is no pretraining with one post-training after it, or no seed of it is done.
    """
    if [link.stage for link in row.chain] != ["pretrain", "posttrain"]:
        raise UserError(f"expected a row of pretraining, then post-training, got {row.name!r}: choose another")
    chains = [runs_of(row, size, seed) for seed in range(study.seeds)]
    done = [chain for chain in chains if all(is_done(run, out) for run in chain)]
    if not done:
        raise UserError(f"expected runs of {row.name!r} in {out}, got none: train them with `lca study {study.name}`")
    models = {
        label: [load_model(chain[place].folder(out) / "model.safetensors") for chain in done]
        for place, label in enumerate(LABELS)
    }
    people = [subject.example for subject in subjects(exams(size)[WORLD], out / "data")]
    first = {label: some[0] for label, some in models.items()}
    best = max(people, key=lambda one: float(one.photos.body_mask.mean((1, 2, 3)).min()))
    return attention_table(models, people), attention_picture(first, best, FEW, height=HEIGHT)


@torch.no_grad()
def attention_table(models: Mapping[str, Sequence[LCA]], people: Sequence[Batch]) -> dict[str, dict]:
    """Label -> scores of `lca.training.attention.attention_scores`, means over people with 95% intervals.

    Models of one label (seeds of one training) are averaged person by person. `gain` is the difference of `above_shuffled` to the
    first label's, of the same people.
    """
    table, first = {}, None
    for label, some in models.items():
        scores = [averaged_over([attention_scores(model, example) for model in some]) for example in people]
        first = first or [one["above_shuffled"] for one in scores]
        for one, before in zip(scores, first, strict=True):
            now = one["above_shuffled"]
            one[GAIN] = now if isinstance(now, str) or isinstance(before, str) else now - before
        means, intervals, _ = averaged({str(place): one for place, one in enumerate(scores)})
        table[label] = {**means, "people": len(people), "interval95": intervals}
    return table


def averaged_over(models: Sequence[dict[str, Score]]) -> dict[str, Score]:
    """The mean of each score over models of one person; words stay words."""
    joined: dict[str, Score] = {}
    for name, first in models[0].items():
        values = [value for one in models if not isinstance(value := one[name], str)]
        joined[name] = sum(values) / len(values) if values else first
    return joined
