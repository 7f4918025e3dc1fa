"""The report of an evaluation: means over people with their intervals, what was left out and why, and a contact sheet."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from einops import rearrange
from PIL import Image, ImageDraw, ImageFont
from torch.nn import functional as F

from lca.errors import UserError
from lca.formats.photos import BODY_SIZE
from lca.training.retrieval import FEWEST, retrieved
from lca.training.scores import NO_MAPS, Portrait, Score

DRAWS = 2000
"""Bootstrap samples of an interval."""
LINE = 18
"""Pixels of a line of text on the sheet."""
INK, PAPER = (40, 40, 40), (255, 255, 255)


@dataclass(frozen=True)
class LeftOut:
    """What the report lacks, why, and whom it concerns (by identity)."""

    what: str
    reason: str
    people: tuple[str, ...] = ()

    def as_json(self) -> dict:
        """As it stands in report.json."""
        return {"what": self.what, "reason": self.reason, "people": list(self.people)}


def summarise(people: dict[str, dict[str, Score]]) -> tuple[dict, list[LeftOut]]:
    """Means over people and 95% intervals of each score, and what of it could not be had.

    `interval95` maps a score's name to [low, high]: the bootstrap over the people that have the score, two at least.
    """
    report, intervals, left_out = averaged(people)
    hands = [scores.get("psnr_hands", NO_MAPS) for scores in people.values()]
    if any(score != NO_MAPS for score in hands):
        report["people_with_hands"] = sum(not isinstance(score, str) for score in hands)
    return {**report, "people": len(people), "interval95": intervals}, left_out


def summarise_groups(portraits: Sequence[Portrait]) -> tuple[dict, list[LeftOut]]:
    """The same of each group of scores: of the comparisons, of `identity`, which needs `FEWEST` people, and of the probes; each
    with its people and intervals."""
    pairs = [(portrait.identity, portrait.comparison) for portrait in portraits if portrait.comparison is not None]
    report, left_out, count = {}, [], len({who for who, _ in pairs})
    groups = {name: [(who, one.groups[name]) for who, one in pairs] for name in (pairs[0][1].groups if pairs else ())}
    if count >= FEWEST:
        groups["identity"] = retrieved([(who, one.likenesses) for who, one in pairs])
    elif pairs:
        left_out.append(LeftOut("identity", f"{count} of the {FEWEST} people that retrieval needs"))
    for name in dict.fromkeys(name for portrait in portraits for name in portrait.probed):
        groups[name] = [(one.identity, one.probed[name]) for one in portraits if name in one.probed]
    for name, captures in groups.items():
        means, intervals, missing = averaged(people := by_person(captures))
        report[name] = {**means, "people": len(people), "interval95": intervals}
        left_out += [LeftOut(f"{name}: {entry.what}", entry.reason, entry.people) for entry in missing]
    return report, left_out


def averaged(people: dict[str, dict[str, Score]]) -> tuple[dict[str, float], dict[str, list[float]], list[LeftOut]]:
    """(means, intervals, left out) of each score that anybody has."""
    means, intervals, alone, left_out = {}, {}, [], []
    for name in dict.fromkeys(name for scores in people.values() for name in scores):
        numbers = [score for scores in people.values() if not isinstance(score := scores[name], str)]
        reasons = [(who, reason) for who, scores in people.items() if isinstance(reason := scores[name], str)]
        left_out += [LeftOut(name, reason, (who,)) for who, reason in reasons]
        if numbers:
            means[name] = round(float(np.mean(numbers)), 4)
        if len(numbers) == 1:
            alone.append(name)
        elif numbers:
            intervals[name] = interval95(np.array(numbers))
    if alone:
        left_out.append(LeftOut(f"interval95 of {', '.join(alone)}", "one person says nothing about others"))
    return means, intervals, left_out


def merged(entries: Sequence[LeftOut]) -> list[LeftOut]:
    """One entry for people who lack the same for the same reason."""
    people: dict[tuple[str, str], tuple[str, ...]] = {}
    for entry in entries:
        people[entry.what, entry.reason] = people.get((entry.what, entry.reason), ()) + entry.people
    return [LeftOut(*key, who) for key, who in people.items()]


def by_person(captures: Sequence[tuple[str, dict[str, Score]]]) -> dict[str, dict[str, Score]]:
    """Scores by identity; of a person filmed more than once, the mean of each score over the captures that have it.

    Raises:
        UserError: a score is not finite: a mean over the others would hide that person.
    """
    people: dict[str, list[dict[str, Score]]] = {}
    for identity, scores in captures:
        lost = [name for name, score in scores.items() if not isinstance(score, str) and not math.isfinite(score)]
        if lost:
            raise UserError(
                f"expected finite scores of {identity}, got NaN or infinity for {', '.join(lost)}: the model makes no picture "
                "of this person, or the data are damaged; check both"
            )
        people.setdefault(identity, []).append(scores)
    return {who: {name: _mean([s[name] for s in scores]) for name in scores[0]} for who, scores in people.items()}


def _mean(scores: list[Score]) -> Score:
    numbers = [score for score in scores if not isinstance(score, str)]
    return float(np.mean(numbers)) if numbers else scores[0]


def interval95(values: np.ndarray) -> list[float]:
    """[low, high] of the mean over people: 2.5th and 97.5th percentile of means of people drawn with replacement."""
    draws = np.random.default_rng(0).integers(0, len(values), (DRAWS, len(values)))
    low, high = np.percentile(values[draws].mean(1), [2.5, 97.5])
    return [round(float(low), 3), round(float(high), 3)]


def sheet_row(portrait: Portrait) -> Image.Image:
    """Who it is and how well it went; below, with captions: photos, then each target and a face: known shape, refined (if it was,
    of unknown shape), truth."""
    cells = [(f"photo {place}", photo) for place, photo in enumerate(portrait.photos, 1)]
    views = {"known shape": portrait.shown, "truth": portrait.truth}
    if portrait.comparison is not None:
        views = {"known shape": portrait.shown, "refined": portrait.comparison.refined, "truth": portrait.truth}
    for place in range(len(portrait.truth.body)):
        cells += [(f"target {place + 1}, {name}", view.body[place]) for name, view in views.items()]
    cells += [(f"face 1, {name}", view.face[0]) for name, view in views.items()]
    strip = torch.cat([F.interpolate(x[None], BODY_SIZE, mode="bilinear")[0] for _, x in cells], -1).clamp(0, 1).cpu()
    row = Image.new("RGB", (strip.shape[-1], BODY_SIZE + 2 * LINE), PAPER)
    pixels = (rearrange(strip, "channel height width -> height width channel") * 255).round().to(torch.uint8)
    row.paste(Image.fromarray(pixels.numpy()), (0, 2 * LINE))
    pen, font = ImageDraw.Draw(row), ImageFont.load_default(12)
    pen.text((4, LINE // 2), title(portrait), fill=INK, anchor="lm", font=font)
    for place, (caption, _) in enumerate(cells):
        pen.text((BODY_SIZE * place + 4, LINE + LINE // 2), caption, fill=INK, anchor="lm", font=font)
    return row


def title(portrait: Portrait) -> str:
    """The line over a row."""
    named = {"known shape": "psnr_fg", "face": "psnr_face", "hands": "psnr_hands"}
    named |= {"shape predicted": "shape_predicted", "stature unknown": "stature_unknown"}
    numbers = [(word, portrait.scores.get(name, "")) for word, name in named.items()]
    if portrait.comparison is not None:
        numbers.append(("refined", portrait.comparison.groups["refined"]["psnr_fg"]))
    told = ", ".join(f"{word} {score:.1f} dB" for word, score in numbers if not isinstance(score, str))
    return f"{portrait.identity}: PSNR {told}"


def contact_sheet(rows: Sequence[Image.Image]) -> Image.Image:
    """Rows below each other."""
    sheet = Image.new("RGB", (max(row.width for row in rows), sum(row.height for row in rows)), PAPER)
    top = 0
    for row in rows:
        sheet.paste(row, (0, top))
        top += row.height
    return sheet
