"""Mouths that open: teeth stand where the body's rows would, behind the lips; skin stretches; what lips hide is put back."""

from dataclasses import replace

import pytest
import torch

from lca.geometry.body_file import load_body
from lca.geometry.camera import orbit
from lca.geometry.gaussians import Gaussians
from lca.lab.tour import named_actions
from lca.model.avatar import Avatar
from lca.model.stretch import stretch_of
from lca.model.teeth import BITE, ENAMEL, GUM, front_teeth, with_teeth
from lca.model.template import Template, TemplateConfig
from lca.render import render
from lca.tracking.face_fit import behind_lips, ironed
from lca.tracking.mouth import with_mouth

REST = torch.zeros(156)


@pytest.fixture(scope="module")
def avatar(avatar, model):
    """The bare body, of tiles that lie in its skin."""
    return ironed(avatar, model.template)


@pytest.fixture(scope="module")
def toothed(avatar, model):
    return with_teeth(avatar, model.template)


def driven(avatar: Avatar, *actions: str) -> Gaussians:
    return avatar.drive(REST, avatar.eps_from_actions(named_actions(*actions)))


def opened(avatar: Avatar, *actions: str) -> torch.Tensor:
    return driven(avatar, *actions).means


def seen(avatar: Avatar, *actions: str) -> torch.Tensor:
    """The mouth from the front, 12 cm wide."""
    camera = orbit(0.0, 0.0, 1.0, (0.0, BITE - 0.01, 0.15), 0.12, 128)
    return render(driven(avatar, *actions), camera, torch.ones(3)).image


def test_two_rows_of_light_teeth_in_their_gums_face_the_front():
    teeth = front_teeth()
    upper = teeth.points[:, 1] > BITE
    assert 150 < upper.sum() < 600 and 100 < (~upper).sum() < 600
    front = teeth.points[:, 0].abs() < 0.004
    light = teeth.colors[:, 1]
    assert light[front & upper & (teeth.points[:, 1] < BITE + 0.007)].min() > 0.5 * ENAMEL[1]
    assert light[front & upper & (teeth.points[:, 1] > BITE + 0.0103)].max() < GUM[1] + 0.01
    assert teeth.points[:, 2].min() > 0.12 and 0.0008 < teeth.sides.mean() < 0.002


def test_closed_lips_hide_teeth_and_an_opened_mouth_shows_them(avatar, toothed):
    assert len(toothed.canonical) == len(avatar.canonical) + len(front_teeth().points)
    assert (seen(toothed) - seen(avatar)).abs().max() < 0.05
    light = (seen(toothed, "jawOpen", "mouthUpperUp") - seen(avatar, "jawOpen", "mouthUpperUp"))[1]
    assert (light > 0.1).sum() > 60  # of grey lips


def test_each_row_moves_as_its_mesh_does(avatar, toothed):
    teeth, count = front_teeth(), len(avatar.canonical)
    assert (toothed.blendshapes[count:] - teeth.blendshapes).norm(dim=1).max() < 0.004
    lower, fallen = teeth.weights[:, 22] > 0.5, (opened(toothed) - opened(toothed, "jawOpen"))[count:]
    assert fallen[lower, 1].min() > 0.015 and fallen[~lower, 1].abs().max() < 0.006
    others = opened(avatar, "jawOpen") - opened(toothed, "jawOpen")[:count]
    assert 0 < (others.norm(dim=-1) > 1e-6).sum() <= 18  # those that carry the rows


def test_teeth_stand_behind_lips_that_have_moved_and_are_kept_in_files(avatar, model, toothed, tmp_path):
    away = torch.tensor([0.0, -0.01, 0.004])
    lower = with_teeth(
        replace(avatar, canonical=replace(avatar.canonical, means=avatar.canonical.means + away)), model.template
    )
    count = len(avatar.canonical)
    torch.testing.assert_close(lower.canonical.means[count:], toothed.canonical.means[count:] + away, atol=1e-6, rtol=0)
    toothed.save(tmp_path / "a.avatar")
    again = opened(Avatar.load(tmp_path / "a.avatar"), "jawOpen", "mouthSmile")
    torch.testing.assert_close(again, opened(toothed, "jawOpen", "mouthSmile"))


def test_a_mouth_of_too_few_gaussians_has_no_teeth(avatar):
    small = Template(TemplateConfig(anchors=8, per_anchor=4), load_body())
    driver = replace(avatar, driver=type(avatar.driver)(*avatar.driver.size[:3], 0).eval())
    assert with_teeth(driver, small) is driver


def test_what_lips_hide_goes_back_to_the_draft_and_is_painted(avatar, model):
    hidden = behind_lips(model.template)[:, 0] > 0.5
    assert hidden.sum() > 100
    own = avatar.canonical
    means = own.means + 0.03 * hidden[:, None]
    refined = replace(
        avatar, canonical=replace(own, means=means, scales=2 * own.scales, colors=torch.ones_like(own.colors))
    )
    done = with_mouth(refined, avatar, model.template).canonical.map(lambda x: x[: len(own)])
    torch.testing.assert_close(done.means[hidden], own.means[hidden], atol=1e-6, rtol=0)
    torch.testing.assert_close(done.scales[hidden], own.scales[hidden])
    assert done.colors[hidden].mean() < 0.4
    assert torch.equal(done.scales[~hidden], 2 * own.scales[~hidden])


def sheet(turned: float = 0.0) -> Gaussians:
    """400 tiles in the plane of x and y, 4 mm apart, turned about z."""
    places = 0.004 * torch.stack(torch.meshgrid(torch.arange(20.0), torch.arange(20.0), indexing="ij"), -1).flatten(
        0, 1
    )
    half = torch.tensor(turned / 2)
    quats = torch.stack([half.cos(), half.new_zeros(()), half.new_zeros(()), half.sin()]).repeat(400, 1)
    colors = torch.rand(400, 3)
    return Gaussians(
        torch.cat([places, 0 * places[:, :1]], 1), quats, torch.full((400, 3), 0.003), torch.ones(400), colors
    )


@pytest.mark.parametrize("turned", [0.0, torch.pi / 2])
def test_tiles_grow_along_what_stretches_as_much_as_it_does(turned):
    tiles, everything = sheet(turned), torch.ones(400, dtype=torch.bool)
    directions = torch.zeros(400, 3, 52)
    directions[:, 0, 0] = 0.4 * tiles.means[:, 0]
    stretch = stretch_of(tiles, directions, everything, torch.zeros(400))
    along, across = (0, 1) if turned == 0 else (1, 0)
    assert stretch.strain[:, along, 0].median() == pytest.approx(0.4, rel=0.1)
    assert stretch.strain[:, across, 0].abs().max() < 0.02 and stretch.strain[:, :, 1:].abs().max() == 0
    assert stretch.tone.std() < 0.5 * tiles.colors.std()


def test_lips_that_part_do_not_stretch():
    tiles = sheet()
    directions = torch.zeros(400, 3, 52)
    directions[tiles.means[:, 1] > 0.038, 1, 0] = 0.02
    assert len(stretch_of(tiles, directions, torch.ones(400, dtype=torch.bool), torch.zeros(400)).skin) == 0


def test_only_skin_that_an_action_stretches_follows_it(avatar, model):
    still, wide = driven(avatar), driven(avatar, "jawOpen")
    grown = wide.scales / still.scales
    assert (grown[avatar.stretch.skin].amax(-1) > 1.15).sum() > 100 and grown.max() < 1.6
    assert (grown[~avatar.on_head] - 1).abs().max() < 0.2  # the network's own corrections
    assert len(avatar.stretch.skin) < 0.3 * len(avatar.canonical)
    inside = behind_lips(model.template)[:, 0] > 0.5
    assert inside[avatar.stretch.skin].sum() < 0.05 * inside.sum() and not avatar.stretch.tone.isnan().any()
    painted = avatar.lids.cover.sum(0) >= 1
    kept = torch.isin(avatar.stretch.skin, painted.nonzero()[:, 0])
    assert torch.equal(avatar.stretch.tone[kept], avatar.canonical.colors[avatar.stretch.skin[kept]])
