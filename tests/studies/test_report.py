"""Figures of reports on made-up numbers."""

import io
from typing import Any

import numpy as np
import pytest

from lca.studies.design import read_size, read_study
from lca.studies.intervals import mean_and_interval95, paired, table
from lca.studies.plot import plot
from lca.studies.report import Finding, markdown, report_of, rows_table

SIZE, STUDY = read_size("micro"), read_study("scheme")


def seeds_of(numbers: np.ndarray, score: str = "psnr_fg") -> list[dict[str, dict[str, float]]]:
    return [{f"p{i:02d}": {score: float(x)} for i, x in enumerate(row)} for row in numbers]


def width(found: dict[str, Any]) -> float:
    return found["interval95"][1] - found["interval95"][0]


def test_an_interval_over_people_is_that_of_a_mean():
    people = np.random.default_rng(0).normal(20.0, 2.0, 400)
    found = mean_and_interval95(np.stack([people] * 3))
    assert found["mean"] == pytest.approx(people.mean(), abs=1e-3)
    assert width(found) == pytest.approx(2 * 1.96 * people.std() / 20.0, rel=0.08)


def test_an_interval_knows_of_seeds():
    people = np.zeros(100)
    apart = mean_and_interval95(np.stack([people - 1.0, people, people + 1.0]))
    assert width(mean_and_interval95(np.stack([people] * 3))) == 0.0
    assert apart["interval95"][0] == pytest.approx(-1.0, abs=0.01) and apart["interval95"][1] == pytest.approx(
        1.0, abs=0.01
    )


def test_a_paired_difference_does_not_see_what_both_share():
    rng = np.random.default_rng(1)
    hard = rng.normal(20.0, 3.0, (1, 30)) + rng.normal(0.0, 1.0, (3, 1))
    found = paired(seeds_of(hard), seeds_of(hard + 0.5), "psnr_fg")
    assert found["mean"] == 0.5 and width(found) < 1e-6


def test_people_are_matched_by_name_and_those_without_a_score_left_out():
    ours = [{"a": {"s": 1.0}, "b": {"s": 2.0}}, {"a": {"s": 3.0}, "b": {}}]
    assert table(ours, "s")[0] == ["a"]
    assert paired(ours, [{"b": {"s": 9.0}, "a": {"s": 2.0}}] * 2, "s")["mean"] == 0.0


@pytest.fixture(scope="module")
def report() -> dict:
    rng, findings = np.random.default_rng(2), []
    for place, row in enumerate(STUDY.rows):
        scores = {world: seeds_of(rng.normal(15.0 + place, 1.0, (3, 16))) for world in SIZE.test}
        for seeds in scores.values():
            for people in seeds:
                people.update(
                    {who: dict.fromkeys(("psnr_face", "ssim_fg", "l1_fg"), 0.0) | has for who, has in people.items()}
                )
        findings.append(Finding(row, scores))
    facts = {"size": "micro", "world_code": {}, "training": {"runs": 15, "steps": 3600, "minutes": 21.4}}
    facts["bare_body"] = {world: {"mean": 12.5, "interval95": [12.0, 13.0]} for world in SIZE.test}
    return report_of(STUDY, SIZE, findings, facts)


def test_a_table_sets_ours_beside_the_papers(report):
    lines = rows_table(report)
    assert {line.count("|") for line in lines} == {8}
    assert lines[0] == "| | studio | against | paper | wild | against | paper |"
    assert (
        lines[-2].startswith("| pretrain, then post-train | 18.")
        and "| 30.51 |" in lines[-2]
        and "| 28.18 |" in lines[-2]
    )
    assert lines[-1].count("12.50 (12.00 to 13.00)") == len(SIZE.test)
    first = report["rows"][0]["worlds"]["wild"]
    assert f"{first['psnr_fg']['mean']:.2f} (" in lines[2] and f"{first['against_best']['mean']:+.2f} (" in lines[2]
    assert "against_best" not in report["rows"][-1]["worlds"]["wild"]
    assert report["rows"][-1]["chain"][1]["steps"] == round(0.3 * SIZE.steps)


def test_the_text_says_how_it_was_measured(report):
    text = markdown(report)
    for words in (
        "16 studio, 16 wild people",
        f"{SIZE.steps} steps a row",
        "3 seeds",
        "15 runs, 3600 steps, 21 minutes",
        *rows_table(report),
    ):
        assert words in text


def test_the_plot_is_small_and_shows_every_row(report):
    picture, stream = plot(report), io.BytesIO()
    picture.save(stream, "PNG", optimize=True)
    assert len(stream.getvalue()) < 60_000
    blue = (np.asarray(picture) == (40, 90, 170)).all(-1)
    rows = np.flatnonzero(np.diff(blue.any(1).astype(int)) == 1)
    assert len(rows) == len(STUDY.rows)
