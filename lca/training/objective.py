"""The loss, once: L = L_img(I, canonical render) + L_img(I, driven render) + lambda L_reg(p, s), and what small models need.

Both stages minimise it. Every weight is in `LossConfig`.
"""

from dataclasses import dataclass

import torch
from torch import Tensor

from lca.data.batch import Batch, Targets
from lca.geometry.gaussians import Gaussians
from lca.model.network import LCA, Fused
from lca.model.rig import Rig, Signals, drive
from lca.model.transport.dense import DenseMaps
from lca.precision import mixed_precision
from lca.render import render
from lca.training.correspondence import coarse_loss, correspondence_loss
from lca.training.losses import LossConfig, acap, asap, image_loss, over

BY_NAME = 0.5
"""Share of the frames with known actions that are driven by name in training."""


@dataclass(frozen=True)
class Renders:
    """Driven renders of the targets, canonical renders of the first target of each person, and the true pictures."""

    driven: Tensor
    canonical: Tensor
    face: Tensor
    alpha: Tensor
    truth: Tensor
    face_truth: Tensor
    code_cost: Tensor
    """Nats that the face codes of the targets cost."""


@dataclass(frozen=True)
class Pass:
    """One pass of the network over a batch: what pixels show (with transport), people, their Gaussians, the renders."""

    maps: list[DenseMaps]
    fused: Fused
    canonical: Gaussians
    renders: Renders


def run(network: LCA, batch: Batch) -> Pass:
    """Photos -> people -> renders of the targets."""
    maps, fused = network.read(batch.photos)
    canonical, rig = network.person(fused, batch.betas)
    return Pass(maps, fused, canonical, render_targets(network, canonical, rig, fused, batch))


def objective(network: LCA, batch: Batch, done: Pass, config: LossConfig) -> dict[str, Tensor]:
    """Every term of the loss, weighted; their sum is what a step minimises."""
    renders, first = done.renders, done.renders.truth.unflatten(0, (len(batch.betas), -1))[:, 0]
    beyond, within = acap(done.canonical, network.template.shaped(batch.betas))
    return {
        "driven": config.driven * image_loss(renders.driven, renders.truth, config),
        "canonical": config.canonical * image_loss(renders.canonical, first, config),
        "face": config.face * image_loss(renders.face, renders.face_truth, config),
        "alpha": config.alpha * (renders.alpha - batch.targets.mask.flatten(0, 1)).abs().mean(),
        "acap": config.acap * beyond + config.acap_within * within,
        "asap": config.asap * asap(done.canonical),
        "opacity": config.opacity * (1.0 - done.canonical.opacities).mean(),
        "shape": config.shape * torch.stack(shape_errors(network, done.fused, batch)).sum(),
        "bottleneck": config.bottleneck * renders.code_cost.mean(),
        "correspondence": config.correspondence * _of_maps(network, done.maps, batch, config),
    }


def _of_maps(network: LCA, maps: list[DenseMaps], batch: Batch, config: LossConfig) -> Tensor:
    truths = (batch.body_canonical, batch.face_canonical)
    terms = [correspondence_loss(m, network.template.anchors, t, config) for m, t in zip(maps, truths, strict=False)]
    return sum(terms, start=batch.betas.new_zeros(()))


def warm_up(network: LCA, batch: Batch, config: LossConfig) -> dict[str, Tensor]:
    """The first steps: one point per token, cheap and alone, because all else builds on it (with transport only)."""
    anchors, truths = network.template.anchors, (batch.body_canonical, batch.face_canonical)
    coarse = network.transport.coarse(network.tokenise(batch.photos), network.template)
    terms = [coarse_loss(each, anchors, truth, config) for each, truth in zip(coarse, truths, strict=True)]
    return {"coarse": torch.stack(terms).sum()}


def pose_targets(
    network: LCA, canonical: Gaussians, rig: Rig, fused: Fused, batch: Batch
) -> tuple[Gaussians, Signals, Tensor]:
    """Every person in the pose, face and gaze of each target frame, all frames in one row; what drove them, and what the face
    codes cost in nats."""
    count = batch.targets.theta.shape[1]

    def each(x: Tensor) -> Tensor:
        return x.repeat_interleave(count, 0)

    faces, actions = batch.code_faces.flatten(0, 1), batch.targets.actions.flatten(0, 1)
    eps, code_cost = face_codes(network, faces, actions)
    signals = signals_of(batch.targets, eps)
    prepared = network.driver.prepare(fused.tokens, network.template.face_anchors)
    posed = drive(canonical.map(each), network.driver, prepared.map(each), rig.map(each), signals)
    return posed, signals, code_cost


def render_targets(network: LCA, canonical: Gaussians, rig: Rig, fused: Fused, batch: Batch) -> Renders:
    """Drive every person with the pose, code and gaze of each target frame and render it over a random colour."""
    targets, people = batch.targets, len(batch.betas)
    count = targets.theta.shape[1]
    posed, signals, code_cost = pose_targets(network, canonical, rig, fused, batch)
    bare = rig.pose(canonical, signals[::count])
    background = torch.rand(people * count, 3, device=batch.betas.device)
    camera, face_camera = targets.cameras()
    driven = render(posed, camera, background)
    return Renders(
        driven=driven.image,
        canonical=render(bare, camera[::count], background[::count]).image,
        face=render(posed, face_camera, background).image,
        alpha=driven.alpha,
        truth=over(targets.image.flatten(0, 1), targets.mask.flatten(0, 1), background),
        face_truth=over(targets.face.flatten(0, 1), targets.face_mask.flatten(0, 1), background),
        code_cost=code_cost,
    )


def signals_of(targets: Targets, eps: Tensor) -> Signals:
    """What drives the targets, all frames of the batch in one row, as `eps` is already."""
    return Signals(targets.theta.flatten(0, 1), eps, targets.psi.flatten(0, 1), targets.translation.flatten(0, 1))


def face_codes(network: LCA, faces: Tensor, actions: Tensor) -> tuple[Tensor, Tensor]:
    """(eps, what it cost in nats) of target frames: of those whose actions are known half by name in training and all in
    validation, of the rest by the encoder."""
    with mixed_precision(faces.device):
        code, cost = network.face_code.sample(faces)
    chance = torch.rand(len(faces), device=faces.device)
    by_name = actions.isfinite().all(-1) & (chance < (BY_NAME if network.training else 1.0))
    eps = torch.where(by_name[:, None], network.face_code.named(actions.nan_to_num()), code.float())
    return eps, torch.where(by_name, 0.0, cost)


def shape_errors(network: LCA, fused: Fused, batch: Batch) -> tuple[Tensor, Tensor]:
    """Mean distance, in metres, between the bodies of predicted and given shape (one Gaussian of each anchor): as they are, and
    with the predicted one at the given one's stature, which photos do not show."""
    template, every = network.template, network.config.template.per_anchor
    truth = template.shaped(batch.betas)[:, ::every]

    def distance(betas: Tensor) -> Tensor:
        return torch.linalg.vector_norm(template.shaped(betas)[:, ::every] - truth + 1e-6, dim=-1).mean()

    return distance(fused.betas), distance(template.at_stature(fused.betas, template.stature(batch.betas)))
