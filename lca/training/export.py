"""What a finished run leaves behind: one model file, with the action map fitted on the run's own training data."""

from itertools import islice
from pathlib import Path

import lightning
import torch
from jaxtyping import Float
from lightning.pytorch.callbacks import Callback
from torch import Tensor

from lca.data.batch import over_grey
from lca.geometry.body import load_body
from lca.geometry.skinning import full_pose, joint_transforms
from lca.model.checkpoint import save_model
from lca.model.face_code import fit_action_map
from lca.model.network import LCA

FIT_BATCHES = 200
FRONTAL = 0.5


class ExportModel(Callback):
    """Write `model.safetensors` beside the logs whenever the run ends, also when it is interrupted."""

    def __init__(self, path: str | None = None):
        """Choose the file.

        Args:
            path: Where to write; by default `model.safetensors` in the run's folder.
        """
        self.path = path

    def on_fit_end(self, trainer: lightning.Trainer, pl_module: lightning.LightningModule) -> None:
        """Fit the action map and write the file."""
        loader = trainer.train_dataloader
        network = pl_module.network
        if not isinstance(network, LCA) or loader is None:
            raise TypeError(f"expected a stage that trains an LCA network, got {type(network).__name__}")
        network.action_map.copy_(action_map(network, islice(iter(loader), FIT_BATCHES)))
        path = Path(self.path or Path(trainer.log_dir or trainer.default_root_dir) / "model.safetensors")
        if trainer.is_global_zero:
            save_model(network, path, {"stage": type(pl_module).__name__.lower(), "steps": str(trainer.global_step)})


@torch.no_grad()
def action_map(network: LCA, batches) -> Float[Tensor, "53 128"]:
    """The linear map from the 52 actions to eps, over target frames that show the face and whose actions are known.

    Real captures have no known actions; without any such frame the map stays as it is.
    """
    device = network.action_map.device
    actions, codes = [], []
    for batch in batches:
        targets = batch.to(device).targets
        frontal = faces_camera(targets.theta.flatten(0, 1), targets.camera_from_world.flatten(0, 1)) > FRONTAL
        frontal &= targets.actions.flatten(0, 1).isfinite().all(-1)
        if frontal.any():
            codes.append(network.face_code(over_grey(targets.face, targets.face_mask).flatten(0, 1)[frontal]))
            actions.append(targets.actions.flatten(0, 1)[frontal])
    if not codes:
        return network.action_map.clone()
    return fit_action_map(torch.cat(actions).cpu(), torch.cat(codes).cpu()).to(device)


def faces_camera(theta: Tensor, camera_from_world: Tensor) -> Float[Tensor, "frames"]:
    """Cosine between where the head faces and the direction to the camera: 1 is a frontal view."""
    body = load_body()
    joints = body.joint_template.to(theta).expand(len(theta), -1, -1)
    head = joint_transforms(full_pose(theta, None), joints, body.parents, None)[:, 15, :3, :3]
    forward = (camera_from_world[:, :3, :3] @ head)[..., 2]
    return -forward[:, 2]
