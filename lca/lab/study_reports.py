"""What `lca study` measured, as a notebook shows it: our rows beside the paper's, from the committed report."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lca.studies.emergence import emergence_table, verdict

REPORTS = Path(__file__).parents[2] / "configs" / "studies" / "reports"


@dataclass(frozen=True)
class StudyTable:
    """A report as Markdown; in a notebook, the value of a cell is shown as a table."""

    text: str

    def __repr__(self) -> str:
        return self.text

    def _repr_markdown_(self) -> str:
        return self.text


def study_table(name: str, size: str = "micro", reports: Path = REPORTS) -> StudyTable:
    """Our PSNR of every row with its interval, and the paper's, or what emerges in every row; where the report is missing, how to
    make it."""
    path = reports / size / f"{name}.json"
    if not path.is_file():
        command = f"`lca study {name} --size {size}`"
        return StudyTable(f"No report of the study *{name}* in `{reports.name}/{size}`: {command} measures one.")
    report = json.loads(path.read_text(encoding="utf-8"))
    if "measures" in report:
        return StudyTable("\n".join([f"**{report['asks']}**", "", *emergence_table(report), "", verdict(report)]))
    worlds = list(report["test"])
    heads = "".join(f" | {world}, ours (95% interval) | {world}, paper" for world in worlds)
    lines = [f"|{heads} |", "|---" * (1 + 2 * len(worlds)) + "|"]
    for row in report["rows"]:
        lines.append(f"| {row['name']} | " + " | ".join(cell for world in worlds for cell in cells(row, world)) + " |")
    note = f"{report['table']}. Size *{report['size']}*: {report['steps']} steps a row, {report['seeds']} seeds; PSNR in dB."
    return StudyTable("\n".join([f"**{report['asks']}**", "", *lines, "", note]))


def cells(row: dict[str, Any], world: str) -> tuple[str, str]:
    """Ours and the paper's of one row."""
    ours, paper = row["worlds"][world]["psnr_fg"], row["paper"].get(world)
    low, high = ours["interval95"]
    return f"{ours['mean']:.2f} ({low:.2f} to {high:.2f})", "" if paper is None else f"{paper:.2f}"
