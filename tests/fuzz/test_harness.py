"""The harness sees what it is there to see."""

import math
from random import Random

import numpy as np
import pytest

from lca.errors import UserError
from tests.fuzz import harness
from tests.fuzz.damage import DEEP, as_json, damaged, strange


def spin(rng, folder):
    while True:
        try:
            math.sqrt(2.0)
        except Exception:  # noqa: BLE001  (as careless code would)
            pass


def told(text):
    def enter(rng, folder):
        raise UserError(text)

    return enter


@pytest.mark.parametrize(
    ("enter", "kind"),
    [
        (lambda rng, folder: [np.ones(3), 1.0], "taken"),
        (lambda rng, folder: [np.array([1.0, math.nan])], "NaN"),
        (lambda rng, folder: 1 / 0, "traceback"),
        (told("expected one line"), "refused"),
        (told("x" * 10**6), "refused"),
        (spin, "hang"),
    ],
)
def test_outcomes(enter, kind, tmp_path, monkeypatch):
    monkeypatch.setattr(harness, "HANG", 1)
    assert harness.outcome(enter, Random(0), tmp_path, harness.peak())[0] == kind


def test_cases_are_seeded_and_each_is_another():
    whole = bytes(range(256)) * 4
    assert damaged(Random(1), whole) == damaged(Random(1), whole) != damaged(Random(2), whole)
    values = {"a": [1, 2, {"b": "c"}]}
    assert len({str(strange(Random(case), values)) for case in range(20)}) > 15 and values == {"a": [1, 2, {"b": "c"}]}
    assert as_json([DEEP, math.nan]).startswith(b"[[[[")
