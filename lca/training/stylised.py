"""Drawn people by style, beside the same people's wild pictures: what breaks when photographs become drawings.

Nobody trains on drawings. Retrieval asks among the people of one style alone, because a style tells who it cannot be; of the
yardstick it asks among the same people's wild pictures, so that chance is the same.
"""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from PIL import Image

from lca.data.circumstances import Circumstances
from lca.data.sources import Recording, WorldRecording, WorldSource
from lca.errors import UserError
from lca.formats.captures import SPLITS
from lca.formats.shards import read_manifest
from lca.training.report import DRAWS, LeftOut, averaged, by_person, contact_sheet, sheet_row
from lca.training.retrieval import retrieved
from lca.training.scores import Portrait, Score

PLAIN = ("psnr_fg", "psnr_face", "margin_over_part_means", "shape_predicted")
FACTORS = ("pixels", "aligned_pixels", "top1_feed_forward", "top1_refined")
"""Scores that are compared as how many times worse they are than on the wild pictures."""


class Yardstick:
    """Captures of the very people of another folder, found by the person's seed."""

    def __init__(self, folder: str | Path):
        """Raises: UserError: a folder that cannot be read."""
        self.folder, counts = folder, read_manifest(folder).captures
        self.sources = [WorldSource(folder, split) for split in SPLITS if counts.get(split)]
        self.places = {source.rows[k]["seed"]: (source, k) for source in self.sources for k in range(len(source))}

    def of(self, recording: Recording) -> tuple[int, WorldRecording] | None:
        """The same person's capture and its place in its split; None if nobody filmed it."""
        found = self.places.get(recording.row["seed"]) if isinstance(recording, WorldRecording) else None
        return None if found is None else (found[1], found[0][found[1]])

    def capture_of(self, recording: Recording) -> WorldRecording:
        """The same. Raises: UserError: nobody filmed the person."""
        found = self.of(recording)
        if found is None:
            raise UserError(
                f"expected the person of {recording.photos([0]).identity} in {self.folder}, got none: build it with "
                "`lca world build STAGE --people-of STAGE` and the same --identities and --seed"
            )
        return found[1]


def style_of(recording: Recording) -> str:
    """In which style a capture is drawn; empty for photographs."""
    if not isinstance(recording, WorldRecording):
        return ""
    return str(Circumstances.read(recording.row, [0]).scene.get("style", ""))


def summarise_styles(portraits: Sequence[Portrait]) -> tuple[dict, list[LeftOut]]:
    """`stylised` of report.json, and what of it could not be had. By style, the worst last: means, people and intervals; with
    a yardstick also `wild`, the same of these people's wild pictures, and `factor`, how many times worse the drawings are."""
    report, left_out = {}, []
    for style in sorted({one.style for one in portraits} - {""}):
        members = [one for one in portraits if one.style == style]
        drawn, missing = summary(members)
        twins = [twin for one in members if (twin := one.yardstick) is not None]
        if twins:
            drawn["wild"], missing_wild = summary(twins)
            pairs = [(one, one.yardstick) for one in members if one.yardstick is not None]
            drawn["factor"] = factors([one for one, _ in pairs], [twin for _, twin in pairs])
            missing += [replace(entry, what=f"wild: {entry.what}") for entry in missing_wild]
        report[style] = drawn
        left_out += [replace(entry, what=f"stylised, {style}: {entry.what}") for entry in missing]
    return dict(sorted(report.items(), key=lambda item: badness(item[1]))), left_out


def summary(members: Sequence[Portrait]) -> tuple[dict, list[LeftOut]]:
    """Means, people and intervals of some portraits."""
    means, intervals, missing = averaged(people := by_person(scored(members)))
    return {**means, "people": len(people), "interval95": intervals}, missing


def scored(members: Sequence[Portrait]) -> list[tuple[str, dict[str, Score]]]:
    """Scores of each portrait; those of solver, refinement and retrieval where refinement was measured."""
    rows = [(one.identity, {name: one.scores[name] for name in PLAIN}) for one in members]
    compared = [(one.identity, one.comparison) for one in members if one.comparison is not None]
    if len(compared) < len(members):
        return rows
    found = retrieved([(who, one.likenesses) for who, one in compared])
    for (_, scores), (_, one), (_, shares) in zip(rows, compared, found, strict=True):
        scores["refined_psnr_fg"] = one.groups["refined"]["psnr_fg"]
        scores |= one.groups["solver"]
        scores |= shares if len(rows) > 1 else {}
    return rows


def factors(drawn: Sequence[Portrait], wild: Sequence[Portrait]) -> dict:
    """Of each of `FACTORS` the mean error of the drawings over that of the wild pictures, or of right answers the other way
    round, with the interval over people; without what cannot be divided."""
    first, second = ([scores for _, scores in scored(members)] for members in (drawn, wild))
    found, intervals = {}, {}
    for name in FACTORS:
        pairs = [(one.get(name, ""), other.get(name, "")) for one, other in zip(first, second, strict=True)]
        both = np.array([pair for pair in pairs if not any(isinstance(score, str) for score in pair)]).reshape(-1, 2)
        errors, over = (both[:, 1], both[:, 0]) if name.startswith("top1") else (both[:, 0], both[:, 1])
        if not over.sum() > 0:
            continue
        found[name] = round(float(errors.sum() / over.sum()), 3)
        draws = np.random.default_rng(0).integers(0, len(both), (DRAWS, len(both)))
        sums = errors[draws].sum(1), over[draws].sum(1)
        if len(both) > 1 and (sums[1] > 0).all():
            low, high = np.percentile(sums[0] / sums[1], [2.5, 97.5])
            intervals[name] = [round(float(low), 3), round(float(high), 3)]
    return {**found, "interval95": intervals}


def badness(style: dict) -> tuple[float, float]:
    """What styles are ordered by: the solver's error where it was measured, else the PSNR."""
    return style.get("aligned_pixels", 0.0), -style.get("psnr_fg", 0.0)


def style_sheet(portraits: Sequence[Portrait], styles: Sequence[str]) -> Image.Image:
    """Of each style the person who came out worst, and below the same one in the wild if there is a yardstick."""
    rows = []
    for style in styles:
        worst = min((one for one in portraits if one.style == style), key=lambda one: float(one.scores["psnr_fg"]))
        rows.append(sheet_row(replace(worst, identity=f"{style}, {worst.identity}")))
        if worst.yardstick is not None:
            twin = worst.yardstick
            rows.append(sheet_row(replace(twin, identity=f"the same person in the wild, {twin.identity}")))
    return contact_sheet(rows)
