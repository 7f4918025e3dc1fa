"""A set of 3D Gaussians, canonical or posed: the paper's (p, q, s, o, c)."""

from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor


@dataclass(frozen=True)
class Gaussians:
    """3D Gaussians in metres.

    `quats_wxyz` need not be normalised, `scales` are standard deviations in metres (positive), `opacities` lie in [0, 1],
    `colors` hold any number of channels (three are sRGB in [0, 1]).
    """

    means: Float[Tensor, "*batch gaussians 3"]
    quats_wxyz: Float[Tensor, "*batch gaussians 4"]
    scales: Float[Tensor, "*batch gaussians 3"]
    opacities: Float[Tensor, "*batch gaussians"]
    colors: Float[Tensor, "*batch gaussians channels"]

    def __len__(self) -> int:
        """Number of Gaussians in one set."""
        return self.means.shape[-2]

    def __getitem__(self, index) -> "Gaussians":
        """Index the leading batch axes."""
        return self.map(lambda x: x[index])

    def map(self, function) -> "Gaussians":
        """Apply `function` to each tensor."""
        return Gaussians(*(function(x) for x in self.tensors()))

    def to(self, device: torch.device | str) -> "Gaussians":
        """Move every tensor to `device`."""
        return self.map(lambda x: x.to(device))

    def tensors(self) -> tuple[Tensor, ...]:
        """(means, quats_wxyz, scales, opacities, colors), the order of gsplat's arguments."""
        return self.means, self.quats_wxyz, self.scales, self.opacities, self.colors
