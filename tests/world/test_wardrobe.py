"""Garments lie over the skin and over each other, hang instead of clinging, and have borders with thickness."""

import numpy as np
import pytest
from scipy.spatial import KDTree

from lca.world.body.figure import Figure, Piece, body_pattern, joint
from lca.world.body.mesh import neighbours
from lca.world.body.scene import vertex_normals
from lca.world.cloth.collision import clear_of
from lca.world.garments.collars import COLLARS, make_collar
from lca.world.garments.cuts import cut_skirt, cut_top, cut_trousers
from lca.world.garments.edging import COLLAR_ANGLES, borders
from lca.world.garments.footwear import Shoe, make_shoes
from lca.world.garments.skirts import make_skirt
from lca.world.garments.tops import Top, layer, make_top
from lca.world.garments.trousers import Trousers, make_trousers
from lca.world.garments.wardrobe import level, mean_figure, waist


@pytest.fixture(scope="module")
def figure() -> Figure:
    return Figure(np.clip(np.random.default_rng(5).standard_normal(100), -2, 2).astype(np.float32))


def inside(cloth: Piece, figure: Figure) -> np.ndarray:
    """Whether each vertex of the cloth lies under the skin's nearest tangent plane (by more than a millimetre)."""
    near = KDTree(figure.rest).query(cloth.rest)[1]
    return ((cloth.rest - figure.rest[near]) * figure.normals[near]).sum(1) < -0.001


def slice_width(points: np.ndarray, height: float, axis: int = 0, side: bool = False) -> float:
    """Extent of the points near a height along an axis; of the left leg only if `side`."""
    near = (np.abs(points[:, 1] - height) < 0.02) & ((points[:, 0] > 0) | (not side))
    return float(np.ptp(points[near, axis]))


TOP = Top(0.46, 0.12, 0.01, ease=0.015)


def test_tops_lie_outside_the_skin_and_jackets_outside_shirts(figure):
    shirt, _ = make_top(figure, TOP, 0)
    jacket, _ = make_top(figure, Top(0.46, 0.12, 0.02, ease=0.012, under=layer(TOP), opening=0.04, spread=0.1), 0)
    assert inside(shirt, figure).mean() < 0.01
    chest = level(figure, float(joint("spine3")[1]))
    for axis in (0, 2):
        if axis == 0:  # the arms reach further than the trunk
            shirts, jackets = (p.rest[np.abs(p.rest[:, 0]) < 0.25] for p in (shirt, jacket))
        else:
            shirts, jackets = shirt.rest, jacket.rest
        assert slice_width(jackets, chest, axis) > slice_width(shirts, chest, axis) + 0.006
    front = jacket.rest[(jacket.rest[:, 2] > 0.05) & (np.abs(jacket.rest[:, 1] - chest) < 0.02)]
    assert np.abs(front[:, 0]).min() > 0.02


def test_a_boxy_top_hangs_straighter_than_a_fitted_one():
    widths = []
    for taper in (0.0, 1.0):
        cloth, _ = make_top(mean_figure(), Top(0.15, 0.12, 0.01, ease=0.012, taper=taper), 0)
        trunk = cloth.rest[np.abs(cloth.rest[:, 0]) < 0.22]
        widths.append([slice_width(trunk, y) for y in (0.18, 0.05)])
    boxy, fitted = widths
    assert boxy[1] > fitted[1] + 0.01 and boxy[1] > boxy[0] - 0.01


@pytest.mark.parametrize("seed", [1, 2])
def test_trousers_fall_straight_and_leggings_cling(figure, seed):
    calf = figure.rest[figure.rest[:, 0] < 0.3]
    low = level(figure, float(joint("left_knee")[1]) - 0.18)
    wide = make_trousers(figure, cut_trousers(seed, "wide trousers"), 0)
    tight = make_trousers(figure, cut_trousers(seed, "leggings"), 0)
    skin = slice_width(calf, low, 2, side=True)
    assert slice_width(wide.rest, low, 2, side=True) > skin + 0.05
    assert slice_width(tight.rest, low, 2, side=True) < skin + 0.035
    assert inside(wide, figure).mean() < 0.01 and inside(tight, figure).mean() < 0.01


def test_the_legs_of_trousers_stay_apart():
    cloth = make_trousers(mean_figure(), Trousers(0.95, 0.02, 0.0, hem=0.13), 0)
    below = cloth.rest[:, 1] < joint("left_hip")[1] - 0.2
    joints = cloth.weights[below].argmax(1)
    assert (cloth.rest[below, 0][np.isin(joints, (1, 4))] > 0).all()


@pytest.mark.parametrize("length, height", [("mini", (-0.45, -0.3)), ("knee", (-0.6, -0.45)), ("long", (-0.9, -0.7))])
def test_skirts_of_three_lengths_clear_the_legs(length, height):
    skirt, _ = cut_skirt(3, length)
    cloth = make_skirt(mean_figure(), skirt, 0)
    assert height[0] < cloth.rest[:, 1].min() < height[1]
    assert inside(cloth, mean_figure()).mean() < 0.002
    assert (
        cloth.loose is not None and cloth.loose.max() == 1 and cloth.loose[cloth.rest[:, 1] > waist() - 0.04].max() == 0
    )
    np.testing.assert_allclose(cloth.weights.sum(1), 1, atol=1e-4)


def test_hems_have_thickness():
    cloth, _ = make_top(mean_figure(), Top(0.15, 0.1, 0.01, thick=0.004), 0)
    normals, edge = vertex_normals(cloth.rest, cloth.faces), np.unique(borders(cloth.faces))
    outer = cloth.rest[cloth.details[:, 0] > 0.002]
    under, away = KDTree(outer), cloth.rest[edge]
    assert np.median(under.query(away)[0]) > 0.003  # the last ring lies below the cloth, not in it
    assert np.isfinite(normals).all()


@pytest.mark.parametrize("kind", [kind for kind in COLLARS if kind != "none"])
def test_collars_stand_on_the_neckline(figure, kind):
    cut = cut_top(4, "shirt", "t-shirt")
    _, line = make_top(figure, cut, 0)
    assert line.rest.shape == (len(COLLAR_ANGLES), 3)
    collar = make_collar(line, kind, 0)
    assert np.isfinite(collar.rest).all() and KDTree(line.rest).query(collar.rest)[0].max() < 0.16
    np.testing.assert_allclose(collar.weights.sum(1), 1, atol=1e-3)
    assert collar.rest[:, 1].max() > line.rest[:, 1].max()


def test_boots_reach_up_the_calf_and_shoes_cover_the_foot():
    figure = mean_figure()
    ground = figure.rest[:, 1].min()
    low, high = (make_shoes(figure, shoe, 0) for shoe in (Shoe(0.07), Shoe(0.105, shaft=0.36)))
    assert len(low) == 2 and len(high) == 3
    assert max(p.rest[:, 1].max() for p in low) < ground + 0.12
    assert high[2].rest[:, 1].max() == pytest.approx(ground + 0.36, abs=0.01)
    toes = body_pattern()[1].template[:, 2].max()
    assert max(p.rest[:, 2].max() for p in low) > toes


def test_the_grid_finds_what_a_tree_finds():
    rng = np.random.default_rng(0)
    skin = rng.normal(size=(3000, 3)).astype(np.float32)
    skin = (0.12 * skin / np.linalg.norm(skin, axis=1, keepdims=True)).astype(np.float32)
    normals = (skin / 0.12).astype(np.float32)
    cloth = rng.uniform(-0.16, 0.16, (900, 3)).astype(np.float32)
    cloth = cloth[np.linalg.norm(cloth, axis=1) > 0.09]
    gaps = np.where(rng.random(len(cloth)) < 0.1, -1, 0.01).astype(np.float32)
    faces = np.stack([np.arange(len(cloth)), np.roll(np.arange(len(cloth)), 1), np.roll(np.arange(len(cloth)), 2)], 1)
    mean = neighbours(faces, len(cloth))
    links = (mean.indptr.astype(np.int64), mean.indices.astype(np.int64))
    away, nearest = KDTree(skin).query(cloth)
    above = ((cloth - skin[nearest]) * normals[nearest]).sum(1)
    push = np.where((away < 0.05) & (gaps > 0), np.maximum(gaps - above, 0), 0)
    truth = cloth + push[:, None] * normals[nearest]
    np.testing.assert_allclose(clear_of(cloth, gaps, links, skin, normals, rounds=1), truth, atol=1e-6)
    settled = clear_of(cloth, gaps, links, skin, normals)
    free = (gaps > 0) & (away < 0.04)
    assert (np.linalg.norm(settled[free], axis=1) > 0.126).all()
