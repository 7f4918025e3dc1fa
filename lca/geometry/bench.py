"""Skinning against its plain-torch twin, for `lca bench drive`."""

from collections.abc import Callable

import torch
from jaxtyping import Float
from torch import Tensor

from lca.geometry.body_file import load_body
from lca.geometry.gaussians import Gaussians
from lca.geometry.skinning import full_pose, joint_transforms, skin_gaussians, skin_gaussians_plain
from lca.timing import in_turns

GAUSSIANS = 20_480


def on_body(count: int) -> tuple[Gaussians, Tensor, Tensor]:
    """`count` Gaussians at vertices of the default body, their skinning indices and weights."""
    body, some = load_body(), torch.arange(count) % len(load_body().template)
    round_ones = torch.full((count, 3), 0.005), torch.ones(count), torch.full((count, 3), 0.5)
    return (
        Gaussians(body.template[some], torch.ones(count, 4), *round_ones),
        body.skin_indices[some],
        body.skin_weights[some],
    )


def bent() -> Float[Tensor, "55 4 4"]:
    """The joints of the default body, each turned about its x axis by 0.2 radians."""
    body = load_body()
    theta = torch.tensor([0.2, 0.0, 0.0]).repeat(52)
    return joint_transforms(full_pose(theta), body.joint_template, body.parents)


def bench_skinning(count: int = GAUSSIANS, rounds: int = 15) -> dict[str, float]:
    """Milliseconds of `skin_gaussians` forward, and with gradients of means, quaternions, transforms and weights; and how many
    times longer the twin takes."""
    gaussians, indices, weights = on_body(count)
    inputs = [gaussians.means, gaussians.quats_wxyz, bent(), weights]

    def forward(skin: Callable) -> None:
        with torch.no_grad():
            skin(gaussians, inputs[2], indices, weights)

    def both(skin: Callable) -> None:
        means, quats, transforms, own_weights = (x.clone().requires_grad_() for x in inputs)
        rest = gaussians.scales, gaussians.opacities, gaussians.colors
        posed = skin(Gaussians(means, quats, *rest), transforms, indices, own_weights)
        (posed.means.sum() + posed.quats_wxyz.sum()).backward()

    calls = {
        f"{direction}_{name}": lambda run=run, skin=skin: run(skin)
        for direction, run in (("forward", forward), ("both", both))
        for name, skin in (("fused", skin_gaussians), ("plain", skin_gaussians_plain))
    }
    middle = {name: 1e3 * took for name, took in in_turns(calls, rounds).items()}
    return {
        "forward_ms": round(middle["forward_fused"], 2),
        "both_ms": round(middle["both_fused"], 2),
        "forward_ratio": round(middle["forward_plain"] / middle["forward_fused"], 1),
        "both_ratio": round(middle["both_plain"] / middle["both_fused"], 1),
    }
