"""Muon (Jordan et al. 2024): momentum whose matrices are made orthogonal, in the number format that suits the machine."""

import math

import torch
from torch import Tensor

from lca.precision import number_format

MOMENTUM = 0.95
COEFFICIENTS, ITERATIONS = (3.4445, -4.775, 2.0315), 5
"""Of the quintic Newton-Schulz iteration that its authors chose: fast from small singular values on, exact to a third only."""


class Muon(torch.optim.Optimizer):
    """For matrices. torch's own computes in bfloat16 everywhere: twice the time of single precision on a CPU without AMX."""

    def __init__(self, groups: list[dict], weight_decay: float):
        """`groups` with parameters of two axes and a learning rate each; decay is decoupled."""
        super().__init__(groups, {"weight_decay": weight_decay})

    @torch.no_grad()
    def step(self, closure=None):
        """Nesterov momentum, made orthogonal; taller matrices take longer steps."""
        loss = None if closure is None else torch.enable_grad()(closure)()
        for group in self.param_groups:
            for matrix in group["params"]:
                if matrix.grad is None:
                    continue
                state = self.state[matrix]
                if not state:
                    state["momentum_buffer"] = torch.zeros_like(matrix.grad)
                momentum = state["momentum_buffer"].lerp_(matrix.grad, 1.0 - MOMENTUM)
                update = orthogonal(matrix.grad.lerp(momentum, MOMENTUM))
                rows, columns = matrix.shape
                matrix.mul_(1.0 - group["lr"] * group["weight_decay"])
                matrix.add_(update, alpha=-group["lr"] * math.sqrt(max(1.0, rows / columns)))
        return loss


def orthogonal(matrix: Tensor) -> Tensor:
    """U V^T of the singular value decomposition U S V^T, roughly: singular values 0.7 to 1.2, in the machine's number format."""
    tall = matrix.shape[0] > matrix.shape[1]
    x = (matrix.mT if tall else matrix).to(number_format(matrix.device))
    x = x / x.norm().clamp(min=1e-7)
    first, third, fifth = COEFFICIENTS
    for _ in range(ITERATIONS):
        gram = x @ x.mT
        x = torch.addmm(x, torch.addmm(gram, gram, gram, beta=third, alpha=fifth), x, beta=first)
    return x.mT if tall else x
