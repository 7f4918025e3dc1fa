"""What stands on a neckline: ribbed bands, rolled, stand-up and folded collars, and the hood of a hoodie."""

import numpy as np
from jaxtyping import Float

from lca.world.body.figure import Piece, piece
from lca.world.body.scene import SCENE_PARTS
from lca.world.garments.edging import COLLAR_ANGLES, Neckline, hemmed

COLLARS = ("none", "rib", "roll", "stand", "shirt", "lapel", "hood")
"""Kinds of collar."""
FOLDED = ("roll", "shirt", "lapel", "hood")
"""Those that turn outwards and down, so that their inside is seen."""
SPINE3 = 9

Profile = Float[np.ndarray, "rows angles 2"]
"""Offsets from the neckline, metres: outwards (level, away from the neck) and upwards."""


def make_collar(line: Neckline, kind: str, look: int) -> Piece:
    """A collar of `kind` (one of COLLARS except "none") in the material `look`."""
    back = (1 - np.cos(COLLAR_ANGLES)) / 2  # 0 at the front, 1 at the nape
    profile, gap = PROFILES[kind](back), GAPS[kind]
    kept = np.abs(COLLAR_ANGLES) >= gap
    rest, canonical = (swept(points, profile) for points in (line.rest, line.canonical))
    rows, columns = profile.shape[:2]
    faces = grid(rows, columns)
    faces = faces[(kept[faces % columns]).all(1)]
    if kind in FOLDED:
        faces = faces[:, ::-1]
    weights = np.broadcast_to(line.weights, (rows, *line.weights.shape)).copy()
    if kind == "hood":
        weights = resting(weights, profile)
    used, local = np.unique(faces, return_inverse=True)
    collar = piece(
        rest.reshape(-1, 3)[used],
        canonical.reshape(-1, 3)[used],
        local.reshape(-1, 3),
        weights.reshape(rows * columns, -1)[used],
        look,
        1 + SCENE_PARTS.index("shirt"),
    )
    height = np.linalg.norm(profile - profile[:1], axis=-1).reshape(-1)[used]
    collar.details[:, 0], collar.details[:, 1] = 0.004 + height, 1.0
    return hemmed(collar, 0.0015)


def swept(line: Float[np.ndarray, "angles 3"], profile: Profile) -> Float[np.ndarray, "rows angles 3"]:
    """The profile carried along the neckline."""
    middle = line.mean(0)
    off = (line - middle) * [1, 0, 1]
    outward = off / np.maximum(np.linalg.norm(off, axis=1, keepdims=True), 1e-4)
    return line + profile[..., :1] * outward + profile[..., 1:] * np.array([0.0, 1.0, 0.0])


def grid(rows: int, columns: int) -> np.ndarray:
    """Triangles of a sheet of rows x columns vertices; they face away from the neck when rows run upwards."""
    i = (np.arange(rows - 1)[:, None] * columns + np.arange(columns - 1)).ravel()
    return np.concatenate([np.stack([i, i + 1, i + columns], 1), np.stack([i + 1, i + columns + 1, i + columns], 1)])


def resting(weights: np.ndarray, profile: Profile) -> np.ndarray:
    """What lies on the back follows the upper spine and not the neck."""
    away = np.clip((profile[..., 0] - 0.01) / 0.05, 0, 0.85)[..., None]
    spine = np.zeros(weights.shape[-1])
    spine[SPINE3] = 1
    return (1 - away) * weights + away * spine


def curve(steps: list[tuple[float, float]], back: np.ndarray) -> Profile:
    """The same profile all round: (outwards, upwards) for each row."""
    return np.broadcast_to(np.array(steps)[:, None], (len(steps), len(back), 2)).copy()


def rib(back: np.ndarray) -> Profile:
    """A knitted band that leans towards the neck."""
    return curve([(0.004, -0.010), (0.0035, -0.002), (-0.001, 0.008), (-0.0055, 0.015), (-0.0085, 0.0155)], back)


def roll(back: np.ndarray) -> Profile:
    """A turtleneck folded over once."""
    steps = [
        (0.0, -0.006),
        (-0.006, 0.020),
        (-0.009, 0.045),
        (-0.004, 0.054),
        (0.004, 0.050),
        (0.006, 0.030),
        (0.007, 0.008),
    ]
    return curve(steps, back)


def stand(back: np.ndarray) -> Profile:
    """The collar of a bomber or track jacket."""
    return curve([(0.002, -0.008), (0.001, 0.008), (-0.001, 0.022), (-0.001, 0.034), (-0.004, 0.036)], back)


def shirt(back: np.ndarray) -> Profile:
    """A stand, folded over a fall that grows into two points in front."""
    steps = [
        (0.001, -0.006),
        (-0.003, 0.010),
        (-0.005, 0.024),
        (-0.001, 0.031),
        (0.006, 0.028),
        (0.016, 0.012),
        (0.024, -0.004),
    ]
    profile = curve(steps, back)
    point = np.exp(-((back / 0.06) ** 2))[None]
    profile[5:, :, 1] -= np.array([[0.006], [0.022]]) * point
    profile[5:, :, 0] -= np.array([[0.001], [0.002]]) * point
    return profile


def lapel(back: np.ndarray) -> Profile:
    """The turned-over collar of a blazer or denim jacket: lower and broader."""
    steps = [(0.001, -0.006), (-0.003, 0.012), (0.0, 0.024), (0.010, 0.024), (0.024, 0.008), (0.036, -0.012)]
    profile = curve(steps, back)
    point = np.exp(-((back / 0.15) ** 2))[None]
    profile[4:, :, 1] -= np.array([[0.010], [0.030]]) * point
    profile[4:, :, 0] -= np.array([[0.004], [0.010]]) * point
    return profile


def hood(back: np.ndarray) -> Profile:
    """A hood that lies on the back: a horseshoe of cloth that thins out towards the throat."""
    steps = np.array(
        [
            (0.0, -0.006), (-0.004, 0.016), (0.0, 0.036), (0.014, 0.050), (0.036, 0.050), (0.058, 0.036), (0.074, 0.008),
            (0.080, -0.028), (0.076, -0.066), (0.060, -0.098), (0.036, -0.112), (0.012, -0.100),
        ]
    )  # fmt: skip
    size = np.clip(back, 0, 1)[None]
    out, up = steps[:, :1], steps[:, 1:]
    wide, high = 0.30 + 0.70 * size, 0.45 + 0.55 * size
    drop = np.where(up < 0, up * size**1.5 - 0.75 * out * wide * (1 - size), up * high - 0.35 * out * wide * (1 - size))
    return np.stack([out * wide, drop], -1)


PROFILES = {"rib": rib, "roll": roll, "stand": stand, "shirt": shirt, "lapel": lapel, "hood": hood}
GAPS = {"rib": 0.0, "roll": 0.0, "stand": 0.10, "shirt": 0.12, "lapel": 0.5, "hood": 0.42}
"""Half of the angle that is left open in front."""
