"""Outfits: the same for ever, everything is worn by somebody, and choices lean on each other as documented."""

import hashlib
import json

import numpy as np
import pytest

from lca.world.body.draws import chosen
from lca.world.garments.clothes import BOTTOMS, FOOTWEAR, JACKETS, ROWS, SHIRTS, sample_clothes
from lca.world.garments.cuts import SHOES
from lca.world.paint.prints import PRINTS

GOLDEN = "c74e52f9aa9dbec2"
"""Of the words for ten outfits: it changes when a seed no longer wears what it wore."""


@pytest.fixture(scope="module")
def many():
    return [sample_clothes(seed) for seed in range(500)]


def test_same_seed_same_outfit():
    one, two = sample_clothes(11), sample_clothes(11)
    np.testing.assert_array_equal(one.materials, two.materials)
    assert (one.shirt, one.trousers, one.skirt, one.shoe) == (two.shirt, two.trousers, two.skirt, two.shoe)
    assert sample_clothes(12).attributes != one.attributes


def test_ten_outfits_for_ever():
    words = [sample_clothes(seed).attributes for seed in range(10)]
    assert hashlib.sha256(json.dumps(words, sort_keys=True).encode()).hexdigest()[:16] == GOLDEN


def test_a_new_option_leaves_those_who_do_not_get_it_alone():
    odds = {"red": 1.0, "green": 2.0, "blue": 1.0}
    before = [chosen(seed, "colour", odds) for seed in range(300)]
    after = [chosen(seed, "colour", odds | {"pink": 0.5}) for seed in range(300)]
    assert {new for old, new in zip(before, after, strict=True) if new != old} == {"pink"}
    assert before.count("green") == pytest.approx(150, abs=35)


def test_everything_is_worn(many):
    worn = [clothes.attributes for clothes in many]
    assert {w["shirt"] for w in worn} == {*SHIRTS, "dress"}
    assert {w["jacket"] for w in worn} == set(JACKETS)
    assert {w["bottom"] for w in worn} == {*BOTTOMS, "dress"}
    assert {w["shoes"] for w in worn} == set(FOOTWEAR) == set(SHOES)
    assert {w["dress"] for w in worn if "dress" in w} == {"mini", "knee", "long"}
    assert {w["shirt_print"] for w in worn} == set(PRINTS)


def test_choices_lean_on_each_other(many):
    for clothes in many:
        words = clothes.attributes
        if words["jacket"] != "none":
            assert words["shirt"] != "hoodie" and clothes.jacket.under > clothes.shirt.ease
        if words["bottom"] == "suit trousers":
            assert words["shoes"] != "bare feet"
        if clothes.skirt is None and clothes.shoe is not None and clothes.shoe.shaft > 0:
            assert words["bottom"] in ("shorts", "denim shorts", "leggings")
        assert (clothes.trousers is None) != (clothes.skirt is None)
    assert not any("dress" in sample_clothes(seed, presentation=0.0).attributes for seed in range(100))
    feminine = [sample_clothes(seed, presentation=1.0) for seed in range(100)]
    assert sum(c.skirt is not None for c in feminine) > 35


def test_rows_are_filled(many):
    for clothes in many[:100]:
        worn = {name: clothes.materials[ROWS.index(name)] for name in ROWS}
        assert np.isfinite(clothes.materials).all()
        assert worn["shirt"][0] > 0 and worn["bottom"][0] > 0 and worn["shoes"][0] > 0
        assert (worn["jacket"][0] > 0) == (clothes.jacket is not None)
        assert (clothes.materials[:, 1:10] >= 0).all() and (clothes.materials[:, 1:10] <= 1).all()
