"""Pretraining: breadth, from random weights, on the wild stage."""

from dataclasses import asdict, dataclass

import lightning
import torch
from torch import Tensor

from lca.data.batch import Batch
from lca.geometry.gaussians import Gaussians
from lca.model.checkpoint import load_model
from lca.model.correspondence import coarse_loss, correspondence_loss, mean_distance
from lca.model.network import LCA, Looks, ModelConfig, Person
from lca.render import render
from lca.training.losses import LossConfig, acap, asap, image_loss, over, psnr
from lca.training.optimizer import MuonAdamW, block_matrices
from lca.training.schedule import OptimizerConfig, cosine_with_warmup


@dataclass(frozen=True)
class Renders:
    """Driven renders of the targets, canonical renders of the first target of each person, and the true pictures."""

    driven: Tensor
    canonical: Tensor
    face: Tensor
    alpha: Tensor
    truth: Tensor
    face_truth: Tensor


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
        self.loss, self.optimizer, self.correspondence_steps = loss, optimizer, correspondence_steps
        self.network = load_model(init).train() if init else LCA(network)
        self.save_hyperparameters(
            {
                "network": asdict(self.network.config),
                "loss": asdict(loss),
                "optimizer": asdict(optimizer),
                "correspondence_steps": correspondence_steps,
                "init": init,
            }
        )

    def training_step(self, batch: Batch, batch_idx: int) -> Tensor:
        """One step; every random number follows from the step, so a resumed run repeats the same ones."""
        torch.manual_seed(self.optimizer.seed + self.global_step)
        terms = self._warm_up(batch) if self.global_step < self.correspondence_steps else {}
        if not terms:
            looks = self.network.look(batch.photos)
            terms = self._correspondence(looks, batch)
            terms |= self._appearance(self.network.see(batch.photos, looks), batch)
        total = sum(terms.values(), start=batch.betas.new_zeros(()))
        if not torch.isfinite(total):
            raise RuntimeError(
                f"expected a finite loss, got {total.item()} at step {self.global_step}; lower the learning rate"
            )
        self.log_dict({f"train/{name}": value.detach() for name, value in terms.items()})
        self.log("loss", total.detach(), prog_bar=True)
        return total

    def _warm_up(self, batch: Batch) -> dict[str, Tensor]:
        """The first steps: one point per token, cheap and alone, because all else builds on it (nothing without
        transport)."""
        anchors, truths = self.network.template.anchors, (batch.body_canonical, batch.face_canonical)
        pairs = zip(self.network.coarse(batch.photos), truths, strict=False)
        losses = [coarse_loss(coarse, anchors, *truth) for coarse, truth in pairs]
        return {"coarse": torch.stack(losses).sum()} if losses else {}

    def _correspondence(self, looks: Looks, batch: Batch) -> dict[str, Tensor]:
        if looks.body_maps is None or looks.face_maps is None:
            return {}
        anchors = self.network.template.anchors
        body = correspondence_loss(looks.body_maps, anchors, *batch.body_canonical)
        face = correspondence_loss(looks.face_maps, anchors, *batch.face_canonical)
        return {"correspondence": self.loss.correspondence * 0.1 * (body + face)}

    def _appearance(self, person: Person, batch: Batch) -> dict[str, Tensor]:
        config = self.loss
        canonical = self.network.canonical(person, batch.betas)
        renders, cost = self.render_targets(canonical, person, batch)
        body = image_loss(renders.driven, renders.truth, config)
        first = renders.truth.unflatten(0, (len(batch.betas), -1))[:, 0]
        return {
            "driven": 4.0 * body,
            "canonical": 4.0 * config.canonical * image_loss(renders.canonical, first, config),
            "face": config.face * image_loss(renders.face, renders.face_truth, config),
            "alpha": config.alpha * 4.0 * (renders.alpha - batch.targets.mask.flatten(0, 1)).abs().mean(),
            "shape": config.shape * torch.stack(self._shape_errors(person, batch)).sum(),
            "opacity": config.opacity * (1.0 - canonical.opacities).mean(),
            "acap": config.acap * acap(canonical, self.network.template.shaped(batch.betas)),
            "asap": config.asap * asap(canonical),
            "bottleneck": config.bottleneck * cost.mean(),
        }

    def render_targets(self, canonical: Gaussians, person: Person, batch: Batch) -> tuple[Renders, Tensor]:
        """Drive every person with the pose, code and gaze of each target frame and render it over a random colour."""
        targets, people = batch.targets, len(batch.betas)
        count = targets.theta.shape[1]

        def flat(x: Tensor) -> Tensor:
            return x.flatten(0, 1)

        def each(x: Tensor) -> Tensor:
            return x.repeat_interleave(count, 0)

        eps, cost = self.face_codes(flat(batch.code_faces), flat(targets.actions))
        prepared = each(self.network.driver.prepare(person.tokens))
        psi = flat(targets.psi)
        correction = self.network.driver(prepared, self.network.face_anchors, flat(targets.theta), eps, psi)
        spread = canonical.map(each)
        rig = self.network.rig(batch.betas.repeat_interleave(count, 0))
        posed = rig.pose(correction.apply(spread), flat(targets.theta), psi, flat(targets.translation))
        first = (x[:, 0] for x in (targets.theta, targets.psi, targets.translation))
        bare = self.network.rig(batch.betas).pose(canonical, *first)
        background = torch.rand(people * count, 3, device=batch.betas.device)
        camera, face_camera = targets.cameras()
        driven = render(posed, camera, background)
        plain = render(bare, camera[::count], background[::count])
        face = render(posed, face_camera, background)
        renders = Renders(
            driven=driven.image,
            canonical=plain.image,
            face=face.image,
            alpha=driven.alpha,
            truth=over(flat(targets.image), flat(targets.mask), background),
            face_truth=over(flat(targets.face), flat(targets.face_mask), background),
        )
        return renders, cost

    def face_codes(self, faces: Tensor, actions: Tensor) -> tuple[Tensor, Tensor]:
        """(eps, what it cost in nats) of target frames: of those whose actions are known half by name in training and all in
        validation, of the rest by the encoder."""
        with torch.autocast(faces.device.type, torch.bfloat16):
            code, cost = self.network.face_code.sample(faces)
        chance = torch.rand(len(faces), device=faces.device)
        by_name = actions.isfinite().all(-1) & (chance < (0.5 if self.training else 1.0))
        eps = torch.where(by_name[:, None], self.network.face_code.named(actions.nan_to_num()), code.float())
        return eps, torch.where(by_name, 0.0, cost)

    def _shape_errors(self, person: Person, batch: Batch) -> tuple[Tensor, Tensor]:
        """Mean distance, in metres, between the bodies of predicted and given shape (one Gaussian of each anchor): as
        they are, and with the predicted one at the given one's stature, which photos do not show."""
        template, every = self.network.template, self.network.config.template.per_anchor
        truth = template.shaped(batch.betas)[:, ::every]

        def distance(betas: Tensor) -> Tensor:
            return torch.linalg.vector_norm(template.shaped(betas)[:, ::every] - truth + 1e-6, dim=-1).mean()

        return distance(person.betas), distance(template.at_stature(person.betas, template.stature(batch.betas)))

    @torch.no_grad()
    def validation_step(self, batch: Batch, batch_idx: int) -> None:
        """Foreground PSNR of held-out people, and a picture for TensorBoard."""
        torch.manual_seed(batch_idx)
        looks = self.network.look(batch.photos)
        person = self.network.see(batch.photos, looks)
        renders, _ = self.render_targets(self.network.canonical(person, batch.betas), person, batch)
        mask, face_mask = batch.targets.mask.flatten(0, 1), batch.targets.face_mask.flatten(0, 1)
        size = len(batch.betas)
        self.log("val/psnr", psnr(renders.driven, renders.truth, mask).mean(), prog_bar=True, batch_size=size)
        self.log("val/psnr_face", psnr(renders.face, renders.face_truth, face_mask).mean(), batch_size=size)
        for name, error in zip(("shape_cm", "proportions_cm"), self._shape_errors(person, batch), strict=True):
            self.log(f"val/{name}", 100.0 * error, batch_size=size)
        if looks.body_maps is not None:
            error = mean_distance(looks.body_maps.canonical, *batch.body_canonical)
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
