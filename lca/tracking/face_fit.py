"""The face's own proportions: landmarks in the photos move the avatar's face, so that eyes, lips and brows of the photos come to
lie on those of the body, which the facial actions move.

Each landmark gets an offset in the head's rest frame, the one that photos agree on (least squares; depth is what a photo says
nothing of), and offsets are spread over the face by a kernel. Eyeballs and
lids move as one, with the eyes' joints; then lids open as far as the photos show.
"""

from collections.abc import Sequence
from dataclasses import replace

import torch
from jaxtyping import Float, Int
from torch import Tensor

from lca.geometry.body import PARTS
from lca.geometry.camera import Camera
from lca.model.avatar import Avatar
from lca.model.rig import Signals
from lca.model.template import EYES, Template, painted_mouth
from lca.tracking.face_points import FacePoints
from lca.tracking.face_sight import SeenLandmarks, Sitting
from lca.tracking.lid_fit import awake
from lca.training.refining.surface import places_of, surface_of

IRISES = 468
"""Landmarks from this one on follow the gaze, not the face."""
ROUNDS = 6
"""How often offsets are measured anew."""
PRIOR = 0.006
"""Metres: standard deviation of faces about the body's own."""
KERNEL, FADE = 0.008, 0.3
"""Metres over which an offset spreads, and the weight of no offset."""
MOST = 0.015
"""Metres that a part of the face may move in a round."""
IRON, IRON_SWEEPS = 30.0, 12
"""Smoothing of the network's offsets on faces, and its sweeps."""
LIDS = 0.018
"""Metres from the middle of an eyeball within which the body's lids are taken as they are, and as far again in part: behind the
eyeball they would never close."""
SIDE = 0.6
"""Spacings that a face's Gaussian measures along the skin."""
INNER, CHEEK = (0.148, 0.156), (0.024, 0.030)
"""Metres in z and from the middle, rest pose: where the inside of the mouth is painted altogether and where not at all: lips have
colours of their own, and behind cheeks the dark would show between tiles."""
SUNK, SOLID = 0.006, 0.95
"""Metres that it lies further back than on the body, for lips move on the way to a likeness, and the dark must stay behind; least
opacity: through it one would see the back of the head."""


@torch.no_grad()
def fit_face(
    avatar: Avatar,
    template: Template,
    signals: Signals,
    cameras: Sequence[Camera],
    faces: Sequence[Float[Tensor, "478 2"] | None],
) -> Avatar:
    """The avatar with the face of the photos: one drive, camera and set of landmarks (pixels; None: no face) each."""
    seen = {k: face for k, face in enumerate(faces) if face is not None}
    if not seen:
        return avatar
    avatar = ironed(avatar, template)
    sitting = Sitting.of(avatar, template, signals[list(seen)], [cameras[k] for k in seen], list(seen.values()))
    head = avatar.on_head.nonzero()[:, 0]
    rest = template.shaped(avatar.betas[None])[0][head]
    pupils = torch.stack([_pupil(sitting.points, side) for side in EYES.values()])
    shares = spreading(sitting.points, torch.cat([template.points[head], pupils]))
    for _ in range(ROUNDS):
        avatar = _moved(avatar, head, rest, spread(landmark_offsets(sitting.seen(avatar)), shares))
    return awake(avatar, sitting)


def _moved(
    avatar: Avatar,
    head: Int[Tensor, "held"],
    rest: Float[Tensor, "held 3"],
    offsets: Float[Tensor, "held_and_pupils 3"],
) -> Avatar:
    """The avatar with the Gaussians of its `head` (at `rest` on the body) so far from where they were; eyeballs and lids move as
    the pupils do."""
    moved, wholes = offsets.split([len(head), len(EYES)])
    joints = avatar.rig.joints.clone()
    for joint, whole in zip(EYES, wholes, strict=True):
        moved = torch.lerp(whole, moved, off_lids(rest, avatar.rig.joints[joint]))
        joints[joint] += whole
    means = avatar.canonical.means.index_add(0, head, moved)
    return replace(avatar, canonical=replace(avatar.canonical, means=means), rig=replace(avatar.rig, joints=joints))


def ironed(avatar: Avatar, template: Template) -> Avatar:
    """The avatar with the face, and the inside of the mouth, as tiles of one smooth surface: the network's offsets and turns are
    millimetres of noise there, which would lay features in shreds. What a closed mouth hides is painted: no photo shows it."""
    rest = template.shaped(avatar.betas[None])[0]
    offsets = avatar.canonical.means - rest
    smooth = surface_of(places_of(template, avatar)).smooth(
        offsets, torch.full((len(rest), 1), IRON), sweeps=IRON_SWEEPS
    )
    for joint in EYES:
        smooth = smooth * off_lids(rest, avatar.rig.joints[joint])
    mouth = (template.part == PARTS.index("mouth"))[:, None]
    ironed_parts = mouth | (template.part == PARTS.index("face"))[:, None]
    own = avatar.canonical
    flat = template.spacing[:, None] * torch.tensor([SIDE, SIDE, SIDE / 2])
    inner = behind_lips(template)
    canonical = replace(
        own,
        means=torch.where(ironed_parts, rest + smooth - inner * torch.tensor([0.0, 0.0, SUNK]), own.means),
        quats_wxyz=torch.where(ironed_parts, template.frames, own.quats_wxyz),
        scales=torch.where(ironed_parts, flat, own.scales),
        opacities=torch.where(mouth[:, 0], own.opacities.clamp(min=SOLID), own.opacities),
        colors=torch.lerp(own.colors, painted_mouth(template.points), inner),
    )
    return replace(avatar, canonical=canonical)


def off_lids(places: Float[Tensor, "places 3"], eye: Float[Tensor, "3"]) -> Float[Tensor, "places 1"]:
    """0 on an eyeball and its lids, 1 well off them."""
    return (((places - eye).norm(dim=-1, keepdim=True) - LIDS) / LIDS).clamp(0.0, 1.0)


def behind_lips(template: Template) -> Float[Tensor, "gaussians 1"]:
    """How far each Gaussian belongs to what closed lips hide."""
    across, _, ahead = template.points.split(1, -1)
    deep = ((INNER[1] - ahead) / (INNER[1] - INNER[0])).clamp(0.0, 1.0)
    middle = ((CHEEK[1] - across.abs()) / (CHEEK[1] - CHEEK[0])).clamp(0.0, 1.0)
    return (template.part == PARTS.index("mouth"))[:, None] * deep * middle


def landmark_offsets(sights: Sequence[SeenLandmarks]) -> Float[Tensor, "points 3"]:
    """Metres in rest pose: the offset of each landmark that the photos agree on; 0 by default."""
    count = len(sights[0].off)
    system, wanted = torch.eye(3).repeat(count, 1, 1) / PRIOR**2, torch.zeros(count, 3)
    for sight in sights:
        system += sight.weight[:, None, None] * (sight.across.mT @ sight.across)
        wanted += sight.weight[:, None] * (sight.off @ sight.across)
    return torch.linalg.solve(system, wanted)


def spreading(points: FacePoints, places: Float[Tensor, "places 3"]) -> Float[Tensor, "places points"]:
    """What share each landmark has in the offset of places of the body: a mean over those near, 0 far from all."""
    face = torch.tensor([number < IRISES for number in points.chosen])
    weight = face * torch.exp(-0.5 * (torch.cdist(places, points.canonical) / KERNEL) ** 2)
    return weight / (weight.sum(-1, keepdim=True) + FADE)


def spread(offsets: Float[Tensor, "points 3"], shares: Float[Tensor, "places points"]) -> Float[Tensor, "places 3"]:
    """Offsets of landmarks at places of the body, at most `MOST`."""
    mean = shares @ offsets
    return mean * (MOST / mean.norm(dim=-1, keepdim=True).clamp(min=1e-9)).clamp(max=1.0)


def _pupil(points: FacePoints, side: float) -> Float[Tensor, "3"]:
    """Where the pupil of one side is."""
    iris = points.canonical[[place for place, number in enumerate(points.chosen) if number >= IRISES]]
    return iris[iris[:, 0] * side > 0].mean(0)
