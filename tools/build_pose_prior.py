"""Build lca/assets/pose_prior.npz: how people of the motion library hold their bodies and hands, as Gaussians.

    python tools/build_pose_prior.py

Angles of body joints get a mean and a precision (widened, because real people do more than the library knows), hands a mean and
the few directions in which fingers move together, each scaled to its standard deviation.
"""

import numpy as np

from lca.formats.atomic import writing
from lca.motion.poses import random_moment
from lca.motion.sequences import SEQUENCES, sequence
from lca.tracking.pose_prior import PRIOR, mirrored

MOMENTS = 800
SEEDS, SECONDS, FPS = 6, 20.0, 3.0
WIDENING, JITTER = 1.5, 0.08
"""Factor on the standard deviations, and radians added to each in quadrature."""
HAND_COMPONENTS = 6


def library() -> np.ndarray:
    """theta (poses, 156) of every act and of single moments."""
    poses = [random_moment(np.random.default_rng(seed), 0.0, 0.0)[0] for seed in range(MOMENTS)]
    for name in SEQUENCES:
        poses += [sequence(name, seed, SECONDS, FPS).theta.numpy() for seed in range(SEEDS)]
    return np.concatenate(poses).astype(np.float64)


def main() -> None:
    """Measure the library and write the file."""
    theta = library()
    both = np.concatenate([theta, mirrored(theta)])
    body, hand = both[:, 3:66], both[:, 66:111]
    centred = body - body.mean(0)
    covariance = WIDENING**2 * (centred.T @ centred / len(body)) + JITTER**2 * np.eye(body.shape[1])
    deviation, directions = np.linalg.svd(hand - hand.mean(0), full_matrices=False)[1:]
    scale = deviation[:HAND_COMPONENTS] / len(hand) ** 0.5
    arrays = {
        "body_mean": body.mean(0),
        "body_precision": np.linalg.inv(covariance),
        "hand_mean": hand.mean(0),
        "hand_basis": directions[:HAND_COMPONENTS].T * scale,
    }
    print(f"{len(theta)} poses; the hands keep {(deviation[:HAND_COMPONENTS] ** 2).sum() / (deviation**2).sum():.3f}")
    with writing(PRIOR) as temporary, open(temporary, "wb") as file:
        np.savez_compressed(file, **{name: value.astype(np.float32) for name, value in arrays.items()})


if __name__ == "__main__":
    main()
