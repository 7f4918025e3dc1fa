"""Pretraining: breadth, from random weights, on the wild stage."""

from collections.abc import Callable
from dataclasses import asdict

import lightning
import torch
from torch import Tensor

from lca.data.batch import Batch
from lca.data.faces import FaceCrops
from lca.data.module import AvatarData
from lca.errors import UserError
from lca.model.checkpoint import load_model
from lca.model.network import LCA, ModelConfig
from lca.precision import name_of
from lca.ranges import check_number
from lca.training.correspondence import mean_distance
from lca.training.losses import LossConfig, psnr
from lca.training.objective import Pass, objective, run, shape_errors, warm_up
from lca.training.optimizer import MuonAdamW, block_matrices
from lca.training.photograph_features import photograph_weights
from lca.training.schedule import OptimizerConfig, cosine_with_warmup


class Pretrain(lightning.LightningModule):
    """Reconstruct a person from some frames of a capture, drive and render the others, compare."""

    def __init__(
        self,
        network: ModelConfig = ModelConfig(),
        loss: LossConfig = LossConfig(),
        optimizer: OptimizerConfig = OptimizerConfig(),
        correspondence_steps: int = 300,
        init: str | None = None,
    ):
        """Set up the network.

        Args:
            network: The network.
            loss: Weights of the loss terms.
            optimizer: Learning rate and schedule.
            correspondence_steps: First steps, which train the tokens' correspondence alone.
            init: A model file to go on from instead of random weights; it also says what the network is.
        """
        super().__init__()
        check_number("model.correspondence_steps", correspondence_steps, 0, 10**9)
        if loss.features:
            photograph_weights()  # or says at once what is missing
        self.loss, self.optimizer = loss, optimizer
        self.network = load_model(init).train() if init else LCA(network)
        self.own_terms: dict[str, Callable[[Batch, Pass], Tensor]] = {}
        """Terms of the loss by name, weighted, beside ours; the first `correspondence_steps` leave them out."""
        self.correspondence_steps = correspondence_steps if self.network.config.transport else 0
        self.save_hyperparameters(
            {
                "network": asdict(self.network.config),
                "loss": asdict(loss),
                "optimizer": asdict(optimizer),
                "correspondence_steps": correspondence_steps,
                "init": init,
            }
        )

    def on_fit_start(self) -> None:
        """Raises: UserError: the trainer is told a precision; networks choose their own, and splats need single precision."""
        if self.trainer.precision != "32-true":
            raise UserError(
                f"expected trainer.precision to be left alone, got {self.trainer.precision}: networks compute in "
                f"{name_of(self.device)} here by themselves, and LCA_NUMBER_FORMAT=bf16 or fp32 overrules that"
            )

    def training_step(self, batch: Batch | FaceCrops, batch_idx: int) -> Tensor:
        """One step; every random number follows from the step, so a resumed run repeats the same ones."""
        torch.manual_seed(self.optimizer.seed + self.global_step)
        terms = self.terms(batch)
        total = sum(terms.values(), start=torch.zeros((), device=self.device))
        if not torch.isfinite(total):
            lost = [name for name, value in terms.items() if not torch.isfinite(value)]
            raise UserError(
                f"expected a finite loss, got {total.item()} for {', '.join(lost)} at step {self.global_step}{self._whose()}: "
                "lower model.optimizer.lr, or look at their captures (`lca world verify`)"
            )
        self.log_dict({f"train/{name}": value.detach() for name, value in terms.items()})
        self.log("loss", total.detach(), prog_bar=True)
        return total

    def terms(self, batch) -> dict[str, Tensor]:
        """Every term of the loss, weighted; `batch` is what the stage's data give."""
        if self.global_step < self.correspondence_steps:
            return warm_up(self.network, batch, self.loss)
        done = run(self.network, batch)
        own = {name: term(batch, done) for name, term in self.own_terms.items()}
        return objective(self.network, batch, done, self.loss) | own

    def _whose(self) -> str:
        """Whom the batch in hand shows, in words."""
        data = getattr(self.trainer, "datamodule", None)
        return f", of {', '.join(data.people_of(self.global_step))}" if isinstance(data, AvatarData) else ""

    @torch.no_grad()
    def validation_step(self, batch: Batch, batch_idx: int) -> None:
        """Foreground PSNR of held-out people, and a picture for TensorBoard."""
        torch.manual_seed(batch_idx)
        done = run(self.network, batch)
        renders = done.renders
        mask, face_mask = batch.targets.mask.flatten(0, 1), batch.targets.face_mask.flatten(0, 1)
        size = len(batch.betas)
        self.log("val/psnr", psnr(renders.driven, renders.truth, mask).mean(), prog_bar=True, batch_size=size)
        self.log("val/psnr_face", psnr(renders.face, renders.face_truth, face_mask).mean(), batch_size=size)
        for name, error in zip(
            ("shape_cm", "proportions_cm"), shape_errors(self.network, done.fused, batch), strict=True
        ):
            self.log(f"val/{name}", 100.0 * error, batch_size=size)
        for maps in done.maps[:1]:
            error = mean_distance(maps.canonical, *batch.body_canonical)
            self.log("val/correspondence_cm", 100.0 * error, batch_size=size)
        if batch_idx == 0 and self.logger is not None:
            sheet = torch.cat([renders.truth, renders.driven], -2)
            board = getattr(self.logger.experiment, "add_images", None)  # pyright: ignore[reportAttributeAccessIssue]
            if board:
                board("val/truth_above_driven", sheet[:4].clamp(0, 1), self.global_step)
                faces = torch.cat([renders.face_truth, renders.face], -2)
                board("val/face_truth_above_driven", faces[:4].clamp(0, 1), self.global_step)

    def configure_optimizers(self):
        """Muon and AdamW, linear warm-up, one cosine to zero over the run's steps."""
        matrices = block_matrices(self.network) if self.optimizer.muon else set()
        optimizer = MuonAdamW(self.parameter_groups(), matrices, self.optimizer)
        steps = int(self.trainer.estimated_stepping_batches)
        scheduler = torch.optim.lr_scheduler.LambdaLR(optimizer, cosine_with_warmup(self.optimizer.warmup, steps))
        return {"optimizer": optimizer, "lr_scheduler": {"scheduler": scheduler, "interval": "step"}}

    def parameter_groups(self) -> list[dict]:
        """All weights at one learning rate."""
        return [{"params": [p for p in self.network.parameters() if p.requires_grad], "lr": self.optimizer.lr}]
