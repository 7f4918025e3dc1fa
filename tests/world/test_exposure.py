"""Between the world and the file: blur as wide as the motion, things in front, shadows, film."""

import io

import numpy as np
import pytest
import torch
from PIL import Image

from lca.geometry.camera import Camera, look_at, orbit
from lca.geometry.directions import fibonacci_directions
from lca.world.light.directional import Light, single_lamp
from lca.world.light.exposure import CELLS, Film, Shutter, blurred, exposed
from lca.world.light.ground import ground_shade
from lca.world.light.occluders import KINDS, occluder, placed
from lca.world.light.renderer import Layer, Seen, Tracer, Truth
from tests.world.test_mesh_renderer import RADIUS, sphere


def field(x, y):
    """The same motion everywhere."""
    return np.full((CELLS, CELLS, 2), (x, y), np.float32)


def test_an_edge_is_blurred_by_the_motion_and_no_more():
    edge = np.zeros((48, 48, 1), np.float32)
    edge[:, 24:] = 1
    row = blurred(edge, field(8, 0))[20, :, 0]
    rising = np.flatnonzero((row > 0.03) & (row < 0.97))
    assert 6 <= len(rising) <= 10 and abs(rising.mean() - 23.5) <= 1
    assert np.allclose(blurred(edge, field(0, 8)), edge), "motion along an edge leaves it"
    assert blurred(edge, field(0.2, 0)) is edge and blurred(edge, None) is edge


def test_fields_of_motion_are_what_moves_in_the_picture():
    camera = orbit(0.0, 0.0, 3.0, (0.0, 0.0, 0.0), 0.5, 64)
    points = np.random.default_rng(0).uniform(-0.3, 0.3, (500, 3)).astype(np.float32)
    moved = points + np.array([0.05, 0, 0], np.float32)
    focal = float(camera.intrinsics[0, 0])
    shutter = Shutter(camera, camera, points, moved, 0.5)
    person = shutter.person(camera.intrinsics.numpy(), (64, 64))
    assert person[12, 12] == pytest.approx([0.5 * 0.05 * focal / 3, 0], abs=0.2)
    assert np.abs(shutter.world(camera.intrinsics.numpy(), (64, 64), 4.0)).max() < 1e-3, "the camera stands still"
    aside = Camera(look_at(torch.tensor([0.1, 0.0, 3.0]), torch.tensor([0.1, 0.0, 0.0])), camera.intrinsics, 64, 64)
    world = Shutter(camera, aside, points, points, 1.0).world(camera.intrinsics.numpy(), (64, 64), 4.0)
    assert world[12, 12] == pytest.approx([-0.1 * focal / 4, 0], abs=0.2)


def layer(size=32):
    """A white square of a person at 3 m."""
    mask = np.zeros((size, size), np.float32)
    mask[8:24, 8:24] = 1
    depth = 3 * mask
    canonical = np.where(mask[..., None] > 0, np.float32(0.1), np.float32(np.nan)) * np.ones(3, np.float32)
    normals = mask[..., None] * np.array([0, 0, 1], np.float32)
    return Layer(np.repeat(mask[..., None], 3, 2), mask, Truth(canonical, depth, normals, mask.astype(np.uint8)))


def test_what_stands_in_front_hides_the_person_and_the_truth():
    grey = np.full((32, 32, 3), 0.5, np.float32)
    bar = np.zeros((32, 32, 5), np.float32)
    bar[:, 14:18, 3], bar[:, 14:18, 4] = 1, 2.0
    picture = exposed(layer(), grey, bar)
    assert picture.mask[12, 16] == 0 and picture.mask[12, 10] == 1 and picture.image[12, 16].max() < 0.01
    hidden = picture.truth
    assert np.isnan(hidden.canonical[12, 16]).all() and hidden.depth[12, 16] == 0 and hidden.part[12, 16] == 0
    bar[..., 4] = np.where(bar[..., 3] > 0, 5.0, 0)
    behind = exposed(layer(), grey, bar)
    assert behind.mask[12, 16] == 1 and behind.image[12, 16].min() > 0.99 and behind.image[2, 16].max() < 0.01
    plain = exposed(layer(), grey)
    assert np.allclose(plain.image[0, 0], 0.5, atol=1e-3) and np.array_equal(plain.mask, layer().mask)


def test_occluders_keep_clear_and_are_seen():
    eyes = np.stack([[3 * np.sin(a), 0.3, 3 * np.cos(a)] for a in np.linspace(0, 1, 12)])
    joints = np.random.default_rng(0).uniform(-0.4, 0.4, (12, 55, 3))
    kinds, seen = set(), 0
    for seed in range(40):
        thing = placed(np.random.default_rng(seed), joints, eyes, -1.0)
        if thing is None:
            continue
        kinds.add(thing.kind)
        place = thing.shapes[:, [1, 3]].mean(0)
        assert np.linalg.norm(joints.reshape(-1, 3)[:, [0, 2]] - place, axis=1).min() > 0.2
        assert np.linalg.norm(eyes[:, [0, 2]] - place, axis=1).min() > 0.6
        middle = eyes[6]
        camera = orbit(float(np.arctan2(middle[0], middle[2])), 0.1, 3.0, size=32)
        view = thing.view(camera, Light(fibonacci_directions(), np.ones((32, 3), np.float32)))
        if view is None:
            continue
        cover = view[..., 3]
        seen += bool(cover.max() > 0.5)
        assert cover.max() <= 1 and (view[cover == 0] == 0).all()
        if cover.max() == 1:
            assert 0.5 < view[..., 4][cover == 1].min() and view[..., 4].max() < 4.5
    assert kinds == set(KINDS) and seen > 8
    assert {occluder(np.random.default_rng(0), kind, -1.0).kind for kind in KINDS} == set(KINDS)


def test_a_lamp_throws_a_shadow_to_the_other_side():
    tracer = Tracer(sphere())
    grid = ground_shade(tracer, single_lamp(np.array([1, 1, 0], np.float32), np.ones(3)), -RADIUS - 0.3, (0.0, 0.0))
    row = grid[len(grid) // 2]
    assert row[: len(row) // 2].min() < 0.3 and row[len(row) // 2 + 6 :].min() == 1
    even = ground_shade(tracer, Light(fibonacci_directions(), np.ones((32, 3), np.float32)), -RADIUS, (0.0, 0.0))
    assert even[20, 20] < 0.5 and even[0, 0] > 0.9
    from_below = single_lamp(np.array([0, -1, 0], np.float32), np.ones(3))
    assert (ground_shade(tracer, from_below, -1.0, (0.0, 0.0)) == 1).all()


def test_one_view_may_be_lit_in_many_ways():
    camera = orbit(0.0, 0.0, 3.0, (0.0, 0.0, 0.0), 0.5, 48)
    seen = Seen.by(Tracer(sphere()), camera)
    left, right = (seen.lit(single_lamp(np.array([x, 0, 0.3], np.float32), np.ones(3))) for x in (1, -1))
    assert np.array_equal(left.mask, right.mask) and np.array_equal(left.truth.depth, right.truth.depth)
    assert np.allclose(left.colour, right.colour[:, ::-1], atol=0.1), "the ball is the same from both sides"
    assert left.colour[:, 30:].sum() > 2 * left.colour[:, :18].sum()


def test_film_keeps_the_picture():
    rng = np.random.default_rng(0)
    picture = np.linspace(0, 1, 64 * 64 * 3, dtype=np.float32).reshape(64, 64, 3)
    for film, worst in ((Film(95, 0.0), 0.01), (Film(80, 0.02), 0.03)):
        with Image.open(io.BytesIO(film.develop(rng, picture))) as stored:
            assert np.abs(np.asarray(stored) / 255 - picture).mean() < worst
