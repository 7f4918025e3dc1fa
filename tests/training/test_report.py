"""The report: who counts in which mean, intervals, and what is said to be left out."""

import json
import math

import numpy as np
import pytest
import torch

from lca.errors import UserError
from lca.training.report import LeftOut, by_person, interval95, merged, sheet_row, summarise, summarise_groups
from lca.training.retrieval import FEWEST
from lca.training.scores import NO_HANDS, NO_MAPS, Comparison, Likenesses, Portrait, Views


def people(**scores):
    """name=[one value a person] -> scores by identity."""
    count = len(next(iter(scores.values())))
    return {f"p{place}": {name: values[place] for name, values in scores.items()} for place in range(count)}


def views(pictures):
    """The same pictures of bodies and faces, filled by the person."""
    return Views(pictures, pictures, torch.ones_like(pictures[:, :1]), torch.ones_like(pictures[:, :1]))


def test_interval_holds_the_mean_and_narrows_with_agreement():
    widths = []
    for values in ([18.0, 22.0, 26.0, 20.0], [21.4, 21.5, 21.6, 21.5]):
        report, left_out = summarise(people(psnr_fg=values, l1_fg=[0.1] * 4))
        low, high = report["interval95"]["psnr_fg"]
        assert report["psnr_fg"] == pytest.approx(np.mean(values)) and low <= report["psnr_fg"] <= high
        assert report["interval95"]["l1_fg"] == [0.1, 0.1] and left_out == []
        widths.append(high - low)
    assert widths[0] > 5 * widths[1]


def test_interval_covers_the_true_mean_of_a_normal_sample_as_often_as_it_says():
    draws = np.random.default_rng(3).normal(20.0, 2.0, (300, 40))
    held = [low <= 20.0 <= high for low, high in map(interval95, draws)]
    assert 0.89 < np.mean(held) < 0.98


def test_a_person_without_hands_counts_everywhere_else():
    report, left_out = summarise(people(psnr_fg=[10.0, 20.0, 30.0], psnr_hands=[14.0, NO_HANDS, 16.0]))
    assert report["psnr_fg"] == 20.0 and report["psnr_hands"] == 15.0
    assert report["people"] == 3 and report["people_with_hands"] == 2
    assert left_out == [LeftOut("psnr_hands", NO_HANDS, ("p1",))]


def test_what_nobody_has_is_no_number():
    report, left_out = summarise(people(psnr_fg=[10.0, 20.0], psnr_hands=[NO_MAPS, NO_MAPS]))
    assert not {"psnr_hands", "people_with_hands"} & set(report) and list(report["interval95"]) == ["psnr_fg"]
    assert merged(left_out) == [LeftOut("psnr_hands", NO_MAPS, ("p0", "p1"))]
    hidden, _ = summarise(people(psnr_hands=[NO_HANDS, NO_HANDS]))
    assert hidden["people_with_hands"] == 0 and "psnr_hands" not in hidden


def test_an_interval_needs_two_people():
    report, left_out = summarise(people(psnr_fg=[10.0, 20.0], psnr_hands=[14.0, NO_HANDS]))
    assert list(report["interval95"]) == ["psnr_fg"] and report["psnr_hands"] == 14.0
    assert "interval95 of psnr_hands" in [entry.what for entry in left_out]


def test_one_person_in_three_splits_is_one_person():
    scores = by_person([("a", {"psnr_fg": 10.0, "psnr_hands": NO_HANDS}), ("b", {"psnr_fg": 15.0, "psnr_hands": 12.0}),
                        ("a", {"psnr_fg": 30.0, "psnr_hands": 11.0})])  # fmt: skip
    assert scores == {"a": {"psnr_fg": 20.0, "psnr_hands": 11.0}, "b": {"psnr_fg": 15.0, "psnr_hands": 12.0}}


def test_entries_are_json():
    entry = LeftOut("captures of test", "2 of the 6 frames that views and targets need", ("a", "b"))
    assert json.loads(json.dumps(entry.as_json()))["people"] == ["a", "b"]


def compared(count):
    """So many people, each of whom only the refined avatar resembles."""
    vectors = torch.nn.functional.normalize(torch.randn(count, 64), dim=-1)
    blank, portraits = views(torch.zeros(1, 3, 8, 8)), []
    for place, own in enumerate(vectors):
        found = Likenesses(own[None], own[None], vectors[place - 1][None], own[None])
        groups = {"refined": {"psnr_fg": 10.0 + place, "psnr_hands": NO_HANDS}}
        portraits.append(Portrait(f"p{place}", {}, blank.body, blank, blank, Comparison(groups, blank, found)))
    return portraits


def test_groups_have_their_own_intervals_and_retrieval_its_people():
    report, left_out = summarise_groups(compared(FEWEST))
    assert report["refined"]["psnr_fg"] == 10.0 + (FEWEST - 1) / 2 and set(report["refined"]["interval95"]) == {
        "psnr_fg"
    }
    assert report["identity"] == {
        **{"top1_feed_forward": 0.0, "top1_refined": 1.0, "ceiling": 1.0, "people": FEWEST},
        "interval95": {"top1_feed_forward": [0.0, 0.0], "top1_refined": [1.0, 1.0], "ceiling": [1.0, 1.0]},
    }
    assert {entry.what for entry in left_out} == {"refined: psnr_hands"}


def test_retrieval_among_few_says_nothing():
    report, left_out = summarise_groups(compared(FEWEST - 1))
    assert set(report) == {"refined"}
    assert LeftOut("identity", f"{FEWEST - 1} of the {FEWEST} people that retrieval needs") in left_out
    assert summarise_groups([]) == ({}, [])


def test_a_row_shows_the_refined_between_known_shape_and_truth():
    (portrait,) = compared(1)
    row = np.asarray(sheet_row(portrait))
    assert row.shape == (256 + 36, 256 * (1 + 3 + 3), 3)


def test_a_row_shows_photos_then_pairs_under_a_line_of_text():
    grey = [torch.full((2, 3, side, side), shade) for side, shade in ((256, 0.2), (64, 0.4), (64, 0.6))]
    photos, shown, truth = grey
    scores = {"psnr_fg": 17.0, "psnr_hands": NO_HANDS}
    portrait = Portrait("somebody", scores, photos, views(shown), views(truth))
    row = np.asarray(sheet_row(portrait))
    assert row.shape == (256 + 36, 256 * 8, 3)
    shades = [row[36 + 128, 256 * cell + 128, 0] for cell in range(8)]
    assert shades == [51, 51, 102, 153, 102, 153, 102, 153]
    assert (row[:18].min(), row[18:36].min()) < (200, 200), "both lines say something"


@pytest.mark.parametrize("score", [math.nan, math.inf])
def test_a_score_that_is_no_number_names_the_person(score):
    captures = [("ann", {"psnr_fg": 17.0}), ("bob", {"psnr_fg": score, "psnr_hands": NO_HANDS})]
    with pytest.raises(UserError, match="finite scores of bob, got NaN or infinity for psnr_fg"):
        by_person(captures)
