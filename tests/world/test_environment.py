"""Light and backdrops: right exposure, right side, same world from every camera."""

import numpy as np
import pytest

from lca.geometry.camera import orbit
from lca.world.background import KINDS, studio_surroundings, wild_surroundings
from lca.world.environment import ENVIRONMENTS, even_light, lobe, towards, wild_light, wild_radiance
from lca.world.light import fibonacci_directions

UPRIGHT = np.array([[np.sin(a), 0.0, np.cos(a)] for a in np.linspace(0, 2 * np.pi, 24, endpoint=False)], np.float32)


@pytest.mark.parametrize("kind", ENVIRONMENTS)
def test_radiance_is_positive_and_varies(kind):
    one, other = [wild_radiance(np.random.default_rng(seed), kind) for seed in (0, 1)]
    assert one.shape == (32, 3) and one.min() > 0
    assert np.abs(one - other).max() > 0.05


def test_exposure_and_contrast():
    levels, contrasts = [], []
    for seed in range(40):
        luminance = wild_light(np.random.default_rng(seed)).irradiance(UPRIGHT).mean(1)
        levels.append(luminance.mean())
        contrasts.append(luminance.max() / luminance.min())
    assert 0.6 < np.mean(levels) < 1.0
    assert np.min(contrasts) < 1.2 and np.max(contrasts) > 2.0, "flat light and strong side light both occur"
    even = [even_light(np.random.default_rng(seed)).irradiance(UPRIGHT).mean(1) for seed in range(8)]
    assert all(light.max() / light.min() < 1.15 for light in even), "the studio is even from all sides"


def test_a_lobe_lights_its_side():
    left = towards(np.pi / 2, 0.0)
    assert np.allclose(left, [1, 0, 0], atol=1e-9)
    strength = lobe(left, 8.0)
    brightest = fibonacci_directions()[strength.argmax()]
    assert brightest @ left > 0.9 and np.isclose(strength.mean(), 1.0, atol=1e-5)


def test_backdrops_are_pictures_of_one_world():
    kinds = set()
    for seed in range(30):
        rng = np.random.default_rng(seed)
        around, light = wild_surroundings(rng, -1.0), wild_light(rng)
        kinds.add(around.kind)
        camera = orbit(0.3, size=64)
        view = around.view(camera, light)
        assert view.shape == (64, 64, 3) and view.dtype == np.float32 and view.min() >= 0 and view.max() <= 1
        assert np.array_equal(view, around.view(camera, light)), "the same again"
    assert kinds == set(KINDS)


def test_perspective_agrees_between_cameras():
    seed = next(s for s in range(50) if wild_surroundings(np.random.default_rng(s), -1.0).kind == "room")
    rng = np.random.default_rng(seed)
    room, light = wild_surroundings(rng, -1.0), even_light(rng)
    sharp = type(room)(room.kind, room.room, room.shapes, room.materials, 0.0, room.seed)
    wide = orbit(0.3, size=128)
    # a crop of the wide picture is the picture of a camera with shifted intrinsics
    crop = type(wide)(wide.camera_from_world, wide.intrinsics.clone(), 64, 64)
    crop.intrinsics[:2, 2] -= 32
    assert np.allclose(sharp.view(wide, light)[32:96, 32:96], sharp.view(crop, light), atol=1e-4)


def test_the_studio_screen_is_plain():
    view = studio_surroundings(np.random.default_rng(0)).view(orbit(0.0, size=64), even_light(np.random.default_rng(0)))
    assert view.std((0, 1)).max() < 0.1
