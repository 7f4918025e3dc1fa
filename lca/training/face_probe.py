"""What the face code eps knows: actions, by a linear probe; who it is, which it should not; one's code on another's face."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
import torch
from jaxtyping import Bool, Float, Int
from numpy import ndarray
from torch import Tensor
from tqdm.auto import tqdm

from lca.data.batch import make_example, over_grey
from lca.data.faces import both_halves
from lca.data.sample import Capture
from lca.data.sources import Recording
from lca.errors import UserError
from lca.geometry.body import PARTS, displacement
from lca.geometry.body_file import load_body
from lca.model.network import LCA
from lca.model.template import Template
from lca.render import render
from lca.training.losses import psnr
from lca.training.scores import VISIBLE, known_faces, parts_of, truth_of

FACE = [PARTS.index(name) for name in ("face", "eye", "mouth")]
VARIED = 0.05
"""Standard deviation over all frames from which an action is there to be read."""
SWING = 0.002
"""Metres that an action moves some point of the face by, times its standard deviation, from which it counts as visible: nearly a
pixel of a face crop (2.5 mm). Most of the 52 move a lid or a lip by half of that."""
RIDGE = 0.3
"""Of the probes, per frame, on codes of unit variance."""
HUSH = 0.01
"""Noise, in standard deviations of the code, below which what is left of it counts as nothing."""
FOLDS = 8
"""Groups of people: a probe is fitted on all but one, and read on that one."""
FEWEST = 8
"""People that a probe needs."""


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
    """Which frames show both halves of the face: the code of a profile, or of the back of a head, knows nothing."""
    inside = capture.face_canonical_mask[:, 0]
    face = inside.clone()
    face[inside] = torch.isin(parts_of(capture.face_canonical, inside, template), torch.tensor(FACE))
    return both_halves(capture.face_canonical, face)


def probe_face_code(model: LCA, recordings: Sequence[Recording]) -> dict:
    """`face_code` of report.json: `r2` (see `read_actions`), `read_back` (see there), `by_name` (`r2` of the codes that name the
    true actions: what these frames and these probes would give a perfect code), `identity` (see `tell_people`), `reenactment`
    (see `reenact`).

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
    map_of_names = model.face_code.action_map.detach().numpy()
    perfect = replace(faces, eps=with_one(faces.actions) @ map_of_names)
    return {
        "frames": len(faces.person),
        "r2": read_actions(faces),
        "read_back": read_back(faces, map_of_names),
        "by_name": {name: value for name, value in read_actions(perfect).items() if name != "each"},
        "identity": tell_people(faces),
        "reenactment": reenact(model, [recordings[k] for k in seen], [captures[k] for k in seen]),
    }


def read_actions(faces: Faces) -> dict:
    """R2 of actions by linear probes, each fitted on other people (see `shares_read`)."""
    guess = np.zeros_like(faces.actions)
    for fold in range(FOLDS):
        fitted = faces.person % FOLDS != fold
        guess[~fitted] = with_one(faces.eps[~fitted]) @ ridge(faces.eps[fitted], faces.actions[fitted])
    return shares_read(guess, faces.actions)


def read_back(faces: Faces, action_map: Float[ndarray, "53 128"]) -> dict:
    """R2 of actions by the inverse of the map that names them: a linear reading that was fitted on none of these people (see
    `shares_read`)."""
    return shares_read((faces.eps - action_map[-1]) @ np.linalg.pinv(action_map[:-1]), faces.actions)


def shares_read(guess: Float[ndarray, "frames 52"], actions: Float[ndarray, "frames 52"]) -> dict:
    """R2: `mean` over the `actions` that vary, `visible` over those of them that swing by `SWING`, `pooled` over all squared
    errors together, and `each`, the farthest swinging first."""
    left = ((guess - actions) ** 2).sum(0)
    whole = ((actions - actions.mean(0)) ** 2).sum(0).clip(1e-9)
    swings, names, varied = swing(actions), load_body().expression_names, actions.std(0) > VARIED
    each = {k: float(1 - left[k] / whole[k]) for k in np.argsort(-swings) if varied[k]}
    seen = [value for k, value in each.items() if swings[k] >= SWING]
    return {
        "mean": round(float(np.mean(list(each.values()))), 3),
        "actions": len(each),
        "visible": round(float(np.mean(seen)), 3) if seen else None,
        "visible_actions": len(seen),
        "pooled": round(float(1 - left.sum() / whole.sum()), 3),
        "each": {names[k]: round(value, 3) for k, value in each.items()},
    }


def swing(actions: Float[ndarray, "frames 52"]) -> Float[ndarray, "52"]:
    """Metres by which one standard deviation of each action moves the point of the face that it moves most."""
    body = load_body()
    face = torch.isin(body.part_labels, torch.tensor(FACE))
    return actions.std(0) * body.expression_directions[face].norm(dim=1).amax(0).numpy()


def tell_people(faces: Faces) -> dict[str, float]:
    """How often a linear probe, fitted on every other frame of each person, tells whose the other frames are.

    People of one capture each make faces of their own, so that true actions tell them apart too: `ratio` is how often over
    chance, `ratio_by_actions` the same of the true actions, `ratio_beyond` of what is left of the code when what actions say of
    it is taken away, which a code of expressions alone does not have.
    """
    order = np.zeros(len(faces.person), np.int64)
    for who in np.unique(faces.person):
        order[faces.person == who] = np.arange((faces.person == who).sum())
    known, chance = order % 2 == 0, 1.0 / len(np.unique(faces.person))
    said = with_one(faces.actions)
    rest = faces.eps - said @ np.linalg.lstsq(said, faces.eps, rcond=None)[0]
    rest = rest + HUSH * faces.eps.std() * np.random.default_rng(0).standard_normal(rest.shape)
    top1, by_actions, beyond = (_told(inputs, faces.person, known) for inputs in (faces.eps, faces.actions, rest))
    ratios = {"ratio": top1 / chance, "ratio_by_actions": by_actions / chance, "ratio_beyond": beyond / chance}
    return {"top1": round(top1, 4), "chance": round(chance, 4)} | {name: round(ratios[name], 2) for name in ratios}


def _told(
    inputs: Float[ndarray, "frames inputs"], person: Int[ndarray, "frames"], known: Bool[ndarray, "frames"]
) -> float:
    labels = np.eye(person.max() + 1)[person]
    scores = with_one(inputs[~known]) @ ridge(inputs[known], labels[known])
    return float((scores.argmax(-1) == person[~known]).mean())


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
) -> dict[str, float | int | None]:
    """PSNR of faces seen from the front, driven by a code: `own` read off the true picture itself, `by_name` from its true
    actions, `crossed` read off the picture of the next person whose actions are nearest to it, `nearest` from the true actions of
    that picture, `at_rest` without any expression.

    Crossed above rest means that an expression travels; crossed as good as nearest, that nothing is lost on the way. As a face is
    a few blurred pixels, `moved_own`, `moved_crossed` and `moved_nearest` say it of the Gaussians: how much of the way (mean
    square) that the true actions move those with blendshapes the code moves them too, 1 for all of it, 0 for a face at rest.
    """
    totals: dict[str, list[float]] = {name: [] for name in ("own", "by_name", "crossed", "nearest", "at_rest")}
    left = dict.fromkeys(totals, 0.0)
    pairs = list(pairwise([*range(len(captures)), 0]))
    for here, there in tqdm(pairs, desc="re-enactment", unit="person"):
        for name, value, missing in _crossed(model, recordings[here], captures[here], captures[there], photos):
            totals[name].append(value)
            left[name] += missing
    moved = {
        f"moved_{name}": round(1.0 - left[name] / max(left["at_rest"], 1e-12), 3)
        for name in ("own", "crossed", "nearest")
    }
    means = {name: round(float(np.mean(values)), 2) if values else None for name, values in totals.items()}
    return means | moved | {"frames": len(totals["own"]), "people": len(pairs)}


def _crossed(
    model: LCA, recording: Recording, here: Capture, there: Capture, photos: int
) -> Iterator[tuple[str, float, float]]:
    """(way of driving, PSNR, what is missing of the Gaussians' true way) of one person's frames beyond the first `photos`."""
    frames = list(range(photos, len(here)))
    wanted = recording.photos(frames)
    example = make_example(recording.photos(range(photos)), wanted, np.random.default_rng(0), exact=True)
    avatar, targets = model.reconstruct(example.photos, example.betas), example.targets
    faces = known_faces(targets)
    if faces is None:
        return
    ahead, theirs = frontal(model.template, wanted), there.actions.nan_to_num(9.0)
    apart = torch.cdist(targets.actions.nan_to_num(), theirs)
    apart[:, ~frontal(model.template, there)] = torch.inf
    near = apart.argmin(-1)
    codes = {
        "own": model.face_code(over_grey(targets.face, targets.face_mask)),
        "by_name": avatar.eps_from_actions(targets.actions.nan_to_num()),
        "crossed": model.face_code(over_grey(there.face, there.face_mask)[near]),
        "nearest": avatar.eps_from_actions(theirs[near]),
        "at_rest": avatar.eps_from_actions(torch.zeros_like(targets.actions)),
    }
    missing = {name: _missing(model, eps - codes["by_name"]) for name, eps in codes.items()}
    truth, (_, camera) = truth_of(targets), targets.cameras()
    for frame in range(len(frames)):
        if faces[frame].sum() <= VISIBLE or not ahead[frame]:
            continue
        for name, eps in codes.items():
            posed = avatar.drive(targets.theta[frame], eps[frame], targets.psi[frame], targets.translation[frame])
            shown = render(posed, camera[frame], torch.ones(3)).image
            score = psnr(shown[None], truth.face[frame][None], faces[frame][None])
            yield name, float(score), float(missing[name][frame])


def _missing(model: LCA, eps: Float[Tensor, "frames 128"]) -> Float[Tensor, "frames"]:
    """Mean square of the way (metres) that a difference of codes moves the Gaussians with blendshapes; 0 where there are none."""
    driver = model.driver
    if driver.blend is None:
        return eps.new_zeros(len(eps))
    return displacement(driver.directions.float(), driver.blend(eps)).square().sum(-1).mean(-1)
