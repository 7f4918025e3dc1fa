"""How well people are followed in films whose truth is known; beside it each frame solved alone, and no stature told."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from lca.model.network import LCA
from lca.tracking.film.film_error import FilmTruth, film_error
from lca.tracking.film.follow import Known, first_look, pictures_of, rate_of, solved
from lca.tracking.film.smoothing import SmoothConfig
from lca.tracking.film.watched import watched
from lca.tracking.finder import PeopleFinder
from lca.training.report import averaged

ALONE = SmoothConfig(steps=0)
"""Each frame as a photo."""


def trial(model: LCA, finder: PeopleFinder, films: Iterable[tuple[Path, Path]]) -> dict[str, Any]:
    """Of (film, truth) pairs, one person each: means and 95% intervals over people of `film_error`, in three groups.

    `told`: the stature known; `alone`: the same, each frame solved as a photo; `guessed`: nothing known.
    """
    people = {film.stem: tried(model, finder, film, truth) for film, truth in films}
    report: dict[str, Any] = {"people": len(people)}
    for group in ("told", "alone", "guessed"):
        means, intervals, _ = averaged({who: dict(one[group]) for who, one in people.items()})
        report[group] = {**means, "interval95": intervals}
    report["films"] = {who: one["told"] for who, one in people.items()}
    return report


def tried(model: LCA, finder: PeopleFinder, film: Path, truth: Path) -> dict[str, dict[str, float]]:
    """One person's errors in the three groups."""
    fps, true = rate_of(film), FilmTruth.read(truth)
    stature = float(model.template.stature(true.betas))
    told, guessed = (first_look(film, model, finder, Known(stature=metres)) for metres in (stature, None))
    frames: Sequence = list(watched(pictures_of(film, fps, Known()), model, finder, told.solution.betas))
    ways = {"told": (told, None), "alone": (told, ALONE), "guessed": (guessed, None)}
    return {
        name: film_error(solved(frames, start.solution.betas, model.template, fps, smooth)[1], true)
        for name, (start, smooth) in ways.items()
    }
