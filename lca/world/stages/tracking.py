"""What a tracker would know: the truth with the errors of monocular body tracking, which drift and now and then are gross."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float32
from numpy import ndarray
from scipy.spatial.transform import Rotation

from lca.motion.curves import Curve, drifts
from lca.motion.joints import JOINTS

DEGREE = np.pi / 180
KNOWN_SHAPE = 20
"""Shape components that a tracker sees; the finer ones it pulls half-way to the mean."""
DRIFT = 1.5
"""Seconds over which errors stay alike."""
FAILING = 0.2
"""Share of captures in which the tracker is lost for some frames."""
FAILURES = ("turned", "limb", "stuck", "jitter")
LIMBS = (
    ("left_shoulder", "left_elbow", "left_wrist"),
    ("right_shoulder", "right_elbow", "right_wrist"),
    ("left_hip", "left_knee", "left_ankle"),
    ("right_hip", "right_knee", "right_ankle"),
)


@dataclass(frozen=True)
class Tracked:
    """Noisy twins of a capture's truth; `confidence` is what the tracker thinks of itself, 0 lost to 1 sure."""

    theta: Float32[ndarray, "frames 156"]
    translation: Float32[ndarray, "frames 3"]
    betas: Float32[ndarray, "100"]
    camera_from_world: Float32[ndarray, "frames 4 4"]
    confidence: Float32[ndarray, " frames"]


def joint_noise(rng: np.random.Generator, times: Curve) -> Float32[ndarray, "frames 52 3"]:
    """Axis-angle errors: 1.5 degrees at root, trunk and legs, 3 at the arms, 6 at the fingers; part constant, part drifting."""
    spread = np.full(52, 1.5)
    spread[[12, 15, 16, 17, 18, 19, 20, 21]] = [2, 2, 2, 2, 3, 3, 4, 4]
    spread[22:] = 6.0
    constant, passing = rng.normal(0, 0.6, (1, 52, 3)), rng.normal(0, 0.4, (len(times), 52, 3))
    errors = constant + passing + 0.7 * drifts(rng, times, (52, 3), DRIFT)
    return (errors * spread[:, None] * DEGREE / np.sqrt(3)).astype(np.float32)


def turned(rotvecs: Float32[ndarray, "*batch 3"], noise: Float32[ndarray, "*batch 3"]) -> Float32[ndarray, "*batch 3"]:
    """Rotations followed by small rotations, as axis-angle."""
    product = Rotation.from_rotvec(noise.reshape(-1, 3)) * Rotation.from_rotvec(rotvecs.reshape(-1, 3))
    return product.as_rotvec().reshape(rotvecs.shape).astype(np.float32)


def lost(rng: np.random.Generator, joints: Float32[ndarray, "frames 52 3"]) -> Float32[ndarray, " frames"]:
    """Spoil some frames in a row, in place -> 1 where it did.

    The person seen from the wrong side, a limb given up (it takes its mean pose), the pose stuck, or jitter.
    """
    frames, failed = len(joints), np.zeros(len(joints), np.float32)
    if frames < 4 or rng.random() > FAILING:
        return failed
    count = int(rng.integers(1, max(2, frames // 5 + 1)))
    start = int(rng.integers(1, frames - count + 1))
    burst = slice(start, start + count)
    failed[burst] = 1
    kind = str(rng.choice(FAILURES))
    if kind == "turned":
        half = np.tile(np.array([0, np.pi, 0], np.float32), (count, 1))
        joints[burst, 0] = turned(joints[burst, 0], half)
    elif kind == "limb":
        limb = [JOINTS.index(name) for name in LIMBS[rng.integers(len(LIMBS))]]
        joints[burst, limb] = joints[:, limb].mean(0)
    elif kind == "stuck":
        joints[burst] = joints[start - 1]
    else:
        joints[burst] = turned(joints[burst], rng.normal(0, 14 * DEGREE, (count, 52, 3)).astype(np.float32))
    return failed


def tracked_wild(
    rng: np.random.Generator,
    times: Curve,
    theta: Float32[ndarray, "frames 156"],
    translation: Float32[ndarray, "frames 3"],
    betas: Float32[ndarray, "100"],
    camera_from_world: Float32[ndarray, "frames 4 4"],
) -> Tracked:
    """Noise of a good monocular tracker: joints a few degrees, root 1 cm (2 cm along the view), camera 0.3 degrees and 5 mm.

    Errors of frames that are near in time are alike. In one capture of five the tracker is lost for a while (`lost`); it mostly
    notices. `times` are seconds.
    """
    frames = len(theta)
    joints = turned(theta.reshape(frames, 52, 3), joint_noise(rng, times))
    failed = lost(rng, joints)
    slow = drifts(rng, times, (9,), DRIFT) * 0.8 + rng.normal(0, 0.6, (frames, 9))
    in_camera = slow[:, :3] * [0.006, 0.006, 0.02]
    slip = np.einsum("fcw,fc->fw", camera_from_world[:, :3, :3], in_camera)  # frame, camera axis, world axis
    noisy_betas = betas + rng.normal(0, 0.15, 100) * (np.arange(100) < KNOWN_SHAPE)
    noisy_betas[KNOWN_SHAPE:] *= 0.5
    noisy_camera = camera_from_world.copy()
    shake = Rotation.from_rotvec(slow[:, 3:6] * 0.3 * DEGREE / np.sqrt(3)).as_matrix()
    noisy_camera[:, :3] = shake @ noisy_camera[:, :3]
    noisy_camera[:, :3, 3] += 0.005 * slow[:, 6:]
    noticed = failed * (rng.random() < 0.85)
    sure = np.clip(rng.normal(0.93, 0.04, frames), 0.75, 1) * (1 - noticed * rng.uniform(0.4, 0.9, frames))
    rows = joints.reshape(frames, -1), translation + slip, noisy_betas, noisy_camera, sure
    return Tracked(*[row.astype(np.float32) for row in rows])
