"""One person, measured: photos -> avatar, driven and rendered like the target frames, compared with them.

The person's shape is given, as it is in published evaluations: exact where the capture knows it, tracked elsewhere. Poses,
cameras and the 52 facial actions come from the capture too, so that nothing of the target pictures reaches the model.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

import torch
from jaxtyping import Bool, Float
from torch import Tensor
from torch.nn import functional as F

from lca.data.batch import Batch, Targets
from lca.data.sample import Capture
from lca.geometry.body import PARTS
from lca.geometry.gaussians import Gaussians
from lca.geometry.illumination import Illumination
from lca.model.avatar import Avatar
from lca.model.network import LCA
from lca.model.template import Template
from lca.model.transport.nearest import nearest_gaussians
from lca.render import render
from lca.training.losses import over, psnr
from lca.training.metrics import foreground_scores

VISIBLE = 20
"""Pixels of a face or of hands from which on a frame shows them."""
NO_MAPS = "canonical maps are unknown: nothing says which part of the body a pixel shows"
NO_ACTIONS = "facial actions are unknown: faces are drawn at rest"
NO_FACE = "no face in the target frames"
NO_HANDS = "no hands in the target frames"

Score = float | str
"""A number, or in words why there is none."""


@dataclass(frozen=True)
class Views:
    """Pictures of one person's target frames over white, bodies and face crops, and how much of each pixel the person covers."""

    body: Float[Tensor, "frames 3 size size"]
    face: Float[Tensor, "frames 3 face_size face_size"]
    body_mask: Float[Tensor, "frames 1 size size"]
    face_mask: Float[Tensor, "frames 1 face_size face_size"]


@dataclass(frozen=True)
class Bodies:
    """Pictures of one person's target frames over white, and how opaque the avatar is there."""

    image: Float[Tensor, "frames 3 size size"]
    alpha: Float[Tensor, "frames 1 size size"]


@dataclass(frozen=True)
class Likenesses:
    """Unit vectors that say who pictures show (`lca.training.identity`): of a person's photos, of the true target frames, and of
    the avatar in their place, as the network makes it at once and refined."""

    photos: Float[Tensor, "photos length"]
    truth: Float[Tensor, "targets length"]
    feed_forward: Float[Tensor, "targets length"]
    refined: Float[Tensor, "targets length"]


@dataclass(frozen=True)
class Comparison:
    """The avatar that the network makes at once beside the refined one: scores by group (`feed_forward`, `refined`, `solver`,
    `relight_refined`, `garments_refined`), the refined one's pictures, and whom they look like."""

    groups: dict[str, dict[str, Score]]
    refined: Views
    likenesses: Likenesses


@dataclass(frozen=True)
class Portrait:
    """One person's scores, and the pictures behind them."""

    identity: str
    scores: dict[str, Score]
    photos: Float[Tensor, "photos 3 size size"]
    shown: Views
    truth: Views
    comparison: Comparison | None = None
    probed: dict[str, dict[str, Score]] = field(default_factory=dict)
    """Group of the report -> its scores of this person (`lca.training.probes`)."""
    style: str = ""
    """In which style the pictures are drawn; empty for photographs."""
    yardstick: "Portrait | None" = None
    """The same person's of other pictures, if such are compared."""


def measure(model: LCA, example: Batch, wanted: Capture) -> Portrait:
    """Score the avatar of `example`'s photos on its targets, which are the frames of `wanted`; all on the model's device."""
    targets = example.targets
    avatar = model.reconstruct(example.photos, example.betas)
    shown, truth = show(avatar, targets), truth_of(targets)
    scores = compared(shown, truth, targets, hand_mask(model.template, wanted))
    scores |= without_shape(model, example, truth)
    scores["baseline_part_means"] = plain = baseline(model, avatar, example, truth)
    scores["margin_over_part_means"] = plain if isinstance(plain, str) else float(scores["psnr_fg"]) - plain
    return Portrait(wanted.identity, scores, example.photos.body, shown, truth)


def compared(shown: Views, truth: Views, targets: Targets, hands: Tensor | None) -> dict[str, Score]:
    """Pictures of an avatar against the truth, within the masks of body, face and hands."""
    scores: dict[str, Score] = {**foreground_scores(shown.body, truth.body, targets.mask)}
    faces = known_faces(targets)
    scores["psnr_face"] = NO_ACTIONS if faces is None else seen(shown.face, truth.face, faces, NO_FACE)
    scores["psnr_hands"] = NO_MAPS if hands is None else seen(shown.body, truth.body, hands, NO_HANDS)
    return scores


def known_faces(targets: Targets) -> Float[Tensor, "frames 1 face_size face_size"] | None:
    """The face masks of the frames whose facial actions are known, empty for others; None if none is."""
    known = targets.actions.isfinite().all(-1)
    return targets.face_mask * known[:, None, None, None] if known.any() else None


def without_shape(model: LCA, example: Batch, truth: Views) -> dict[str, Score]:
    """PSNR of bodies whose shape is predicted from the photos: told the stature, which photos do not show, and not told."""
    stature = float(model.template.stature(example.betas))
    avatars = {
        "shape_predicted": model.reconstruct(example.photos, stature=stature),
        "stature_unknown": model.reconstruct(example.photos),
    }
    targets = example.targets
    bodies = {name: show(avatar, targets).body for name, avatar in avatars.items()}
    return {name: psnr(body, truth.body, targets.mask).mean().item() for name, body in bodies.items()}


def baseline(model: LCA, avatar: Avatar, example: Batch, truth: Views) -> Score:
    """PSNR of the same geometry in the mean photo colour of each body part."""
    plain = part_means(model.template, avatar, example)
    if plain is None:
        return NO_MAPS
    return psnr(show(plain, example.targets).body, truth.body, example.targets.mask).mean().item()


def seen(picture: Tensor, truth: Tensor, mask: Float[Tensor, "frames 1 h w"], otherwise: str) -> Score:
    """Mean PSNR over the frames whose mask has more than `VISIBLE` pixels, or `otherwise`."""
    frames = mask.flatten(1).sum(1) > VISIBLE
    return psnr(picture, truth, mask)[frames].mean().item() if frames.any() else otherwise


def truth_of(targets: Targets | Capture) -> Views:
    """The true pictures over white."""
    white = targets.image.new_ones(len(targets.image), 3)
    mask, face_mask = targets.mask, targets.face_mask
    return Views(over(targets.image, mask, white), over(targets.face, face_mask, white), mask, face_mask)


def posed_like(avatar: Avatar, targets: Targets) -> Iterator[Gaussians]:
    """An avatar driven with the pose, actions (unknown ones: at rest) and gaze of one target frame after the other."""
    eps = avatar.eps_from_actions(targets.actions.nan_to_num())
    for i in range(len(targets.theta)):
        yield avatar.drive(targets.theta[i], eps[i], targets.psi[i], targets.translation[i])


def show(avatar: Avatar, targets: Targets) -> Views:
    """An avatar driven like the targets, rendered into their cameras over white."""
    camera, face_camera = targets.cameras()
    white, drawn = targets.image.new_ones(3), []
    for i, posed in enumerate(posed_like(avatar, targets)):
        body, face = render(posed, camera[i], white), render(posed, face_camera[i], white)
        drawn.append((body.image, face.image, body.alpha, face.alpha))
    return Views(*(torch.stack(pictures) for pictures in zip(*drawn, strict=True)))


def bodies(avatar: Avatar, targets: Targets, light: Illumination | None = None) -> Bodies:
    """The same without face crops, each frame in its `light`; None: all in the light of the photos."""
    camera, white, drawn = targets.cameras()[0], targets.image.new_ones(3), []
    for i, posed in enumerate(posed_like(avatar, targets)):
        shown = posed if light is None else avatar.lit(posed, light[i], camera.eye[i])
        drawn.append(render(shown, camera[i], white))
    return Bodies(torch.stack([each.image for each in drawn]), torch.stack([each.alpha for each in drawn]))


def part_means(template: Template, avatar: Avatar, example: Batch) -> Avatar | None:
    """The baseline: the same geometry, each Gaussian in the mean photo colour of its body part (parts of the pixels from the
    truth, None where that is unknown)."""
    pairs = [(example.photos.body, example.body_canonical), (example.photos.face, example.face_canonical)]
    sums, counts = avatar.betas.new_zeros(len(PARTS), 3), avatar.betas.new_zeros(len(PARTS))
    for images, (points, valid) in pairs:
        inside = valid[:, 0] > 0.5
        colour = F.avg_pool2d(images, 2).permute(0, 2, 3, 1)[inside]
        part = parts_of(points, inside, template)
        sums.index_add_(0, part, colour)
        counts.index_add_(0, part, torch.ones_like(colour[:, 0]))
    if not counts.any():
        return None
    means = torch.where(counts[:, None] > 0, sums / counts.clamp(min=1)[:, None], sums.sum(0) / counts.sum())
    return replace(avatar, canonical=replace(avatar.canonical, colors=means[template.part]))


def hand_mask(template: Template, wanted: Capture) -> Float[Tensor, "frames 1 size size"] | None:
    """Where the targets truly show hands; None if that is unknown."""
    inside = wanted.canonical_mask[:, 0]
    if not inside.any():
        return None
    device = template.part.device
    part = parts_of(wanted.canonical.to(device), inside.to(device), template)
    mask = torch.zeros(inside.shape, device=device)
    mask[inside] = (part == PARTS.index("hand")).float()
    return F.interpolate(mask[:, None], wanted.image_8bit.shape[-2:], mode="nearest")


def parts_of(points: Float[Tensor, "frames 3 h w"], inside: Bool[Tensor, "frames h w"], template: Template) -> Tensor:
    """Body part (place in `PARTS`) of every canonical point that is inside, in reading order."""
    return template.part[nearest_gaussians(points.permute(0, 2, 3, 1)[inside], template)[:, 0]]
