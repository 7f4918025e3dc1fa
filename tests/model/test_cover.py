"""Heads without cracks: tiles that were parted cover what is between them, and nothing else changes."""

import math
from dataclasses import replace

import torch

from lca.geometry.body import PARTS
from lca.geometry.camera import orbit
from lca.geometry.gaussians import Gaussians
from lca.geometry.tiles import STRAY, gap, neighbours
from lca.model.checkpoint import load_model
from lca.model.cover import SHARE, covered
from lca.render import render


def shell(template, scale: float) -> Gaussians:
    """Small tiles where the template has its Gaussians, those of the scalp half a head further out, as hair is; one axis thin."""
    hair = template.part == PARTS.index("head")
    middle = template.points[hair].mean(0)
    means = torch.where(hair[:, None], middle + 1.5 * (template.points - middle), template.points)
    count = len(means)
    scales = torch.tensor([scale, scale, 0.3 * scale]).repeat(count, 1)
    return Gaussians(means, template.frames, scales, torch.full((count,), 0.98), torch.zeros(count, 3))[None]


def test_gap_is_the_distance_on_a_grid_and_what_is_missing_at_its_edge():
    rows = torch.arange(7.0)
    points = torch.cat([torch.cartesian_prod(rows, rows), torch.zeros(49, 1)], -1)
    near = torch.from_numpy(neighbours(points.numpy()))
    found = gap(points, near)
    middle, edge, corner = found[24], found[3], found[0]
    torch.testing.assert_close(middle, torch.tensor(math.sqrt(2) / 1.37), atol=1e-5, rtol=0)
    assert middle < edge < corner
    torch.testing.assert_close(gap(3.0 * points[None], near), 3.0 * found[None])


def test_tiles_of_a_head_cover_the_gaps_between_them_and_no_others_change(network):
    template, own = network.template, shell(network.template, 0.001)
    after, head = covered(own, template), template.head.bool()
    least = (SHARE * gap(own.means, template.near)).clamp(max=STRAY)[0, head]
    assert (after.scales[0, head, :2] >= least[:, None] - 1e-7).all()
    assert torch.equal(after.scales[..., 2], own.scales[..., 2])
    assert torch.equal(after.scales[0, ~head], own.scales[0, ~head])
    assert not head[template.eye > 0].any() and not head[template.part == PARTS.index("mouth")].any()
    for name in ("means", "quats_wxyz", "opacities", "colors"):
        assert torch.equal(getattr(after, name), getattr(own, name))
    large = replace(own, scales=own.scales + 0.05)
    assert torch.equal(covered(large, template).scales, large.scales)


def test_one_does_not_look_through_parted_hair():
    """Of the shipped model's template: from behind, hair that has moved outwards shows the sky until it is covered."""
    template, camera = load_model().template, orbit(math.pi, 0.0, 0.75, target=(0.0, 0.55, 0.0), size=256)
    own = shell(template, 0.002)
    hair = template.part == PARTS.index("head")
    middle = own.means[0, hair].mean(0, keepdim=True)
    behind = hair & (own.means[0, :, 2] < middle[0, 2])
    across, down = camera.project(middle)[0, :2].long()
    window = (slice(down - 20, down + 20), slice(across - 20, across + 20))
    alphas = [render(each[0].map(lambda x: x[behind]), camera).alpha[0] for each in (own, covered(own, template))]
    before, after = (alpha[window] for alpha in alphas)
    assert before.mean() < 0.7 and after.min() > 0.9


def test_avatars_are_covered_unless_they_are_to_be_refined(network, photos):
    with torch.no_grad():
        _, fused = network.read(photos[None])
    plain, shown = (network.avatar_of(fused, len(photos), cover=cover).canonical for cover in (False, True))
    assert torch.equal(shown.scales, covered(plain, network.template).scales)
    assert torch.equal(shown.scales, network.reconstruct(photos).canonical.scales)
