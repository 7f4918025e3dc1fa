"""Light and backdrops: right exposure, right side, same world from every camera."""

import numpy as np
import pytest

from lca.geometry.camera import orbit
from lca.geometry.directions import fibonacci_directions
from lca.world.light.background import KINDS, place_for, studio_surroundings, wild_surroundings
from lca.world.light.directional import Light, single_lamp
from lca.world.light.environment import ENVIRONMENTS, even_light, light_of, lobe, towards, wild_light

UPRIGHT = np.array([[np.sin(a), 0.0, np.cos(a)] for a in np.linspace(0, 2 * np.pi, 24, endpoint=False)], np.float32)


@pytest.mark.parametrize("kind", ENVIRONMENTS)
def test_light_is_positive_and_varies(kind):
    one, other = [light_of(np.random.default_rng(seed), kind) for seed in (0, 1)]
    assert one.radiance.min() > 0 and np.allclose(np.linalg.norm(one.directions, axis=1), 1, atol=1e-5)
    first, second = one.record(), other.record()
    assert first["radiance"].shape == (32, 3) and np.abs(first["radiance"] - second["radiance"]).max() > 0.05


def test_a_lamp_adds_its_colour_and_can_be_told_from_the_environment():
    sky = Light(fibonacci_directions(), np.random.default_rng(0).random((32, 3)).astype(np.float32))
    towards_it, colour = towards(0.7, 0.4), np.array([1.0, 0.8, 0.5])
    lit = sky.with_lamp(towards_it, colour, 0.02)
    normals = np.stack([towards_it, -towards_it]).astype(np.float32)
    assert np.allclose(lit.irradiance(normals) - sky.irradiance(normals), [colour, 0 * colour], atol=2e-3)
    for light in (lit, lit.exposed(0.85)):
        record = light.record()
        again = Light(fibonacci_directions(), record["radiance"]).irradiance(normals)
        again[0] += record["lamp_colour"]
        assert np.allclose(again, light.irradiance(normals), atol=2e-3)
        assert record["lamp_direction"] == pytest.approx(towards_it, abs=1e-3)
    alone = single_lamp(np.array([0, 1, 0], np.float32), colour).record()
    assert (alone["radiance"] == 0).all() and alone["lamp_colour"] == pytest.approx(colour)
    assert (sky.record()["lamp_colour"] == 0).all() and np.allclose(sky.record()["radiance"], sky.radiance)


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


def test_places_go_with_the_light():
    rng = np.random.default_rng(0)
    places = {kind: {place_for(rng, kind) for _ in range(40)} for kind in ENVIRONMENTS}
    assert "outdoors" not in places["window"] | places["lamps"] and "outdoors" in places["sun"]
    assert places["night"] == {"room", "outdoors"}
    day, night = [wild_surroundings(np.random.default_rng(1), -1.0, "outdoors", sky) for sky in (1.0, 0.05)]
    up = orbit(0.0, -0.9, size=32)
    assert night.view(up, even_light(rng))[:8].mean() < 0.5 * day.view(up, even_light(rng))[:8].mean()


def test_the_studio_screen_is_plain():
    view = studio_surroundings(np.random.default_rng(0)).view(orbit(0.0, size=64), even_light(np.random.default_rng(0)))
    assert view.std((0, 1)).max() < 0.1
