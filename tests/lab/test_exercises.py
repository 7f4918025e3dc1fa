"""Equations left to the reader: the stub is not yet right, a wrong one is told where, the folded answer is right."""

import json
import re

import pytest

from lca.lab.exercises import close_to_the_template, layer_rate
from tests.house.tree import ROOT

NOTEBOOKS = ("02_pretraining", "03_post_training")


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
    names = {"shipped": network}
    exec("\n".join(stub), names)
    verdict = eval(check, names)
    assert not verdict.solved and "not yet" in repr(verdict)
    exec(answer, names)
    verdict = eval(check, names)
    assert verdict.solved, verdict
    assert repr(verdict) in verdict._repr_html_()


def test_a_wrong_answer_is_told_where():
    verdict = close_to_the_template().check(lambda distance: distance.mean())
    assert not verdict.solved and "For [0.02, 0.05] the code has 0, yours gives 0.035" in verdict.words


def test_decay_is_counted_from_the_output(network):
    assert "For 0, 0.0004, 0.65" in layer_rate(network).check(lambda k, lr, gamma: lr * gamma ** (k + 1)).words
    assert not layer_rate(network).check(lambda k, lr, gamma: lr * 0.65**k).solved  # other gammas are asked too
