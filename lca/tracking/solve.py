"""Photos of one person -> pose, place and shape: the door of the solver, and what it thinks of each photo."""

from collections.abc import Collection
from dataclasses import dataclass, field, replace

import numpy as np
import torch
from jaxtyping import Float
from numpy import ndarray
from torch import Tensor

from lca.errors import UserError
from lca.geometry.body_file import load_body
from lca.model.template import Template
from lca.tracking.dispute import by_landmarks, disputed
from lca.tracking.kinematics import KinematicSkeleton, project
from lca.tracking.observe import Observations, Sight
from lca.tracking.pose_prior import load_pose_prior
from lca.tracking.posture import PhotoPose, posed
from lca.tracking.scene import PhotoScene, SceneConfig, SolverFigure, figure, median_residual, prepared, tensor
from lca.tracking.solution import Solution
from lca.tracking.solver import ShapeRule, StepConfig, fit
from lca.tracking.surface import stature_direction

STATURES = (0.5, 2.5)
FEWEST_POINTS = 50
DOUBTFUL, IMPOSSIBLE = 0.015, 0.06
"""Metres at the body's depth: median residuals above which a pose is not to be relied on, and not to be used. With remarks on
cut-off people and unsure networks, 20 of 88 photos of the world's wild stage are called fair, with 5.2 px against 2.8 px."""
NEAREST = 0.15
"""Metres: a body that is solved nearer to the camera than this is not there."""
UNSEEN_DEPTH = 3.0
"""Metres: where the body stands, upright and facing the camera, in a photo that shows nothing."""
UNLIKE = "fair: landmarks say otherwise"
THETA, ACTIONS, PSI = 156, 52, 4


@dataclass(frozen=True)
class SolverConfig:
    """What to believe, and how to step."""

    scene: SceneConfig = field(default_factory=SceneConfig)
    steps: StepConfig = field(default_factory=StepConfig)
    shapes: int = 24
    """How many shape coefficients are solved for; those that follow move the skin by less than a millimetre."""


def solve(
    observations: Observations,
    template: Template,
    stature: float | None = None,
    betas: Float[Tensor, " shape"] | None = None,
    config: SolverConfig | None = None,
    believe_landmarks: Collection[int] = (),
) -> Solution:
    """Pose and place in every photo and one shape: deterministic, CPU.

    `betas` fix the shape where it is known. `stature` (metres) fixes how tall the person is, which photos do not show; without it
    the likeliest. Where canonical points and landmarks disagree the points are believed, but in the photos of `believe_landmarks`
    (see `Solution.disputed`). Photos that fit no pose are left out of the shape and say so in `Solution.confidence`; if none
    fits, the shape is the first guess of the observations.

    Raises:
        UserError: a stature that no person has; shape coefficients that are not finite or too many.
    """
    config = config or SolverConfig()
    known = betas is not None
    base = _base(observations.betas if betas is None else betas, template, None if known else stature, config.shapes)
    skeleton = _skeleton(base, config.shapes)
    shared = figure(template, skeleton, load_pose_prior(), base, config.scene)
    enough = [k for k, sight in enumerate(observations.sights) if readable(sight)]
    scenes = {k: prepared(observations, k, template, shared, base, config.scene) for k in enough}
    scenes |= {k: by_landmarks(scenes[k]) for k in believe_landmarks if k in scenes}
    rule = ShapeRule(known, None if known or stature is None else _told(template, stature, config.shapes))
    first = base[: config.shapes].double().numpy()
    verdicts, shape = _judged(scenes, shared, first, rule, config.steps)
    usable = {k: scene for k, scene in scenes.items() if verdicts[k].usable}
    if usable and len(usable) < len(scenes) and not known:
        again, shape = _judged(usable, shared, first, rule, config.steps)
        verdicts |= again
    if not any(verdict.usable for verdict in verdicts.values()):
        shape = first
    found = torch.cat([tensor(shape), base[config.shapes :]])
    if stature is not None and not known:
        found = template.at_stature(found[None], found.new_tensor([stature]))[0]
    solution = _solution(observations, verdicts, found, shared)
    weight = config.scene.landmark_weight
    doubtful = tuple(k for k in scenes if disputed(scenes[k], verdicts[k].pose, shared, shape, weight))
    words = tuple(UNLIKE if k in doubtful and said == "good" else said for k, said in enumerate(solution.confidence))
    return replace(solution, disputed=doubtful, confidence=words)


@dataclass(frozen=True)
class PhotoVerdict:
    """One photo's pose, its residual in pixels of the photo, and what to think of it."""

    pose: PhotoPose
    residual: float
    words: str

    @property
    def usable(self) -> bool:
        """Not failed."""
        return not self.words.startswith("failed")


def _judged(
    scenes: dict[int, PhotoScene], shared: SolverFigure, first: ndarray, rule: ShapeRule, steps: StepConfig
) -> tuple[dict[int, PhotoVerdict], ndarray]:
    """Fit some photos together and judge each."""
    if not scenes:
        return {}, first
    fitted = fit(tuple(scenes.values()), shared, first, rule, steps)
    pairs = zip(scenes.items(), fitted.poses, strict=True)
    return {k: judge(scene, pose, shared, fitted.betas) for (k, scene), pose in pairs}, fitted.betas


def judge(scene: PhotoScene, pose: PhotoPose, shared: SolverFigure, betas: Float[ndarray, " shape"]) -> PhotoVerdict:
    """Whether a pose may be believed: in front of the camera, and near to what the pixels show."""
    seen = project(scene.witness.points, posed(pose, shared.skeleton, betas, shared.prior), scene.intrinsics)
    finite = np.isfinite(seen.pixels).all() and np.isfinite(seen.depth).all()
    if not finite or np.median(seen.depth) < NEAREST:
        where = "not a number" if not finite else "at or behind the camera"
        return PhotoVerdict(scene.start, float("nan"), f"failed: the solved body is {where}")
    residual = median_residual(scene, seen.pixels)
    off = residual * float(np.median(seen.depth)) / scene.intrinsics[0, 0]
    if off > IMPOSSIBLE:
        return PhotoVerdict(pose, residual, f"failed: no pose fits what the pixels show ({off * 100:.0f} cm off)")
    loose = (f"the pose fits loosely ({off * 100:.1f} cm off)",) if off > DOUBTFUL else ()
    remarks = "; ".join(loose + scene.remarks)
    return PhotoVerdict(pose, residual, f"fair: {remarks}" if remarks else "good")


def _solution(
    observations: Observations, verdicts: dict[int, PhotoVerdict], betas: Tensor, shared: SolverFigure
) -> Solution:
    count = len(observations)
    theta, translation = torch.zeros(count, THETA), torch.zeros(count, 3)
    translation[:, 2] = UNSEEN_DEPTH
    theta[:, 0] = np.pi
    residual, words = torch.full((count,), torch.nan), ["failed: hardly a pixel shows the person"] * count
    for k, verdict in verdicts.items():
        residual[k], words[k] = verdict.residual, verdict.words
        numbers = tensor(verdict.pose.theta(shared.prior)), tensor(verdict.pose.translation)
        if all(x.isfinite().all() for x in numbers):
            theta[k], translation[k] = numbers
    framing, actions, psi = observations.framing, observations.actions, observations.psi
    return Solution(
        theta,
        translation,
        betas,
        framing.intrinsics(),
        framing.size,
        torch.zeros(count, ACTIONS) if actions is None else actions,
        torch.zeros(count, PSI) if psi is None else psi,
        residual,
        tuple(words),
    )


def known_figure(
    betas: Float[Tensor, " shape"], template: Template, config: SceneConfig
) -> tuple[SolverFigure, Tensor]:
    """What frames of one known shape share, and that shape in full: nothing of it is solved for.

    Raises:
        UserError: shape coefficients that are not finite or too many.
    """
    base = _base(betas, template, None, 0)
    return figure(template, _skeleton(base, 0), load_pose_prior(), base, config), base


def readable(sight: Sight) -> bool:
    """Enough pixels, all of them numbers."""
    values = (sight.pixels, sight.canonical, sight.error, sight.share)
    return len(sight.pixels) >= FEWEST_POINTS and all(bool(x.isfinite().all()) for x in values)


def _base(guess: Tensor, template: Template, stature: float | None, shapes: int) -> Float[Tensor, " shape"]:
    """Where the shape begins, one number for each direction of the template; as tall as told."""
    most = template.shape_directions.shape[-1]
    if guess.ndim != 1 or not shapes <= len(guess) <= most or not guess.isfinite().all():
        raise UserError(f"expected {shapes} to {most} finite shape coefficients, got {list(guess.shape)}: check betas")
    base = torch.cat([guess.detach().float(), torch.zeros(most - len(guess))])
    if stature is None:
        return base
    if not STATURES[0] <= stature <= STATURES[1]:
        raise UserError(f"expected a stature of {STATURES[0]} to {STATURES[1]} metres, got {stature}: give metres")
    return template.at_stature(base[None], base.new_tensor([stature]))[0]


def _told(template: Template, stature: float, shapes: int) -> tuple[Float[ndarray, " shape"], float]:
    direction, mean = stature_direction(template, shapes)
    return direction, stature - mean


def _skeleton(base: Tensor, shapes: int) -> KinematicSkeleton:
    """Joints of the body, with the coefficients that are not solved for put in for good."""
    body = load_body()
    skeleton = KinematicSkeleton.of(body, shapes)
    fixed = body.joint_shape_directions[..., shapes:].double().numpy() @ base[shapes:].double().numpy()
    return replace(skeleton, joints=skeleton.joints + fixed)
