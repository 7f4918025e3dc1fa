"""First of all the poses: the avatar as the network made it is blurred, so a few pixels off still give a gradient."""

from collections.abc import Iterator

import torch

from lca.geometry.gaussians import Gaussians
from lca.training.refining.photographs import Photographs
from lca.training.refining.views import halved

RATES = {"theta": 0.004, "translation": 0.002, "lights": 0.02}
"""Radians, metres, share of the colour: a typical first step."""
DECAY = 0.1
"""What is left of the rates at the end."""
LIGHT = 20
"""Steps of the light alone before poses move: else they follow shadows."""


def optimiser_of(photographs: Photographs, rate: float) -> torch.optim.Adam:
    """Adam over poses, places and lights; every group remembers its first rate."""
    groups = [
        {"params": [getattr(photographs, name)], "lr": rate * size, "first": rate * size}
        for name, size in RATES.items()
    ]
    return torch.optim.Adam(groups, betas=(0.9, 0.95))


def set_rate(optimiser: torch.optim.Optimizer, share: float) -> None:
    """Every group's first rate times `share`."""
    for group in optimiser.param_groups:
        group["lr"] = share * group["first"]


def rounds(photos: int, size: int, generator: torch.Generator) -> Iterator[list[int]]:
    """Photos of each step, `size` at a time; every photo once before any comes again."""
    waiting: list[int] = []
    while True:
        while len(waiting) < size:
            waiting += torch.randperm(photos, generator=generator).tolist()
        yield waiting[:size]
        waiting = waiting[size:]


def align(photographs: Photographs, canonical: Gaussians, steps: int, size: int) -> Iterator[float]:
    """Correct poses, places and lights of all photos; yields the loss of each step. The avatar stays as it is."""
    bodies, faces = ([halved(crop) for crop in crops] for crops in (photographs.bodies, photographs.faces))
    optimiser = optimiser_of(photographs, 1.0)
    fixed = canonical.map(lambda x: x.detach())
    batches = rounds(len(photographs), size, photographs.generator)
    for step in range(steps):
        set_rate(optimiser, DECAY ** (step / steps))
        loss = photographs.objective(fixed, next(batches), bodies, faces)
        optimiser.zero_grad()
        loss.backward()
        if step < LIGHT:
            photographs.theta.grad = photographs.translation.grad = None
        optimiser.step()
        yield float(loss.detach())
