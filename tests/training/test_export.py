"""Averaged weights."""

import pytest
import torch

from lca.training.export import DECAY, moving_average


def averaged(values: list[float]) -> float:
    average = torch.tensor(values[0])
    for count, value in enumerate(values[1:], 1):
        average = moving_average(average, torch.tensor(value), torch.tensor(count))
    return average.item()


def test_a_short_run_forgets_where_it_began():
    assert averaged([0.0] + [1.0] * 20) > 0.99


def test_a_long_run_is_averaged_over_many_updates():
    assert averaged([0.0] * 1000 + [1.0] * 50) == pytest.approx(1.0 - DECAY**50, abs=1e-4)
