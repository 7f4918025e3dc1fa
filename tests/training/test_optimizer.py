from copy import deepcopy

import pytest
import torch

from lca import precision
from lca.model.layers import SelfBlock
from lca.training.muon import Muon, orthogonal
from lca.training.optimizer import MuonAdamW, block_matrices
from lca.training.schedule import OptimizerConfig


def stepping(seed: int, muon: float = 10.0) -> tuple[torch.nn.Sequential, MuonAdamW]:
    torch.manual_seed(seed)
    network = torch.nn.Sequential(torch.nn.Linear(8, 8), SelfBlock(8, 2))
    config = OptimizerConfig(lr=1e-3, muon=muon)
    groups = [{"params": list(network.parameters()), "lr": config.lr}]
    return network, MuonAdamW(groups, block_matrices(network) if muon else set(), config)


def step(network: torch.nn.Module, optimizer: MuonAdamW, seed: int) -> None:
    torch.manual_seed(seed)
    network(torch.randn(2, 5, 8)).square().mean().backward()
    optimizer.step()
    optimizer.zero_grad()


def weights(network: torch.nn.Module) -> torch.Tensor:
    return torch.cat([p.detach().flatten() for p in network.parameters()])


def test_every_weight_learns_in_one_part_and_only_matrices_of_blocks_in_muon():
    network, optimizer = stepping(0)
    owned = [id(p) for group in optimizer.param_groups for p in group["params"]]
    assert sorted(owned) == sorted(id(p) for p in network.parameters())
    (hidden,) = optimizer.parts[1].param_groups
    assert hidden["lr"] == pytest.approx(1e-2)
    assert {id(p) for p in hidden["params"]} == {id(p) for p in network[1].parameters() if p.ndim == 2}
    assert len(stepping(0, muon=0.0)[1].parts) == 1


def test_a_scheduler_reaches_both_parts():
    network, optimizer = stepping(0)
    torch.optim.lr_scheduler.LambdaLR(optimizer, lambda _: 0.5)
    assert [part.param_groups[0]["lr"] for part in optimizer.parts] == pytest.approx([5e-4, 5e-3])
    step(network, optimizer, 1)


def test_a_restored_optimizer_goes_on_as_the_first_would_have():
    network, optimizer = stepping(0)
    step(network, optimizer, 1)
    copy, restored = stepping(5)
    copy.load_state_dict(network.state_dict())
    restored.load_state_dict(deepcopy(optimizer.state_dict()))
    for part in (optimizer, restored):
        part.param_groups[-1]["lr"] = 0.02  # a scheduler's change must reach the restored parts too
    step(network, optimizer, 2)
    step(copy, restored, 2)
    assert torch.equal(weights(network), weights(copy))


@pytest.mark.parametrize(("kind", "tolerance"), [("bf16", 1e-6), ("fp32", 0.01)])
def test_muon_is_that_of_torch_which_knows_bfloat16_only(monkeypatch, kind, tolerance):
    monkeypatch.setenv(precision.CHOICE, kind)
    matrices = [torch.randn(12, 8), torch.randn(6, 10)]
    ours, theirs = ([torch.nn.Parameter(matrix.clone()) for matrix in matrices] for _ in range(2))
    optimizers = Muon([{"params": ours, "lr": 0.02}], 0.1), torch.optim.Muon(theirs, lr=0.02, weight_decay=0.1)
    for _ in range(3):
        for mine, other in zip(ours, theirs, strict=True):
            mine.grad = torch.randn_like(mine)
            other.grad = mine.grad.clone()
        for optimizer in optimizers:
            optimizer.step()
    for mine, other in zip(ours, theirs, strict=True):
        assert (mine - other).abs().max() < tolerance


def test_an_update_is_nearly_orthogonal():
    for shape in ((12, 30), (30, 12)):
        assert ((torch.linalg.svdvals(orthogonal(torch.randn(shape)).float()) - 1.0).abs() < 0.35).all()
