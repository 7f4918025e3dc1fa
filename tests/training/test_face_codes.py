"""Where eps comes from: by name where the actions are known, from the face crop where they are not."""

import torch

from lca.model.network import LCA
from lca.training.objective import face_codes
from tests.model.conftest import TINY

FRAMES = 40


def stage():
    torch.manual_seed(0)
    actions = torch.rand(FRAMES, 52)
    actions[:4] = torch.nan
    return LCA(TINY), torch.rand(FRAMES, 3, 128, 128), actions


def test_validation_drives_by_name_where_it_can():
    network, faces, actions = stage()
    eps, cost = face_codes(network.eval(), faces, actions)
    named = network.face_code.named(actions[4:])
    assert torch.equal(eps[4:], named) and (cost[4:] == 0).all()
    assert eps[:4].isfinite().all() and (cost[:4] > 0).all()


def test_training_does_both_and_both_learn():
    network, faces, actions = stage()
    eps, cost = face_codes(network.train(), faces, actions)
    by_name = cost == 0
    assert not by_name[:4].any() and 8 < by_name[4:].sum() < 28
    (eps.square().sum() + cost.sum()).backward()
    code = network.face_code
    for weights in (code.action_map, code.narrow.weight, code.spread.weight):
        assert weights.grad is not None and weights.grad.abs().max() > 0 and weights.grad.isfinite().all()
