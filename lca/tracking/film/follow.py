"""A film of a person -> a motion: one shape, a pose for each frame, evened out without lag, on a floor."""

import math
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor

from lca.errors import UserError
from lca.formats.film_facts import film_facts
from lca.formats.film_frames import every_frame, read_film
from lca.formats.focal import DIAGONAL_35MM
from lca.formats.photos import MOST_PHOTOS, Picture
from lca.geometry.motion import Motion
from lca.model.network import LCA
from lca.model.template import Template
from lca.tracking.film.series import even
from lca.tracking.film.smoothing import NO_SHAPE, SmoothConfig
from lca.tracking.film.upright import levelled
from lca.tracking.film.watched import SamePerson, watched
from lca.tracking.film.windows import Follower
from lca.tracking.finder import PeopleFinder
from lca.tracking.likeness import Draft, draft
from lca.tracking.observe import Observations
from lca.tracking.posture import posed
from lca.tracking.scene import SceneConfig, tensor
from lca.tracking.sighting import Sighting
from lca.tracking.solution import Solution
from lca.tracking.solve import PhotoVerdict, known_figure

SLOWEST, FASTEST = 1.0, 60.0
"""Frames a second: faster films are thinned, those of slower ones are repeated."""
FACE_HERTZ = 5.0
"""Swings of facial actions and gaze that are halved: a blink passes."""
Progress = Callable[[Iterable[Picture], str], Iterable[Picture]]
NOBODY = "cut it to where the person is seen, or film them closer"


@dataclass(frozen=True)
class Known:
    """What a user knows of a film: stature (metres), focal length (millimetres on 35 mm film; by default 1.2 times the picture's
    longer side), and how many of its seconds are wanted."""

    stature: float | None = None
    focal: float | None = None
    seconds: float | None = None

    def told(self, picture: Picture) -> Picture:
        """A frame with the focal length."""
        if self.focal is None:
            return picture
        return replace(picture, focal=self.focal / DIAGONAL_35MM * math.hypot(*picture.image.shape[1:]))


@dataclass(frozen=True)
class Followed:
    """What a film shows: `motion` in our world (y up, soles on the floor); `solution`, the same in the camera's frame, with words
    for each frame; and what a `first_look` made of it."""

    motion: Motion
    solution: Solution
    start: Draft


def follow(
    path: Path,
    model: LCA,
    finder: PeopleFinder,
    known: Known = Known(),
    progress: Progress = lambda pictures, what: pictures,
) -> Followed:
    """Follow the person of a film whose camera stands still.

    `progress` wraps the frames as `tqdm` does, first those that the shape is found on, then all; it is told what they are.

    Raises:
        UserError: ffmpeg cannot read the film, it shows nobody, or the model has no dense head.
    """
    fps, start = rate_of(path), first_look(path, model, finder, known, progress)
    frames = watched(progress(pictures_of(path, fps, known), "pose"), model, finder, start.solution.betas)
    try:
        return Followed(*solved(frames, start.solution.betas, model.template, fps), start)
    except UserError as error:
        raise UserError(f"{error}: {path}; {NOBODY}") from error


def rate_of(path: Path) -> float:
    """Frames a second that are followed. Raises: UserError: ffmpeg cannot read the film."""
    return min(max(film_facts(path).fps, SLOWEST), FASTEST)


def pictures_of(path: Path, fps: float, known: Known) -> Iterator[Picture]:
    """The frames of a film."""
    return (known.told(picture) for picture in every_frame(path, fps, known.seconds))


def first_look(
    path: Path,
    model: LCA,
    finder: PeopleFinder,
    known: Known,
    progress: Progress = lambda pictures, what: pictures,
) -> Draft:
    """The person's shape, and a first avatar, of the sharpest and most different frames.

    Raises:
        UserError: none of them shows a person, or the one who is asked for.
    """
    pictures = progress([known.told(picture) for picture in read_film(path, MOST_PHOTOS)], "shape")
    found = shown(pictures, finder)
    if not found:
        raise UserError(f"expected a film of a person, got nobody in {path}: {NOBODY}")
    return draft(model, [picture for picture, _ in found], [person for _, person in found], known.stature)


def shown(pictures: Iterable[Picture], finder: PeopleFinder) -> list[tuple[Picture, Sighting]]:
    """Pictures from all over a film that show the person who is followed, and where.

    Raises:
        TooFewPeople: none shows as many people as are needed to tell who is asked for.
    """
    same, found = SamePerson(finder, reach=math.inf), []
    for picture in pictures:
        person = same(picture)
        found += [] if person is None else [(picture, person)]
        same.search()
    if same.too_few is not None:
        raise same.too_few
    return found


def solved(
    frames: Iterable[Observations | None],
    betas: Float[Tensor, " shape"],
    template: Template,
    fps: float,
    smooth: SmoothConfig | None = None,
) -> tuple[Motion, Solution]:
    """`motion` and `solution` of `Followed`, of what frames show of a person of known shape.

    Raises:
        UserError: no frame shows enough.
    """
    figure, whole = known_figure(betas, template, SceneConfig())
    follower, noted = Follower(figure, whole, template, fps, smooth=smooth or SmoothConfig()), Noted()
    verdicts = list(follower(noted.passing(frames)))
    if not verdicts:
        raise UserError("expected a film of a person, got frames that show nobody")
    solution = as_solution(verdicts, noted, follower)
    seen = Motion(solution.theta, solution.translation, solution.actions, solution.psi, fps)
    prior, skeleton = figure.prior, figure.skeleton
    places = np.stack([posed(verdict.pose, skeleton, NO_SHAPE, prior).places for verdict in verdicts])
    return levelled(seen, whole, places), solution


@dataclass
class Noted:
    """What is noted while frames pass by: facial actions and gaze, NaN where no face is seen, and the last camera."""

    actions: list[Tensor] = field(default_factory=list)
    psi: list[Tensor] = field(default_factory=list)
    intrinsics: Tensor | None = None
    size: Tensor | None = None

    def passing(self, frames: Iterable[Observations | None]) -> Iterator[Observations | None]:
        """The same frames."""
        for frame in frames:
            actions, psi = torch.full((52,), torch.nan), torch.full((4,), torch.nan)
            if frame is not None:
                self.intrinsics, self.size = frame.framing.intrinsics()[0], frame.framing.size[0]
                if frame.faces is not None and frame.faces[0] is not None and frame.actions is not None:
                    actions, psi = frame.actions[0], psi if frame.psi is None else frame.psi[0]
            self.actions.append(actions)
            self.psi.append(psi)
            yield frame

    def evened(self, fps: float) -> tuple[Float[Tensor, "frames 52"], Float[Tensor, "frames 4"]]:
        """Actions and gaze without flicker; where no face is seen, as before and after."""
        actions, psi = (without_flicker(torch.stack(values), fps) for values in (self.actions, self.psi))
        return actions.clamp(0, 1), psi


def without_flicker(values: Float[Tensor, "frames channels"], fps: float) -> Float[Tensor, "frames channels"]:
    """Evened out; rows of NaN follow their neighbours, no farther than anything that was seen."""
    seen = values.isfinite().all(-1)
    smooth = torch.from_numpy(
        even(values.nan_to_num().double().numpy(), seen.double().numpy(), fps, FACE_HERTZ)
    ).float()
    return smooth if not seen.any() else smooth.clamp(values[seen].amin(0), values[seen].amax(0))


def as_solution(verdicts: list[PhotoVerdict], noted: Noted, follower: Follower) -> Solution:
    """All frames in the camera's frame."""
    assert noted.intrinsics is not None and noted.size is not None  # there is a verdict, so there was a frame
    count, prior = len(verdicts), follower.figure.prior
    actions, psi = noted.evened(follower.fps)
    return Solution(
        torch.stack([tensor(verdict.pose.theta(prior)) for verdict in verdicts]),
        torch.stack([tensor(verdict.pose.translation) for verdict in verdicts]),
        follower.betas,
        noted.intrinsics.repeat(count, 1, 1),
        noted.size.repeat(count, 1),
        actions,
        psi,
        torch.tensor([verdict.residual for verdict in verdicts]),
        tuple(verdict.words for verdict in verdicts),
    )
