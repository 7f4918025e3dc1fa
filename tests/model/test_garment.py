"""The garment head: off is the base model to the bit, zero is plain skinning, W' is a blend of what hangs below the chest."""

from dataclasses import replace

import pytest
import torch

from lca.geometry.body import PARTS
from lca.geometry.rotations import axis_angle_to_matrix
from lca.model.checkpoint import load_model, save_model, with_heads
from lca.model.garment import Loosened
from lca.model.nodes import CHEST, CROTCH, farthest_points


def people(model, photos):
    with torch.no_grad():
        fused = model.read(photos[None])[1]
        return fused, torch.zeros(1, 100)


def test_an_untrained_head_is_plain_skinning(network, dressed, photos):
    plain, same = network.reconstruct(photos), dressed.reconstruct(photos)
    theta = 0.4 * torch.randn(156)
    for mine, theirs in zip(same.drive(theta).tensors(), plain.drive(theta).tensors(), strict=True):
        assert torch.allclose(mine, theirs, atol=1e-5)


def test_switching_a_head_off_gives_the_base_model_back(network, loud, photos):
    model = with_heads(loud, garments=False)
    for name, value in network.state_dict().items():
        assert torch.equal(value, model.state_dict()[name]), name
    assert torch.equal(model.reconstruct(photos).canonical.means, network.reconstruct(photos).canonical.means)


def test_weights_are_a_blend_and_fall_back_to_plain(loud, photos):
    model, (fused, betas) = loud, people(loud, photos)
    canonical, rig = model.person(fused, betas)
    assert (rig.skin_weights >= 0).all() and torch.allclose(rig.skin_weights.sum(-1), torch.ones(1, len(canonical)))
    half, none = model.person(fused, betas, 0.5), model.person(fused, betas, 0.0)
    base = model.canonical(fused, betas)
    assert torch.equal(none[0].means, base.means) and torch.allclose(
        none[1].skin_weights, model.rig(betas).skin_weights[None]
    )
    assert torch.allclose(half[0].means, (base.means + canonical.means) / 2, atol=1e-6)


@pytest.mark.parametrize(
    ("metres", "share"), [(0.0, 0.0), (0.004, 0.0), (0.008, 0.01), (0.022, 1.0), (0.03, 1.0), (0.1, 1.0)]
)
def test_what_is_near_the_legs_keeps_its_weights_and_what_hangs_off_them_gets_others(loud, photos, metres, share):
    """Trousers are 8 mm off the thighs, skirts 22 mm and more: `GarmentHead.looseness` alone tells them apart here."""
    model, (fused, betas) = loud, people(loud, photos)
    head, rest, plain = model.garments, model.template.shaped(betas), model.rig(betas)
    worn = replace(
        model.canonical(fused, betas), means=rest + metres * torch.nn.functional.normalize(torch.ones(3), dim=0)
    )
    canonical, rig = head.dressed(worn, plain, head(fused.tokens, worn, rest))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(head, "looseness", lambda *_: torch.ones(1))
        whole, dressed = head.dressed(worn, plain, head(fused.tokens, worn, rest))
    changed, all_of_it = (weights_apart(each, plain) for each in (rig, dressed))
    assert all_of_it.max() > 0.5
    if share < 0.5:
        assert changed.max() < 0.05 and (canonical.means - worn.means).abs().max() < 0.005
    else:
        assert changed.max() > 0.5
        torch.testing.assert_close(canonical.means, whole.means, atol=1e-3, rtol=0)
        torch.testing.assert_close(changed, all_of_it, atol=0.01, rtol=0)
    assert head.looseness(worn, rest).item() == pytest.approx(share, abs=0.002)


def weights_apart(one, other):
    """Sum over the joints of how much two rigs' weights of each Gaussian differ."""
    every = [torch.zeros(rig.skin_indices.shape[-2], 55) for rig in (one, other)]
    for weights, rig in zip(every, (one, other), strict=True):
        weights.scatter_add_(1, *(part.reshape(len(weights), -1) for part in (rig.skin_indices, rig.skin_weights)))
    return (every[0] - every[1]).abs().sum(-1)


def test_arms_head_and_feet_do_not_follow(network, loud, photos):
    model, (fused, betas) = loud, people(loud, photos)
    moved = (model.person(fused, betas)[0].means - model.canonical(fused, betas).means)[0].norm(dim=-1) > 1e-6
    part, height = network.template.part, network.template.points[:, 1]
    assert moved.any() and (height[moved] < CHEST).all()
    assert {PARTS[k] for k in part[moved].unique().tolist()} <= {"torso", "hips", "thigh", "calf"}


def test_gaussians_of_one_leg_follow_its_own_nodes(network, dressed):
    nodes = dressed.garments.nodes
    places, points = nodes.places, network.template.points[nodes.followers]
    low = points[:, 1] < CROTCH - 0.1
    sides = places[nodes.follow[low]][..., 0] * points[low, None, 0]
    assert (sides > 0).float().mean() > 0.98


def test_tearing_is_zero_for_what_stays_rigid(dressed):
    nodes = dressed.garments.nodes
    places = nodes.places[None]
    turned = places @ axis_angle_to_matrix(torch.tensor([0.3, -0.8, 0.5])).T + torch.tensor([1.0, 0.0, 2.0])
    assert nodes.tearing(places, turned) < 1e-9 < nodes.tearing(places, 1.3 * places)


def test_stretch_is_the_logarithm_of_how_much_further_apart_nodes_are(dressed):
    places = dressed.garments.nodes.places[None]
    apart = dressed.garments.nodes.stretch(places, 1.5 * places + 0.2)
    assert torch.allclose(apart, torch.full_like(apart, 1.5).log(), atol=1e-4)
    assert not dressed.garments.nodes.stretch(places, 0.5 * places).any(), (
        "what moves together needs no larger Gaussians"
    )


def test_no_gaussian_shrinks_and_those_that_part_grow(dressed, photos):
    model, (fused, betas) = dressed, people(dressed, photos)
    base, head = model.canonical(fused, betas), model.garments
    out = head.nodes.around(base.means) * torch.tensor([0.4, 0.0, 0.4])
    shrinking = Loosened(torch.zeros(1, len(head.nodes.node), 22), out, torch.full((1, len(head.nodes.node), 1), -0.5))
    grown = (head.reshaped(base, shrinking).scales / base.scales)[0, head.nodes.followers, 0]
    assert grown.min() >= 1 - 1e-5 and 1.2 < grown.max() < 2.02 and grown.median() > 1.04


def test_farthest_points_spread():
    line = torch.tensor([[0.0, float(y), 0.0] for y in range(11)])
    assert farthest_points(line, 3).tolist() == [0, 10, 5]


def test_a_model_file_keeps_both_heads(loud, photos, tmp_path):
    model = with_heads(loud, relight=True)
    save_model(model, tmp_path / "m.safetensors")
    again = load_model(tmp_path / "m.safetensors")
    assert again.config.garments and again.config.relight
    assert torch.allclose(
        again.reconstruct(photos).canonical.means, model.reconstruct(photos).canonical.means, atol=2e-3
    )
