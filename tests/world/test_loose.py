"""Loose garments as cut: on the body, not in it, and what the words say."""

from dataclasses import replace

import numpy as np
import pytest

from lca.world.body.figure import Figure
from lca.world.body.mesh import neighbours
from lca.world.body.scene import vertex_normals
from lca.world.cloth.drape import ClothState, Wearer
from lca.world.cloth.loose import (
    COLUMNS,
    LENGTHS,
    RINGS,
    VERTICES,
    LooseCut,
    around,
    finer,
    formed,
    ring_faces,
    sample_cut,
    tailored,
)
from lca.world.cloth.mannequin import Mannequin
from lca.world.cloth.penetration import heights_above

STILL = np.eye(4, dtype=np.float32)[None].repeat(55, 0)
CUT = LooseCut("skirt", 0.6, 2.5, 1.2, 9, 1.0, 2e-4)


def figure(seed):
    betas = np.clip(np.random.default_rng(seed).standard_normal(100), -2.2, 2.2)
    return Figure(betas.astype(np.float32) * (seed > 0))


def test_signed_heights():
    """Vertices moved along their normals are as far from the surface as they were moved (toes are closer together)."""
    mannequin = Mannequin(figure(0))
    body = mannequin.at(STILL)
    for away in (-0.003, 0.004):
        found = heights_above(mannequin, STILL, body.points + away * body.normals)[body.points[:, 1] > -0.85]
        assert np.mean(np.sign(found) == np.sign(away)) > 0.99
        assert np.quantile(np.abs(found - away), 0.5) < 1e-4
    far = heights_above(mannequin, STILL, np.array([[0.0, -0.5, 3.0], [0.0, 0.1, 0.03]]))
    assert far[0] > 2.5 and far[1] < -0.05


@pytest.mark.parametrize("seed", range(4))
def test_garments_start_outside_of_any_body_and_hang_by_the_band(seed):
    someone = figure(seed)
    for kind in ("skirt", "dress"):
        garment = tailored(someone, replace(CUT, kind=kind))
        assert heights_above(Mannequin(someone), STILL, garment.start).min() > 0
        fabric = garment.fabric
        assert (fabric.mobility == 0).sum() == COLUMNS and fabric.links.max() == VERTICES - 1
        apart = np.linalg.norm(np.diff(garment.start[fabric.links], axis=1)[:, 0], axis=1) / fabric.lengths
        assert 0.5 < np.quantile(apart, 0.01) and np.quantile(apart, 0.99) < 1.6
        np.testing.assert_allclose(garment.weights.sum(1), 1, atol=1e-5)


def test_words_mean_what_they_say():
    hems: dict[str, list[float]] = {length: [] for length in LENGTHS}
    for seed in range(30):
        cut, words = sample_cut(np.random.default_rng(seed))
        heights = formed(figure(0), cut).places[:, :, 1]
        hems[str(words["loose_length"])].append(heights.min())
        assert (heights.max() > 0.05) == (words["loose"] == "dress")
    assert min(hems["short"]) > -0.49 and max(hems["long"]) < -0.6, "above the knee; below the knee"
    assert min(hems["long"]) > -0.99, "no hem on the floor"


def test_a_full_circle_has_more_cloth_than_a_straight_skirt_and_faces_look_outwards():
    wide, straight = (tailored(figure(0), replace(CUT, flare=f)) for f in (2 * np.pi, 1.0))
    hem = [garment.fabric.lengths[-1] * COLUMNS for garment in (wide, straight)]
    assert hem[0] > hem[1] + 1.5
    rings = straight.start.reshape(RINGS, COLUMNS, 3)
    assert around(rings)[-1] > around(rings)[0]
    outwards = straight.start - rings.mean(1).repeat(COLUMNS, 0)
    normals = vertex_normals(straight.start.astype(np.float32), ring_faces())
    assert ((outwards * normals).sum(1) > 0).mean() > 0.9
    assert neighbours(ring_faces(), VERTICES).nnz == 2 * (RINGS - 1) * COLUMNS * 3 + 2 * COLUMNS


def test_a_resting_skirt_hangs_still_from_the_waist():
    someone = figure(0)
    wearer = Wearer(someone, tailored(someone, CUT), -1.0)
    rest = wearer.rest
    np.testing.assert_allclose(rest[:COLUMNS], wearer.garment.start[:COLUMNS], atol=1e-6)
    assert heights_above(wearer.mannequin, STILL, rest).min() > 0
    state = ClothState(rest.copy(), np.zeros_like(rest))
    wearer.carry(state, [STILL] * 31, rest, wearer.physics(30.0))
    speed = np.linalg.norm(state.velocities, axis=1)
    assert np.median(speed) < 0.005 and np.quantile(speed, 0.99) < 0.04
    assert np.abs(state.places - rest).max() < 0.03
    assert rest[-COLUMNS:, 1].std() < 0.03, "the hem is level"


def test_the_finer_mesh_goes_smoothly_through_the_vertices():
    s, turn = np.meshgrid(np.arange(RINGS), 2 * np.pi * np.arange(COLUMNS) / COLUMNS, indexing="ij")
    cone = np.stack([(1 + s / 9) * np.cos(turn), -s, (1 + s / 9) * np.sin(turn)], -1).reshape(-1, 3)
    fine = finer(cone).reshape(2 * RINGS - 1, 2 * COLUMNS, 3)
    np.testing.assert_array_equal(fine[::2, ::2].reshape(-1, 3), cone)
    radius = np.hypot(fine[..., 0], fine[..., 2])
    np.testing.assert_allclose(radius, 1 - fine[..., 1] / 9, rtol=1e-4)
