"""Teaching the network of points (`lca.model.points`), with everything else of the model frozen to the bit."""

from dataclasses import replace

import torch
from torch import Tensor, nn

from lca.data.batch import Batch, over_grey
from lca.model.checkpoint import with_heads
from lca.model.points import PointNetwork
from lca.training.correspondence import correspondence_loss, laplace, mean_distance
from lca.training.depths import depth_truth
from lca.training.losses import LossConfig
from lca.training.photograph_features import photograph_weights
from lca.training.pretrain import Pretrain
from lca.training.schedule import OptimizerConfig

GAIN, TINT, GAMMA = (0.7, 1.3), (0.85, 1.15), (0.8, 1.25)
"""Ranges by which training photos are lit otherwise."""
SLOW = 0.3
"""Learning rate of what has seen photographs, over that of what begins at random."""


class PointReading(Pretrain):
    """The network of points learns where on the body the pixels of single photos are, and how far away."""

    def __init__(
        self,
        init: str,
        photographs: bool = True,
        loss: LossConfig = LossConfig(),
        optimizer: OptimizerConfig = OptimizerConfig(lr=1e-3, warmup=100),
    ):
        """Start from a trained model; a network of points that it has already goes on learning.

        Args:
            init: The model file (.safetensors); it also says what the network is.
            photographs: A new network of points starts from weights that have seen photographs (`lca networks --training`), and
                edges and textures stay as they were learned there; false starts from random ones, and all learn.
            loss: Weights of the correspondence terms, those of depth too.
            optimizer: Learning rate and schedule.
        """
        super().__init__(loss=loss, optimizer=optimizer, correspondence_steps=0, init=init)
        begins = self.network.points is None
        self.network = with_heads(self.network, points=True, depth=True)
        self.network.requires_grad_(False)
        self.points.requires_grad_(True)
        if photographs:
            if begins:
                self.points.backbone.load_state_dict(photograph_weights())
            lowest = self.points.backbone.lowest().requires_grad_(False)
            lowest[-1].register_forward_hook(ask_for_gradient)
        self.save_hyperparameters({"photographs": photographs})

    @property
    def points(self) -> PointNetwork:
        """What learns."""
        assert self.network.points is not None
        return self.network.points

    def terms(self, batch: Batch) -> dict[str, Tensor]:
        """The loss of the body pictures and of the face crops, in other light and half of the time in a mirror."""
        depths = [
            depth_truth(points, batch.bodies, self.network) for points in (batch.body_canonical, batch.face_canonical)
        ]
        if torch.rand(()) < 0.5:
            batch, depths = mirrored(batch), [depth.flip(-1) for depth in depths]
        batch = relit(batch)
        anchors, truths = self.network.template.anchors, (batch.body_canonical, batch.face_canonical)
        maps = self.points(batch.photos, anchors)
        terms = {}
        for name, one, truth, depth in zip(("body", "faces"), maps, truths, depths, strict=True):
            assert one.depth is not None
            terms[name] = correspondence_loss(one, anchors, truth, self.loss)
            off = (one.depth.behind - depth).abs()
            terms[f"{name}_depth"] = laplace(off, one.depth.log_error, truth[1], self.loss)
        return terms

    @torch.no_grad()
    def validation_step(self, batch: Batch, batch_idx: int) -> None:
        """Mean error of the points, and of their depths, on held-out people, centimetres."""
        maps = self.points(batch.photos, self.network.template.anchors)
        for name, one, truth in zip(("body", "faces"), maps, (batch.body_canonical, batch.face_canonical), strict=True):
            assert one.depth is not None
            depth = mean_distance(one.depth.behind, depth_truth(truth, batch.bodies, self.network), truth[1])
            errors = {f"val/{name}_cm": mean_distance(one.canonical, *truth), f"val/{name}_depth_cm": depth}
            self.log_dict(
                {key: 100.0 * value for key, value in errors.items()}, prog_bar=True, batch_size=len(batch.betas)
            )

    def parameter_groups(self) -> list[dict]:
        """What has seen photographs learns more slowly."""
        learning = [p for p in self.points.parameters() if p.requires_grad]
        known = {id(p) for p in self.points.backbone.parameters()}
        old, new = [p for p in learning if id(p) in known], [p for p in learning if id(p) not in known]
        return [{"params": new, "lr": self.optimizer.lr}, {"params": old, "lr": SLOW * self.optimizer.lr}]


def ask_for_gradient(module: nn.Module, given: tuple[Tensor], features: Tensor) -> None:
    """A gradient of what frozen layers gave, in vain: torch 2.13's 1 x 1 convolutions over channels that lie last crash on CPUs
    if nobody asks for that of their input."""
    features.requires_grad_()


def mirrored(batch: Batch) -> Batch:
    """The photos as in a mirror: what they show of the left half they show of the right half."""

    def other(maps: tuple[Tensor, Tensor]) -> tuple[Tensor, Tensor]:
        points, known = (values.flip(-1) for values in maps)
        return points * points.new_tensor([-1.0, 1.0, 1.0])[:, None, None], known

    return replace(
        batch,
        photos=batch.photos.map(lambda x: x.flip(-1)),
        body_canonical=other(batch.body_canonical),
        face_canonical=other(batch.face_canonical),
    )


def relit(batch: Batch) -> Batch:
    """Every person brighter or darker, tinted, of another contrast; both crops of a photo alike."""
    photos = batch.photos

    def drawn(low: float, high: float, channels: int) -> Tensor:
        return low + (high - low) * torch.rand(*photos.body.shape[:2], channels, 1, 1, device=photos.body.device)

    gain, gamma = drawn(*GAIN, 1) * drawn(*TINT, 3), drawn(*GAMMA, 1)
    body, face = (
        over_grey((image.clamp(0.0, 1.0) ** gamma * gain).clamp(0.0, 1.0), mask)
        for image, mask in ((photos.body, photos.body_mask), (photos.face, photos.face_mask))
    )
    return replace(batch, photos=replace(photos, body=body, face=face))
