"""Committed reports of studies: whole, small, of the studies as they are now, and quoted as they are."""

import json
import re

from lca.studies.design import read_study
from lca.studies.report import markdown, rows_table
from tests.house.tree import ROOT, name, nothing_breaks_it

REPORTS = sorted((ROOT / "configs/studies/reports").glob("*/*.json"))
READ = {path: json.loads(path.read_text()) for path in REPORTS}
QUOTING = ("README.md", "data_cards/model-small.md")


def test_each_has_its_text_and_a_small_plot():
    assert REPORTS
    nothing_breaks_it(
        (path, "its .md is not what the figures say")
        for path, report in READ.items()
        if path.with_suffix(".md").read_text() != markdown(report)
    )
    assert {name(p): p.stat().st_size for p in REPORTS if p.with_suffix(".png").stat().st_size > 60_000} == {}


def test_rows_and_papers_figures_are_those_of_the_study():
    for path, report in READ.items():
        rows = {row.name: row.paper for row in read_study(report["study"]).rows}
        assert (path.parent.name, path.stem) == (report["size"], report["study"])
        assert {row["name"]: row["paper"] for row in report["rows"]} == rows


def tables_in(text):
    """Tables that look like those of studies, as text."""
    blocks = re.findall(r"(?:^\|.*\n)+", text, re.MULTILINE)
    return [block.strip() for block in blocks if " | against | paper |" in block]


def test_what_is_quoted_of_a_study_is_its_report():
    known = {"\n".join(rows_table(report)) for report in READ.values() if "measures" not in report}
    quoted = {path: tables_in((ROOT / path).read_text()) for path in QUOTING}
    nothing_breaks_it(
        (p, "no report holds this table of a study") for p, all in quoted.items() for t in all if t not in known
    )
    assert quoted["README.md"]
