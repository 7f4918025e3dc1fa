"""Post-training of what emerges: the garment head on the runway, the relighting head on the light stage.

The base model stays as it is, to the bit: taught on studio data only, the heads are to carry over to anybody's photos.
"""

from typing import Literal

import torch
from torch import Tensor

from lca.data.batch import Batch
from lca.model.checkpoint import with_heads
from lca.model.garment import GarmentHead
from lca.model.relight import RelightHead
from lca.ranges import check_number
from lca.training.head_losses import HeadLosses, garment_terms, relight_terms
from lca.training.losses import LossConfig
from lca.training.pretrain import Pretrain
from lca.training.schedule import OptimizerConfig


class Heads(Pretrain):
    """One head learns, with everything else of the model frozen."""

    def __init__(
        self,
        init: str,
        head: Literal["garments", "relight"],
        losses: HeadLosses = HeadLosses(),
        loss: LossConfig = LossConfig(),
        optimizer: OptimizerConfig = OptimizerConfig(lr=2e-3, muon=0.0, weight_decay=0.01, warmup=30),
        side: int = 128,
    ):
        """Start from a trained model; a head that it has already goes on learning.

        Args:
            init: The model file (.safetensors); it also says what the network is.
            head: Which one: garments or relight.
            losses: Weights of the head's terms.
            loss: Weights within the picture terms.
            optimizer: Learning rate and schedule.
            side: Pixels of the pictures that garments are compared in.
        """
        super().__init__(loss=loss, optimizer=optimizer, correspondence_steps=0, init=init)
        check_number("model.side", side, 16, 4096)
        self.head, self.losses, self.side = head, losses, side
        self.network = with_heads(self.network, **{head: True})
        self.network.requires_grad_(False)
        self.learning.requires_grad_(True)
        self.save_hyperparameters({"head": head, "side": side})

    @property
    def learning(self) -> GarmentHead | RelightHead:
        """The head."""
        return getattr(self.network, self.head)

    def terms(self, batch: Batch) -> dict[str, Tensor]:
        """Every term of the loss, weighted."""
        if isinstance(self.learning, GarmentHead):
            return garment_terms(self.network, self.learning, batch, self.losses, self.loss, self.side)
        return relight_terms(self.network, self.learning, batch, self.losses, self.loss)

    @torch.no_grad()
    def validation_step(self, batch: Batch, batch_idx: int) -> None:
        """The picture term on held-out people."""
        torch.manual_seed(batch_idx)
        self.log("val/driven", self.terms(batch)["driven"], prog_bar=True, batch_size=len(batch.betas))

    def parameter_groups(self) -> list[dict]:
        """The head's weights."""
        return [{"params": list(self.learning.parameters()), "lr": self.optimizer.lr}]
