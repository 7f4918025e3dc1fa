"""Muon for the matrices of transformer blocks, AdamW for everything else, as one optimiser."""

from typing import Any

import torch
from torch import nn

from lca.model.layers import CrossBlock, SelfBlock
from lca.training.muon import Muon
from lca.training.schedule import OptimizerConfig


def block_matrices(network: nn.Module) -> set[int]:
    """Ids of the matrices inside attention blocks."""
    blocks = [module for module in network.modules() if isinstance(module, SelfBlock | CrossBlock)]
    return {id(p) for block in blocks for p in block.parameters() if p.ndim == 2}


class MuonAdamW(torch.optim.Optimizer):
    """One optimiser to schedulers, clipping and checkpoints; its groups are those of its two parts.

    In a race on this project's correspondence Muon needed two thirds of AdamW's steps.
    """

    def __init__(self, groups: list[dict[str, Any]], matrices: set[int], config: OptimizerConfig):
        """Split every group (with its own lr) into `matrices`, which learn at `config.muon` times the rate, and the
        rest."""
        hidden = [_part(group, matrices, True) for group in groups]
        for group in hidden:
            group |= {"lr": config.muon * group["lr"]} | ({"name": f"{group['name']}_muon"} if "name" in group else {})
        rest = [_part(group, matrices, False) for group in groups]
        hidden, rest = ([group for group in part if group["params"]] for part in (hidden, rest))
        decay = config.weight_decay
        self.parts: list[torch.optim.Optimizer] = [torch.optim.AdamW(rest, betas=(0.9, 0.98), weight_decay=decay)]
        if hidden:
            self.parts.append(Muon(hidden, weight_decay=decay))
        super().__init__(self._groups(), {})
        self.param_groups = self._groups()

    def _groups(self) -> list[dict[str, Any]]:
        return [group for part in self.parts for group in part.param_groups]

    def step(self, closure=None):
        """One step of both."""
        loss = None if closure is None else torch.enable_grad()(closure)()
        for part in self.parts:
            part.step()
        return loss

    def state_dict(self) -> dict[str, Any]:
        """The state of both."""
        return {"parts": [part.state_dict() for part in self.parts]}

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Take the state of both."""
        for part, state in zip(self.parts, state_dict["parts"], strict=True):
            part.load_state_dict(state)
        self.param_groups = self._groups()


def _part(group: dict[str, Any], matrices: set[int], inside: bool) -> dict[str, Any]:
    return group | {"params": [p for p in group["params"] if (id(p) in matrices) == inside]}
