"""Teaching the face code to read pictures, with everything else frozen to the bit: beyond the paper, whose code is
self-supervised.

Reconstruction alone leaves it dead in a small model: a face is a few blurred pixels there, and the right expression hardly
lowers the loss. Here the code is asked for the facial actions that were tracked, in the words of the (frozen) map that names
them.
"""

from dataclasses import dataclass, fields

import torch
from torch import Tensor

from lca.data.faces import FaceCrops
from lca.model.face_code import FaceCodeEncoder
from lca.model.face_place import Place
from lca.ranges import check_numbers
from lca.training.pretrain import Pretrain
from lca.training.schedule import OptimizerConfig


@dataclass(frozen=True)
class ReadingLosses:
    """Weights of the terms."""

    place: float = 1.0
    """How far the camera of every look is off, mean over the face's points, in tenths of the face's height."""
    actions: float = 1.0
    """Squared distance of the code from that of the tracked actions; 0 leaves it to reconstruction, as in the paper."""
    bottleneck: float = 1e-3
    """Nats through the face code's bottleneck: who it is should not be worth its price."""

    def __post_init__(self):
        """Raises: UserError: a weight out of range."""
        check_numbers(self, {term.name: (0.0, 1e6) for term in fields(self)}, "model.losses.")


def reading_terms(code: FaceCodeEncoder, crops: FaceCrops, losses: ReadingLosses) -> dict[str, Tensor]:
    """Every term, weighted. Faces are read anywhere between where they are and where they were found."""
    looks = code.place(crops.face)
    between = torch.lerp(crops.place, looks[-1].detach(), torch.rand(len(crops), 1, 1).to(crops.place))
    eps, cost = code.noisy(*code.read(crops.face, between))
    off = ((eps - code.named(crops.actions)) ** 2).sum(-1)
    return {
        "place": losses.place
        * sum((astray(code, look, crops.place).mean() for look in looks), start=cost.new_zeros(())),
        "actions": losses.actions * off.mean(),
        "bottleneck": losses.bottleneck * cost.mean(),
    }


def astray(code: FaceCodeEncoder, found: Place, true: Place) -> Tensor:
    """Mean distance between a face's points in the crop by both cameras, in tenths of the face's height, of each face."""
    off = (code.place.points(found) - code.place.points(true)).norm(dim=-1).mean((1, 2))
    return 5.0 * off / true[:, 1].norm(dim=-1)


class FaceReading(Pretrain):
    """The face code learns from faces alone; `action_map`, which names expressions, and all else stay."""

    def __init__(
        self,
        init: str,
        losses: ReadingLosses = ReadingLosses(),
        optimizer: OptimizerConfig = OptimizerConfig(lr=2e-3, muon=0.0, weight_decay=0.05, warmup=100),
    ):
        """Start from a trained model; a code that reads already goes on learning.

        Args:
            init: The model file (.safetensors); it also says what the network is.
            losses: Weights of the terms.
            optimizer: Learning rate and schedule.
        """
        super().__init__(optimizer=optimizer, correspondence_steps=0, init=init)
        self.losses = losses
        self.network.requires_grad_(False)
        code = self.network.face_code.requires_grad_(True)
        code.action_map.requires_grad_(False)

    def terms(self, batch: FaceCrops) -> dict[str, Tensor]:
        """Every term of the loss, weighted."""
        return reading_terms(self.network.face_code, batch, self.losses)

    @torch.no_grad()
    def validation_step(self, batch: FaceCrops, batch_idx: int) -> None:
        """Held-out people's faces without noise: the share of the actions that is read, and how far their places are off."""
        code, size = self.network.face_code, len(batch)
        looks = code.place(batch.face)
        wanted = code.named(batch.actions)
        left = ((code.spread(code.read(batch.face, looks[-1])[0]) - wanted) ** 2).sum()
        whole = ((wanted - wanted.mean(0)) ** 2).sum().clamp(min=1e-9)
        self.log("val/read", 1.0 - left / whole, prog_bar=True, batch_size=size)
        self.log("val/astray", astray(code, looks[-1], batch.place).mean(), prog_bar=True, batch_size=size)
