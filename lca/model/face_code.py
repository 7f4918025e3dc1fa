"""eps, the 128-d face code, read off a picture or given by name.

`FaceCodeEncoder` looks for the face in the crop of a frame (`FacePlace`) and reads it, turned to the front, through a narrow,
noisy bottleneck: what the pose branch cannot use costs too much to send. In pretraining it learns from the reconstruction of that
frame alone, as in the paper; `lca faces fit` then teaches it, beyond the paper, the facial actions that were tracked.
Named controls are a linear map from the 52 facial actions onto the same code, learned with it: half of the training frames
whose actions are known are driven by name (`lca.training.objective.face_codes`).
"""

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional as F

from lca.model.driver import ACTIONS, EPS
from lca.model.face_place import COLUMNS, ROWS, FacePlace, Place, convolutions

NARROW = 64
QUIET = -4.0
"""Log variance of the bottleneck's noise before training: loud noise from the start is never listened through."""
SUMMARY = 24
"""Channels of each cell of the face that reach the bottleneck."""


class ResidualBlock(nn.Module):
    """x + two convolutions of it, the identity before training."""

    def __init__(self, channels: int):
        super().__init__()
        self.first, self.second = (nn.Conv2d(channels, channels, 3, padding=1) for _ in range(2))
        last = nn.GroupNorm(8, channels)
        nn.init.zeros_(last.weight)
        self.norms = nn.ModuleList([nn.GroupNorm(8, channels), last])

    def forward(self, x: Float[Tensor, "faces channels rows columns"]) -> Float[Tensor, "faces channels rows columns"]:
        """As large as before."""
        inside = F.gelu(self.norms[0](self.first(x)))
        return F.gelu(x + self.norms[1](self.second(inside)))


class FaceCodeEncoder(nn.Module):
    """Face crop -> eps. What is seen passes `NARROW` noisy numbers before it is spread over the 128 of the code.

    `action_map` (53, 128) gives the same code by name: eps = [actions, 1] A.
    """

    def __init__(self, channels: tuple[int, ...] = (32, 96, 128), blocks: tuple[int, ...] = (1, 2, 2)):
        """`channels` of each halving of the picture, and how many residual blocks follow it."""
        super().__init__()
        self.place = FacePlace()
        halvings = convolutions(channels)
        self.convolutions = nn.Sequential(
            *(
                nn.Sequential(halving, *(ResidualBlock(wide) for _ in range(count)))
                for halving, wide, count in zip(halvings, channels, blocks, strict=True)
            ),
            nn.Conv2d(channels[-1], SUMMARY, 1),
        )
        cells = -(-ROWS // 2 ** len(channels)) * -(-COLUMNS // 2 ** len(channels))
        self.narrow = nn.Linear(SUMMARY * cells, 2 * NARROW)
        self.spread = nn.Linear(NARROW, EPS, bias=False)
        self.action_map = nn.Parameter(torch.cat([nn.init.orthogonal_(torch.empty(ACTIONS, EPS)), torch.zeros(1, EPS)]))
        nn.init.constant_(self.narrow.bias[NARROW:], QUIET)

    def moments(self, face: Float[Tensor, "faces 3 height width"]) -> tuple[Tensor, Tensor]:
        """Mean and log variance of the bottleneck. Pictures do not teach where the face is: they draw the camera off the crop."""
        return self.read(face, self.place(face)[-1].detach())

    def read(self, face: Float[Tensor, "faces 3 height width"], place: Place) -> tuple[Tensor, Tensor]:
        """The same where it is known where the face is."""
        seen = self.place.view(face, place)
        mean, log_variance = self.narrow(self.convolutions(seen * 2.0 - 1.0).flatten(1)).float().chunk(2, -1)
        return mean, log_variance.clamp(-8.0, 4.0)

    def forward(self, face: Float[Tensor, "faces 3 height width"]) -> Float[Tensor, "faces 128"]:
        """The code without noise."""
        return self.spread(self.moments(face)[0])

    def sample(self, face: Float[Tensor, "faces 3 height width"]) -> tuple[Tensor, Tensor]:
        """(a noisy code, its Kullback-Leibler cost per face in nats)."""
        return self.noisy(*self.moments(face))

    def noisy(
        self, mean: Float[Tensor, "faces narrow"], log_variance: Float[Tensor, "faces narrow"]
    ) -> tuple[Tensor, Tensor]:
        """The same of a bottleneck's moments."""
        noisy = mean + torch.randn_like(mean) * (0.5 * log_variance).exp()
        cost = 0.5 * (mean**2 + log_variance.exp() - 1.0 - log_variance).sum(-1)
        return self.spread(noisy), cost

    def named(self, actions: Float[Tensor, "*batch 52"]) -> Float[Tensor, "*batch 128"]:
        """The code of named facial actions, each from 0 to 1."""
        return eps_from_actions(actions, self.action_map)


def eps_from_actions(
    actions: Float[Tensor, "*batch 52"], action_map: Float[Tensor, "53 128"]
) -> Float[Tensor, "*batch 128"]:
    """eps = [actions, 1] A."""
    return actions @ action_map[:-1] + action_map[-1]
