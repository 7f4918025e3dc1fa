"""What the heads of the base model learn from: loose garments from the runway, light from the light stage.

The base model takes no gradient: what it makes of the photos is what the heads are given, in training as later.
"""

from dataclasses import dataclass, fields

import torch
from jaxtyping import Float
from scipy.spatial import KDTree
from torch import Tensor
from torch.nn import functional as F

from lca.data.batch import Batch, Targets
from lca.geometry.gaussians import Gaussians
from lca.geometry.rotations import quat_wxyz_to_matrix
from lca.model.garment import GarmentHead
from lca.model.materials import Materials, normals_of, relight
from lca.model.network import LCA
from lca.model.relight import RelightHead
from lca.ranges import check_numbers
from lca.render import render
from lca.training.losses import LossConfig, image_loss, over
from lca.training.objective import pose_targets

VERTICES = 400
"""Of the simulated cloth, drawn for each frame."""
COVERED = 0.012
"""Metres from a vertex within which a Gaussian covers it."""


@dataclass(frozen=True)
class HeadLosses:
    """Weights of the heads' terms; the pictures' own are those of `LossConfig`."""

    picture: float = 4.0
    """L_img of the driven render."""
    face: float = 0.6
    """L_img of its face crop (relighting)."""
    alpha: float = 6.0
    """L1 of the opacity against the mask (garments)."""
    coverage: float = 10.0
    """Distance from the simulated cloth to the nearest Gaussian, metres."""
    tearing: float = 10.0
    """ARAP between nodes, square metres."""
    weights: float = 0.02
    """L1 of H_skin."""
    shift: float = 0.1
    """L1 of the nodes' way, metres."""
    bend: float = 0.02
    """How far normals leave those of the surface."""

    def __post_init__(self):
        """Raises: UserError: a weight out of range."""
        check_numbers(self, {term.name: (0.0, 1e6) for term in fields(self)}, "model.losses.")


def garment_terms(
    network: LCA, head: GarmentHead, batch: Batch, losses: HeadLosses, image: LossConfig, side: int
) -> dict[str, Tensor]:
    """Every term of the garment head, weighted; pictures are compared at `side` pixels."""
    with torch.no_grad():
        _, fused = network.read(batch.photos)
        canonical, rig = network.canonical(fused, batch.betas), network.rig(batch.betas)
    targets, count = batch.targets, batch.targets.theta.shape[1]
    loosened = head(fused.tokens, canonical, network.template.shaped(batch.betas))
    hung, rig = head.dressed(canonical, rig, loosened)
    posed, _, _ = pose_targets(network, hung, rig, fused, batch)
    background = torch.rand(len(posed.means), 3, device=posed.means.device)
    drawn = render(posed, targets.cameras()[0].resized(side, side), background)
    colour, mask = shrunk(targets, side)
    node, held = head.nodes.node, head.nodes.followers
    return {
        "driven": losses.picture * image_loss(drawn.image, over(colour, mask, background), image),
        "alpha": losses.alpha * (drawn.alpha - mask).abs().mean(),
        "coverage": losses.coverage * coverage(posed.means[:, held], targets.cloth.flatten(0, 1)),
        "tearing": losses.tearing
        * head.nodes.tearing(hung.means[:, node].repeat_interleave(count, 0), posed.means[:, node]),
        "weights": losses.weights * loosened.weights.abs().mean(),
        "shift": losses.shift * loosened.shift.abs().mean(),
    }


def coverage(
    points: Float[Tensor, "frames gaussians 3"], cloth: Float[Tensor, "frames vertices 3"]
) -> Float[Tensor, ""]:
    """Mean distance (m), beyond `COVERED`, from the cloth to the nearest point; 0 for who wears none. Unlike pictures it pulls
    from any distance: a hem that is a hand away from the leg has no gradient through pixels."""
    total = points.new_zeros(())
    for each, vertices in zip(points, cloth, strict=True):
        if vertices.isfinite().all():
            drawn = vertices[torch.randint(len(vertices), (VERTICES,)).to(vertices.device)]
            nearest = KDTree(each.detach().cpu().numpy()).query(drawn.cpu().numpy())[1]
            total = total + F.relu((each[torch.from_numpy(nearest)] - drawn).norm(dim=-1) - COVERED).mean()
    return total / len(points)


def shrunk(targets: Targets, side: int) -> tuple[Tensor, Tensor]:
    """(colours of the person, mask) of all frames at another size, means over the pixels that the person covers."""
    image, mask = targets.image.flatten(0, 1), targets.mask.flatten(0, 1)
    covered = F.interpolate(mask, side, mode="area")
    return F.interpolate(image * mask, side, mode="area") / covered.clamp(min=1e-4), covered


def relight_terms(
    network: LCA, head: RelightHead, batch: Batch, losses: HeadLosses, image: LossConfig
) -> dict[str, Tensor]:
    """Every term of the relighting head, weighted: targets are drawn in their own light, whatever the photos' was."""
    targets, count = batch.targets, batch.targets.theta.shape[1]
    with torch.no_grad():
        _, fused = network.read(batch.photos)
        canonical, rig = network.person(fused, batch.betas)
        posed, _, _ = pose_targets(network, canonical, rig, fused, batch)
    materials = head(fused.tokens, canonical, network.template)
    camera, face_camera = targets.cameras()
    shown = relight(posed, materials.map(lambda x: x.repeat_interleave(count, 0)), targets.light(), camera.eye)
    background = torch.rand(len(posed.means), 3, device=posed.means.device)
    truth = over(targets.image.flatten(0, 1), targets.mask.flatten(0, 1), background)
    face_truth = over(targets.face.flatten(0, 1), targets.face_mask.flatten(0, 1), background)
    return {
        "driven": losses.picture * image_loss(render(shown, camera, background).image, truth, image),
        "face": losses.face * image_loss(render(shown, face_camera, background).image, face_truth, image),
        "bend": losses.bend * bending(network, canonical, materials),
    }


def bending(network: LCA, canonical: Gaussians, materials: Materials) -> Float[Tensor, ""]:
    """How far normals are from the template's: mean of 1 less the cosine."""
    own = quat_wxyz_to_matrix(network.template.frames)[..., 2]
    return (1.0 - (normals_of(canonical, materials) * own).sum(-1)).mean()
