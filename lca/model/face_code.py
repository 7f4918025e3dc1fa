"""eps, the 128-d face code: self-supervised, learned from target frames by reconstruction only.

`FaceCodeEncoder` reads the face crop of the frame to be reconstructed through a narrow, noisy bottleneck: what the
pose branch
cannot use costs too much to send. Named controls are a linear map from the 52 facial actions onto the code
(`fit_action_map`),
fitted after training on frames whose actions are known.
"""

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional as F

from lca.model.driver import EPS

NARROW = 32
SIZE = 64


class FaceCodeEncoder(nn.Module):
    """Face crop -> eps. The crop passes `NARROW` noisy numbers before it is spread over the 128 of the code."""

    def __init__(self, channels: tuple[int, ...] = (24, 48, 96, 128)):
        super().__init__()
        sizes = (3, *channels)
        self.convolutions = nn.Sequential(
            *(
                nn.Sequential(nn.Conv2d(a, b, 3, stride=2, padding=1), nn.GroupNorm(4, b), nn.GELU())
                for a, b in zip(sizes[:-1], sizes[1:], strict=True)
            )
        )
        self.narrow = nn.Linear(channels[-1] * (SIZE // 2 ** len(channels)) ** 2, 2 * NARROW)
        self.spread = nn.Linear(NARROW, EPS, bias=False)

    def moments(self, face: Float[Tensor, "faces 3 height width"]) -> tuple[Tensor, Tensor]:
        """Mean and log variance of the bottleneck."""
        small = F.interpolate(face, (SIZE, SIZE), mode="area")
        mean, log_variance = self.narrow(self.convolutions(small * 2.0 - 1.0).flatten(1)).float().chunk(2, -1)
        return mean, log_variance.clamp(-8.0, 4.0)

    def forward(self, face: Float[Tensor, "faces 3 height width"]) -> Float[Tensor, "faces 128"]:
        """The code without noise."""
        return self.spread(self.moments(face)[0])

    def sample(self, face: Float[Tensor, "faces 3 height width"]) -> tuple[Tensor, Tensor]:
        """(a noisy code, its Kullback-Leibler cost per face in nats)."""
        mean, log_variance = self.moments(face)
        noisy = mean + torch.randn_like(mean) * (0.5 * log_variance).exp()
        cost = 0.5 * (mean**2 + log_variance.exp() - 1.0 - log_variance).sum(-1)
        return self.spread(noisy), cost


def fit_action_map(
    actions: Float[Tensor, "frames 52"], eps: Float[Tensor, "frames 128"], ridge: float = 1.0
) -> Float[Tensor, "53 128"]:
    """Least squares eps = [actions, 1] A with a ridge on the actions (not on the constant, the neutral face)."""
    design = torch.cat([actions, torch.ones_like(actions[:, :1])], -1).double()
    penalty = torch.eye(design.shape[-1], dtype=torch.float64) * ridge
    penalty[-1, -1] = 1e-6
    return torch.linalg.solve(design.T @ design + penalty, design.T @ eps.double()).float()
