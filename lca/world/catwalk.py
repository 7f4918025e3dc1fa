"""A walk that makes cloth move: steps towards the audience, a fast turn on the spot, steps on."""

import math

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor

from lca.geometry.body import load_body
from lca.geometry.motion import Motion
from lca.geometry.skinning import full_pose, joint_transforms, skin
from lca.world.contact import grounded
from lca.world.expressions import actions_of, blended, following_lids, gaze
from lca.world.joints import Turns, arm, gaze_of_head, hand, leg, theta_of, trunk, turn

STRIDE_SECONDS = 1.1
TOES_AND_ANKLES = (7, 8, 10, 11)
"""Joints that show which foot stands."""
HOLD = 0.012
"""Metres above the lowest of them at which a joint has lost 63% of its hold on the floor."""


def eased(progress: np.ndarray) -> np.ndarray:
    """From 0 to 1 with no jerk at either end."""
    x = np.clip(progress, 0, 1)
    return x * x * x * (10 - 15 * x + 6 * x * x)


def bump(cycle: np.ndarray, centre: float, width: float) -> np.ndarray:
    """A bell of the gait cycle."""
    away = np.mod(cycle - centre + 0.5, 1.0) - 0.5
    return np.exp(-((away / width) ** 2))


def stepping(cycle: np.ndarray, stride: np.ndarray, spinning: np.ndarray) -> Turns:
    """Body of a walker at `cycle` (0: left heel strikes); `stride` 1 is a full step, `spinning` 1 lifts the arms."""
    swing = stride * np.cos(2 * math.pi * cycle)
    turns = trunk(0.03, -0.16 * swing, 0.0) | gaze_of_head(0.0, 0.06 * swing)
    for side, offset in (("left", 0.0), ("right", 0.5)):
        here = cycle + offset
        flex = 0.05 + stride * (0.07 + 0.38 * np.cos(2 * math.pi * (here + 0.03)))
        knee = 0.06 + (0.25 + 0.75 * stride) * (0.95 * bump(here, 0.74, 0.12) + 0.18 * bump(here, 0.14, 0.09))
        turns |= leg(side, flex, knee, np.clip(knee - flex, -0.5, 0.3), spread=-0.05, outward=0.08)
        forward = -0.45 * stride * np.cos(2 * math.pi * here)
        turns |= arm(side, 1.22 - 0.45 * spinning, forward, -0.1, 0.25 + 0.4 * np.clip(forward, 0, 1))
        turns |= hand(side, np.array([0.28, 0.34, 0.38, 0.44]), 0.05, 0.2)
    return turns


def carried(theta: Float[Tensor, "frames 156"], betas: Float[Tensor, " shape"]) -> Float[Tensor, "frames 3"]:
    """Translation that keeps the standing foot where it is, on the floor, the path centred on the origin."""
    body = load_body()
    joints = body.joint_template + body.joint_shape_directions[..., : len(betas)] @ betas
    transforms = joint_transforms(full_pose(theta), joints, body.parents)
    feet = list(TOES_AND_ANKLES)
    places, rest = skin(joints[feet], transforms[:, feet, :3]), joints[feet]
    height = places[..., 1] - rest[:, 1]
    hold = torch.exp(-(height - height.min(-1, keepdim=True).values) / HOLD)
    shared = hold[1:] * hold[:-1] + 1e-9
    step = -(shared[..., None] * (places[1:] - places[:-1])).sum(1) / shared.sum(1, keepdim=True)
    path = torch.cat([torch.zeros(1, 3), step.cumsum(0)]) * torch.tensor([1.0, 0.0, 1.0])
    return path - (path.max(0).values + path.min(0).values) / 2 + grounded(theta, betas)


def catwalk(rng: np.random.Generator, seconds: float, fps: float, betas: Float[Tensor, " shape"]) -> Motion:
    """Walk, one full turn (or one and a half, and back) in about a second and a half, walk; of a person of shape `betas`.

    It faces anywhere at first, and turns to either side.
    """
    times = np.arange(round(seconds * fps)) / fps
    heading, middle = rng.uniform(-math.pi, math.pi), seconds * rng.uniform(0.45, 0.55)
    turned = rng.choice([-1, 1]) * math.pi * rng.choice([2, 3])
    lasting = abs(turned) / rng.uniform(4.0, 5.0)
    progress = (times - middle) / lasting + 0.5
    spinning = eased(4 * (progress + 0.1)) * eased(4 * (1.1 - progress))
    stride = 1 - 0.8 * spinning
    period = STRIDE_SECONDS * rng.uniform(0.9, 1.1)
    cycle = rng.random() + times / period
    over_left = stride * np.sin(2 * math.pi * (cycle - 0.05))
    turns = stepping(cycle, stride, spinning)
    yaw = heading + turned * eased(progress) - 0.06 * stride * np.cos(2 * math.pi * cycle)
    turns["pelvis"] = turn("zy", -0.035 * over_left, yaw)
    theta = torch.from_numpy(theta_of(len(times), turns))
    psi = gaze(np.zeros(len(times)), 0.0)
    smile = actions_of(len(times), blended({"smile": rng.uniform(0.0, 0.4) + 0 * times}))
    return Motion(
        theta, carried(theta, betas), torch.from_numpy(following_lids(smile, psi)), torch.from_numpy(psi), fps
    )
