"""Scores of several trainings on the same people, and what they gain."""

import pytest

from lca.data.batch import Batch
from lca.lab import emergence
from lca.lab.emergence import attention_table, averaged_over
from lca.lab.held_out import everybody
from lca.model.network import LCA
from tests.model.conftest import TINY
from tests.world.captures import built


def test_the_same_model_gains_nothing(network: LCA):
    people: list[Batch] = everybody(built("wild"))
    table = attention_table({"before": [network], "after": [network, network]}, people)
    assert table["after"]["gain"] == 0.0 and table["after"]["interval95"]["gain"] == [0.0, 0.0]
    assert table["after"]["mass"] == pytest.approx(table["before"]["mass"]) and table["after"]["people"] == 3


def test_a_gain_is_that_of_the_same_people(network: LCA, monkeypatch):
    people, better = everybody(built("wild"))[:2], LCA(TINY)
    first = people[0]

    def scores(model, example):
        return {"above_shuffled": (0.1 if example is first else 0.5) + 0.1 * (model is better)}

    monkeypatch.setattr(emergence, "attention_scores", scores)
    table = attention_table({"5": [network], "50": [better]}, people)
    assert table["50"]["gain"] == pytest.approx(0.1) and table["50"]["interval95"]["gain"] == pytest.approx([0.1, 0.1])
    assert table["50"]["interval95"]["above_shuffled"] == pytest.approx([0.2, 0.6])


def test_seeds_are_averaged_and_words_stay():
    assert averaged_over([{"a": 1.0, "b": "none"}, {"a": 3.0, "b": "none"}]) == {"a": 2.0, "b": "none"}
