"""From the frame of a camera that stands still to a world with a floor: which way is up, and where feet stand."""

import numpy as np
import torch
from jaxtyping import Bool, Float
from numpy import ndarray
from torch import Tensor

from lca.geometry.axes import turned
from lca.geometry.body_file import load_body
from lca.geometry.joint_names import JOINTS
from lca.geometry.motion import Motion
from lca.motion.contact import soles
from lca.tracking.film.evenness import STANDING
from lca.tracking.film.series import even

NECK, ANKLES, BALLS = (
    JOINTS.index("neck"),
    tuple(JOINTS.index(f"{side}_ankle") for side in ("left", "right")),
    tuple(JOINTS.index(f"{side}_foot") for side in ("left", "right")),
)
TALL = 0.92
"""Share of the person's greatest length, ankles to neck, from which they are taken to stand."""
LEVEL = np.array([0.0, -1.0, 0.0])
"""Up, for a camera that is held level."""
LEAST = 0.5
"""Cosine between the two, under which nobody stands and the camera is taken to be level."""
LEAN, ROUGH = 0.08, 0.02
"""Radians by which people who stand lean, and metres by which balls of feet on the floor are off it, one standard deviation."""
STEP_SECONDS = 0.4
"""A foot on the floor counts as one observation for so long."""
SETTLED = 1.0
"""Hz, of the movements of the floor that are taken for errors of depth."""


def up_of(places: Float[ndarray, "frames 55 3"], fps: float) -> Float[ndarray, "3"]:
    """The unit vector upwards: where necks are above ankles, made to agree with the places where feet stand."""
    body = places[:, NECK] - places[:, ANKLES].mean(1)
    length = np.linalg.norm(body, axis=-1)
    tall = length >= TALL * np.quantile(length, 0.95)
    mean = (body / length[:, None])[tall].mean(0)
    mean /= np.linalg.norm(mean)
    if mean @ LEVEL < LEAST:
        return LEVEL
    standing = still(places, fps)
    if standing.sum() < 2:
        return mean
    across = np.linalg.svd(mean[None])[2][1:]  # two directions at right angles to it
    points = places[:, BALLS][standing]
    weight = 1 / (ROUGH**2 * STEP_SECONDS * fps)
    rows = np.concatenate([points @ across.T, -np.ones((len(points), 1))], 1)
    system = weight * rows.T @ rows + np.diag([LEAN**-2, LEAN**-2, 1e-9])
    tilt = np.linalg.solve(system, -weight * rows.T @ (points @ mean))[:2]
    up = mean + tilt @ across
    return up / np.linalg.norm(up)


def still(places: Float[ndarray, "frames 55 3"], fps: float) -> Bool[ndarray, "frames 2"]:
    """Which balls of feet stand still."""
    speed = np.linalg.norm(np.gradient(places[:, BALLS], axis=0), axis=-1) * fps if len(places) > 1 else None
    return np.zeros((1, 2), bool) if speed is None else speed < 2 * STANDING


def levelled(motion: Motion, betas: Float[Tensor, " shape"], places: Float[ndarray, "frames 55 3"]) -> Motion:
    """A motion in the frame of a camera -> in ours: y up, the camera in front, soles on the floor that the person rests on."""
    up = up_of(places, motion.fps)
    towards = -np.array([0.0, 0.0, 1.0]) + up[2] * up
    towards /= np.linalg.norm(towards)
    turn = torch.from_numpy(np.stack([np.cross(up, towards), up, towards]))
    body, theta = load_body(), motion.theta.double()
    pelvis = body.rest(betas)[1][0].double()
    root, place = turned(theta[:, :3], motion.translation.double(), pelvis, turn)
    theta = torch.cat([root, theta[:, 3:]], -1)
    place = place - place[:1] * torch.tensor([1.0, 0.0, 1.0], dtype=torch.float64)
    points, floor = soles(theta.float(), betas)
    lowest = (points[..., 1].amin(-1).double() + place[:, 1] - floor).numpy()
    standing = np.asarray(still(places, motion.fps).any(-1), float)
    lift = even(lowest[:, None], standing if standing.any() else standing + 1, motion.fps, SETTLED)[:, 0]
    place[:, 1] -= torch.from_numpy(lift)
    return Motion(theta.float(), place.float(), motion.actions, motion.psi, motion.fps)
