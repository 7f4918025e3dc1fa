"""The same people seen by several models: pictures side by side, and PSNR of new poses and views."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import torch
from PIL import Image

from lca.data.batch import Batch
from lca.data.sources import open_source
from lca.formats.shards import read_manifest
from lca.lab.figures import close_up, column, row
from lca.model.network import LCA
from lca.training.evaluate import SPLITS, example_at
from lca.training.losses import psnr
from lca.training.scores import Views, show, truth_of


def everybody(
    folder: str | Path, photos: int = 2, targets: int = 1, splits: Sequence[str] | None = None
) -> list[Batch]:
    """An example of each person of a folder of the world, in the order of its splits (all that anybody is in, if none are named):
    always the same frames, with exact truth.

    Raises:
        UserError: a folder that cannot be read.
    """
    if splits is None:
        captures = read_manifest(folder).captures
        splits = [split for split in SPLITS if captures.get(split)]
    examples = []
    for split in splits:
        source = open_source(folder, split)
        examples += [example_at(place, source[place], photos, targets)[0] for place in range(len(source))]
    return examples


@torch.no_grad()
def seen_by(model: LCA, example: Batch) -> Views:
    """The avatar of an example's photos, of known shape, driven like its targets, over white."""
    return show(model.reconstruct(example.photos, example.betas), example.targets)


def scores(models: Mapping[str, LCA], people: Mapping[str, Sequence[Batch]]) -> dict[str, dict[str, float]]:
    """PSNR inside the mask (dB), mean over people: model -> group of people -> value."""
    return {
        name: {group: round(_psnr(model, examples), 2) for group, examples in people.items()}
        for name, model in models.items()
    }


def _psnr(model: LCA, examples: Sequence[Batch]) -> float:
    each = []
    for example in examples:
        found, truth = seen_by(model, example), truth_of(example.targets)
        each.append(float(psnr(found.body, truth.body, truth.body_mask).mean()))
    return float(np.mean(each))


def side_by_side(models: Mapping[str, LCA], examples: Sequence[Batch], height: int = 180) -> Image.Image:
    """A line for each person: a photo, the first target by each model, the truth; faces beside bodies."""
    lines = []
    for example in examples:
        views = [*(seen_by(model, example) for model in models.values()), truth_of(example.targets)]
        bodies = [close_up(view.body[0], example.targets.mask[0]) for view in views]
        pictures = [example.photos.body[0], *bodies, *(view.face[0] for view in views)]
        last = example is examples[-1]
        lines.append(row(pictures, ["a photo", *([*models, "truth"] * 2)] if last else [], height))
    return column(lines)
