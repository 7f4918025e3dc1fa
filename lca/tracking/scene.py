"""One photo made ready for the solver: what pulls at the body, and a first pose."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import numpy as np
import torch
from jaxtyping import Float
from numpy import ndarray
from scipy.ndimage import distance_transform_edt
from torch import Tensor

from lca.model.template import Template
from lca.model.transport.nearest import nearest_gaussians
from lca.tracking.body_landmarks import NAMES
from lca.tracking.body_points import HEAD, load_body_points
from lca.tracking.face_points import load_face_points
from lca.tracking.hand_points import load_hand_points
from lca.tracking.kinematics import KinematicSkeleton, Points
from lca.tracking.observe import Observations, Sight
from lca.tracking.pose_prior import PosePrior
from lca.tracking.posture import BODY, PhotoPose
from lca.tracking.residuals import Cover, Outline, Pulls, Relief
from lca.tracking.start import of_trunk, placed, turned_as
from lca.tracking.surface import shown, thinned

SIDES = ("left", "right")
TORSO = tuple(f"{side}_{part}" for part in ("shoulder", "hip") for side in SIDES)
HAND_SEEN = 0.5
"""Probability from which a hand is taken to be seen."""
UNSURE = 0.05
"""Metres: mean expected error of a photo's canonical points above which it is called fair only."""


@dataclass(frozen=True)
class SceneConfig:
    """How far to believe what a photo shows; lengths in metres."""

    error_share: float = 0.35
    """Scale of a pixel's error: this times the expected one, plus `least_error`."""
    least_error: float = 0.005
    landmark_weight: float = 1.0
    """For how many observations one fully visible landmark counts."""
    face_weight: float = 300.0
    """For how many observations all landmarks of a face count."""
    hand_weight: float = 20.0
    """For how many observations all landmarks of a hand count."""
    outline_error: float = 0.02
    outline_weight: float = 30.0
    """For how many observations the outline counts."""
    outline_cell: float = 0.08
    cover_share: float = 0.3
    """For how much the cover of the mask counts, of what its pixels count for."""
    cover_error: float = 0.02
    cover_every: int = 2
    """One pixel in so many is covered."""
    surface_cell: float = 0.035
    depth_error: float = 1.0
    """Scale of the error of a pixel's depth: this times the expected one, plus `least_error`."""
    depth_share: float = 0.2
    """For how much the pixels' depths count, of what their points count for."""
    depth_every: int = 2
    """The depth of one pixel in so many counts."""
    reach: float = 2.0
    """How far a pixel may slide on the body, in expected errors."""
    least_reach: float = 0.05


@dataclass(frozen=True)
class PhotoScene:
    """One photo: its camera, what is compared with it, and where the solver begins."""

    intrinsics: Float[ndarray, "3 3"]
    dense: Pulls
    landmarks: tuple[Pulls, ...]
    outline: Outline
    cover: Cover
    start: PhotoPose
    remarks: tuple[str, ...]
    """Why even a pose that fits may be off, in words."""
    relief: Relief | None = None
    """How far the pixels lie behind the pelvis, where the network says so."""
    torso: PhotoPose | None = None
    """Where it would begin by the landmarks of the torso, where they are known."""
    believed: Literal["dense", "landmarks"] = "dense"
    """By whose word the pose is judged."""

    @property
    def witness(self) -> Pulls:
        """What the pose is judged by."""
        return self.dense if self.believed == "dense" else self.landmarks[0]


@dataclass(frozen=True)
class SolverFigure:
    """What all photos share: skeleton, prior, an even cover of the body, coarse and fine."""

    skeleton: KinematicSkeleton
    prior: PosePrior
    surface: Points
    hull: Points


def figure(
    template: Template, skeleton: KinematicSkeleton, prior: PosePrior, betas: Tensor, config: SceneConfig
) -> SolverFigure:
    """The body that is solved for; `betas` beyond the skeleton's stay as they are."""
    shapes = skeleton.shape_directions.shape[-1]
    surface, hull = (thinned(template, cell, betas, shapes) for cell in (config.surface_cell, config.outline_cell))
    return SolverFigure(skeleton, prior, surface, hull)


def prepared(
    observations: Observations, photo: int, template: Template, figure: SolverFigure, betas: Tensor, config: SceneConfig
) -> PhotoScene:
    """Everything of one photo."""
    sight = observations.sights[photo]
    intrinsics = observations.framing.intrinsics()[photo].double().numpy()
    shapes = figure.skeleton.shape_directions.shape[-1]
    points = shown(template, sight.canonical, betas, shapes)
    error, share = (x.double().numpy() for x in (sight.error, sight.share))
    pixels = sight.pixels.double().numpy()
    dense = Pulls(points, pixels, config.error_share * error + config.least_error, share)
    gaussian = nearest_gaussians(sight.canonical.float().contiguous(), template)[:, 0]
    off = (sight.canonical - template.points[gaussian]).norm(dim=-1).double().numpy()
    reach = np.maximum(config.reach * error, config.least_reach)
    some = slice(None, None, config.cover_every)
    cover = Cover(
        pixels[some],
        sight.canonical.double().numpy()[some],
        reach[some],
        (config.cover_error + off)[some],
        config.cover_share * config.cover_every * share[some],
        config.cover_error,
    )
    outline = _outline(sight, observations.framing.size[photo], figure.hull, config)
    return PhotoScene(
        intrinsics,
        dense,
        (
            *_landmarks(observations, photo, figure.skeleton, config),
            *_hands(observations, photo, figure.skeleton, config),
            *_face(observations, photo, template, betas, shapes, config),
        ),
        outline,
        cover,
        _start(dense, intrinsics, figure),
        _remarks(sight, observations.framing.size[photo]),
        _relief(sight, dense, figure.skeleton, config),
        _torso(observations, photo, intrinsics, figure),
    )  # fmt: skip


def _relief(sight: Sight, dense: Pulls, skeleton: KinematicSkeleton, config: SceneConfig) -> Relief | None:
    """Depths of the pixels, behind a pelvis that hangs on the root alone."""
    if sight.depth is None or sight.depth_error is None:
        return None
    some = slice(None, None, config.depth_every)
    error, depth = (x[some].double().numpy() for x in (sight.depth_error, sight.depth))
    weights = config.depth_share * config.depth_every * dense.weights[some]
    return Relief(
        skeleton.root_point().and_then(dense.points[some]),
        depth,
        config.depth_error * error + config.least_error,
        weights,
    )


def _remarks(sight: Sight, size: Tensor) -> tuple[str, ...]:
    expected, remarks = float(sight.error.mean()), []
    if expected > UNSURE:
        remarks.append(f"the network is unsure of what it shows ({expected * 100:.0f} cm)")
    row, column = sight.mask.nonzero(as_tuple=True)
    if len(row):
        step = (sight.box[2:] - sight.box[:2]) / torch.tensor([sight.mask.shape[1], sight.mask.shape[0]])
        seen = torch.stack([column, row], -1) * step + sight.box[:2]
        low, high = (seen.amin(0) < step).tolist(), (seen.amax(0) + step > size - step).tolist()
        edges = [name for name, cut in zip(("left", "top", "right", "bottom"), low + high, strict=True) if cut]
        if edges:
            remarks.append(f"the photo cuts the person off ({', '.join(edges)})")
    return tuple(remarks)


def _landmarks(
    observations: Observations, photo: int, skeleton: KinematicSkeleton, config: SceneConfig
) -> Iterator[Pulls]:
    """The body's landmarks, where they are known; the head's only where no landmarks of the face tell more."""
    if observations.landmarks is None or observations.visibility is None:
        return
    known = load_body_points()
    weights = config.landmark_weight * observations.visibility[photo].double().numpy()
    if observations.faces is not None and observations.faces[photo] is not None:
        weights = np.where(known.joints == HEAD, 0.0, weights)
    yield Pulls(known.on(skeleton), observations.landmarks[photo].double().numpy(), known.error, weights)


def _hands(observations: Observations, photo: int, skeleton: KinematicSkeleton, config: SceneConfig) -> Iterator[Pulls]:
    """The landmarks of hands that are seen."""
    if observations.hands is None or observations.hand_confidence is None:
        return
    for number, side in enumerate(SIDES):
        sure = float(observations.hand_confidence[photo, number])
        if sure > HAND_SEEN:
            known, pixels = load_hand_points(side), observations.hands[photo, number].double().numpy()
            weights = np.full(len(pixels), sure * config.hand_weight / len(pixels))
            yield Pulls(known.on(skeleton), pixels, config.least_error + known.error, weights)


def _face(
    observations: Observations, photo: int, template: Template, betas: Tensor, shapes: int, config: SceneConfig
) -> Iterator[Pulls]:
    """The face's landmarks, where the photo shows one."""
    face = None if observations.faces is None else observations.faces[photo]
    if face is None:
        return
    known = load_face_points()
    scales = config.least_error + known.error.double().numpy()
    weights = np.full(len(scales), config.face_weight / len(scales))
    pixels = face[list(known.chosen)].double().numpy()
    yield Pulls(shown(template, known.canonical, betas, shapes), pixels, scales, weights)


def _outline(sight: Sight, size: Tensor, hull: Points, config: SceneConfig) -> Outline:
    """Distances to the mask, less one pixel of the crop; nothing is asked of what lies outside the photo."""
    mask, box = sight.mask.numpy(), sight.box.double().numpy()
    rows, columns = mask.shape
    step = (box[2] - box[0]) / columns
    distance = np.maximum(distance_transform_edt(~mask) * step - 1.0, 0) if mask.any() else np.zeros(mask.shape)
    x, y = (box[axis] + (np.arange(count) + 0.5) * step for axis, count in ((0, columns), (1, rows)))
    width, height = (float(side) for side in size)
    inside = ((y > 0) & (y < height))[:, None] & ((x > 0) & (x < width))
    return Outline(hull, distance * inside, box, config.outline_error, config.outline_weight / len(hull))


def _start(dense: Pulls, intrinsics: Float[ndarray, "3 3"], figure: SolverFigure) -> PhotoPose:
    trunk = of_trunk(dense.points.skin_indices)
    trunk = trunk if trunk.sum() >= 10 else np.ones(len(trunk), bool)
    pelvis = figure.skeleton.joints[0]
    weights = (dense.weights / dense.scales**2)[trunk]
    turn, place = placed((dense.points.rest - pelvis)[trunk], dense.pixels[trunk], weights, intrinsics)
    return _resting(turn, place - pelvis, figure)


def _torso(
    observations: Observations, photo: int, intrinsics: Float[ndarray, "3 3"], figure: SolverFigure
) -> PhotoPose | None:
    if observations.landmarks is None or observations.world is None:
        return None
    pelvis, torso = figure.skeleton.joints[0], [NAMES.index(name) for name in TORSO]
    rest = load_body_points().on(figure.skeleton).rest[torso] - pelvis
    world, pixels = (x[photo, torso].double().numpy() for x in (observations.world, observations.landmarks))
    turn, place = turned_as(rest, world, pixels, intrinsics)
    return _resting(turn, place - pelvis, figure)


def _resting(turn: Float[ndarray, "3 3"], place: Float[ndarray, "3"], figure: SolverFigure) -> PhotoPose:
    """The usual pose, turned and placed."""
    body = figure.prior.body_mean.reshape(BODY, 3).copy()
    return PhotoPose(turn, body, np.zeros((2, figure.prior.hand_basis.shape[1])), place)


def median_residual(scene: PhotoScene, pixels: Float[ndarray, "points 2"]) -> float:
    """Pixels of the photo between where the witness sees points and where the body has them."""
    return float(np.median(np.linalg.norm(pixels - scene.witness.pixels, axis=-1)))


def tensor(values: ndarray) -> Tensor:
    """Double-precision numbers as float32."""
    return torch.from_numpy(np.ascontiguousarray(values)).float()
