"""`lca study` at the command line."""

import pytest

from lca.__main__ import main
from lca.studies.design import read_size


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["shceme"], "expected a study among"),
        (["scheme", "--size", "huge"], "expected a size among micro, nano, nano96, pico, small"),
        (["scheme", "--seeds", "0"], "expected --seeds from 1 to 100, got 0"),
        (["scheme", "--rows", "mixd"], "expected rows among"),
        (["list", "--report-only"], "expected `lca study list` without"),
        (["list", "--attention", "mixed"], "expected `lca study list` without"),
        (["scheme", "--attention", "mixd"], "expected rows among"),
        (["scheme", "--attention", "mixed"], "expected a row of pretraining, then post-training, got 'mixed'"),
        (["gamma", "--attention", "gamma 1", "--out", "nowhere"], "expected runs of 'gamma 1' in nowhere, got none"),
    ],
)
def test_mistakes_are_one_line(arguments, message, capfd):
    assert main(["study", *arguments]) == 2
    (line,) = capfd.readouterr().err.strip().splitlines()
    assert message in line


def test_list_says_what_each_study_asks_and_costs(monkeypatch, tmp_path, capfd):
    monkeypatch.setattr("lca.studies.catalogue.measured_step", lambda size: 0.6)
    assert main(["study", "list", "--out", str(tmp_path)]) == 0
    table = {line.split(" | ")[0].strip("| "): line.split(" | ") for line in capfd.readouterr().out.splitlines()}
    steps = 12 * read_size("micro").steps  # four rows, three seeds
    assert table["scheme"][2:] == ["15 (15)", str(steps), f"{steps * 0.6 / 60:.0f} |"]
    assert table["views"][1] == "how many photos does an avatar need?"
