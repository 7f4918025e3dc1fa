"""Whom of a surface to believe: what photos show badly, or not at all, takes its colours from what they show well."""

import pytest
import torch

from lca.geometry.body import PARTS
from lca.training.refining.filling import fill, in_pockets, of_one_skin
from lca.training.refining.visibility import fair


@pytest.fixture(scope="module")
def template(model):
    return model.template


def test_the_half_of_a_face_at_a_slant_gives_way_to_the_other(template, surface):
    face, x = template.part == PARTS.index("face"), template.points[:, 0]
    share = fair(torch.where(x > 0, 0.9, 0.2), surface)
    assert share[face & (x > 0.02)].min() > 0.9 and share[face & (x < -0.03)].mean() < 0.2
    assert share[(template.part == PARTS.index("head")) & (x < -0.05)].mean() < 0.2  # hair and ears too
    assert share[template.part == PARTS.index("torso")].min() == 1.0


def test_half_a_face_stays_or_goes_as_one(template, surface):
    """An eye that is seen well in a half that is not does not stay by itself."""
    face, x = template.part == PARTS.index("face"), template.points[:, 0]
    eye = template.points[(template.part == PARTS.index("eye")) & (x < 0)].mean(0)
    ratio = torch.where(x > 0, 0.9, 0.2)
    round_eye = face & ((template.points - eye).norm(dim=-1) < 0.02)
    ratio[round_eye] = 0.9
    share = fair(ratio, surface)
    assert share[round_eye].mean() < 0.1 and share[face & (x > 0.02)].min() > 0.9
    assert fair(torch.where(x > 0, 0.9, 0.8), surface)[face].min() == 1.0


def test_a_mirrored_half_is_as_sharp_as_the_other(template, surface):
    face, x = template.part == PARTS.index("face"), template.points[:, 0]
    colors = torch.rand(len(x), 1).expand(-1, 3).contiguous()
    filled = fill(colors, torch.full_like(colors, 0.5), (face & (x > 0)).float(), surface)
    far = (face & (x < -0.02)).nonzero()[:, 0]
    twin = colors[template.mirror[far]]
    assert (filled[far] - twin).std() < 0.5 * twin.std()


def test_half_a_face_speaks_for_the_other_and_never_for_the_back_of_the_head(template, surface):
    count = len(template.points)
    face, head = (template.part == PARTS.index(name) for name in ("face", "head"))
    left = template.points[:, 0] > 0
    colors, predicted, gate = torch.zeros(count, 3), torch.zeros(count, 3), torch.zeros(count)
    colors[face & left] = torch.tensor([1.0, 0.0, 0.0])
    gate[face & left] = 1.0
    filled = fill(colors, predicted, gate, surface)
    mirrored = face & ~left & (template.points[:, 0] < -0.02)
    assert filled[mirrored, 0].mean() > 0.5
    assert filled[head, 0].max() < 0.02


def test_hair_goes_round_the_head(template, surface):
    """Seen from the front alone, red above the brows and green below: the back of the head is red all over, whatever the network
    thought of it."""
    head, points = template.part == PARTS.index("head"), template.points
    eyes = points[template.part == PARTS.index("eye")].mean(0)
    ahead, above = points[:, 2] > eyes[2] - 0.06, points[:, 1] > eyes[1] + 0.005
    colors, predicted = torch.zeros(len(points), 3), torch.full((len(points), 3), 0.5)
    colors[above, 0], colors[~above, 1] = 1.0, 1.0
    filled = fill(colors, predicted, ahead.float(), surface)
    back = head & (points[:, 2] < eyes[2] - 0.13)
    assert back.sum() > 10
    assert filled[back, 0].mean() > 0.7
    assert filled[back, 1].mean() < 0.25


@pytest.mark.parametrize(("hands", "sleeves"), [("skin", 0.6), ("glove", 0.3)])
def test_a_finger_that_takes_the_colour_behind_it_is_not_believed(template, surface, hands, sleeves):
    """Bare hands are those of the face's colour, even where most of what is taken for hands is something else."""
    tones = {"skin": torch.tensor([0.9, 0.6, 0.5]), "glove": torch.tensor([0.1, 0.3, 0.8])}
    colors = tones["skin"].repeat(len(template.part), 1)
    hand = (template.part == PARTS.index("hand")).nonzero()[:, 0]
    colors[hand] = tones[hands]
    wrong = hand[: int(sleeves * len(hand))]
    colors[wrong] = 0.1
    sure = of_one_skin(colors, torch.full((len(colors),), 0.8), surface)
    assert (sure[wrong] == 0).all()
    assert (sure[hand[len(wrong) :]] == sure[-1]).all() and (sure > 0).sum() == len(colors) - len(wrong)


def test_hands_that_nobody_sees_have_the_skin_of_the_face(template, surface):
    hand, face = (template.part == PARTS.index(name) for name in ("hand", "face"))
    sleeve, skin = torch.tensor([0.1, 0.1, 0.2]), torch.tensor([0.9, 0.6, 0.5])
    colors, predicted = sleeve.repeat(len(hand), 1), torch.full((len(hand), 3), 0.4)
    colors[face] = skin
    gate = torch.ones(len(hand)) * ~hand
    gate[hand.nonzero()[:20, 0]] = 1.0  # what peeps out, in the colour of the sleeve
    sure = of_one_skin(colors, gate, surface)
    assert sure[hand].max() == 0.0
    graph, expected = in_pockets(colors, predicted, sure, surface)
    assert (fill(colors, expected, sure, graph)[hand] - skin).norm(dim=-1).median() < 0.1
    seen = torch.ones(len(hand))
    assert in_pockets(colors, predicted, seen, surface) == (surface, predicted)
