"""`lca study list` and `lca study NAME`: rerun a table of the paper, small, with error bars."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from lca.errors import UserError
from lca.ranges import InRange

if TYPE_CHECKING:
    from lca.studies.design import Size, Study, Trial

DESCRIPTION = """Train every row of one of the paper's tables with several seeds, measure each model on people of other seeds, and
set the figures beside the paper's. Runs are named by what decides them: studies share runs, what is done is skipped, and a run
that was killed goes on, so the same command may be given again at any time. Worlds that are missing are built first."""


def add_command(subparsers) -> None:
    """Add `study` to the command line."""
    parser = subparsers.add_parser("study", help="rerun a table of the paper, small", description=DESCRIPTION)
    parser.add_argument("name", metavar="NAME", help="a study, or `list`: what each asks and what it costs here")
    parser.add_argument("--size", default="micro", help="how large networks and worlds are (default %(default)s)")
    parser.add_argument(
        "--out", type=Path, default=Path("out/studies"), help="worlds, runs and reports (default %(default)s)"
    )
    parser.add_argument("--seeds", action=InRange, low=1, high=100, help="of every row (default: the study's)")
    parser.add_argument("--rows", nargs="+", default=[], metavar="ROW", help="only these rows, by name")
    parser.add_argument("--report-only", action="store_true", help="train nothing: measure and report what is done")
    parser.add_argument(
        "--attention",
        metavar="ROW",
        help="train nothing: where the last layer looks before and after the post-training of this row, as a picture and numbers",
    )
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> None:
    """Conduct a study, or list them."""
    from lca.studies.conduct import Campaign
    from lca.studies.design import read_size, read_study

    size = read_size(arguments.size)
    if arguments.name == "list":
        if arguments.rows or arguments.report_only or arguments.attention:
            raise UserError(
                "expected `lca study list` without --rows, --report-only and --attention: these belong to one study"
            )
        list_studies(arguments)
        return
    study = read_study(arguments.name, arguments.seeds)
    if arguments.attention:
        show_attention(study, size, study.only([arguments.attention])[0], arguments.out)
        return
    campaign = Campaign(study, arguments.size, size, study.only(arguments.rows), arguments.out)
    report = campaign.report(campaign.worlds()) if arguments.report_only else campaign.conduct()
    print(report.read_text())
    print(report)


def show_attention(study: "Study", size: "Size", row: "Trial", out: Path) -> None:
    """Write attention.png into `out`, and say the numbers behind it."""
    from lca.lab.emergence import before_and_after

    table, picture = before_and_after(study, size, row, out)
    picture.save(out / "attention.png")
    for label, scores in table.items():
        told = ["mass", "mass_shuffled", "gain", *(name for name in scores if name.endswith("above_shuffled"))]
        said = [f"{name} {scores[name]:.3f} {scores['interval95'].get(name, '')}" for name in told if name in scores]
        print(f"{label}, {scores['people']} people: {', '.join(said)}")
    print(out / "attention.png")


def list_studies(arguments: argparse.Namespace) -> None:
    """Name, question, runs, steps and minutes of every study."""
    from lca.studies.catalogue import catalogue

    print(catalogue(arguments.size, arguments.out, arguments.seeds))
