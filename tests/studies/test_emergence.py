"""What emerges against the number of people, on made-up numbers."""

import io
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from lca.lab.study_reports import study_table
from lca.studies.design import read_size, read_study
from lca.studies.emergence import emergence_of, emergence_table, pretraining_people, slopes, verdict
from lca.studies.plot import plot
from lca.studies.report import markdown, write_report

SIZE, STUDY = read_size("pico"), read_study("emergent")
COUNTS = [5, 17, 56, 432]
RISING, LACKED = "garments.gain", "skirts.gain"


def people_of(row: int, seed: int, measures: list) -> dict[str, dict[str, float]]:
    """Twelve people: one score rises by 0.5 a decade, one is had by one person alone, the others are noise."""
    rng = np.random.default_rng((row, seed))
    people: dict[str, dict[str, float]] = {f"p{i:02d}": {} for i in range(12)}
    for measure in measures:
        for place, has in enumerate(people.values()):
            if measure.score == RISING:
                has[measure.score] = place + seed + 0.5 * float(np.log10(COUNTS[row]))
            elif measure.score != LACKED or place == 0:
                has[measure.score] = float(rng.normal())
    return people


@pytest.fixture(scope="module")
def report() -> dict[str, Any]:
    worlds = {world: [m for m in STUDY.measures if m.world == world] for world in SIZE.probed}
    scores = [{w: [people_of(row, seed, m) for seed in range(3)] for w, m in worlds.items()} for row in range(4)]
    facts = {"size": "pico", "world_code": {}, "training": {"runs": 36, "steps": 2040, "minutes": 9.6}}
    return emergence_of(STUDY, SIZE, STUDY.rows, scores, facts)


def test_people_are_counted_as_they_train():
    assert [pretraining_people(row, SIZE) for row in STUDY.rows] == COUNTS
    assert COUNTS[-1] / COUNTS[0] > 10**1.5


def test_a_slope_is_what_ten_times_as_many_people_bring():
    numbers = np.log10(COUNTS)[:, None, None] * np.array([[[0.5, -1.0, 0.0]]]) + 7.0
    assert slopes(COUNTS, numbers)[0] == pytest.approx([0.5, -1.0, 0.0])
    assert slopes([5], numbers[:1]) == pytest.approx(0.0)


def test_what_rises_is_told_from_what_is_flat(report):
    by_score = {one["score"]: one for one in report["measures"]}
    assert by_score[RISING]["per_decade"] == {"mean": 0.5, "interval95": [0.5, 0.5]}
    rises, *flat = verdict(report).splitlines()[1:]
    assert by_score[RISING]["name"] in rises and "rise" in rises and "1 of 7" in rises
    low, high = by_score["relight.gain"]["per_decade"]["interval95"]
    assert low < 0 < high and by_score["relight.gain"]["name"] in "".join(flat)


def test_a_score_that_hardly_anybody_has_says_nothing(report):
    lacked = next(one for one in report["measures"] if one["score"] == LACKED)
    assert lacked["people"] == 1 and "rows" not in lacked
    line = next(line for line in emergence_table(report) if lacked["name"] in line)
    assert line.count("too few have it") == len(COUNTS) and lacked["name"] not in verdict(report)


def test_the_text_and_the_plot_show_every_measure(report, tmp_path):
    text, lines = markdown(report), emergence_table(report)
    assert "trained on\n432 wild people, 6 runway people, 10 lightstage people; measured" in text
    assert "36 runs, 2040 steps, 10 minutes" in text and "\n".join(lines) in text and verdict(report) in text
    assert {line.count("|") for line in lines} == {len(COUNTS) + 4} and "| 5 | 17 | 56 | 432 |" in lines[0]
    picture, stream = plot(report), io.BytesIO()
    picture.save(stream, "PNG", optimize=True)
    assert len(stream.getvalue()) < 60_000
    blue = (np.asarray(picture) == (40, 90, 170)).all(-1)
    assert (np.diff(blue.any(1).astype(int)) == 1).sum() == 3 * len(COUNTS)  # seven panels, three abreast
    write_report(report, tmp_path / "pico")
    assert lines[2] in repr(study_table("emergent", "pico", tmp_path))


def test_rows_may_be_fewer(report):
    scores = [{world: [people_of(0, 0, list(STUDY.measures))] for world in SIZE.probed}]
    alone = emergence_of(replace(STUDY, seeds=1), SIZE, STUDY.rows[:1], scores, report)
    assert alone["measures"][0]["per_decade"]["mean"] == 0.0
