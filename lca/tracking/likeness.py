"""From photographs to a likeness: the avatar that the network makes at once, the pose of each photo, and its refinement.

`refine_on_photos` is the whole way, `draft` and `likeness` are its halves.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cache, partial
from typing import Any

import torch
from torch.nn import functional as F

from lca.errors import UserError
from lca.formats.photos import BODY_MARGIN, Picture, square_box
from lca.matting.cutout import FoundPerson, crops_of
from lca.model.avatar import Avatar
from lca.model.cover import covered
from lca.model.eyes import BROWN, EyeColors, with_eyes
from lca.model.network import LCA
from lca.model.rig import Signals
from lca.tracking.face_fit import fit_face
from lca.tracking.hanging import as_worn
from lca.tracking.iris import eye_colors
from lca.tracking.mouth import with_mouth
from lca.tracking.observe import Framing, observe
from lca.tracking.sighting import Sighting
from lca.tracking.solution import Solution
from lca.tracking.solve import solve
from lca.tracking.witness import PhotoSet, settled, signals_of
from lca.training.refine import Progress, RefineConfig, Refined, refine
from lca.training.refining.views import View


@dataclass(frozen=True)
class Draft:
    """What is known after the feed-forward pass: the avatar at the solved shape, and the photos with their solved poses."""

    avatar: Avatar
    plain: Avatar
    """The same with cracks in the head, which refinement closes by itself: what it starts from."""
    solution: Solution
    views: tuple[View, ...]
    """Of the photos that a pose was found for."""
    used: tuple[int, ...]
    """Which photos those are."""
    eyes: EyeColors = BROWN
    """What the photos show of the eyes."""


@dataclass(frozen=True)
class Likeness:
    """A refined avatar and how it stands in each photo used (drives in the frame of that photo's camera)."""

    avatar: Avatar
    signals: Signals
    start: Draft
    """What refinement started from; where no photo has a pose, it is all there is."""


class Enough(KeyboardInterrupt):
    """Raised in `on_progress` to end a refinement as Ctrl-C does: the best so far is kept."""


@dataclass(frozen=True)
class Watcher:
    """Who is told how a likeness comes about: `on_draft` once, then `on_progress` after each step."""

    on_draft: Callable[[Draft], None] = lambda start: None
    on_progress: Callable[[Progress], None] = lambda progress: None


def refine_on_photos(
    model: LCA,
    pictures: Sequence[Picture],
    people: Sequence[FoundPerson],
    stature: float | None = None,
    seconds: float | None = None,
    watcher: Watcher = Watcher(),
) -> Likeness:
    """The likeness of a person found in photographs, one in each: reconstruct, solve the poses, refine.

    `stature` is in metres where it is known. Refinement takes at most `seconds`, or ends by itself. Where no photo's pose is
    found the avatar is the feed-forward one.

    Raises:
        UserError: a model without a dense head, seconds that are no time, boxes that do not fit the photos.
    """
    if seconds is not None and not seconds > 0:
        raise UserError(f"expected seconds above 0, got {seconds:g}; model.reconstruct does without refinement")
    start = draft(model, pictures, people, stature)
    watcher.on_draft(start)
    if not start.views:
        return Likeness(start.avatar, signals_of(start.solution, start.avatar)[[]], start)
    return likeness(model, start, seconds, on_progress=watcher.on_progress)


@torch.no_grad()
def draft(
    model: LCA, pictures: Sequence[Picture], people: Sequence[FoundPerson], stature: float | None = None
) -> Draft:
    """Reconstruct, then solve pose and place of every photo and one shape; `stature` in metres where it is known.

    Raises:
        UserError: the model has no dense head; boxes that do not fit the photos.
    """
    photos = crops_of(pictures, people)
    photo_set = PhotoSet(pictures, people, photos)
    maps, fused = model.read(photos[None])
    observations = observe(maps, fused.betas[0], photos, framing_of(pictures, people), **seen_by(people))
    solved = partial(solve, observations, model.template, stature)
    solution = settled(model, photo_set, solved)
    used = tuple(k for k, found in enumerate(solution.solved) if found)
    betas = solution.betas if used else None

    @cache
    def hung(share: float) -> Avatar:
        return model.avatar_of(fused, len(photos), betas, None if used else stature, share, cover=False)

    avatar = hung(1.0)
    signals = signals_of(solution, avatar)
    views = tuple(photo_set.view(k, solution, signals) for k in used)
    avatar = as_worn(model, fused, hung, views)
    if observations.faces is not None:
        cameras = [solution.camera(k) for k in used]
        avatar = fit_face(avatar, model.template, signals[list(used)], cameras, [observations.faces[k] for k in used])
    shown = replace(avatar, canonical=covered(avatar.canonical, model.template))
    return Draft(shown, avatar, solution, views, used, eye_colors(pictures, people))


def likeness(
    model: LCA,
    start: Draft,
    seconds: float | None = None,
    config: RefineConfig | None = None,
    on_progress: Callable[[Progress], None] | None = None,
) -> Likeness:
    """Refine a draft on its photos, for `seconds` or until it stops by itself; see `lca.training.refine`.

    Raises:
        UserError: no photo has a pose.
    """
    done = refine(start.plain, model.template, start.views, config or RefineConfig(), seconds, on_progress=on_progress)
    done = with_eyes_and_teeth(model, start, done)
    return Likeness(done.avatar, done.signals, start)


def with_eyes_and_teeth(model: LCA, start: Draft, done: Refined) -> Refined:
    """What refinement leaves alone, painted: eyes in the colours of the photos. Neither counts as seen."""
    avatar = with_eyes(with_mouth(done.avatar, start.plain, model.template), start.eyes)
    gate = F.pad(done.gate, (0, len(avatar.canonical) - len(done.gate)))
    return replace(done, avatar=avatar, gate=gate)


def framing_of(pictures: Sequence[Picture], people: Sequence[FoundPerson]) -> Framing:
    """Where the squares were cut, and the cameras that the files tell of (0 where they do not)."""
    body = torch.stack([square_box(person.body_box, BODY_MARGIN) for person in people])
    face = torch.stack([square_box(person.head_box) for person in people])
    size = torch.tensor([[float(side) for side in picture.image.shape[:0:-1]] for picture in pictures])
    return Framing(body, face, size, torch.tensor([picture.focal or 0.0 for picture in pictures]))


def seen_by(people: Sequence[FoundPerson]) -> dict[str, Any]:
    """Landmarks, facial actions and gaze, where whoever found the people knows them."""
    sightings = [person for person in people if isinstance(person, Sighting)]
    if len(sightings) < len(people):
        return {}
    return {
        "landmarks": torch.stack([sighting.landmarks for sighting in sightings]),
        "visibility": torch.stack([sighting.visibility * sighting.confidence for sighting in sightings]),
        "world": torch.stack([sighting.world_landmarks for sighting in sightings]),
        "actions": torch.stack([sighting.actions for sighting in sightings]),
        "psi": torch.stack([sighting.psi for sighting in sightings]),
        "hands": torch.stack([sighting.hands for sighting in sightings]),
        "hand_confidence": torch.stack([sighting.hand_confidence for sighting in sightings]),
        "faces": tuple(None if sighting.face is None else sighting.face[:, :2] for sighting in sightings),
    }
