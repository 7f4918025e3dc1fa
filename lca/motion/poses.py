"""Random plausible people in motion: body, hands, face and gaze of single moments."""

import numpy as np
import torch

from lca.geometry.motion import Motion
from lca.motion.contact import grounded, hands_clear
from lca.motion.expressions import actions_of, following_lids, gaze, random_expression
from lca.motion.gestures import ARMS, GESTURES
from lca.motion.joints import Turns, arm, gaze_of_head, hand, leg, theta_of, trunk

TRIES = 6


def random_hand(rng: np.random.Generator, side: str) -> Turns:
    """A hand shape, or a mixture of two, with jitter of every finger; half of the hands are at rest."""
    first = GESTURES["rest"] if rng.random() < 0.4 else GESTURES[str(rng.choice(list(GESTURES)))]
    second, mix = GESTURES[str(rng.choice(list(GESTURES)))], rng.uniform(0, 0.35)
    curl = (1 - mix) * np.array(first[0]) + mix * np.array(second[0]) + rng.normal(0, 0.07, 4)
    spread = (1 - mix) * first[1] + mix * second[1] + rng.normal(0, 0.05)
    thumb = (1 - mix) * first[2] + mix * second[2] + rng.normal(0, 0.05)
    return hand(side, np.clip(curl, -0.1, 1.5), spread, np.clip(thumb, -0.4, 1.0))


def random_arm(rng: np.random.Generator, side: str) -> Turns:
    """Hanging, bent in front of the body or across it, on the hip, raised, or held out."""
    kind = str(rng.choice(list(ARMS), p=[share for share, _ in ARMS.values()]))
    return arm(side, *[rng.uniform(low, high) for low, high in ARMS[kind][1]])


def random_legs(rng: np.random.Generator) -> Turns:
    """Standing with the weight on one leg, a stride, or slightly squatting."""
    kind = rng.choice(["stand", "stride", "squat"], p=[0.55, 0.35, 0.1])
    outward, spread = rng.uniform(-0.05, 0.35, 2), rng.uniform(-0.08, 0.1, 2)
    if kind == "stand":
        knees = rng.uniform(0.0, 0.12), rng.uniform(0.0, 0.45)
        flexes = [knees[0] / 2 + rng.normal(0, 0.02), knees[1] / 2 + rng.normal(0, 0.04)]
    elif kind == "stride":
        length = rng.uniform(0.15, 0.55)
        knees, flexes = (rng.uniform(0.05, 0.25), rng.uniform(0.1, 0.8)), [length, -0.6 * length + rng.uniform(0, 0.3)]
    else:
        depth = rng.uniform(0.2, 0.7)
        knees, flexes = (2 * depth, 2 * depth + rng.normal(0, 0.06)), [depth, depth]
    order = rng.permutation(2)
    turns: dict = {}
    for k, side in enumerate(("left", "right")):
        flex, knee = flexes[order[k]], knees[order[k]]
        ankle = np.clip(knee - flex, -0.5, 0.35)
        turns |= leg(side, flex, knee, ankle, spread[k], outward[k])
    return turns


def random_gaze(rng: np.random.Generator, head_yaw: float) -> np.ndarray:
    """Eyes ahead, turned with the head, or anywhere -> psi (1, 4)."""
    yaw = np.clip(rng.normal(0.3 * head_yaw, 0.22), -0.6, 0.6)
    return gaze(yaw, np.clip(rng.normal(-0.03, 0.15), -0.45, 0.4), max(0.0, rng.normal(0.015, 0.02)))


def random_moment(rng: np.random.Generator, heading: float, sway: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """One pose, expression and gaze -> theta (1, 156), actions (1, 52), psi (1, 4)."""
    yaw, bend = np.clip(rng.normal(0, 0.35), -0.9, 0.9), rng.normal(0.02, 0.07)
    parts = [
        random_legs(rng),
        trunk(bend, rng.normal(0, 0.15), rng.normal(0, 0.06)),
        gaze_of_head(rng.normal(0.03, 0.14), yaw, rng.normal(0, 0.1)),
    ]
    parts += [random_arm(rng, side) | random_hand(rng, side) for side in ("left", "right")]
    root = np.array([rng.normal(0, 0.03), heading + rng.normal(0, sway), rng.normal(0, 0.03)])
    psi = random_gaze(rng, yaw)
    return theta_of(1, *parts, root=root), following_lids(actions_of(1, random_expression(rng)), psi), psi


def random_motion(rng: np.random.Generator, frames: int, betas: torch.Tensor, heading: float, sway: float) -> Motion:
    """`frames` unrelated moments of one person on the floor who faces `heading` (0 is +z, pi/2 is +x) give or take `sway`.

    A pose whose hands are inside the body is drawn again, a few times.
    """
    moments = []
    for _ in range(frames):
        for _ in range(TRIES):
            moment = random_moment(rng, heading, sway)
            if hands_clear(torch.from_numpy(moment[0]), betas):
                break
        moments.append(moment)
    theta, actions, psi = [torch.from_numpy(np.concatenate(column)) for column in zip(*moments, strict=True)]
    return Motion(theta, grounded(theta, betas), actions, psi, fps=1.0)
