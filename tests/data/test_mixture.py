"""The order of examples: shares hold, nobody is left out, and it can start anywhere."""

from collections import Counter

import pytest

from lca.data.mixture import BLOCK, InTurn, mixture
from lca.errors import UserError

SIZES = (7, 1, 30)


def first(order, count):
    return [order(index) for index in range(count)]


def test_without_weights_every_capture_comes_once_a_pass():
    order = mixture(SIZES, None, seed=3)
    one, two = first(order, 76)[:38], first(order, 76)[38:]
    everything = sorted((source, place) for source, size in enumerate(SIZES) for place in range(size))
    assert sorted(one) == everything == sorted(two) == first(InTurn(SIZES), 38)
    assert one != two != everything


def test_weights_hold_in_every_block_and_passes_are_whole():
    order = mixture(SIZES, (1.0, 2.0, 0.6), seed=3)
    drawn = first(order, 2 * BLOCK)
    for block in (drawn[:BLOCK], drawn[BLOCK:]):
        shares = Counter(source for source, _ in block)
        assert [shares[source] for source in range(3)] == pytest.approx([BLOCK / 3.6 * w for w in (1, 2, 0.6)], abs=1)
    of_first = [place for source, place in drawn if source == 0]
    assert all(sorted(of_first[k : k + 7]) == list(range(7)) for k in range(0, len(of_first) - 6, 7))


@pytest.mark.parametrize("weights", [None, (5.0, 1.0, 1e-9)])
def test_any_example_is_found_without_those_before_it(weights):
    drawn = first(mixture(SIZES, weights, seed=3), 500)
    for index in (499, 0, 251):
        assert mixture(SIZES, weights, seed=3)(index) == drawn[index]
    assert first(mixture(SIZES, weights, seed=4), 500) != drawn


@pytest.mark.parametrize("weights", [(1.0, 1.0), (1.0, 0.0, 1.0), (1.0, -1.0, 1.0), (1.0, float("nan"), 1.0)])
def test_bad_weights(weights):
    with pytest.raises(UserError, match="one positive weight for each of 3 folders"):
        mixture(SIZES, weights, seed=0)
