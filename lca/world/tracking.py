"""What a tracker would know: the truth with the errors of monocular body tracking."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float32
from numpy import ndarray
from scipy.spatial.transform import Rotation

DEGREE = np.pi / 180
KNOWN_SHAPE = 20
"""Shape components that a tracker sees; the finer ones it pulls half-way to the mean."""


@dataclass(frozen=True)
class Tracked:
    """Noisy twins of a capture's truth."""

    theta: Float32[ndarray, "frames 156"]
    translation: Float32[ndarray, "frames 3"]
    betas: Float32[ndarray, "100"]
    camera_from_world: Float32[ndarray, "frames 4 4"]


def joint_noise(rng: np.random.Generator, frames: int) -> Float32[ndarray, "frames 52 3"]:
    """Axis-angle errors: 1.5 degrees at root, trunk and legs, 3 at the arms, 6 at the fingers; 60% of it constant in time."""
    spread = np.full(52, 1.5)
    spread[[12, 15, 16, 17, 18, 19, 20, 21]] = [2, 2, 2, 2, 3, 3, 4, 4]
    spread[22:] = 6.0
    constant, passing = rng.normal(0, 0.6, (1, 52, 3)), rng.normal(0, 0.8, (frames, 52, 3))
    return ((constant + passing) * spread[:, None] * DEGREE / np.sqrt(3)).astype(np.float32)


def turned(rotvecs: Float32[ndarray, "*batch 3"], noise: Float32[ndarray, "*batch 3"]) -> Float32[ndarray, "*batch 3"]:
    """Rotations followed by small rotations, as axis-angle."""
    product = Rotation.from_rotvec(noise.reshape(-1, 3)) * Rotation.from_rotvec(rotvecs.reshape(-1, 3))
    return product.as_rotvec().reshape(rotvecs.shape).astype(np.float32)


def tracked_wild(
    rng: np.random.Generator,
    theta: Float32[ndarray, "frames 156"],
    translation: Float32[ndarray, "frames 3"],
    betas: Float32[ndarray, "100"],
    camera_from_world: Float32[ndarray, "frames 4 4"],
) -> Tracked:
    """Noise of a good monocular tracker: joints a few degrees, root 1 cm (2 cm along the view), camera 0.3 degrees and 5 mm."""
    frames = len(theta)
    joints = theta.reshape(frames, 52, 3)
    noisy_theta = turned(joints, joint_noise(rng, frames)).reshape(frames, -1)
    in_camera = rng.normal(0, 1, (frames, 3)) * [0.006, 0.006, 0.02]
    slip = np.einsum("fcw,fc->fw", camera_from_world[:, :3, :3], in_camera)  # frame, camera axis, world axis
    noisy_betas = betas + rng.normal(0, 0.15, 100) * (np.arange(100) < KNOWN_SHAPE)
    noisy_betas[KNOWN_SHAPE:] *= 0.5
    noisy_camera = camera_from_world.copy()
    shake = Rotation.from_rotvec(rng.normal(0, 0.3 * DEGREE / np.sqrt(3), (frames, 3))).as_matrix()
    noisy_camera[:, :3] = shake @ noisy_camera[:, :3]
    noisy_camera[:, :3, 3] += rng.normal(0, 0.005, (frames, 3))
    rows = noisy_theta, translation + slip, noisy_betas, noisy_camera
    return Tracked(*[row.astype(np.float32) for row in rows])
