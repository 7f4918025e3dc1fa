"""Glasses: two rims, bridge, temples; lenses only in sunglasses, since the renderer has no transparency."""

import numpy as np
from jaxtyping import Float

from lca.world.body.mesh import joined_faces
from lca.world.hair.strands import grid_faces, tube

SHAPES = {
    "round": (0.0225, 0.0215, 2.0, 0.0),
    "rectangular": (0.0260, 0.0165, 5.0, 0.0),
    "square": (0.0255, 0.0205, 3.6, 0.0),
    "cat-eye": (0.0265, 0.0185, 2.8, 0.0055),
    "aviator": (0.0275, 0.0235, 2.4, 0.0),
}
"""Half width and height of a rim (m), exponent of its superellipse, how far its outer corner is drawn up (m)."""
CENTRE = np.array([0.0315, 0.5845, 0.1630])
Mesh = tuple[Float[np.ndarray, "vertices 3"], np.ndarray]


def rim(shape: str, size: float, points: int = 36) -> Float[np.ndarray, "points 3"]:
    """The curve of the left rim, closed, curved about the face."""
    width, height, power, lifted = SHAPES[shape]
    angle = np.linspace(0, 2 * np.pi, points)
    c, s = np.cos(angle), np.sin(angle)
    x = size * width * np.sign(c) * np.abs(c) ** (2 / power)
    y = size * height * np.sign(s) * np.abs(s) ** (2 / power)
    if shape == "aviator":
        x, y = x * (1 + 0.12 * s), y - 0.004
    y = y + lifted * np.clip(c, 0, 1) ** 2 * np.clip(s + 0.4, 0, 1)
    return CENTRE + np.stack([x, y, -1.9 * (np.maximum(x, -0.02) + 0.02) ** 2 - 0.10 * y], 1)


def rings(spine: np.ndarray, radius: float, around: int = 7) -> Mesh:
    """A wire along a curve."""
    grid = tube(spine, np.full(len(spine), radius), around)
    return grid.reshape(-1, 3), grid_faces(*grid.shape[:2])


def frame(shape: str, size: float, thick: float) -> Mesh:
    """Rims, bridge and temples of wire radius `thick` (m), canonical."""
    curve = rim(shape, size)
    mirror = np.array([-1.0, 1.0, 1.0])
    inner, outer = curve[np.argmin(curve[:, 0])], curve[np.argmax(curve[:, 0])]
    t = np.linspace(-1, 1, 9)[:, None]
    high = inner + [0, 0.004, 0.0005]
    bridge = high * [1, 1, 1] * np.array([0, 1, 1]) + t * np.array([inner[0] + 0.001, 0, 0])
    bridge = bridge + (1 - t**2) * np.array([0, 0.0025, 0.0045])
    hinge = np.array([max(outer[0] + 0.004, 0.0625), outer[1] + 0.005, outer[2] - 0.004])
    ends = np.array(
        [
            outer + [0, 0.004, 0],
            hinge,
            [0.0745, 0.5935, 0.105],
            [0.0795, 0.5960, 0.062],
            [0.0765, 0.592, 0.046],
            [0.070, 0.572, 0.034],
        ]
    )
    place = np.interp(np.linspace(0, 1, 16), [0, 0.08, 0.35, 0.72, 0.86, 1], np.arange(6))
    side = np.stack([np.interp(place, np.arange(6), ends[:, k]) for k in range(3)], 1)
    curves = [curve, curve * mirror, bridge, side, side * mirror]
    return merged([rings(c, thick * (0.9 if n > 2 else 1.0)) for n, c in enumerate(curves)])


def lenses(shape: str, size: float) -> Mesh:
    """Both lenses, slightly domed."""
    curve = rim(shape, size)
    middle = curve.mean(0)
    share = np.linspace(0, 1, 5)[:, None, None]
    grid = middle + share * (curve - middle) + (1 - share**2) * np.array([0, 0, 0.0015])
    vertices, faces = grid.reshape(-1, 3), grid_faces(*grid.shape[:2])
    return merged([(vertices, faces), (vertices * [-1, 1, 1], faces[:, ::-1])])


def merged(meshes: list[tuple[np.ndarray, np.ndarray]]) -> Mesh:
    """Meshes as one."""
    return np.concatenate([vertices for vertices, _ in meshes]), joined_faces(meshes)
