"""All frames of a film at once: Gauss-Newton over poses that meet their neighbours in time, one banded system a step."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from jaxtyping import Float
from numpy import ndarray
from scipy.linalg import solveh_banded

from lca.tracking.film.evenness import Band, Evenness, sliding, uneven
from lca.tracking.posture import PhotoPose, posed
from lca.tracking.residuals import Normal
from lca.tracking.scene import PhotoScene, SolverFigure
from lca.tracking.solver import Linear, StepConfig, cost, linearised, prior_cost

NO_SHAPE = np.zeros(0)
"""The shape is known, and put into the figure for good."""


@dataclass(frozen=True)
class SmoothConfig:
    """How all frames are stepped together; `photo` is what each frame's own cost is made of."""

    photo: StepConfig = field(default_factory=StepConfig)
    evenness: Evenness = field(default_factory=Evenness)
    steps: int = 10
    enough: float = 1e-4
    """Stop when the cost falls by less than this share."""


def smoothed(
    scenes: Sequence[PhotoScene | None],
    poses: Sequence[PhotoPose],
    figure: SolverFigure,
    fps: float,
    config: SmoothConfig,
    held: int = 0,
) -> list[PhotoPose]:
    """Poses of all frames, from first guesses of all; a frame without a scene follows its neighbours, the first `held` stay."""
    poses, damping = list(poses), config.photo.damping
    for _ in range(config.steps):
        near = [frame_model(scene, pose, figure, config) for scene, pose in zip(scenes, poses, strict=True)]
        band = Band(len(poses), poses[0].columns + 3)
        for k, one in enumerate(near):
            band.gradient[k] += one.normal.gradient
            band.add_block(k, k, one.normal.hessian)
        band.hold(held)
        before = sum(one.normal.value for one in near) + over_time(poses, figure, fps, config, band)
        for _ in range(5):
            trial = [pose.moved(step) for pose, step in zip(poses, step_of(band, damping), strict=True)]
            after = over_time(trial, figure, fps, config) + sum(
                frame_cost(scene, pose, one, figure, config)
                for scene, pose, one in zip(scenes, trial, near, strict=True)
            )
            if after < before:
                break
            damping *= 8
        else:
            return poses
        poses, damping = trial, max(damping / 4, 1e-5)
        if before - after < config.enough * before:
            break
    return poses


def step_of(band: Band, damping: float) -> Float[ndarray, "frames unknowns"]:
    """The step that the damped model asks for."""
    lower = band.lower.copy()
    lower[0] += damping * lower[0] + 1e-6
    return solveh_banded(lower, -band.gradient.reshape(-1), lower=True, check_finite=False).reshape(band.gradient.shape)


def over_time(
    poses: Sequence[PhotoPose], figure: SolverFigure, fps: float, config: SmoothConfig, band: Band | None = None
) -> float:
    """The costs of `lca.tracking.film.evenness`."""
    postures = [posed(pose, figure.skeleton, NO_SHAPE, figure.prior) for pose in poses]
    even, stand = config.evenness.even, config.evenness.stand
    return uneven(poses, fps, even, band) + (sliding(postures, fps, stand, band) if stand else 0.0)


def frame_model(scene: PhotoScene | None, pose: PhotoPose, figure: SolverFigure, config: SmoothConfig) -> Linear:
    """One frame's own cost near its pose; without a scene, the prior's."""
    if scene is not None:
        return linearised(scene, pose, figure, NO_SHAPE, 1.0, True, config.photo)
    unknowns = pose.columns + 3
    normal = Normal(0.0, np.zeros(unknowns), np.zeros((unknowns, unknowns)))
    prior_cost(pose, figure.prior, config.photo, normal)
    return Linear(normal, (), ())


def frame_cost(
    scene: PhotoScene | None, pose: PhotoPose, near: Linear, figure: SolverFigure, config: SmoothConfig
) -> float:
    """The same elsewhere."""
    if scene is None:
        return prior_cost(pose, figure.prior, config.photo)
    return cost(scene, pose, near, figure, NO_SHAPE, 1.0, config.photo)
