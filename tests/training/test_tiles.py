"""Tiles of a surface: that they cover it, seen and unseen, whole and in quarters; and where one cannot tell what they show."""

import math
from dataclasses import replace

import torch

from lca.geometry.body import PARTS
from lca.geometry.camera import orbit
from lca.geometry.gaussians import Gaussians
from lca.geometry.joint_names import JOINTS
from lca.geometry.rotations import quat_wxyz_to_matrix
from lca.render import render
from lca.training.refining.splitting import closed, quartered, tightened
from lca.training.refining.surface import places_of, surface_of
from lca.training.refining.visibility import occlusions


def test_quarters_cover_what_the_whole_did(avatar, network):
    chosen = torch.zeros(len(avatar.canonical), dtype=torch.bool)
    chosen[torch.tensor([3, 200])] = True
    after, parents = quartered(avatar, places_of(network.template, avatar).frames, chosen)
    assert len(after.canonical) == len(avatar.canonical) + 6
    assert after.sources is not None and torch.equal(after.sources, parents)
    own, middle = avatar.canonical.means[3], after.canonical.means[parents == 3].mean(0)
    torch.testing.assert_close(own, middle)
    theta = torch.zeros(156)
    theta[3 * JOINTS.index("right_knee")] = 0.7
    before, now = avatar.drive(theta), after.drive(theta)
    torch.testing.assert_close(now.means[parents != 3][:3], before.means[parents[parents != 3]][:3])


def test_what_is_alone_behind_a_hem_does_not_become_a_cloud(avatar, network):
    own = avatar.canonical
    strayed = replace(own, means=own.means.clone(), scales=torch.full_like(own.scales, 0.004))
    strayed.means[0] += torch.tensor([0.0, -0.5, 0.0])
    covering = tightened(strayed, surface_of(places_of(network.template, avatar)), torch.zeros(len(own.means)))
    assert covering.scales[0].max() <= 0.02
    assert covering.scales.max(-1).values.median() > 0.004


def test_what_no_photo_shows_hides_what_is_behind_it(model, whole, surface):
    """White in front and black behind: through narrow tiles one sees the front from the back."""
    own, camera = whole.canonical, orbit(math.pi, size=256)
    facing = quat_wxyz_to_matrix(model.template.frames)[:, 2, 2]
    narrow = replace(own, scales=0.3 * surface.spacing(own.means)[:, None].repeat(1, 3))
    torso = (model.template.part == PARTS.index("torso")) & (facing < -0.3)
    shown = []
    for tiles in (narrow, tightened(narrow, surface, torch.zeros(len(facing)))):
        painted = replace(tiles, colors=(facing > 0).float()[:, None].repeat(1, 3))
        across, down = camera.project(tiles.means[torso])[:, :2].long().unbind(-1)
        shown.append(float(render(painted, camera, torch.zeros(3)).image[0, down, across].quantile(0.99)))
    assert shown[1] < 0.06 < 0.1 < shown[0]


def test_what_no_photo_shows_covers_whichever_way_it_stands(avatar, network):
    surface, own = surface_of(places_of(network.template, avatar)), avatar.canonical
    edgewise = replace(own, scales=torch.tensor([0.001, 0.05, 0.05]).repeat(len(own.means), 1))
    tiles = tightened(edgewise, surface, torch.zeros(len(own.means)))
    solid, gap = (surface.reach > 0) & ~surface.hands, surface.gap(own.means)
    assert (tiles.scales.amin(-1)[solid] >= (0.5 * gap).clamp(max=0.02)[solid] - 1e-6).all()
    seen = tightened(edgewise, surface, torch.ones(len(own.means)))
    assert (seen.scales.amin(-1) <= 0.001 + 1e-6).all()


def test_tiles_that_have_moved_apart_cover_the_gaps_again(avatar, network):
    surface, own = surface_of(places_of(network.template, avatar)), avatar.canonical
    apart = replace(own, means=1.5 * own.means, scales=torch.tensor([0.001, 0.002, 0.0005]).repeat(len(own.means), 1))
    again, solid = closed(apart, surface), (surface.reach > 0) & ~surface.hands
    least = (0.5 * surface.gap(apart.means)).clamp(max=0.02)[:, None].expand(-1, 2)
    assert (again.scales[solid, :2] >= least[solid] - 1e-6).all()
    assert torch.equal(again.scales[:, 2], apart.scales[:, 2]) and torch.equal(
        again.scales[~solid], apart.scales[~solid]
    )
    assert torch.equal(closed(again, surface).scales, again.scales)


def test_edges_between_what_is_in_front_and_behind_are_doubted():
    """A small square half a metre before a large one, in the middle of the picture."""
    camera, steps = orbit(0.0, 0.0, 2.0, size=64), torch.linspace(-0.5, 0.5, 41)
    plane = torch.cartesian_prod(steps, steps)
    means = torch.cat([torch.nn.functional.pad(plane, (0, 1)), torch.nn.functional.pad(0.3 * plane, (0, 1), value=0.5)])
    count = len(means)
    quats, colors = torch.tensor([1.0, 0, 0, 0]).repeat(count, 1), torch.ones(count, 3)
    scales = torch.tensor([0.02, 0.02, 0.001]).repeat(count, 1)
    edges = occlusions(Gaussians(means, quats, scales, torch.full((count,), 0.99), colors), camera)[0]
    corners = camera.project(torch.tensor([[-0.15, 0.15, 0.5], [0.15, -0.15, 0.5]]))[:, :2].round().long()
    (left, right), (top, bottom) = (sorted(places) for places in corners.T.tolist())
    ring = torch.zeros(64, 64, dtype=torch.bool)
    ring[top - 8 : bottom + 9, left - 8 : right + 9] = True
    ring[top + 1 : bottom, left + 1 : right] = False
    assert edges[ring].float().mean() > 0.5 and not edges[~ring].any()


def test_hands_keep_their_sizes(avatar, network):
    """Covered like cloth, fingers would close to mittens."""
    surface = surface_of(places_of(network.template, avatar))
    thin = replace(avatar.canonical, scales=torch.full_like(avatar.canonical.scales, 0.001))
    for tiles in (tightened(thin, surface, torch.zeros(len(thin.means))), closed(thin, surface)):
        grown = (tiles.scales > 0.0011).any(-1)
        assert surface.hands.any() and not grown[surface.hands].any()
        assert grown[(surface.reach > 0) & ~surface.hands].float().mean() > 0.9
