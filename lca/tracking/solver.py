"""Pose, place and one shape from what photos show: Gauss-Newton steps over all photos, damped photo by photo.

Poses meet only in the shape, so each photo's unknowns are eliminated first (Schur complement) and what is left is a system as
small as the shape. Costs are robust, and soft at first: scales begin `softness` times as wide and close within a few steps.
"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float
from numpy import ndarray

from lca.tracking.kinematics import project
from lca.tracking.pose_prior import PosePrior
from lca.tracking.posture import BODY, ROOT, PhotoPose, posed
from lca.tracking.residuals import Normal, Pulls
from lca.tracking.scene import PhotoScene, SolverFigure

STATURE_ERROR = 0.003
"""Metres: how exactly a told stature is kept while solving."""


@dataclass(frozen=True)
class StepConfig:
    """How the solver steps, and how much priors count (1: as one observation of what they were measured on)."""

    steps: int = 25
    softness: float = 4.0
    soft_steps: int = 8
    cover_after: int = 4
    """Step from which the mask must be covered; before it, the body is not near enough."""
    damping: float = 1e-3
    pose_prior: float = 1.0
    hand_prior: float = 1.0
    shape_prior: float = 1.0
    enough: float = 1e-3
    """Stop when the cost falls by less."""


@dataclass(frozen=True)
class ShapeRule:
    """What is known of the shape: nothing moves if `known`; `stature` is (metres per beta, metres over the mean body's)."""

    known: bool = False
    stature: tuple[Float[ndarray, " shape"], float] | None = None

    def value(self, betas: Float[ndarray, " shape"], prior: float) -> float:
        """Cost of a shape: N(0, 1) of every coefficient, and the told stature."""
        value = 0.5 * prior * betas @ betas
        if self.stature is not None:
            direction, metres = self.stature
            value += 0.5 * ((direction @ betas - metres) / STATURE_ERROR) ** 2
        return float(value)

    def system(self, betas: Float[ndarray, " shape"], prior: float) -> tuple[ndarray, ndarray]:
        """(hessian, downhill) of the same."""
        hessian, downhill = prior * np.eye(len(betas)), -prior * betas
        if self.stature is not None:
            direction, metres = self.stature
            hessian = hessian + np.outer(direction, direction) / STATURE_ERROR**2
            downhill = downhill - direction * (direction @ betas - metres) / STATURE_ERROR**2
        return hessian, downhill


@dataclass(frozen=True)
class Fitted:
    """Poses of the photos, and their shape."""

    poses: tuple[PhotoPose, ...]
    betas: Float[ndarray, " shape"]


@dataclass(frozen=True)
class Linear:
    """One photo near its present pose: the cost with what it was linearised about, so that a trial can be compared with it."""

    normal: Normal
    pulls: tuple[Pulls, ...]
    slacks: tuple[ndarray, ...]


def fit(
    scenes: tuple[PhotoScene, ...],
    figure: SolverFigure,
    betas: Float[ndarray, " shape"],
    rule: ShapeRule,
    config: StepConfig,
) -> Fitted:
    """Minimise over all poses and the shape (over the poses alone if the shape is known)."""
    poses = [scene.start for scene in scenes]
    damping = np.full(len(scenes), config.damping)
    for number in range(config.steps):
        softness = max(1.0, config.softness ** (1 - number / config.soft_steps))
        covered = number >= config.cover_after
        linear = [
            linearised(*pair, figure, betas, softness, covered, config) for pair in zip(scenes, poses, strict=True)
        ]
        before = np.array([near.normal.value for near in linear])
        steps, change = solved_steps(linear, damping, betas, rule, config)
        trial = [pose.moved(step) for pose, step in zip(poses, steps, strict=True)]
        moved = betas + change
        after = np.array(
            [cost(*each, figure, moved, softness, config) for each in zip(scenes, trial, linear, strict=True)]
        )
        gain = before - after
        total = gain.sum() + rule.value(betas, config.shape_prior) - rule.value(moved, config.shape_prior)
        better = gain > 0 if rule.known else np.full(len(gain), total > 0)
        poses = [new if good else old for new, old, good in zip(trial, poses, better, strict=True)]
        betas = moved if better.any() else betas
        damping = np.clip(np.where(better, damping / 4, damping * np.where(gain > 0, 2, 8)), 1e-5, 1e3)
        if softness == 1 and better.all() and total < config.enough:
            break
    return Fitted(tuple(poses), betas)


def solved_steps(
    linear: list[Linear], damping: Float[ndarray, "photos"], betas: ndarray, rule: ShapeRule, config: StepConfig
) -> tuple[list[Float[ndarray, " unknowns"]], Float[ndarray, " shape"]]:
    """(a step of each photo's pose and translation, a step of the shape), from the joint system by elimination."""
    shapes = len(betas)
    hessian, downhill = rule.system(betas, config.shape_prior)
    eliminated = []
    for near, extra in zip(linear, damping, strict=True):
        full, gradient = near.normal.hessian, near.normal.gradient
        pose, shape = slice(0, len(gradient) - shapes), slice(len(gradient) - shapes, None)
        own = full[pose, pose]
        own = own + np.diag(extra * np.diag(own) + 1e-6)
        found = np.linalg.solve(own, np.concatenate([full[pose, shape], -gradient[pose, None]], 1))
        eliminated.append(found)
        hessian = hessian + full[shape, shape] - full[shape, pose] @ found[:, :-1]
        downhill = downhill - gradient[shape] - full[shape, pose] @ found[:, -1]
    change = np.zeros(shapes) if rule.known else np.linalg.solve(hessian, downhill)
    return [found[:, -1] - found[:, :-1] @ change for found in eliminated], change


def linearised(
    scene: PhotoScene,
    pose: PhotoPose,
    figure: SolverFigure,
    betas: ndarray,
    softness: float,
    covered: bool,
    config: StepConfig,
) -> Linear:
    """Cost of one photo and its Gauss-Newton model in (pose, translation, shape)."""
    posture = posed(pose, figure.skeleton, betas, figure.prior)
    unknowns = pose.columns + 3 + len(betas)
    normal = Normal(0.0, np.zeros(unknowns), np.zeros((unknowns, unknowns)))
    prior_cost(pose, figure.prior, config, normal)
    pulls = [scene.dense, *scene.landmarks]
    if covered:
        pulls.append(scene.cover.matched(figure.surface, posture, scene.intrinsics))
    slacks = [pull.linearise(posture, scene.intrinsics, softness, normal) for pull in pulls]
    scene.outline.linearise(posture, scene.intrinsics, normal)
    if scene.relief is not None:
        scene.relief.linearise(posture, scene.intrinsics, normal)
    return Linear(normal, tuple(pulls), tuple(slacks))


def cost(
    scene: PhotoScene,
    pose: PhotoPose,
    near: Linear,
    figure: SolverFigure,
    betas: ndarray,
    softness: float,
    config: StepConfig,
) -> float:
    """The same cost elsewhere, with the matches and slacks of the linearisation."""
    posture, focal = posed(pose, figure.skeleton, betas, figure.prior), scene.intrinsics[0, 0]
    total = prior_cost(pose, figure.prior, config)
    for pull, slack in zip(near.pulls, near.slacks, strict=True):
        total += pull.value(project(pull.points, posture, scene.intrinsics), slack, focal, softness)
    total += scene.outline.value(project(scene.outline.points, posture, scene.intrinsics), focal)
    if scene.relief is not None:
        total += scene.relief.value(project(scene.relief.points, posture, scene.intrinsics))
    return total if np.isfinite(total) else np.inf


def prior_cost(pose: PhotoPose, prior: PosePrior, config: StepConfig, normal: Normal | None = None) -> float:
    """How unusual a pose is; added to `normal` too if there is one."""
    off, hands = pose.body.reshape(-1) - prior.body_mean, pose.hands.reshape(-1)
    pull = config.pose_prior * prior.body_precision @ off
    value = float(0.5 * off @ pull + 0.5 * config.hand_prior * hands @ hands)
    if normal is not None:
        body, fingers = slice(ROOT, ROOT + 3 * BODY), slice(ROOT + 3 * BODY, pose.columns)
        normal.value += value
        normal.gradient[body] += pull
        normal.hessian[body, body] += config.pose_prior * prior.body_precision
        normal.gradient[fingers] += config.hand_prior * hands
        normal.hessian[fingers, fingers] += config.hand_prior * np.eye(len(hands))
    return value
