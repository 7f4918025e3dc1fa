"""What the face code eps knows: actions, by a linear probe; who it is, which it should not; one's code on another's face."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import torch
from jaxtyping import Bool, Float, Int
from numpy import ndarray
from torch import Tensor
from tqdm.auto import tqdm

from lca.data.batch import make_example, over_grey
from lca.data.sample import Capture
from lca.data.sources import Recording
from lca.errors import UserError
from lca.geometry.body import PARTS
from lca.geometry.body_file import load_body
from lca.model.network import LCA
from lca.model.template import Template
from lca.render import render
from lca.training.losses import psnr
from lca.training.scores import VISIBLE, known_faces, parts_of, truth_of

FRONTAL = 0.03
"""Share of a face crop that either half of the face must fill: the code of a profile, or of the back of a head, knows nothing."""
FACE = [PARTS.index(name) for name in ("face", "eye", "mouth")]
VARIED = 0.05
"""Standard deviation over all frames from which an action is there to be read."""
RIDGE = 0.3
"""Of the probes, per frame, on codes of unit variance."""
FEWEST = 8
"""People that a probe needs: it is fitted on a half and read on the other."""


@dataclass(frozen=True)
class Faces:
    """Frames that show a face from the front: code, true actions, and whose they are."""

    eps: Float[ndarray, "frames 128"]
    actions: Float[ndarray, "frames 52"]
    person: Int[ndarray, "frames"]


@torch.no_grad()
def read_faces(model: LCA, captures: Sequence[Capture]) -> Faces:
    """The codes of all frames with known actions that show a face."""
    eps, actions, person = [], [], []
    for place, capture in enumerate(captures):
        good = frontal(model.template, capture) & capture.actions.isfinite().all(-1)
        eps.append(model.face_code(over_grey(capture.face, capture.face_mask)[good]).numpy())
        actions.append(capture.actions[good].numpy())
        person.append(np.full(int(good.sum()), place))
    return Faces(np.concatenate(eps), np.concatenate(actions), np.concatenate(person))


def frontal(template: Template, capture: Capture) -> Bool[Tensor, "frames"]:
    """Which frames show both halves of the face."""
    inside, halves = capture.face_canonical_mask[:, 0], torch.zeros(2, *capture.face_canonical_mask[:, 0].shape)
    face = torch.isin(parts_of(capture.face_canonical, inside, template), torch.tensor(FACE))
    left = capture.face_canonical[:, 0][inside] > 0
    halves[0, inside], halves[1, inside] = (face & left).float(), (face & ~left).float()
    return (halves.mean((2, 3)) > FRONTAL).all(0)


def probe_face_code(model: LCA, recordings: Sequence[Recording]) -> dict:
    """`face_code` of report.json: `r2` of the visible actions (mean, each, and of how many), `identity` (top1, chance, ratio),
    `reenactment` (see `reenact`).

    Raises:
        UserError: fewer than `FEWEST` people with two frames that show a face.
    """
    captures = [recording.photos(range(len(recording))) for recording in recordings]
    faces = read_faces(model, captures)
    seen = [who for who in range(len(captures)) if (faces.person == who).sum() >= 2]
    if len(seen) < FEWEST:
        raise UserError(
            f"expected {FEWEST} people whose face two frames show, got {len(seen)}: build more, or leave --face-code out"
        )
    each = read_actions(faces)
    return {
        "r2": {"mean": round(float(np.mean(list(each.values()))), 3), "actions": len(each), "each": each},
        "identity": tell_people(faces),
        "reenactment": reenact(model, [recordings[k] for k in seen], [captures[k] for k in seen]),
    }


def read_actions(faces: Faces) -> dict[str, float]:
    """R2 of each action that varies, of people on whom the probe was not fitted."""
    varied = faces.actions.std(0) > VARIED
    guess = np.zeros_like(faces.actions)
    for half in (0, 1):
        fitted = faces.person % 2 == half
        weights = ridge(faces.eps[fitted], faces.actions[fitted])
        guess[~fitted] = with_one(faces.eps[~fitted]) @ weights
    left = ((guess - faces.actions) ** 2).sum(0)
    whole = ((faces.actions - faces.actions.mean(0)) ** 2).sum(0).clip(1e-9)
    names = load_body().expression_names
    return {names[k]: round(float(1 - left[k] / whole[k]), 3) for k in np.flatnonzero(varied)}


def tell_people(faces: Faces) -> dict[str, float]:
    """How often a linear probe, fitted on every other frame of each person, tells whose the other frames are."""
    order = np.zeros(len(faces.person), np.int64)
    for who in np.unique(faces.person):
        order[faces.person == who] = np.arange((faces.person == who).sum())
    known = order % 2 == 0
    labels = np.eye(faces.person.max() + 1)[faces.person]
    scores = with_one(faces.eps[~known]) @ ridge(faces.eps[known], labels[known])
    top1 = float((scores.argmax(-1) == faces.person[~known]).mean())
    chance = 1.0 / len(np.unique(faces.person))
    return {"top1": round(top1, 4), "chance": round(chance, 4), "ratio": round(top1 / chance, 2)}


def ridge(inputs: Float[ndarray, "frames inputs"], wanted: Float[ndarray, "frames outputs"]) -> ndarray:
    """Weights (inputs + 1, outputs) of a linear probe with an offset."""
    inputs = with_one(inputs)
    scale = inputs.var(0).mean()
    return np.linalg.solve(inputs.T @ inputs + RIDGE * scale * len(inputs) * np.eye(inputs.shape[1]), inputs.T @ wanted)


def with_one(inputs: Float[ndarray, "frames inputs"]) -> ndarray:
    """A column of ones behind the inputs."""
    return np.concatenate([inputs, np.ones((len(inputs), 1))], 1)


@torch.no_grad()
def reenact(
    model: LCA, recordings: Sequence[Recording], captures: Sequence[Capture], photos: int = 4
) -> dict[str, float]:
    """PSNR of faces driven by a code: `own` read off the true picture itself, `by_name` from its true actions, `crossed` read off
    the picture of the next person whose actions are nearest to it, `at_rest` without any expression.

    Crossed above rest means that an expression travels; crossed as good as own, that nothing of the person travels with it.
    """
    totals: dict[str, list[float]] = {name: [] for name in ("own", "by_name", "crossed", "at_rest")}
    pairs = list(pairwise([*range(len(captures)), 0]))
    for here, there in tqdm(pairs, desc="re-enactment", unit="person"):
        for name, value in _crossed(model, recordings[here], captures[here], captures[there], photos):
            totals[name].append(value)
    return {name: round(float(np.mean(values)), 2) for name, values in totals.items()} | {"people": len(pairs)}


def _crossed(
    model: LCA, recording: Recording, here: Capture, there: Capture, photos: int
) -> Iterator[tuple[str, float]]:
    """Scores of one person's frames beyond the first `photos`, each way of driving them."""
    frames = list(range(photos, len(here)))
    wanted = recording.photos(frames)
    example = make_example(recording.photos(range(photos)), wanted, np.random.default_rng(0), exact=True)
    avatar, targets = model.reconstruct(example.photos, example.betas), example.targets
    faces = known_faces(targets)
    if faces is None:
        return
    apart = torch.cdist(targets.actions.nan_to_num(), there.actions.nan_to_num(9.0))
    other = over_grey(there.face, there.face_mask)[apart.argmin(-1)]
    codes = {
        "own": model.face_code(over_grey(targets.face, targets.face_mask)),
        "by_name": avatar.eps_from_actions(targets.actions.nan_to_num()),
        "crossed": model.face_code(other),
        "at_rest": avatar.eps_from_actions(torch.zeros_like(targets.actions)),
    }
    truth, (_, camera) = truth_of(targets), targets.cameras()
    for frame in range(len(frames)):
        if faces[frame].sum() <= VISIBLE:
            continue
        for name, eps in codes.items():
            posed = avatar.drive(targets.theta[frame], eps[frame], targets.psi[frame], targets.translation[frame])
            shown = render(posed, camera[frame], torch.ones(3)).image
            yield name, float(psnr(shown[None], truth.face[frame][None], faces[frame][None]))
