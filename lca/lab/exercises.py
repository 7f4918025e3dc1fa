"""Equations left to the reader: what you write is compared with what the code computes."""

import math
from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from lca.geometry.gaussians import Gaussians
from lca.model.network import LCA
from lca.training.losses import acap
from lca.training.schedule import layerwise_groups

NOT_YET, WRONG, RIGHT = "#8a8a8a", "#c33a2c", "#2e8540"


@dataclass(frozen=True)
class Mark:
    """What a check found."""

    solved: bool
    words: str
    colour: str

    def __repr__(self) -> str:
        return self.words

    def _repr_html_(self) -> str:
        return f'<p style="border-left: 6px solid {self.colour}; padding: 4px 10px">{self.words}</p>'


@dataclass(frozen=True)
class Exercise:
    """An equation, by what it gives: arguments and the right value, case by case."""

    name: str
    cases: tuple[tuple[tuple, float], ...]

    def check(self, answer: Callable[..., Tensor | float | None]) -> Mark:
        """Try an answer on every case."""
        for arguments, right in self.cases:
            found = answer(*arguments)
            if found is None:
                return Mark(False, f"{self.name}: not yet. Write the equation in place of None and run again.", NOT_YET)
            if not math.isclose(float(found), right, rel_tol=1e-4, abs_tol=1e-9):
                asked = ", ".join(map(_said, arguments))
                told = f"{self.name}: not this. For {asked} the code has {right:.6g}, yours gives {float(found):.6g}."
                return Mark(False, told, WRONG)
        return Mark(True, f"{self.name}: right, in all {len(self.cases)} cases.", RIGHT)


def _said(argument: object) -> str:
    if isinstance(argument, Tensor):
        return "[" + ", ".join(f"{value:.3g}" for value in argument.flatten().tolist()) + "]"
    return f"{argument:.6g}" if isinstance(argument, float) else str(argument)


def close_to_the_template() -> Exercise:
    """ACAP: distances of Gaussians from the template (metres) -> what the hinge makes of them."""
    cases = []
    for centimetres in ([2.0, 5.0], [7.0, 3.0, 12.0], [5.625, 40.0, 0.0, 9.0]):
        distances = torch.tensor(centimetres) / 100.0
        rest = torch.zeros(1, len(distances), 3)
        moved = rest + torch.nn.functional.pad(distances[None, :, None], (0, 2))
        own = Gaussians(moved, torch.zeros(1, len(distances), 4), rest, distances[None], rest)
        cases.append(((distances,), float(acap(own, rest)[0])))
    return Exercise("ACAP", tuple(cases))


def layer_rate(network: LCA) -> Exercise:
    """Layer-wise decay: (k, rate of the output, gamma) -> the rate of the k-th layer from the output."""
    cases = []
    for lr, gamma in ((4e-4, 0.65), (8e-4, 0.9), (1e-3, 1.0)):
        rates = [group["lr"] for group in layerwise_groups(network, lr, gamma)]
        cases += [((k, lr, gamma), rate) for k, rate in enumerate(rates)]
    return Exercise("layer-wise decay", tuple(cases))
