"""Learning rates: over steps (warm-up and cosine) and over layers (gamma^k)."""

import math
from collections.abc import Callable
from dataclasses import dataclass

from torch import nn

from lca.model.network import LCA
from lca.ranges import SEEDS, Range, check_numbers

OPTIMIZER_RANGES: dict[str, Range] = {
    "lr": (1e-12, 10.0),
    "muon": (0.0, 1e4),
    "weight_decay": (0.0, 10.0),
    "warmup": (0, 10**9),
    "seed": SEEDS,
}


@dataclass(frozen=True)
class OptimizerConfig:
    """Muon, AdamW and their schedule."""

    lr: float = 8e-4
    """Peak learning rate of AdamW."""
    muon: float = 10.0
    """Learning rate of Muon, which updates the matrices of attention blocks, relative to `lr`; 0 leaves them to
    AdamW."""
    weight_decay: float = 0.02
    """Decoupled weight decay."""
    warmup: int = 100
    """Steps of linear warm-up."""
    seed: int = 0
    """Seed of every random number of the run."""

    def __post_init__(self):
        """Raises: UserError: a number out of range."""
        check_numbers(self, OPTIMIZER_RANGES, "model.optimizer.")


def cosine_with_warmup(warmup: int, steps: int) -> Callable[[int], float]:
    """Factor of the learning rate: linear up to 1 over `warmup` steps, then half a cosine down to 1% at `steps`."""

    def factor(step: int) -> float:
        if step < warmup:
            return (step + 1) / warmup
        progress = min((step - warmup) / max(steps - warmup, 1), 1.0)
        return 0.01 + 0.99 * 0.5 * (1.0 + math.cos(math.pi * progress))

    return factor


def layers_from_output(network: LCA) -> list[tuple[str, nn.Module]]:
    """The network's parts in order from the output: branches, fusion layers last to first, projections, the image
    encoder."""
    blocks = list(getattr(network.encoder, "blocks", []))
    fusion = network.fusion
    projections = [fusion.project_image, fusion.project_geometry, fusion.norm, network.transport.project]
    parts: list[tuple[str, nn.Module]] = [
        ("branches", nn.ModuleList([network.decoder, network.driver, network.face_code, network.shape]))
    ]
    parts += [(f"fusion{i}", fusion.layers[i]) for i in reversed(range(len(fusion.layers)))]
    parts += [("projections", nn.ModuleList(projections))]
    parts += [("dense", network.transport.dense), ("photo", network.photo)]
    parts += [(f"encoder{i}", blocks[i]) for i in reversed(range(len(blocks)))]
    parts += [("pyramid", network.pyramid)]
    return [(name, part) for name, part in parts if any(True for _ in part.parameters())]


def layerwise_groups(network: LCA, lr: float, gamma: float) -> list[dict]:
    """Parameter groups with lr * gamma^k for the k-th layer from the output; what no layer owns goes with the
    deepest."""
    groups, seen = [], set()
    for depth, (name, module) in enumerate(layers_from_output(network)):
        owned = [p for p in module.parameters() if p.requires_grad and id(p) not in seen]
        seen |= {id(p) for p in owned}
        if owned:
            groups.append({"params": owned, "lr": lr * gamma**depth, "name": name})
    groups[-1]["params"] += [p for p in network.parameters() if p.requires_grad and id(p) not in seen]
    return groups
