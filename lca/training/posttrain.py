"""Post-training: fidelity, from pretrained weights, on studio captures, with layer-wise learning-rate decay."""

from lca.errors import UserError
from lca.training.losses import LossConfig
from lca.training.pretrain import Pretrain
from lca.training.schedule import OptimizerConfig, layerwise_groups


class Posttrain(Pretrain):
    """The same objective; the k-th layer from the output learns at lr * gamma^k."""

    def __init__(
        self,
        init: str,
        gamma: float = 0.65,
        loss: LossConfig = LossConfig(),
        optimizer: OptimizerConfig = OptimizerConfig(lr=4e-4),
    ):
        """Start from pretrained weights, whose file also says what the network is.

        Args:
            init: The model file that pretraining wrote (.safetensors).
            gamma: Layer-wise decay of the learning rate, in [0, 1]; at 0 only the output layers learn, as 0^0 = 1.
            loss: Weights of the loss terms.
            optimizer: Learning rate of the output layers and schedule.
        """
        if not 0.0 <= gamma <= 1.0:
            raise UserError(f"expected model.gamma in [0, 1], got {gamma}; the paper's best is 0.65")
        super().__init__(loss=loss, optimizer=optimizer, correspondence_steps=0, init=init)
        self.save_hyperparameters({"gamma": gamma})
        self.gamma = gamma

    def parameter_groups(self) -> list[dict]:
        """One group per layer."""
        return layerwise_groups(self.network, self.optimizer.lr, self.gamma)
