"""Light: conventions against the world's own, what a lamp adds, turning, and the tone curve's two directions."""

import math

import numpy as np
import pytest
import torch
from torch.nn import functional as F

from lca.errors import UserError
from lca.formats.transfer import rolled_off, srgb
from lca.geometry.directions import fibonacci_directions
from lca.geometry.illumination import Illumination, environment, harmonics, lamp, projected
from lca.geometry.skies import EXPOSED, LUMINANCE, SKIES
from lca.geometry.tone import light_from_pixels, pixels_from_light
from lca.world.light.environment import wild_light

EVENLY = torch.from_numpy(fibonacci_directions(2000))


def test_harmonics_are_orthonormal():
    waves = harmonics(EVENLY)
    assert torch.allclose(4 * math.pi * waves.T @ waves / len(EVENLY), torch.eye(9), atol=5e-3)


def test_an_even_light_of_one_shows_white_at_one():
    light = Illumination(projected(EVENLY, torch.ones(2000, 3)), torch.zeros(0, 3), torch.zeros(0, 3))
    assert torch.allclose(light.irradiance(EVENLY), torch.ones(2000, 3), atol=1e-3)
    assert torch.allclose(light.mean, torch.ones(3), atol=1e-3)


def test_a_capture_s_light_is_the_world_s():
    """Smooth light is what nine harmonics hold of it; the lamp is exact."""
    for seed in range(6):
        light = wild_light(np.random.default_rng(seed))
        kept = environment(*(torch.from_numpy(np.asarray(x, np.float32)) for x in light.record().values()))
        normals = EVENLY[:200]
        ours = kept.irradiance(normals) + (normals @ kept.directions.T).clamp(min=0) @ kept.colours
        theirs = torch.from_numpy(light.irradiance(normals.numpy())).float()
        assert (ours - theirs).abs().mean() < 0.03 * theirs.mean()


def test_turning_turns_lamps_and_surroundings():
    light = SKIES["sunset"].light()
    turned = light.turned(0.7)
    cos, sin = math.cos(0.7), math.sin(0.7)
    turn = torch.tensor([[cos, 0, sin], [0, 1, 0], [-sin, 0, cos]])
    assert torch.allclose(turned.irradiance(EVENLY @ turn.T), light.irradiance(EVENLY), atol=1e-3)
    assert torch.allclose(turned.directions, light.directions @ turn.T, atol=1e-6)
    assert torch.allclose(turned.turned(-0.7).around, light.around, atol=1e-3)
    front = lamp(torch.tensor([0.0, 0.0, 1.0]), torch.ones(3)).turned(math.pi / 2)
    assert torch.allclose(front.directions[0], torch.tensor([1.0, 0.0, 0.0]), atol=1e-6), "towards the person's left"


@pytest.mark.parametrize(
    ("direction", "colour", "says"),
    [
        ([0.0, 0.0, 0.0], [1.0, 1.0, 1.0], r"expected the direction to a lamp, .* got \[0.0, 0.0, 0.0\]"),
        ([math.nan, 0.0, 1.0], [1.0, 1.0, 1.0], r"expected the direction to a lamp, .* got \[nan, 0.0, 1.0\]"),
        ([0.0, math.inf, 1.0], [1.0, 1.0, 1.0], "expected the direction to a lamp, .*inf"),
        ([0.0, 0.0, 1.0], [-1.0, -1.0, -1.0], r"expected a lamp's colour from 0 to 1e\+09, got \[-1.0, -1.0, -1.0\]"),
        ([0.0, 0.0, 1.0], [1.0, math.nan, 1.0], "expected a lamp's colour from 0 .*nan"),
        ([0.0, 0.0, 1.0], [1.0, 1.0, 1e10], "expected a lamp's colour from 0 .*10000000000"),
    ],
)
def test_a_lamp_that_cannot_be_is_one_line(direction, colour, says):
    with pytest.raises(UserError, match=says) as refused:
        lamp(torch.tensor(direction), torch.tensor(colour))
    assert "\n" not in str(refused.value)


def test_skies_are_exposed_and_differ():
    angles = torch.arange(16) / 16 * 2 * math.pi
    upright = F.normalize(torch.stack([angles.sin(), torch.full((16,), 0.25), angles.cos()], -1), dim=-1)
    for name, sky in SKIES.items():
        light = sky.light()
        shown = light.irradiance(upright) + (upright @ light.directions.T).clamp(min=0) @ light.colours
        assert abs(float(shown.mean(0) @ torch.tensor(LUMINANCE)) - EXPOSED) < 1e-3, name
    assert len({tuple(sky.light().around.flatten().tolist()) for sky in SKIES.values()}) == len(SKIES)


def test_the_tone_curve_is_the_world_s_and_turns_back():
    light = torch.linspace(0, 3, 400)
    assert torch.allclose(
        pixels_from_light(light), torch.from_numpy(srgb(rolled_off(light.numpy()))).float(), atol=1e-5
    )
    dim = light[light < 1.5]
    assert torch.allclose(light_from_pixels(pixels_from_light(dim)), dim, atol=2e-3)
    burnt = torch.tensor([1.0, 2.0, -1.0], requires_grad=True)
    light_from_pixels(burnt).sum().backward()
    assert light_from_pixels(burnt).isfinite().all() and burnt.grad is not None and burnt.grad.isfinite().all()
