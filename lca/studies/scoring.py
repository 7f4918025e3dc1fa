"""How good is a model? Every person of the test worlds, measured with known shape, and nothing more: seconds a model."""

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path

import torch

from lca.data.batch import Batch
from lca.data.shrink import shrunk
from lca.formats.atomic import writing
from lca.model.avatar import Avatar
from lca.model.checkpoint import load_model
from lca.model.network import LCA
from lca.studies.design import Size
from lca.studies.worlds import world_folder
from lca.training.baselines import bare
from lca.training.evaluate import ALL, Evaluation, chosen_captures, example_at, open_splits
from lca.training.scores import compared, show, truth_of
from lca.world.folders.builder import Build

SCORES = ("psnr_fg", "psnr_face", "ssim_fg", "l1_fg")
People = dict[str, dict[str, float]]
"""Identity -> score -> number; a score that a person lacks is left out."""


@dataclass(frozen=True)
class Exam:
    """What a model is asked for: these people, so many photos of each, so many frames to be reconstructed."""

    world: Build
    photos: int
    targets: int
    shrink: int = 1
    """So many pixels along a side become one, as in training."""

    @property
    def name(self) -> str:
        """Names the file of its results."""
        text = json.dumps(asdict(self), sort_keys=True)
        return f"{self.world.stage}-{hashlib.sha256(text.encode()).hexdigest()[:8]}"


def exams(size: Size, photos: int | None = None) -> dict[str, Exam]:
    """Test world -> its exam."""
    return {name: Exam(world, photos or size.photos, size.targets, size.shrink) for name, world in size.test.items()}


@cache
def examples(exam: Exam, data: Path) -> Sequence[tuple[str, Batch]]:
    """(identity, example) of everybody with enough frames; decoded once for all models.

    Raises:
        UserError: the world cannot be read.
    """
    evaluation = Evaluation(world_folder(exam.world, data), exam.photos, exam.targets, ALL)
    sources, _ = open_splits(evaluation)
    found = []
    for _, place, recording in chosen_captures(evaluation, sources)[0]:
        if len(recording) >= evaluation.frames:
            example, _, wanted = example_at(place, recording, exam.photos, exam.targets)
            found.append((wanted.identity, shrunk(example, exam.shrink)))
    return found


def scores_of(model_file: Path, exam: Exam, data: Path) -> People:
    """Measure a model, or read what was measured before, which lies beside it.

    Raises:
        UserError: the model or the world cannot be read.
    """
    path = model_file.parent / f"{exam.name}.json"
    if path.is_file() and path.stat().st_mtime >= model_file.stat().st_mtime:
        return json.loads(path.read_text())["people"]
    people = measured(load_model(model_file), exam, data, as_reconstructed)
    with writing(path) as temporary:
        temporary.write_text(json.dumps({"exam": asdict(exam), "people": people}, indent=1) + "\n")
    return people


def bare_scores(model_file: Path, exam: Exam, data: Path) -> People:
    """The same people as bare bodies in the mean colour of their photos: the model's template, untrained."""
    return measured(load_model(model_file), exam, data, bare)


def as_reconstructed(model: LCA, avatar: Avatar, example: Batch) -> Avatar:
    """The avatar itself."""
    return avatar


@torch.no_grad()
def measured(model: LCA, exam: Exam, data: Path, shown: Callable[[LCA, Avatar, Batch], Avatar]) -> People:
    """Scores of what `shown` makes of everybody's avatar."""
    people: People = {}
    for identity, example in examples(exam, data):
        avatar = shown(model, model.reconstruct(example.photos, example.betas), example)
        found = compared(show(avatar, example.targets), truth_of(example.targets), example.targets, None)
        people[identity] = {name: score for name in SCORES if not isinstance(score := found[name], str)}
    return people
