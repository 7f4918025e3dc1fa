"""The report of a study: NAME.json, which holds every figure, and from it NAME.md and NAME.png.

What it says of PSNR is made here, of what emerges in `lca.studies.emergence`."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from lca.formats.atomic import writing
from lca.studies.design import Size, Study, Trial, setting
from lca.studies.emergence import emergence_text
from lca.studies.intervals import mean_and_interval95, paired, said, table
from lca.studies.plot import plot
from lca.studies.scoring import SCORES, People


@dataclass(frozen=True)
class Finding:
    """What was measured of one row: test world -> people and their scores, one table a seed."""

    row: Trial
    scores: dict[str, list[People]]


def report_of(study: Study, size: Size, findings: Sequence[Finding], facts: dict[str, Any]) -> dict[str, Any]:
    """Everything that the report says, in plain values; `facts` are size, world_code, training (runs, steps,
    minutes) and bare_body (PSNR by test world)."""
    best = next((one for one in findings if one.row.name == study.best), None)
    return {
        **facts,
        **setting(study, size),
        "targets": size.targets,
        "train": {name: asdict(world) for name, world in size.worlds_of(one.row for one in findings).items()},
        "test": {name: asdict(world) for name, world in size.test.items()},
        "rows": [_row(one, best, size) for one in findings],
    }


def _row(one: Finding, best: Finding | None, size: Size) -> dict[str, Any]:
    measured = {}
    for world, seeds in one.scores.items():
        measured[world] = {score: _measured(seeds, score) for score in SCORES}
        if best is not None and one is not best:
            measured[world]["against_best"] = paired(best.scores[world], seeds, "psnr_fg")
    chain = [{**asdict(link), "steps": max(1, round(size.steps * link.share))} for link in one.row.chain]
    return {"name": one.row.name, "paper": one.row.paper, "chain": chain, "photos": one.row.photos, "worlds": measured}


def _measured(seeds: Sequence[People], score: str) -> dict[str, Any]:
    names, numbers = table(seeds, score)
    by_seed = [round(float(mean), 3) for mean in numbers.mean(1)]
    return {**mean_and_interval95(numbers), "people": len(names), "by_seed": by_seed}


def write_report(report: dict[str, Any], folder: Path) -> Path:
    """Write the three files into `folder`; returns the Markdown one."""
    stem = folder / report["study"]
    folder.mkdir(parents=True, exist_ok=True)
    with writing(stem.with_suffix(".json")) as temporary:
        temporary.write_text(json.dumps(report, indent=1, ensure_ascii=False) + "\n")
    with writing(stem.with_suffix(".png")) as temporary:
        plot(report).save(temporary, "PNG", optimize=True)
    with writing(stem.with_suffix(".md")) as temporary:
        temporary.write_text(markdown(report))
    return stem.with_suffix(".md")


def markdown(report: dict[str, Any]) -> str:
    """A report of either kind as text."""
    return emergence_text(report) if "measures" in report else quality_text(report)


def quality_text(report: dict[str, Any]) -> str:
    """PSNR as text: the question, how it was measured, the table, what its columns are."""
    trained = ", ".join(f"{world['identities']} {name} people" for name, world in report["train"].items())
    first, cost = report["rows"][0]["worlds"], report["training"]
    tested = ", ".join(f"{first[name]['psnr_fg']['people']} {name}" for name in report["test"])
    return f"""# {report["study"]}: {report["asks"]}

{report["table"]}. Size *{report["size"]}*: {report["steps"]} steps a row in all, {report["seeds"]} seeds; worlds of {trained};
measured on {tested} people of other seeds, {report["photos"]} photos and {report["targets"]} new frames each.
{cost["runs"]} runs, {cost["steps"]} steps, {cost["minutes"]:.0f} minutes of one thread by the clock.

{chr(10).join(rows_table(report))}

dB of PSNR inside the foreground mask, known shape; in brackets 95% intervals over seeds and people (bootstrap of both).
*against* is the difference to *{report["best"]}*, seed by seed and person by person. The paper's figures are of real captures
and large networks: the order can be compared, the numbers cannot.

![the table as a picture]({report["study"]}.png)
"""


def rows_table(report: dict[str, Any]) -> list[str]:
    """The lines of the Markdown table: a row each, for each test world ours, the difference to the best, the paper's."""
    worlds = list(report["test"])
    heads = [word for world in worlds for word in (world, "against", "paper")]
    lines = [f"| | {' | '.join(heads)} |", "|---" * (len(heads) + 1) + "|"]
    for row in report["rows"]:
        cells = [cell for world in worlds for cell in _cells(row, world)]
        lines.append(f"| {row['name']} | {' | '.join(cells)} |")
    bare = " | ".join(f"{said(report['bare_body'][world], '.2f')} | | " for world in worlds)
    return [*lines, f"| *bare body in the photos' mean colour* | {bare}|"]


def _cells(row: dict[str, Any], world: str) -> list[str]:
    found = row["worlds"][world]
    against = said(found["against_best"], "+.2f") if "against_best" in found else ""
    paper = row["paper"].get(world)
    return [said(found["psnr_fg"], ".2f"), against, "" if paper is None else f"{paper:.2f}"]
