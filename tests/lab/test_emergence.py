"""Scores of several trainings on the same people, and what they gain."""

import pytest
from PIL import Image

from lca.__main__ import main
from lca.data.batch import Batch
from lca.lab import emergence
from lca.lab.emergence import attention_table, averaged_over
from lca.lab.held_out import everybody
from lca.model.checkpoint import save_model
from lca.model.network import LCA
from lca.studies.design import read_size, read_study
from lca.studies.runs import runs_of
from lca.training.evaluate import Evaluation, chosen_captures, example_at, open_splits
from lca.training.probes import Subject
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


def test_runs_of_a_study_are_looked_at_before_and_after(network: LCA, monkeypatch, tmp_path, capfd):
    """Two of three seeds are done; what a run lacks leaves its seed out."""
    row, size = read_study("gamma").only(["gamma 0.65"])[0], read_size("nano")
    for seed, kept in ((0, 2), (1, 1), (2, 2)):
        for run in runs_of(row, size, seed)[:kept]:
            run.folder(tmp_path).mkdir(parents=True, exist_ok=True)
            save_model(network, run.folder(tmp_path) / "model.safetensors")
            (run.folder(tmp_path) / "run.json").write_text("{}")
    asked = Evaluation(built("wild"), 2, 1, "test")
    (recording,) = (one for _, _, one in chosen_captures(asked, open_splits(asked)[0])[0])
    subject = Subject(recording, *example_at(0, recording, 2, 1))
    looked_at = []
    monkeypatch.setattr(emergence, "subjects", lambda exam, data: [subject, subject])
    monkeypatch.setattr(emergence, "load_model", lambda path: looked_at.append(path.parent.name) or network)
    assert main(["study", "gamma", "--size", "nano", "--attention", "gamma 0.65", "--out", str(tmp_path)]) == 0
    before, after, path = capfd.readouterr().out.strip().splitlines()
    assert (
        before.startswith("before, 2 people: mass 0.")
        and after.startswith("after, 2 people")
        and "gain 0.000 [" in after
    )
    assert looked_at == [run.name for k in (0, 1) for run in (runs_of(row, size, seed)[k] for seed in (0, 2))]
    with Image.open(path) as picture:
        assert picture.height > 7 * emergence.HEIGHT, "photos, then three anchors before and after"


def test_seeds_are_averaged_and_words_stay():
    assert averaged_over([{"a": 1.0, "b": "none"}, {"a": 3.0, "b": "none"}]) == {"a": 2.0, "b": "none"}
