"""The surface of somebody in a skirt: neighbours on the cloth, whatever leg they come of."""

from dataclasses import replace

import numpy as np
import torch

from lca.model.skirt import Cut, skirted
from lca.training.refining.splitting import quartered
from lca.training.refining.surface import places_of, surface_of

CUT = Cut(-0.7, np.array([[0.03, 0.0], [0.08, 0.0], [0.14, 0.0]]))


def test_bare_legs_lie_where_the_template_has_them(model, whole):
    places = places_of(model.template, whole)
    np.testing.assert_array_equal(places.points, model.template.points.numpy())
    torch.testing.assert_close(places.frames, model.template.frames)
    assert not places.parted.any()


def test_on_a_skirt_the_front_is_one(model, whole):
    bare = replace(whole, canonical=replace(whole.canonical, means=model.template.shaped(whole.betas[None])[0]))
    worn = skirted(bare, model.template, CUT)
    places = places_of(model.template, worn)
    surface, x, y = surface_of(places), places.points[:, 0], places.points[:, 1]
    middle = (np.abs(x) < 0.01) & (y < -0.35) & (y > -0.65) & (places.points[:, 2] > 0.1)
    assert middle.sum() > 20
    came = model.template.points[:, 0].numpy()
    other_leg = came[surface.near[middle]] * came[middle][:, None] < 0
    assert other_leg.any(1).mean() > 0.8  # on the body they are a leg apart
    assert places.normal[middle, 2].min() > 0.8
    assert 0.005 < float(surface.parted[torch.from_numpy(middle)].mean()) < 0.05
    gap = surface.gap(worn.canonical.means)
    assert bool((gap >= surface.parted).all())


def test_quarters_of_cloth_lie_in_the_cloth(model, whole):
    worn = skirted(whole, model.template, CUT)
    places = places_of(model.template, worn)
    moved = (worn.canonical.means - model.template.points).norm(dim=-1)
    chosen = torch.zeros(len(moved), dtype=torch.bool).index_fill(0, moved.topk(50).indices, True)
    after, parents = quartered(worn, places.frames, chosen)
    quarter = chosen[parents]
    shift = after.canonical.means[quarter] - worn.canonical.means[parents[quarter]]
    normal = torch.from_numpy(places.normal)[parents[quarter]]
    assert float((shift * normal).sum(-1).abs().max()) < 1e-5 < 1e-3 < float(shift.norm(dim=-1).min())
