"""What all garments share: a closed suit of cloth round the body that is given form, cut along fields, and finished with hems.

Fields are functions of canonical position, in metres, positive where there is cloth; they serve twice, to cut the garment and to
find the skin below it. A garment is formed on the person (`rest`) and on the mean person (`canonical`) by the same function.
"""

from collections.abc import Callable
from functools import lru_cache

import numpy as np
from scipy.sparse import csr_array

from lca.world.body.figure import JOINT_INDEX, Figure, Pattern, Piece, body_pattern, helper_pattern, joint, piece
from lca.world.body.mesh import clip, neighbours, subdivide
from lca.world.body.scene import SCENE_PARTS
from lca.world.garments.draping import Field, Points
from lca.world.garments.edging import hemmed

Shape = Callable[[Points, Figure], Points]
"""The form of a garment: the suit's vertices on a figure -> the cloth's, metres."""

WAIST_ABOVE_HIP = 0.105
"""Where trousers and skirts end above the hip joints."""
LEVELS = ("left_ankle", "left_knee", "left_hip", "spine1", "spine2", "spine3", "left_shoulder", "neck")


def ramp(low: float, high: float, x: np.ndarray) -> np.ndarray:
    """Smooth step of arrays."""
    t = np.clip((x - low) / (high - low), 0, 1)
    return t * t * (3 - 2 * t)


def waist() -> float:
    """Canonical height of the waistband."""
    return float(joint("left_hip")[1] + WAIST_ABOVE_HIP)


@lru_cache
def mean_figure() -> Figure:
    """The mean person."""
    return Figure(np.zeros(100, np.float32))


def levels(figure: Figure, heights: np.ndarray) -> np.ndarray:
    """Where canonical heights (y, metres) are on a figure: linear between ground, joints and neck."""

    def marks(on: Figure) -> list[float]:
        return [float(on.rest[:, 1].min()), *[float(on.joints[JOINT_INDEX[name], 1]) for name in LEVELS]]

    return np.interp(heights, marks(mean_figure()), marks(figure))


def level(figure: Figure, height: float) -> float:
    """Where one canonical height is on a figure."""
    return float(levels(figure, np.array([height]))[0])


@lru_cache
def suit(region: str) -> tuple[Pattern, csr_array]:
    """The refined tights of the "upper" or "lower" body and its neighbour average; skinning softened, as cloth bends."""
    tights = helper_pattern("tights")
    y = tights.template[:, 1]
    inside = (y > -0.34) if region == "upper" else (y < 0.22)
    weights = softened(legs_without_feet(tights.weights), tights.faces, 3)
    kept = tights.faces[inside[tights.faces].all(1)]
    used, faces = np.unique(kept, return_inverse=True)
    fine = subdivide(faces.reshape(-1, 3), len(used))
    none = np.zeros((len(fine.first), 3, 0), np.float32)
    pattern = Pattern(
        fine(tights.template[used]), fine.faces, fine(tights.shape_directions[used]), fine(weights[used]), none
    )
    return pattern, csr_array(neighbours(fine.faces, len(fine.first)))


def legs_without_feet(weights: np.ndarray) -> np.ndarray:
    """Skinning in which what follows a foot follows the calf."""
    weights = weights.copy()
    for foot, calf in ((7, 4), (8, 5), (10, 4), (11, 5)):
        weights[:, calf] += weights[:, foot]
        weights[:, foot] = 0
    return weights


def softened(weights: np.ndarray, faces: np.ndarray, rounds: int) -> np.ndarray:
    """Skinning weights averaged over the mesh: cloth bends more gently than skin."""
    mean = neighbours(faces, len(weights))
    for _ in range(rounds):
        weights = 0.5 * weights + 0.5 * (mean @ weights)
    return (weights / weights.sum(1, keepdims=True)).astype(np.float32)


def sewn(figure: Figure, pattern: Pattern, look: int, part: str, shape: Shape) -> Piece:
    """The suit given form by `shape` on this figure and, as its canonical place, on the mean figure."""
    rest, canonical = (shape(pattern.shaped(f.betas).astype(np.float64), f) for f in (figure, mean_figure()))
    return piece(rest, canonical, pattern.faces, pattern.weights, look, 1 + SCENE_PARTS.index(part))


def cut(cloth: Piece, field: Field, thick: float) -> Piece:
    """The piece where `field` is positive, its borders folded in as hems `thick` metres strong.

    The first detail of a cloth is the distance to its border in metres.
    """
    mix = clip(cloth.faces, field)
    kept = cloth.mixed(mix)
    kept.details[:, 0] = mix(field)
    return hemmed(kept, thick)


@lru_cache
def ground() -> float:
    """Canonical height under the bare feet."""
    return float(body_pattern()[1].template[:, 1].min())
