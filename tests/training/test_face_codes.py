"""Where eps comes from: by name where the actions are known, from the face crop where they are not."""

import torch

from lca.training.pretrain import Pretrain
from tests.model.conftest import TINY

FRAMES = 40


def stage():
    torch.manual_seed(0)
    actions = torch.rand(FRAMES, 52)
    actions[:4] = torch.nan
    return Pretrain(TINY), torch.rand(FRAMES, 3, 128, 128), actions


def test_validation_drives_by_name_where_it_can():
    module, faces, actions = stage()
    eps, cost = module.eval().face_codes(faces, actions)
    named = module.network.face_code.named(actions[4:])
    assert torch.equal(eps[4:], named) and (cost[4:] == 0).all()
    assert eps[:4].isfinite().all() and (cost[:4] > 0).all()


def test_training_does_both_and_both_learn():
    module, faces, actions = stage()
    eps, cost = module.train().face_codes(faces, actions)
    by_name = cost == 0
    assert not by_name[:4].any() and 8 < by_name[4:].sum() < 28
    (eps.square().sum() + cost.sum()).backward()
    code = module.network.face_code
    for weights in (code.action_map, code.narrow.weight, code.spread.weight):
        assert weights.grad is not None and weights.grad.abs().max() > 0 and weights.grad.isfinite().all()
