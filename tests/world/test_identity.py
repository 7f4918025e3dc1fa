"""Identities: golden people, streams that do not disturb each other, the range of what is drawn."""

import hashlib
import json
from pathlib import Path

import numpy as np
import pytest

from lca.world.body.streams import stream
from lca.world.folders.attribute_plot import people_plot
from lca.world.garments.clothes import ROWS as CLOTHES_ROWS
from lca.world.hair.headwear import HEADWEAR
from lca.world.hair.styles import STYLES
from lca.world.paint import skin_columns as s
from lca.world.paint.materials import triple
from lca.world.person import identity as identity_module
from lca.world.person.identity import ROWS, sample_identity
from lca.world.person.people import Person
from tests.world.golden import golden_of

GOLDEN = Path(__file__).parent / "golden_people.json"


@pytest.fixture(scope="module")
def crowd():
    return [sample_identity(seed) for seed in range(400)]


@pytest.mark.parametrize("seed", range(10))
def test_ten_people_are_the_same_for_ever(seed):
    # tests/world/golden.py says how to write the file anew, when the world is meant to change
    wanted, found = json.loads(GOLDEN.read_text())[seed], golden_of(Person.sample(seed))
    assert found["hash"] == wanted["hash"]
    np.testing.assert_allclose(found["numbers"], wanted["numbers"], rtol=1e-4, atol=2e-4)


def test_streams_are_fixed_and_apart():
    assert stream(3, "age").integers(1 << 30) == stream(3, "age").integers(1 << 30)
    drawn = {stream(seed, name).integers(1 << 60) for seed in range(20) for name in ("age", "tone", "hair")}
    assert len(drawn) == 60


def test_one_more_attribute_leaves_the_others_alone(monkeypatch):
    before = sample_identity(7)

    def curious(seed, name):
        stream(seed, "a new attribute").random()
        return stream(seed, name)

    monkeypatch.setattr(identity_module, "stream", curious)
    after = sample_identity(7)
    np.testing.assert_array_equal(before.materials, after.materials)
    assert before.attributes == after.attributes


def test_skin_age_and_shape_cover_their_ranges(crowd):
    tones = np.histogram([who.attributes["skin_tone"] for who in crowd], bins=6, range=(0, 9))[0]
    assert tones.min() > 0.6 * len(crowd) / 6
    ages = np.histogram([who.attributes["age"] for who in crowd], bins=4, range=(18, 82))[0]
    assert ages.min() > 0.6 * len(crowd) / 4
    betas = np.stack([who.betas for who in crowd])
    assert np.abs(betas).max() <= 2.6 and (np.abs(betas[:, :8]).max(0) > 2.3).all()
    luminance = [float(who.materials[0, triple(s.TONE)] @ [0.21, 0.72, 0.07]) for who in crowd]
    assert max(luminance) > 10 * min(luminance)


def test_everything_is_drawn(crowd):
    def words(name):
        return {who.attributes[name] for who in crowd}

    assert words("hair") >= set(STYLES) and len(STYLES) >= 12
    assert words("headwear") == {"none", *HEADWEAR}
    assert len(words("glasses")) >= 6 and len(words("eyes")) == 6
    assert words("beard") == {"none", "stubble", "full", "moustache", "goatee", "circle"}
    assert 0.05 < np.mean([who.attributes["make_up"] > 0 for who in crowd]) < 0.6


def test_beards_grow_where_the_build_is_masculine_and_scarves_cover_the_hair(crowd):
    assert all(who.attributes["build"] < 0.55 for who in crowd if who.attributes["beard"] != "none")
    assert all((who.hair is None) for who in crowd if who.attributes["headwear"] in ("headscarf", "wrap"))


def test_rows_are_finite_colours(crowd):
    rows = np.stack([who.materials for who in crowd])
    assert np.isfinite(rows).all() and rows.shape[1] == len(ROWS) + len(CLOTHES_ROWS)
    colours = rows[:, [ROWS.index(name) for name in ("skin", "eye", "hair", "beard", "headwear")], 1:7]
    assert colours.min() >= 0 and colours.max() < 1.2


def test_histograms_are_drawn(tmp_path):
    out = people_plot(30, tmp_path / "people.png")
    assert hashlib.sha256(out.read_bytes()).digest() == hashlib.sha256(people_plot(30, out).read_bytes()).digest()
    assert 2_000 < out.stat().st_size < 150_000
