"""What the garment head is worth on one person: pictures of new motion with W', with plain skinning, and with shuffled tokens.

On the runway the garment's pixels are known. In the wild, of which the head has seen nobody, legs stand for it: of people in
skirts it is to close holes there, of people in trousers it is to change nothing.
"""

from dataclasses import dataclass, replace

import numpy as np
import torch
from jaxtyping import Float
from scipy.spatial import KDTree
from torch import Tensor
from torch.nn import functional as F

from lca.data.batch import Targets
from lca.data.circumstances import Surface
from lca.data.sample import Capture
from lca.data.sources import WorldRecording
from lca.formats.captures import CLOTH_COLUMNS, CLOTH_RINGS
from lca.geometry.body import PARTS
from lca.model.avatar import Avatar
from lca.model.garment import GarmentHead
from lca.model.network import LCA
from lca.model.template import Template
from lca.training.appearance import grown
from lca.training.losses import psnr
from lca.training.probes import Subject
from lca.training.scores import VISIBLE, Score, bodies, parts_of, truth_of

ON_CLOTH = 0.015
"""Metres from the (finer) simulated vertices within which a pixel shows the garment."""
OPAQUE = 0.5
"""Opacity below which one looks through the avatar: a hole, where the truth is covered."""
FEWEST_HOLES = 0.005
"""Share of the garment's pixels; a person with fewer holes under plain skinning has none to close."""
LEGS = ("hips", "thigh", "calf")
LOOSE = ("skirt", "dress")
SCORES = (
    *("psnr", "psnr_plain", "gain", "gain_weights", "gain_shuffled", "gain_over_shuffled", "gain_around"),
    *("holes", "holes_plain", "holes_shuffled", "hole_ratio"),
)
REFINED_SCORES = ("psnr", "psnr_plain", "gain", "gain_around", "holes", "holes_plain", "hole_ratio")
NO_HOLES = "plain skinning leaves no hole worth closing"
NO_LEGS = "the targets show no legs"


@torch.no_grad()
def probe_garments(model: LCA, subject: Subject) -> dict[str, Score]:
    """Scores on the runway, inside the simulated garment; none for a model without the head."""
    if model.garments is None or not isinstance(subject.recording, WorldRecording):
        return {}
    return compared_ways(model, model.garments, subject, garment_mask(subject.recording, subject.wanted))


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
    return compared_ways(model, model.garments, subject, leg_mask(model, subject.wanted))


@torch.no_grad()
def refined_garments(model: LCA, avatar: Avatar, subject: Subject) -> dict[str, Score]:
    """Scores of a refined avatar inside the simulated garment: with W', with which its Gaussians were refined, and with plain
    skinning of the very same Gaussians. None for a model without the head."""
    if model.garments is None or not isinstance(subject.recording, WorldRecording):
        return {}
    ways = {"head": avatar, "plain": plainly_skinned(model.garments, model.template, avatar)}
    seen = measured(ways, subject.example.targets, garment_mask(subject.recording, subject.wanted))
    if seen is None:
        return dict.fromkeys(REFINED_SCORES, NO_LEGS)
    head, plain = seen["head"], seen["plain"]
    numbers = (head.psnr, plain.psnr, head.psnr - plain.psnr, head.around - plain.around, head.holes, plain.holes)
    return dict(zip(REFINED_SCORES, (*numbers, closed(head, plain)), strict=True))


def plainly_skinned(head: GarmentHead, template: Template, avatar: Avatar) -> Avatar:
    """The same Gaussians with the W of the body wherever the garment head has a say."""
    held = torch.isin(avatar.source_of, head.nodes.followers)
    bare = avatar.source_of[held]
    indices, weights = avatar.rig.skin_indices.clone(), avatar.rig.skin_weights.clone()
    indices[held], weights[held] = template.skin_indices[bare], template.skin_weights[bare]
    return replace(avatar, rig=replace(avatar.rig, skin_indices=indices, skin_weights=weights))


def compared_ways(
    model: LCA, head: GarmentHead, subject: Subject, mask: Float[Tensor, "frames 1 h w"]
) -> dict[str, Score]:
    """PSNR (dB) within `mask` and the share of it that one looks through: with the head, with plain skinning (`_plain`), with
    H_skin but nothing moved (`_weights`), with tokens that have changed places (`_shuffled`); what the head gains, also with the
    garment's surroundings (`gain_around`): within it alone, too much of it looks good."""
    seen = measured(dressed_ways(model, head, subject), subject.example.targets, mask)
    if seen is None:
        return dict.fromkeys(SCORES, NO_LEGS)
    loose, plain, weights, shuffled = (seen[way] for way in ("head", "plain", "weights", "shuffled"))
    numbers = (
        *(loose.psnr, plain.psnr, loose.psnr - plain.psnr, weights.psnr - plain.psnr, shuffled.psnr - plain.psnr),
        *(loose.psnr - shuffled.psnr, loose.around - plain.around),
        *(loose.holes, plain.holes, shuffled.holes, closed(loose, plain)),
    )
    return dict(zip(SCORES, numbers, strict=True))


@dataclass(frozen=True)
class Inside:
    """An avatar within a mask: PSNR (dB), the same with what surrounds it, and the share that one looks through."""

    psnr: float
    around: float
    holes: float


def measured(
    avatars: dict[str, Avatar], targets: Targets, mask: Float[Tensor, "frames 1 h w"]
) -> dict[str, Inside] | None:
    """Each avatar in the targets that show enough of `mask`; None if none does."""
    mask = F.interpolate(mask, targets.image.shape[-2:], mode="nearest")  # examples may be shrunk
    frames = mask.flatten(1).sum(1) > VISIBLE
    if not frames.any():
        return None
    truth, wide, seen = truth_of(targets).body, grown(mask), {}
    for name, avatar in avatars.items():
        body = bodies(avatar, targets)
        inside, around = (psnr(body.image, truth, where)[frames].mean().item() for where in (mask, wide))
        seen[name] = Inside(inside, around, float((mask * (body.alpha < OPAQUE)).sum() / mask.sum().clamp(min=1)))
    return seen


def closed(head: Inside, plain: Inside) -> Score:
    """How many times the holes of plain skinning are left."""
    return head.holes / plain.holes if plain.holes > FEWEST_HOLES else NO_HOLES


def dressed_ways(model: LCA, head: GarmentHead, subject: Subject) -> dict[str, Avatar]:
    """The avatars that are compared."""
    example = subject.example
    _, fused = model.read(example.photos[None])
    count, betas = len(example.photos), example.betas
    lots = np.random.default_rng(0).permutation(fused.tokens.shape[1])
    shuffled = fused.tokens[:, torch.from_numpy(lots).to(fused.tokens.device)]
    plain, loose = (model.avatar_of(fused, count, betas, loose=share) for share in (0.0, 1.0))
    canonical, rig = plain.canonical[None], plain.rig[None]
    lost, lost_rig = head.dressed(canonical, rig, head(shuffled, canonical, model.template.shaped(betas[None])))
    return {
        "head": loose,
        "plain": plain,
        "weights": replace(plain, rig=loose.rig),
        "shuffled": replace(plain, canonical=lost[0], rig=lost_rig[0]),
    }


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
    depth, cloth = Surface.read(recording.row, frames).depth, finer(wanted.cloth)
    points = wanted.camera.resized(depth.shape[-1], depth.shape[-2]).unproject(depth[:, 0])
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


def finer(cloth: Float[Tensor, "frames vertices 3"]) -> Float[Tensor, "frames fine 3"]:
    """The rings' vertices and the midpoints between them."""
    rings = cloth.unflatten(1, (CLOTH_RINGS, CLOTH_COLUMNS))
    rings = torch.stack([rings, (rings + rings.roll(-1, 2)) / 2], 3).flatten(2, 3)
    return torch.cat([rings, (rings[:, 1:] + rings[:, :-1]) / 2], 1).flatten(1, 2)
