"""Equations left to the reader: the stub is not yet right, a wrong one is told where, the folded answer is right."""

import json
import re

import pytest
import torch

from lca.lab.exercises import blending_weights, close_to_the_template, layer_rate
from tests.house.tree import ROOT

NOTEBOOKS = (
    *("00_tour", "01_data_preparation", "02_pretraining", "03_post_training"),
    *("05_interactive_avatar", "06_from_photographs"),
)


def sources(stem):
    cells = json.loads((ROOT / "notebooks" / f"{stem}.ipynb").read_text())["cells"]
    return ["".join(cell["source"]) for cell in cells]


@pytest.mark.parametrize("stem", NOTEBOOKS)
def test_the_folded_answer_turns_the_cell_green(stem, network):
    (cell,) = [text for text in sources(stem) if ".check(" in text]
    (answer,) = [
        found for text in sources(stem) for found in re.findall(r"<details>.*```python\n(.*?)```", text, re.DOTALL)
    ]
    *stub, check = cell.splitlines()
    names = {"shipped": network, "torch": torch}
    exec("\n".join(stub), names)
    verdict = eval(check, names)
    assert not verdict.solved and "not yet" in repr(verdict)
    exec(answer, names)
    verdict = eval(check, names)
    assert verdict.solved, verdict
    assert repr(verdict) in verdict._repr_html_()


@pytest.mark.parametrize("stem", [*NOTEBOOKS, "07_recipes"])
def test_every_notebook_ends_in_exercises_with_folded_answers(stem):
    (questions,) = [text for text in sources(stem) if "## Now you" in text]
    asked, _, told = questions.partition("## Now you")[2].partition("<details><summary>")
    assert len(re.findall(r"^\d\. ", asked, re.MULTILINE)) == len(re.findall(r"^\d\. ", told, re.MULTILINE)) >= 3


def test_a_wrong_answer_is_told_where():
    verdict = close_to_the_template().check(lambda distance: distance.mean())
    assert not verdict.solved and "For [0.02, 0.05] the code has 0, yours gives 0.035" in verdict.words


def test_decay_is_counted_from_the_output(network):
    assert "For 0, 0.0004, 0.65" in layer_rate(network).check(lambda k, lr, gamma: lr * gamma ** (k + 1)).words
    assert not layer_rate(network).check(lambda k, lr, gamma: lr * 0.65**k).solved  # other gammas are asked too


def test_an_answer_of_another_shape_is_told_so():
    verdict = blending_weights().check(lambda alphas: alphas[0])
    assert not verdict.solved and "yours gives 0.5" in verdict.words
    assert "[0.5, 0.25, 0.125]" in verdict.words
