"""Relighting: light adds up, comes from where it shines, and leaves the avatar as it was where nobody asks for it."""

from dataclasses import replace

import pytest
import torch

from lca.errors import UserError
from lca.geometry.gaussians import Gaussians
from lca.geometry.illumination import Illumination, lamp, projected
from lca.geometry.rotations import quat_multiply
from lca.geometry.tone import light_from_pixels
from lca.model.avatar import Avatar
from lca.model.checkpoint import with_heads
from lca.model.materials import BOUNCE, Materials, normals_of, relight, relight_plain
from lca.model.relight import painted_light

LEFT, ABOVE = torch.tensor([1.0, 0.0, 0.0]), torch.tensor([0.0, 1.0, 0.0])


Ball = tuple[Gaussians, Materials]


@pytest.fixture
def ball() -> Ball:
    """A matte sphere of 40 cm in mid grey: Gaussians that face outwards."""
    torch.manual_seed(0)
    normals = torch.nn.functional.normalize(torch.randn(4000, 3), dim=-1)
    upright = torch.tensor([1.0, 0.0, 0.0, 0.0]).expand(4000, 4)
    ones = torch.ones(4000, 3)
    gaussians = Gaussians(0.4 * normals, upright, 0.01 * ones, torch.ones(4000), 0.5 * ones)
    gloss = torch.tensor([0.0, 3.0]).expand(4000, 2)
    return gaussians, Materials(torch.zeros(4000, 3), normals, ones, gloss)


def shown(ball: Ball, light, eye=None):
    return light_from_pixels(relight(ball[0], ball[1], light, eye).colors)


def test_an_even_light_shows_the_albedo(ball):
    even = Illumination(projected(ball[1].normals, torch.ones(4000, 3)), torch.zeros(0, 3), torch.zeros(0, 3))
    albedo = float(light_from_pixels(torch.tensor(0.5)))
    assert torch.allclose(shown(ball, even), torch.full((4000, 3), (1 + BOUNCE) * albedo), atol=2e-3)
    brighter = replace(ball[1], baked=torch.full((4000, 3), 2.0).log())
    assert torch.allclose(shown((ball[0], brighter), even), shown(ball, even) / 2, atol=2e-3), (
        "painted light is divided out"
    )


def test_a_lamp_lights_the_side_it_is_on_and_lights_add_up(ball):
    red, blue = lamp(LEFT, torch.tensor([0.8, 0.0, 0.0])), lamp(ABOVE, torch.tensor([0.0, 0.0, 0.8]))
    both = Illumination(
        red.around, torch.cat([red.directions, blue.directions]), torch.cat([red.colours, blue.colours])
    )
    one, other = shown(ball, red), shown(ball, blue)
    left = ball[1].normals[:, 0]
    assert one[left > 0.5, 0].min() > 3 * one[left < -0.2, 0].max()
    assert torch.allclose(shown(ball, both), one + other, atol=2e-3)


def test_one_limb_shades_another(ball):
    ball_again = ball[0].map(lambda x: torch.cat([x, x]))
    moved = replace(ball_again, means=ball_again.means + torch.cat([torch.zeros(4000, 3), 1.2 * LEFT.expand(4000, 3)]))
    twice = ball[1].map(lambda x: torch.cat([x, x]))
    light = lamp(LEFT, torch.ones(3))
    lit, alone = shown((moved, twice), light), shown(ball, light)
    faces = ball[1].normals[:, 0] > 0.8
    assert lit[:4000][faces].mean() < 0.4 * alone[faces].mean(), "the other ball stands in the way"


def test_gloss_is_seen_from_where_it_mirrors(ball):
    shiny = (ball[0], replace(ball[1], gloss=torch.tensor([0.2, 4.0]).expand(4000, 2)))
    light = lamp(LEFT, torch.ones(3))
    facing = ball[1].normals[:, 0] > 0.98
    assert shown(shiny, light, 3 * LEFT)[facing].mean() > 1.2 * shown(ball, light)[facing].mean()
    assert torch.allclose(shown(shiny, light), shown(ball, light)), "nobody looks"


def test_gradients_reach_materials_and_light(ball):
    baked = ball[1].baked.clone().requires_grad_(True)
    colour = torch.ones(3).requires_grad_(True)
    relight(ball[0], replace(ball[1], baked=baked), lamp(LEFT, colour), 3 * ABOVE).colors.sum().backward()
    for tensor in (baked, colour):
        assert tensor.grad is not None and tensor.grad.isfinite().all() and tensor.grad.abs().sum() > 0


@pytest.mark.parametrize("part", ["around", "directions", "colours"])
@pytest.mark.parametrize("value", [float("nan"), -float("inf"), 3e38])
@pytest.mark.parametrize("way", ["kernel", "plain"])
def test_a_light_that_is_not_finite_is_refused(ball, part, value, way):
    light = lamp(LEFT, torch.ones(3))
    getattr(light, part).view(-1)[1] = value
    materials = ball[1] if way == "kernel" else ball[1].map(lambda x: x.clone().requires_grad_(True))
    with pytest.raises(UserError, match=r"expected a light in numbers of at most 1e\+09, got (nan|inf|3e\+38)"):
        relight(ball[0], materials, light, 3 * ABOVE)


def test_what_has_no_colour_stays_without_and_is_no_crash(ball):
    colourless = replace(ball[0], colors=torch.full((4000, 3), float("nan")))
    assert relight(colourless, ball[1], lamp(LEFT, torch.ones(3))).colors.isnan().all()


def test_a_batch_is_its_members(ball):
    lights = [lamp(LEFT, torch.ones(3)), lamp(ABOVE, torch.tensor([0.2, 0.5, 0.1]))]
    both = Illumination(*(torch.stack(x) for x in zip(*(vars(light).values() for light in lights), strict=True)))
    pair = ball[0].map(lambda x: torch.stack([x, x])), ball[1].map(lambda x: torch.stack([x, x]))
    together = relight(pair[0], pair[1], both, torch.stack([3 * LEFT, 3 * ABOVE])).colors
    for found, light, eye in zip(together, lights, (3 * LEFT, 3 * ABOVE), strict=True):
        assert torch.allclose(found, relight(ball[0], ball[1], light, eye).colors, atol=1e-6)


def test_normals_stay_when_gaussians_are_turned(ball):
    quarter = torch.nn.functional.normalize(torch.randn(4000, 4), dim=-1)
    turned = replace(ball[0], quats_wxyz=quat_multiply(quarter, ball[0].quats_wxyz))
    kept = ball[1].reframed(ball[0], turned)
    assert torch.allclose(normals_of(turned, kept), normals_of(ball[0], ball[1]), atol=1e-5)


def test_light_painted_onto_one_colour_is_found(ball):
    light = lamp(LEFT, torch.full((3,), 0.6))
    even = Illumination(
        light.around + projected(EVEN, torch.full((len(EVEN), 3), 0.4)), light.directions, light.colours
    )
    painted = relight(ball[0], ball[1], even).map(lambda x: x[None])
    found = painted_light(painted, ball[1].normals[None], torch.zeros(4000, dtype=torch.long))[0]
    assert found[1].min() > 0.3 and found[2:4].abs().max() < 0.1 and not found[0].any()


EVEN = torch.nn.functional.normalize(torch.randn(500, 3, generator=torch.Generator().manual_seed(1)), dim=-1)


def test_the_head_knows_materials_and_changes_nothing_else(network, photos, tmp_path):
    avatar = with_heads(network, relight=True).reconstruct(photos)
    plain = network.reconstruct(photos)
    for mine, theirs in zip(avatar.canonical.tensors(), plain.canonical.tensors(), strict=True):
        assert torch.equal(mine, theirs)
    avatar.save(tmp_path / "a.avatar")
    again = Avatar.load(tmp_path / "a.avatar")
    posed, light = again.drive(torch.zeros(156)), lamp(LEFT, torch.ones(3))
    assert torch.equal(again.lit(posed, light).colors, avatar.lit(avatar.drive(torch.zeros(156)), light).colors)
    pair = again.drive(torch.zeros(2, 156))
    frames = Illumination(*(x.expand(2, *x.shape) for x in vars(light).values()))
    assert torch.allclose(again.lit(pair, frames).colors[1], again.lit(posed, light).colors, atol=1e-6)
    with pytest.raises(UserError, match="avatar that knows its materials, got one made without"):
        plain.lit(posed, light)


def test_the_kernel_is_its_twin(ball):
    gaussians, materials = ball
    torch.manual_seed(3)
    turned = replace(gaussians, quats_wxyz=torch.randn(4000, 4), colors=torch.rand(4000, 3))
    shiny = Materials(
        0.5 * torch.randn(4000, 3),
        materials.normals,
        1 + 0.5 * torch.rand(4000, 3),
        torch.rand(4000, 2) * torch.tensor([0.3, 5.0]),
    )
    even = projected(EVEN, torch.rand(len(EVEN), 3))
    for lamps in (0, 2):
        light = Illumination(even, torch.stack([LEFT, ABOVE])[:lamps], torch.rand(2, 3)[:lamps])
        for eye in (None, torch.tensor([1.0, 0.5, 3.0])):
            plain, fused = relight_plain(turned, shiny, light, eye).colors, relight(turned, shiny, light, eye).colors
            assert (plain - fused).abs().max() < 2e-3, "a third of the step between two pixel values"
