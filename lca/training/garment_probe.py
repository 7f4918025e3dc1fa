"""What the garment head is worth on one person: pictures of new motion with W', with plain skinning, and with shuffled tokens.

On the runway the garment's pixels are known. In the wild, of which the head has seen nobody, legs stand for it: of people in
skirts it is to close holes there, of people in trousers it is to change nothing.
"""

from dataclasses import replace

import numpy as np
import torch
from einops import einsum
from jaxtyping import Float
from scipy.spatial import KDTree
from torch import Tensor
from torch.nn import functional as F

from lca.data.batch import Targets
from lca.data.circumstances import Cloth, Surface
from lca.data.sample import Capture
from lca.data.sources import WorldRecording
from lca.formats.captures import CLOTH_COLUMNS, CLOTH_RINGS
from lca.geometry.body import PARTS
from lca.geometry.camera import Camera
from lca.model.avatar import Avatar
from lca.model.network import LCA, Fused
from lca.render import render
from lca.training.losses import over, psnr
from lca.training.probes import Subject
from lca.training.scores import VISIBLE, Score, parts_of

ON_CLOTH = 0.015
"""Metres from the (finer) simulated vertices within which a pixel shows the garment."""
OPAQUE = 0.5
"""Opacity below which one looks through the avatar: a hole, where the truth is covered."""
FEWEST_HOLES = 0.005
"""Share of the garment's pixels; a person with fewer holes under plain skinning has none to close."""
LEGS = ("hips", "thigh", "calf")
LOOSE = ("skirt", "dress")
SCORES = (
    *("psnr", "psnr_plain", "gain", "gain_weights", "gain_shuffled", "gain_over_shuffled"),
    *("holes", "holes_plain", "holes_shuffled", "hole_ratio"),
)
NO_HOLES = "plain skinning leaves no hole worth closing"
NO_LEGS = "the targets show no legs"


@torch.no_grad()
def probe_garments(model: LCA, subject: Subject) -> dict[str, Score]:
    """Scores on the runway, inside the simulated garment; none for a model without the head."""
    if model.garments is None or not isinstance(subject.recording, WorldRecording):
        return {}
    return compared_ways(model, subject, garment_mask(subject.recording, subject.wanted))


@torch.no_grad()
def probe_skirts(model: LCA, subject: Subject) -> dict[str, Score]:
    """The same of wild people in skirts and dresses, inside the pixels of their legs."""
    return _on_legs(model, subject) if is_loose(subject.wanted) else {}


@torch.no_grad()
def probe_trousers(model: LCA, subject: Subject) -> dict[str, Score]:
    """The same of everybody else, whom the head is to leave alone."""
    return {} if is_loose(subject.wanted) else _on_legs(model, subject)


def is_loose(capture: Capture) -> bool:
    """Whether somebody wears a skirt or a dress."""
    return any(word in str(capture.attributes.get("bottom", "")) for word in LOOSE)


def _on_legs(model: LCA, subject: Subject) -> dict[str, Score]:
    if model.garments is None or not subject.wanted.canonical_mask.any():
        return {}
    return compared_ways(model, subject, leg_mask(model, subject.wanted))


def compared_ways(model: LCA, subject: Subject, mask: Float[Tensor, "frames 1 h w"]) -> dict[str, Score]:
    """PSNR (dB) within `mask` and the share of it that one looks through: with the head, with plain skinning (`_plain`), with
    H_skin but nothing moved (`_weights`), with tokens that have changed places (`_shuffled`); what the head gains."""
    shown = {name: pictured(avatar, subject.example.targets) for name, avatar in dressed_ways(model, subject).items()}
    frames = mask.flatten(1).sum(1) > VISIBLE
    if not frames.any():
        return dict.fromkeys(SCORES, NO_LEGS)
    targets = subject.example.targets
    truth = over(targets.image, targets.mask, targets.image.new_ones(len(mask), 3))
    quality = {name: psnr(image, truth, mask)[frames].mean().item() for name, (image, _) in shown.items()}
    through = {
        name: float((mask * (alpha < OPAQUE)).sum() / mask.sum().clamp(min=1)) for name, (_, alpha) in shown.items()
    }
    closed: Score = through["head"] / through["plain"] if through["plain"] > FEWEST_HOLES else NO_HOLES
    gains = {name: value - quality["plain"] for name, value in quality.items()}
    numbers = (
        *(quality["head"], quality["plain"], gains["head"], gains["weights"], gains["shuffled"]),
        quality["head"] - quality["shuffled"],
        *(through["head"], through["plain"], through["shuffled"], closed),
    )
    return dict(zip(SCORES, numbers, strict=True))


def dressed_ways(model: LCA, subject: Subject) -> dict[str, Avatar]:
    """The avatars that are compared."""
    example = subject.example
    _, fused = model.read(example.photos[None])
    count, betas = len(example.photos), example.betas
    lots = np.random.default_rng(0).permutation(fused.tokens.shape[1])
    shuffled = replace(fused, tokens=fused.tokens[:, torch.from_numpy(lots).to(fused.tokens.device)])
    plain, head = (model.avatar_of(fused, count, betas, loose=share) for share in (0.0, 1.0))
    return {
        "head": head,
        "plain": plain,
        "weights": replace(plain, rig=head.rig),
        "shuffled": dressed_by(model, fused, shuffled, plain),
    }


def dressed_by(model: LCA, fused: Fused, tokens: Fused, plain: Avatar) -> Avatar:
    """The plain avatar in what the head makes of other tokens."""
    head, betas = model.garments, plain.betas[None]
    if head is None:
        return plain
    canonical, rig = model.canonical(fused, betas), model.rig(betas)
    loosened = head(tokens.tokens, canonical, model.template.shaped(betas))
    return replace(plain, canonical=head.reshaped(canonical, loosened)[0], rig=head.reskinned(rig, loosened)[0])


def pictured(avatar: Avatar, targets: Targets) -> tuple[Float[Tensor, "frames 3 h w"], Float[Tensor, "frames 1 h w"]]:
    """(pictures over white, opacity) of an avatar driven like the targets."""
    camera, eps = targets.cameras()[0], avatar.eps_from_actions(targets.actions.nan_to_num())
    drawn = [
        render(avatar.drive(targets.theta[i], eps[i], targets.psi[i], targets.translation[i]), camera[i], white)
        for i, white in enumerate(targets.image.new_ones(len(targets.theta), 3))
    ]
    return torch.stack([each.image for each in drawn]), torch.stack([each.alpha for each in drawn])


def leg_mask(model: LCA, wanted: Capture) -> Float[Tensor, "frames 1 size size"]:
    """Pixels that truly show hips or legs, or what covers them."""
    inside = wanted.canonical_mask[:, 0]
    part = parts_of(wanted.canonical, inside, model.template)
    mask = torch.zeros(inside.shape)
    mask[inside] = torch.isin(part, torch.tensor([PARTS.index(name) for name in LEGS])).float()
    return F.interpolate(mask[:, None], wanted.image_8bit.shape[-2:], mode="nearest") * wanted.mask


def garment_mask(recording: WorldRecording, wanted: Capture) -> Float[Tensor, "frames 1 size size"]:
    """Pixels that show the simulated garment: their surface point, which the depth says, lies on it."""
    frames = frames_of(recording, wanted)
    depth, cloth = Surface.read(recording.row, frames).depth, finer(Cloth.read(recording.row, frames).simulated)
    points = surface_points_of(wanted.camera, depth)
    mask = torch.zeros(depth.shape)
    for place, vertices in enumerate(cloth):
        inside = depth[place, 0] > 0
        distance, _ = KDTree(vertices.numpy()).query(points[place][inside].numpy(), distance_upper_bound=ON_CLOTH)
        mask[place, 0, inside] = torch.from_numpy(np.isfinite(distance)).float()
    return F.interpolate(mask, wanted.image_8bit.shape[-2:], mode="nearest") * wanted.mask


def frames_of(recording: WorldRecording, wanted: Capture) -> list[int]:
    """Where the frames of `wanted` are in the row: their cloth and camera are those of no other frame."""
    every = torch.from_numpy(np.array(recording.row["camera_from_world"], np.float32))
    poses = torch.from_numpy(np.array(recording.row["theta"], np.float32))
    return [
        int(((every - camera).abs().amax((1, 2)) + (poses - theta).abs().amax(1)).argmin())
        for camera, theta in zip(wanted.camera.camera_from_world, wanted.theta, strict=True)
    ]


def surface_points_of(camera: Camera, depth: Float[Tensor, "frames 1 h w"]) -> Float[Tensor, "frames h w 3"]:
    """World points (m) of the pixels of depth maps (m)."""
    small = camera.resized(depth.shape[-1], depth.shape[-2])
    down, across = torch.meshgrid(*(torch.arange(n) + 0.5 for n in depth.shape[-2:]), indexing="ij")
    pixels = torch.stack([across, down, torch.ones_like(across)], -1)
    rays = (
        einsum(torch.linalg.inv(small.intrinsics), pixels, "frame i j, h w j -> frame h w i") * depth[:, 0, ..., None]
    )
    rotation, shift = small.camera_from_world[:, :3, :3], small.camera_from_world[:, :3, 3]
    return einsum(rotation, rays - shift[:, None, None], "frame j i, frame h w j -> frame h w i")


def finer(cloth: Float[Tensor, "frames vertices 3"]) -> Float[Tensor, "frames fine 3"]:
    """The rings' vertices and the midpoints between them."""
    rings = cloth.unflatten(1, (CLOTH_RINGS, CLOTH_COLUMNS))
    rings = torch.stack([rings, (rings + rings.roll(-1, 2)) / 2], 3).flatten(2, 3)
    return torch.cat([rings, (rings[:, 1:] + rings[:, :-1]) / 2], 1).flatten(1, 2)
