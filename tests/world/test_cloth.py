"""Painted cloth: prints close round the body and keep their size, and details sit where tailors put them."""

import numpy as np
import pytest

from lca.world.garments.clothes import ROWS, sample_clothes
from lca.world.paint import cloth_columns as c
from lca.world.paint.cloth import TRUNK_Z, around, paint_cloth, unrolled
from lca.world.paint.materials import CLOTH, NUMBERS, triple
from lca.world.paint.prints import PRINTS, motif


def row(layout: int, printed: str = "plain", **numbers: float) -> np.ndarray:
    """A grey cloth with a black and a white print."""
    out = np.zeros(NUMBERS, np.float32)
    out[0], out[c.LAYOUT], out[c.PRINT] = CLOTH, layout, PRINTS.index(printed)
    out[c.COLOUR : c.COLOUR + 3], out[c.THIRD : c.THIRD + 3] = 0.4, 0.9
    out[c.SIZE], out[c.SHARE], out[c.SEED], out[c.GAP], out[c.LOGO_Y] = 0.05, 0.5, 7, -1, 0.2
    for name, number in numbers.items():
        out[getattr(c, name)] = number
    return out


@pytest.mark.parametrize("layout, height, depth", [(c.TOP, 0.1, -0.06), (c.SKIRT, -0.3, -0.1)])
def test_prints_close_at_the_back(layout, height, depth):
    cloth = row(layout, "pinstripes")
    sides = [unrolled(cloth, x, height, depth) for x in (1e-6, -1e-6)]
    repeats = around(layout, 0) / cloth[c.SIZE]
    stretch = max(round(repeats), 1) / repeats
    seen = [motif(cloth, 0.0, height, depth, down, across * stretch, 0.0) for down, across, *_ in sides]
    np.testing.assert_allclose(seen[0], seen[1], atol=0.02)


def test_unrolling_keeps_lengths_round_the_trunk():
    angle = np.linspace(-np.pi, np.pi, 400)
    x, z = 0.165 * np.sin(angle), TRUNK_Z + 0.115 * np.cos(angle)
    across = np.array([unrolled(row(c.TOP), a, 0.1, b)[1] for a, b in zip(x, z, strict=True)])
    true, mine = np.hypot(np.diff(x), np.diff(z)), np.diff(across)
    assert np.abs(mine / true - 1).max() < 0.12


def test_a_plain_cloth_has_its_colour_and_a_striped_one_two():
    places = np.random.default_rng(0).uniform((-0.12, -0.05, 0.06), (0.12, 0.2, 0.12), (300, 3))
    plain = np.array([paint_cloth(row(c.TOP), x, y, z, 0.1, 0.0)[:3] for x, y, z in places])
    assert np.abs(plain - 0.4).max() < 0.05
    striped = np.array([paint_cloth(row(c.TOP, "stripes"), x, y, z, 0.1, 0.0)[0] for x, y, z in places])
    assert 0.35 < (striped < 0.1).mean() < 0.65


def test_buttons_and_pockets_are_in_front():
    cloth = row(c.TOP, CLOSURE=c.BUTTONS, POCKETS=c.CHEST)
    cloth[triple(c.TRIM)] = 0.9
    heights = np.linspace(-0.1, 0.35, 600)
    front = np.array([paint_cloth(cloth, 0.0, y, 0.13, 0.1, 0.0)[0] for y in heights])
    back = np.array([paint_cloth(cloth, 0.0, y, -0.06, 0.1, 0.0)[0] for y in heights])
    assert (front > 0.6).sum() > 10 and (back > 0.6).sum() == 0


def test_every_row_paints_colours_in_range():
    rng = np.random.default_rng(1)
    for seed in range(12):
        clothes = sample_clothes(seed)
        for name in ("shirt", "bottom"):
            cloth = clothes.materials[ROWS.index(name)]
            for x, y, z in rng.uniform((-0.5, -0.9, -0.1), (0.5, 0.4, 0.2), (60, 3)):
                seen = np.array(paint_cloth(cloth, x, y, z, rng.uniform(0, 0.1), 0.0))
                assert np.isfinite(seen).all() and seen[:3].min() >= 0 and seen[:3].max() < 1.5
