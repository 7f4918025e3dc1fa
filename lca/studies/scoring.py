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
from lca.training.probes import Subject
from lca.training.scores import compared, show, truth_of
from lca.training.stage_probes import OF_STAGES
from lca.world.folders.builder import Build

SCORES = ("psnr_fg", "psnr_face", "ssim_fg", "l1_fg")
PROBED = 4
"""Frames a person that probes compare: they look at one garment, or at lights that differ."""
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
    asked = photos or size.photos, size.targets
    return {name: Exam(world, *asked, size.shrink_of(world)) for name, world in size.test.items()}


def probed_exams(size: Size) -> dict[str, Exam]:
    """Probed world -> its exam."""
    return {name: Exam(world, size.photos, PROBED, size.shrink_of(world)) for name, world in size.probed.items()}


@cache
def subjects(exam: Exam, data: Path) -> Sequence[Subject]:
    """Everybody with enough frames; decoded once for all models.

    Raises:
        UserError: the world cannot be read.
    """
    evaluation = Evaluation(world_folder(exam.world, data), exam.photos, exam.targets, ALL)
    sources, _ = open_splits(evaluation)
    found = []
    for _, place, recording in chosen_captures(evaluation, sources)[0]:
        if len(recording) >= evaluation.frames:
            example, shown, wanted = example_at(place, recording, exam.photos, exam.targets)
            found.append(Subject(recording, shrunk(example, exam.shrink), shown, wanted))
    return found


def scores_of(model_file: Path, exam: Exam, data: Path) -> People:
    """Measure a model, or read what was measured before, which lies beside it.

    Raises:
        UserError: the model or the world cannot be read.
    """
    path = model_file.parent / f"{exam.name}.json"
    return kept(path, model_file, exam, lambda model: measured(model, exam, data, as_reconstructed))


def probed_scores(model_file: Path, exam: Exam, data: Path) -> People:
    """The same by the probes of the world's stage; scores are named group.score.

    Raises:
        UserError: the model or the world cannot be read.
    """
    path = model_file.parent / f"{exam.name}-probed.json"
    return kept(path, model_file, exam, lambda model: probed(model, exam, data))


def kept(path: Path, model_file: Path, exam: Exam, measure: Callable[[LCA], People]) -> People:
    """What `path` says of the model, if it is not older than the model; else what `measure` says, which it then says too."""
    if path.is_file() and path.stat().st_mtime >= model_file.stat().st_mtime:
        return json.loads(path.read_text())["people"]
    people = measure(load_model(model_file))
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
    for subject in subjects(exam, data):
        example = subject.example
        avatar = shown(model, model.reconstruct(example.photos, example.betas), example)
        found = compared(show(avatar, example.targets), truth_of(example.targets), example.targets, None)
        people[subject.wanted.identity] = {name: score for name in SCORES if not isinstance(score := found[name], str)}
    return people


def probed(model: LCA, exam: Exam, data: Path) -> People:
    """What everybody is asked beside PSNR."""
    people: People = {}
    for subject in subjects(exam, data):
        groups = {name: probe(model, subject) for name, probe in OF_STAGES[exam.world.stage].items()}
        every = {f"{group}.{name}": score for group, scores in groups.items() for name, score in scores.items()}
        people[subject.wanted.identity] = {name: score for name, score in every.items() if not isinstance(score, str)}
    return people
