"""A step of pretraining, measured."""

import pytest

from lca.training import bench
from lca.training.pretrain import Pretrain
from tests.model.conftest import TINY


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:You defined a `validation_step`")
def test_a_step_of_a_tiny_network(monkeypatch):
    monkeypatch.setattr(bench, "Pretrain", lambda **options: Pretrain(TINY, **options))
    report = bench.bench(repeats=2, people=1, photos=1, targets=1)
    assert report["people"] == report["photos"] == report["targets"] == 1
    assert report["step_seconds"] > 0 and 0 < report["million_parameters"] < 2
