"""The lower stages of EfficientNet-Lite0 (Tan and Le 2019; no squeeze-excitation, ReLU6), batch norms folded into convolutions.

Its weights can start from photographs (`lca.training.point_reading`): it has seen the real world that ours leaves out.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional as F

GREY, SPREAD = 127.0 / 255.0, 128.0 / 255.0
"""What the network was trained to see as 0, and as 1 above it."""
STEM = 32
EPSILON = 1e-3
"""Of the batch norms."""


@dataclass(frozen=True)
class Stage:
    """Blocks of one width: how much wider they are inside, channels, the kernel's side, stride of the first, how many."""

    wider: int
    channels: int
    kernel: int
    stride: int
    blocks: int


STAGES = (
    Stage(1, 16, 3, 1, 1),
    Stage(6, 24, 3, 2, 2),
    Stage(6, 40, 5, 2, 2),
    Stage(6, 80, 3, 2, 3),
    Stage(6, 112, 5, 1, 3),
    Stage(6, 192, 5, 2, 4),
)
"""All but the last, whose weights are a quarter of all."""
LEVELS = {2: 0, 4: 1, 8: 2, 16: 4, 32: 5}
"""Stride -> the last stage that has it."""


class SameConv2d(nn.Conv2d):
    """Padded as TensorFlow pads: with a stride of 2, on the far side first."""

    def forward(self, input: Tensor) -> Tensor:
        """The convolution of an even-sided picture."""
        missing = self.kernel_size[0] - self.stride[0]
        x = F.pad(input, (missing // 2, missing - missing // 2) * 2) if missing > 0 else input
        return F.conv2d(x, self.weight, self.bias, self.stride, 0, 1, self.groups)


class Inverted(nn.Module):
    """An inverted residual: 1 x 1 wider, depthwise, 1 x 1 narrow again."""

    def __init__(self, before: int, stage: Stage, stride: int):
        super().__init__()
        inside = before * stage.wider
        self.expand = SameConv2d(before, inside, 1) if stage.wider > 1 else None
        self.depthwise = SameConv2d(inside, inside, stage.kernel, stride, groups=inside)
        self.project = SameConv2d(inside, stage.channels, 1)
        self.adds = stride == 1 and before == stage.channels

    def forward(self, x: Tensor) -> Tensor:
        """Features of the stage."""
        inside = x if self.expand is None else F.relu6(self.expand(x))
        out = self.project(F.relu6(self.depthwise(inside)))
        return x + out if self.adds else out


class EfficientNetLite(nn.Module):
    """Pictures -> features at strides 2, 4, 8, 16 and 32."""

    def __init__(self):
        super().__init__()
        self.stem = SameConv2d(3, STEM, 3, 2)
        widths = (STEM, *(stage.channels for stage in STAGES))
        self.stages = nn.ModuleList(
            nn.Sequential(
                *(
                    Inverted(stage.channels if k else before, stage, 1 if k else stage.stride)
                    for k in range(stage.blocks)
                )
            )
            for before, stage in zip(widths, STAGES, strict=False)
        )

    def lowest(self) -> nn.ModuleList:
        """What sees edges and textures, up to stride 4; half of the time of a training step."""
        return nn.ModuleList([self.stem, *self.stages[:2]])

    def forward(self, images: Float[Tensor, "images 3 height width"], deepest: int = 32) -> list[Tensor]:
        """Of images in [0, 1] with sides that 32 divides: one map of features for each of `LEVELS` up to stride `deepest`."""
        x = ((images - GREY) / SPREAD).contiguous(memory_format=torch.channels_last)
        x, found = F.relu6(self.stem(x)), []
        for stage in self.stages[: LEVELS[deepest] + 1]:
            x = stage(x)
            found.append(x)
        return [found[place] for stride, place in LEVELS.items() if stride <= deepest]


def folded(weights: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """The state of an `EfficientNetLite` from that of the usual implementation in torch, which numbers blocks from first to last.

    Raises:
        KeyError: tensors of another network.
    """
    state = dict(_fold(weights, "stem", "_conv_stem", "_bn0"))
    number = 0
    for place, stage in enumerate(STAGES):
        for block in range(stage.blocks):
            mine, theirs = f"stages.{place}.{block}.", f"_blocks.{number}."
            parts = [("depthwise", "_depthwise_conv", "_bn1"), ("project", "_project_conv", "_bn2")]
            if stage.wider > 1:
                parts.append(("expand", "_expand_conv", "_bn0"))
            for part, conv, norm in parts:
                state |= _fold(weights, mine + part, theirs + conv, theirs + norm)
            number += 1
    return state


def _fold(weights: Mapping[str, Tensor], name: str, conv: str, norm: str) -> dict[str, Tensor]:
    gain = weights[f"{norm}.weight"] / (weights[f"{norm}.running_var"] + EPSILON).sqrt()
    bias = weights[f"{norm}.bias"] - weights[f"{norm}.running_mean"] * gain
    return {f"{name}.weight": weights[f"{conv}.weight"] * gain[:, None, None, None], f"{name}.bias": bias}
