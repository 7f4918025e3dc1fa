"""The mesh renderer against geometry known in closed form."""

import numpy as np
import pytest
import torch

from lca.formats.transfer import linear, rolled_off, srgb
from lca.geometry.camera import orbit
from lca.geometry.directions import fibonacci_directions
from lca.world.body.scene import Scene, vertex_normals
from lca.world.light import shade_twin
from lca.world.light.directional import Light, studio_light
from lca.world.light.renderer import Seen, Tracer, render_scene, render_views
from lca.world.light.shader import shade
from lca.world.paint.grain import lattice
from lca.world.paint.materials import CLOTH, HAIR, NUMBERS, SHOE, SKIN
from lca.world.person.people import Person

RADIUS = 0.5


def sphere(rings: int = 60, reflectance: float = 0.5) -> Scene:
    """A grey matte ball about the origin whose canonical coordinates are its own, shifted."""
    polar, around = np.meshgrid(
        np.linspace(0.001, np.pi - 0.001, rings), np.linspace(0, 2 * np.pi, 2 * rings + 1), indexing="ij"
    )
    points = RADIUS * np.stack([np.sin(polar) * np.sin(around), np.cos(polar), np.sin(polar) * np.cos(around)], -1)
    width = 2 * rings + 1
    i = (np.arange(rings - 1)[:, None] * width + np.arange(width - 1)).ravel()
    faces = np.concatenate([np.stack([i, i + width, i + 1], 1), np.stack([i + 1, i + width, i + width + 1], 1)])
    vertices = points.reshape(-1, 3).astype(np.float32)
    material = np.zeros((1, NUMBERS), np.float32)
    material[0, 0], material[0, 1:10] = SHOE, reflectance
    details = np.full((len(vertices), 4), 0.5, np.float32)
    return Scene(
        vertices, faces.astype(np.int32), vertices + 1, vertices / RADIUS, np.zeros_like(vertices), details,
        material, np.zeros(len(faces), np.uint8), np.full(len(faces), 3, np.uint8),
    )  # fmt: skip


def test_exact_geometry_of_a_sphere():
    camera = orbit(0.7, 0.2, 3.0, (0.0, 0.0, 0.0), 0.5, 64)
    truth = render_scene(sphere(), camera, studio_light()).truth
    inside = truth.part > 0
    points = truth.canonical[inside] - 1
    assert np.abs(np.linalg.norm(points, axis=1) - RADIUS).max() < 1e-3
    assert np.abs(truth.normals[inside] - points / RADIUS).max() < 0.03
    y, x = np.nonzero(inside)
    seen = camera.project(torch.from_numpy(points)).numpy()
    np.testing.assert_allclose(seen[:, :2], np.stack([x, y], 1) + 0.5, atol=2e-2)
    np.testing.assert_allclose(seen[:, 2], truth.depth[inside], atol=1e-4)
    assert set(np.unique(truth.part)) == {0, 3}
    assert np.isnan(truth.canonical[~inside]).all()


def test_mask_has_the_area_of_the_projected_sphere():
    picture = render_scene(sphere(), orbit(0.0, 0.0, 3.0, (0.0, 0.0, 0.0), 0.5, 128), studio_light())
    focal = 64 / np.tan(0.25)
    radius = focal * RADIUS / np.sqrt(9 - RADIUS**2)
    assert picture.mask.sum() == pytest.approx(np.pi * radius**2, rel=0.01)


def test_uniform_light_shows_a_matte_surface_at_its_reflectance():
    light = Light(fibonacci_directions(), np.ones((32, 3), np.float32))
    picture = render_scene(sphere(), orbit(0.0, 0.0, 3.0, (0.0, 0.0, 0.0), 0.5, 64), light)
    middle = linear(picture.image[24:40, 24:40])
    assert middle.mean() == pytest.approx(0.5 * 1.10, rel=0.03)  # a tenth is added for bounced light


def test_light_from_the_left_leaves_the_right_dark():
    light = Light(np.array([[1.0, 0, 0]], np.float32), np.ones((1, 3), np.float32))
    picture = render_scene(sphere(), orbit(0.0, 0.0, 3.0, (0.0, 0.0, 0.0), 0.5, 64), light)
    brightness = np.where(picture.mask > 0.99, picture.image[..., 0], np.nan)
    assert np.nanmean(brightness[:, 40:]) > 3 * np.nanmean(brightness[:, :24])


def test_one_seed_one_picture_to_the_bit_and_views_share_nothing_but_the_tree():
    cameras = [orbit(a, 0.1, 3.0, (0.0, 0.0, 0.0), 0.5, 48) for a in (0.0, 1.0)]
    light, behind = studio_light(), np.random.default_rng(0).random((48, 48, 3)).astype(np.float32)
    both = render_views(sphere(), cameras, light, [behind, behind])
    alone = render_scene(sphere(), cameras[1], light, behind)
    for name in ("image", "mask"):
        np.testing.assert_array_equal(getattr(both[1], name), getattr(alone, name))
    for name in ("canonical", "depth", "normals", "part"):
        np.testing.assert_array_equal(getattr(both[1].truth, name), getattr(alone.truth, name))
    empty = both[0].mask == 0
    np.testing.assert_array_equal(both[0].image[empty], behind[empty])


def test_exposure_puts_upright_surfaces_at_the_level():
    light = Light(fibonacci_directions(), np.random.default_rng(1).random((32, 3)).astype(np.float32) * 7).exposed(0.8)
    normals = np.random.default_rng(2).normal(size=(2000, 3)) * [1, 0.3, 1]
    normals /= np.linalg.norm(normals, axis=1, keepdims=True)
    assert (light.irradiance(normals) @ [0.2126, 0.7152, 0.0722]).mean() == pytest.approx(0.8, rel=0.1)


def test_normals_of_a_sphere():
    ball = sphere()
    inner = np.abs(ball.vertices[:, 1]) < 0.45
    seam = ball.vertices[:, 2] > 0.05 + np.abs(ball.vertices[:, 0]) * 0
    off = np.abs(vertex_normals(ball.vertices, ball.faces) - ball.normals)[
        inner & seam & (np.abs(ball.vertices[:, 0]) > 0.03)
    ]
    assert off.max() < 0.01


def test_tone_is_monotonic_and_stays_in_range():
    light = np.linspace(0, 8, 200)
    tone = srgb(rolled_off(light))
    assert tone.min() >= 0 and tone.max() <= 1 and (np.diff(tone) >= 0).all()


def test_the_fused_shader_follows_the_equations():
    rest = {"theta": 156, "translation": 3, "actions": 52, "psi": 4}
    scene = Person.sample(5).assemble(**{name: np.zeros(length, np.float32) for name, length in rest.items()})
    rays = Seen.by(Tracer(scene), orbit(0.4, size=48)).rays(studio_light())
    assert {SKIN, HAIR, CLOTH} <= {*rays[0][:, 14].astype(int)}
    np.testing.assert_allclose(shade(*rays), shade_twin.shade(*rays), atol=2e-5)


def test_bad_input():
    with pytest.raises(ValueError, match="one background per camera"):
        render_views(sphere(), [orbit(0.0)], studio_light(), [])
    with pytest.raises(ValueError, match="expected a background of"):
        render_scene(sphere(), orbit(0.0, size=32), studio_light(), np.zeros((16, 16, 3), np.float32))


def test_the_hash_is_compiled_once_whatever_constants_it_is_called_with():
    assert len(lattice.signatures) == 1
