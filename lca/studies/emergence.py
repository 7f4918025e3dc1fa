"""Each emergent score against the number of people in pretraining: what a study with `measures` finds, and how it reads.

The same people are measured in every row and seed. What a score does per decade of people is a straight line through the rows of
one seed for one person; its interval is over seeds and people, and a score whose interval holds 0 is flat, as far as one can see.
"""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

import numpy as np
from jaxtyping import Float

from lca.studies.design import Measure, Size, Study, Trial, setting
from lca.studies.intervals import mean_and_interval95, said, table
from lca.studies.scoring import People

FEWEST = 2
"""People who have a score, below whom nothing is said."""
PEOPLE = "--data.people="


def pretraining_people(row: Trial, size: Size) -> int:
    """Training people of the first stage."""
    link = row.chain[0]
    limits = [int(option.removeprefix(PEOPLE)) for option in link.overrides if option.startswith(PEOPLE)]
    every = [size.train[name].manifest().captures["train"] for name in link.data]
    return sum(min([count, *limits]) for count in every)


def emergence_of(
    study: Study, size: Size, rows: Sequence[Trial], scores: Sequence[dict[str, list[People]]], facts: dict[str, Any]
) -> dict[str, Any]:
    """Everything that the report says, in plain values; `scores` are of each row: probed world -> one table a seed; `facts` are
    size, world_code and training (runs, steps, minutes)."""
    counts = [pretraining_people(row, size) for row in rows]
    used = size.worlds_of(rows)
    return {
        **facts,
        **setting(study, size),
        "train": {name: asdict(world) for name, world in used.items()},
        "training_people": {name: world.manifest().captures["train"] for name, world in used.items()},
        "probed": {name: asdict(world) for name, world in size.probed.items()},
        "rows": [
            {"name": row.name, "paper": row.paper, "people": count, "chain": [asdict(link) for link in row.chain]}
            for row, count in zip(rows, counts, strict=True)
        ],
        "measures": [_measured(measure, counts, [one[measure.world] for one in scores]) for measure in study.measures],
    }


def _measured(measure: Measure, counts: Sequence[int], rows: Sequence[Sequence[People]]) -> dict[str, Any]:
    names, numbers = of_everybody(rows, measure.score)
    found = {**asdict(measure), "people": len(names)}
    if len(names) < FEWEST:
        return found
    by_row = [
        {**mean_and_interval95(row), "by_seed": [round(float(mean), 3) for mean in row.mean(1)]} for row in numbers
    ]
    return {**found, "rows": by_row, "per_decade": mean_and_interval95(slopes(counts, numbers))}


def of_everybody(
    rows: Sequence[Sequence[People]], score: str
) -> tuple[list[str], Float[np.ndarray, "rows seeds people"]]:
    """(identities, numbers) of the people who have the score in every row and seed."""
    seeds = [one for row in rows for one in row]
    names, numbers = table(seeds, score)
    return names, numbers.reshape(len(rows), len(rows[0]), len(names))


def slopes(counts: Sequence[int], numbers: Float[np.ndarray, "rows seeds people"]) -> Float[np.ndarray, "seeds people"]:
    """Least squares of a score over log10 of the people in pretraining: what ten times as many bring. 0 of a single row."""
    decades = np.log10(counts) - np.log10(counts).mean()
    return np.einsum("r,rsp->sp", decades, numbers) / max(float((decades**2).sum()), 1e-12)


def emergence_text(report: dict[str, Any]) -> str:
    """The report as text: the question, how it was measured, the table, what it says."""
    trained = ", ".join(f"{count} {name} people" for name, count in report["training_people"].items())
    shares = {link["stage"]: link["share"] for link in report["rows"][0]["chain"]}
    steps = ", ".join(f"{max(1, round(share * report['steps']))} of {stage}" for stage, share in shares.items())
    cost, seeds, over = report["training"], f"{report['seeds']} seeds", "over seeds and people (bootstrap of both)"
    if report["seeds"] == 1:
        seeds, over = "one seed", "over people alone: with one seed nothing says how much is chance of training"
    return f"""# {report["study"]}: {report["asks"]}

Asked of {report["table"]}. Size *{report["size"]}*: steps are {steps}; {seeds}; trained on
{trained}; measured on people of other seeds, {report["photos"]} photos each.
{cost["runs"]} runs, {cost["steps"]} steps, {cost["minutes"]:.0f} minutes of one thread by the clock.

{chr(10).join(emergence_table(report))}

Columns: people in pretraining; in brackets 95% intervals {over}. *of*: people measured, the
same in every row and seed. *ten times as many*: what that changes, a line through the rows.

{verdict(report)}

![the table as a picture]({report["study"]}.png)
"""


def emergence_table(report: dict[str, Any]) -> list[str]:
    """The lines of the Markdown table: a measure each, its value for each number of people in pretraining."""
    heads = ["", "of", *(f"{row['people']}" for row in report["rows"]), "ten times as many"]
    lines = [f"| {' | '.join(heads)} |", "|---" * len(heads) + "|"]
    for one in report["measures"]:
        cells = [said(row, ".2f") for row in one.get("rows", [])] or ["too few have it"] * len(report["rows"])
        change = said(one["per_decade"], "+.2f") if "per_decade" in one else ""
        lines.append(f"| {' | '.join([one['name'], str(one['people']), *cells, change])} |")
    return lines


def verdict(report: dict[str, Any]) -> str:
    """Which measures change with the number of people, in a line each way."""
    known = [one for one in report["measures"] if "per_decade" in one]
    ways = {"rise": [], "fall": [], "are flat, as far as the intervals can tell": []}
    for one in known:
        low, high = one["per_decade"]["interval95"]
        ways["rise" if low > 0 else "fall" if high < 0 else "are flat, as far as the intervals can tell"].append(
            one["name"]
        )
    told = [f"- {len(names)} of {len(known)} {way}: {'; '.join(names)}." for way, names in ways.items() if names]
    return "\n".join(["With more people in pretraining", *told])
