"""Where to begin: the affine camera that best carries trunk and head of the resting body onto a photo, without any guess; or how
the landmarks of the torso are turned."""

import numpy as np
from jaxtyping import Bool, Float
from numpy import ndarray

TRUNK = (0, 3, 6, 9, 12, 13, 14, 15)
"""Pelvis, spine, neck, collars and head."""
ROUNDS = 5


def placed(
    canonical: Float[ndarray, "points 3"],
    pixels: Float[ndarray, "points 2"],
    weights: Float[ndarray, "points"],
    intrinsics: Float[ndarray, "3 3"],
) -> tuple[Float[ndarray, "3 3"], Float[ndarray, "3"]]:
    """(turn, place) that carry `canonical` (metres, about the pelvis) into the frame of the camera: x -> turn x + place.

    pixel = A x + b by least squares, reweighted by Cauchy's rule; A is made a scaled rotation, whose scale gives the depth.
    """
    design = np.concatenate([canonical, np.ones((len(canonical), 1))], 1)
    robust = weights
    for _ in range(ROUNDS):
        normal = design.T @ (robust[:, None] * design) + 1e-6 * weights.sum() * np.eye(4)
        solution = np.linalg.solve(normal, design.T @ (robust[:, None] * pixels))
        error = np.linalg.norm(design @ solution - pixels, axis=-1)
        spread = 1.5 * np.median(error) + 1e-6
        robust = weights / (1 + (error / spread) ** 2)
    turn, scale = nearest_scaled_rotation(solution[:3].T)
    return turn, behind(solution[3], scale, intrinsics)


def behind(pixel: Float[ndarray, "2"], scale: float, intrinsics: Float[ndarray, "3 3"]) -> Float[ndarray, "3"]:
    """The point behind a pixel at the depth at which a metre is `scale` pixels."""
    depth = intrinsics[0, 0] / scale
    return np.append((pixel - intrinsics[:2, 2]) * depth / intrinsics[0, 0], depth)


def nearest_scaled_rotation(affine: Float[ndarray, "2 3"]) -> tuple[Float[ndarray, "3 3"], float]:
    """The rotation whose first two rows, times one scale (pixels a metre), are nearest to an affine camera's."""
    left, values, right = np.linalg.svd(affine, full_matrices=False)
    rows = left @ right
    return np.stack([*rows, np.cross(*rows)]), float(values.mean())


def of_trunk(skin_indices: ndarray) -> Bool[ndarray, "points"]:
    """Which points hang most on a joint of the trunk or the head (their first influence)."""
    return np.isin(skin_indices[:, 0], TRUNK)


def turned_as(
    rest: Float[ndarray, "points 3"],
    world: Float[ndarray, "points 3"],
    pixels: Float[ndarray, "points 2"],
    intrinsics: Float[ndarray, "3 3"],
) -> tuple[Float[ndarray, "3 3"], Float[ndarray, "3"]]:
    """The same of points whose places are known in the world (metres, axes of the camera) as well: the turn that carries `rest`
    onto them (Kabsch 1976), and the place at which they are as large as in the photo."""
    left, _, right = np.linalg.svd((world - world.mean(0)).T @ (rest - rest.mean(0)))
    turn = left @ np.diag([1.0, 1.0, np.linalg.det(left @ right)]) @ right
    there = rest @ turn.T
    middle, spread = there.mean(0), (there - there.mean(0))[:, :2]
    seen = pixels - pixels.mean(0)
    scale = max((seen * spread).sum() / max((spread**2).sum(), 1e-9), 1e-3)
    return turn, behind(pixels.mean(0), scale, intrinsics) - middle
