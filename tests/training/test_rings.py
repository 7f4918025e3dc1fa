"""What clothes and shoes look like from behind, where photos show the front alone."""

import pytest
import torch

from lca.geometry.body import PARTS
from lca.geometry.rotations import quat_wxyz_to_matrix
from lca.training.refining.filling import fill
from lca.training.refining.rings import other_sides

SHIRT, TROUSERS, PRINT, SKIN = (
    torch.tensor(x) for x in ((0.9, 0.9, 0.8), (0.1, 0.15, 0.4), (0.8, 0.1, 0.1), (0.7, 0.5, 0.4))
)


def facing(model):
    return quat_wxyz_to_matrix(model.template.frames)[:, 2, 2]


@pytest.fixture(scope="module")
def dressed(model):
    """Colours of somebody in a shirt with a print, trousers below the waist; and what a photo from the front shows of them."""
    points, part = model.template.points, model.template.part
    clothed = ~torch.isin(
        part, torch.tensor([PARTS.index(x) for x in ("head", "face", "neck", "hand", "eye", "mouth")])
    )
    waist = points[part == PARTS.index("hips"), 1].max()
    colors = torch.where((clothed & (points[:, 1] > waist))[:, None], SHIRT, SKIN)
    colors = torch.where((clothed & (points[:, 1] <= waist))[:, None], TROUSERS, colors)
    chest = points[part == PARTS.index("torso")].mean(0)
    printed = ((points[:, 0].abs() < 0.06) & ((points[:, 1] - chest[1]).abs() < 0.06))[:, None]
    return torch.where(printed & clothed[:, None], PRINT, colors), (facing(model) > 0.1).float(), waist


def behind(model, names=("torso",)):
    points = model.template.points
    parts = torch.isin(model.template.part, torch.tensor([PARTS.index(name) for name in names]))
    return parts & (facing(model) < -0.5), points[:, 1]


def filled(model, surface, dressed):
    colors, gate, _ = dressed
    muddy = torch.full_like(colors, 0.5)
    spacing = surface.spacing(model.template.points)
    graph, expected = other_sides(colors, muddy, gate, spacing, surface)
    return fill(colors, expected, gate, graph), fill(colors, muddy, gate, surface)


def test_prints_stay_in_front(model, surface, dressed):
    ringed, _ = filled(model, surface, dressed)
    back, height = behind(model)
    shirt = back & (height > dressed[2] + 0.05)
    assert shirt.sum() > 200
    assert (ringed[shirt] - SHIRT).norm(dim=-1).quantile(0.98) < 0.15


def test_hems_are_where_they_are_in_front(model, surface, dressed):
    """A harmonic field alone fades from shirt to trousers over the whole back."""
    back, height = behind(model, ("torso", "hips", "thigh"))
    near = back & ((height - dressed[2]).abs() < 0.1)
    wanted = torch.where((height > dressed[2])[:, None], SHIRT, TROUSERS)
    ringed, plain = ((colors - wanted)[near].norm(dim=-1) > 0.2 for colors in filled(model, surface, dressed))
    assert ringed.float().mean() < 0.3 and ringed.sum() < plain.sum() / 3


def test_what_photos_show_and_heads_and_hands_are_left_alone(model, surface, dressed):
    colors, gate, _ = dressed
    muddy = torch.full_like(colors, 0.5)
    graph, expected = other_sides(colors, muddy, gate, surface.spacing(model.template.points), surface)
    changed = (expected != muddy).any(-1)
    assert changed.any() and not (changed & (gate > 0)).any() and not changed[~torch.from_numpy(surface.clothed)].any()
    assert (graph.links - graph.links.T).max() < 1e-6
    seen = gate.numpy() > 0
    assert (graph.links[seen][:, seen] != surface.links[seen][:, seen]).nnz == 0


def test_without_photos_of_clothes_nothing_is_expected(model, surface, dressed):
    colors, gate, _ = dressed
    graph, expected = other_sides(
        colors, colors, torch.zeros_like(gate), surface.spacing(model.template.points), surface
    )
    assert graph is surface and expected is colors


def test_one_gaussian_in_sight_is_enough(model, surface, dressed):
    colors, gate, _ = dressed
    alone = torch.zeros_like(gate)
    alone[torch.from_numpy(surface.clothed).nonzero()[0]] = 1.0
    graph, expected = other_sides(colors, colors, alone, surface.spacing(model.template.points), surface)
    assert expected.isfinite().all() and len(fill(colors, expected, alone, graph)) == len(colors)


def test_socks_and_shoes_go_round(model, surface, dressed):
    """Too small for a garment, but they reach from one side of a leg to the other."""
    colors, gate, waist = dressed
    points, part = model.template.points, model.template.part
    foot, calf = (part == PARTS.index(name) for name in ("foot", "calf"))
    ankle = points[foot, 1].max()
    sock, skin = calf & (points[:, 1] < ankle + 0.06), calf & (points[:, 1] > ankle + 0.1)
    colors = torch.where(
        (calf & (points[:, 1] > ankle + 0.08))[:, None], SKIN, torch.where(calf[:, None], PRINT, colors)
    )
    ringed, _ = filled(model, surface, (colors, gate, waist))
    back = facing(model) < -0.5
    assert (ringed - PRINT)[sock & back].norm(dim=-1).median() < 0.1
    assert (ringed - SKIN)[skin & back].norm(dim=-1).median() < 0.1
    assert (ringed - TROUSERS)[foot & back].norm(dim=-1).quantile(0.9) < 0.15  # feet are of the trousers' colour here


def test_a_sleeve_ends_where_it_does_in_front(model, surface, dressed):
    colors, gate, waist = dressed
    points, part = model.template.points, model.template.part
    arm = torch.isin(part, torch.tensor([PARTS.index(name) for name in ("upper_arm", "forearm")]))
    elbow = points[part == PARTS.index("forearm"), 0].abs().min()
    bare = arm & (points[:, 0].abs() > elbow)
    ringed, _ = filled(model, surface, (torch.where(bare[:, None], SKIN, colors), gate, waist))
    back = arm & (facing(model) < -0.5) & ((points[:, 0].abs() - elbow).abs() > 0.03)
    wanted = torch.where(bare[:, None], SKIN, SHIRT)
    assert (ringed - wanted)[back].norm(dim=-1).quantile(0.95) < 0.15


def test_of_a_pattern_the_mean_is_expected(model, surface, dressed):
    colors, gate, waist = dressed
    torso = model.template.part == PARTS.index("torso")
    spotted = torch.rand(len(gate), generator=torch.Generator().manual_seed(0)) < 0.5
    ringed, _ = filled(model, surface, (torch.where((torso & spotted)[:, None], TROUSERS, colors), gate, waist))
    back, height = behind(model)
    shirt = back & (height > waist + 0.1)
    assert (ringed - (SHIRT + TROUSERS) / 2)[shirt].norm(dim=-1).median() < 0.35
