"""Colours of hair, eyes, cloth and shoes (sRGB names, linear values)."""

import colorsys

import numpy as np

from lca.formats.transfer import linear

HAIR_COLOURS = {
    "black": (0.115, 0.105, 0.10),
    "dark brown": (0.17, 0.115, 0.085),
    "brown": (0.27, 0.18, 0.12),
    "chestnut": (0.36, 0.19, 0.11),
    "dark blond": (0.50, 0.37, 0.23),
    "blond": (0.72, 0.57, 0.36),
    "ginger": (0.60, 0.27, 0.11),
    "grey": (0.42, 0.41, 0.40),
    "white": (0.74, 0.73, 0.71),
    "dyed": (0.38, 0.12, 0.30),
}
EYE_COLOURS = (
    (0.20, 0.11, 0.06), (0.30, 0.18, 0.09), (0.44, 0.34, 0.17), (0.38, 0.43, 0.27), (0.34, 0.47, 0.58), (0.45, 0.50, 0.53),
)  # fmt: skip
SHOE_COLOURS = (
    (0.93, 0.93, 0.92), (0.08, 0.08, 0.09), (0.30, 0.20, 0.13), (0.50, 0.33, 0.20), (0.15, 0.20, 0.35), (0.65, 0.12, 0.13),
    (0.45, 0.46, 0.47), (0.85, 0.78, 0.66), (0.13, 0.35, 0.30), (0.88, 0.60, 0.62), (0.20, 0.45, 0.72),
)  # fmt: skip
SOLE_COLOURS = ((0.93, 0.92, 0.90), (0.93, 0.92, 0.90), (0.10, 0.10, 0.10), (0.72, 0.55, 0.36), (0.35, 0.25, 0.18))
LEATHER_COLOURS = ((0.08, 0.075, 0.075), (0.26, 0.16, 0.10), (0.42, 0.26, 0.15), (0.58, 0.40, 0.24), (0.28, 0.09, 0.09))
BASICS = (
    (0.94, 0.94, 0.93), (0.10, 0.10, 0.11), (0.24, 0.25, 0.27), (0.55, 0.56, 0.58), (0.13, 0.17, 0.30), (0.24, 0.33, 0.50),
    (0.80, 0.72, 0.60), (0.42, 0.40, 0.29), (0.45, 0.14, 0.16), (0.40, 0.28, 0.19), (0.72, 0.80, 0.88), (0.90, 0.86, 0.76),
)  # fmt: skip
DENIM_COLOURS = (
    (0.16, 0.21, 0.33), (0.22, 0.30, 0.45), (0.31, 0.41, 0.56), (0.45, 0.56, 0.70), (0.60, 0.69, 0.79), (0.10, 0.11, 0.14),
    (0.30, 0.31, 0.33), (0.88, 0.87, 0.84),
)  # fmt: skip
CHINO_COLOURS = (
    (0.70, 0.60, 0.45), (0.58, 0.47, 0.33), (0.38, 0.37, 0.26), (0.14, 0.17, 0.27), (0.32, 0.33, 0.35), (0.11, 0.11, 0.12),
    (0.82, 0.77, 0.68), (0.45, 0.28, 0.22), (0.30, 0.38, 0.36),
)  # fmt: skip
SUIT_COLOURS = (
    (0.13, 0.15, 0.22), (0.20, 0.21, 0.23), (0.35, 0.36, 0.38), (0.10, 0.10, 0.11), (0.36, 0.29, 0.23), (0.66, 0.60, 0.50),
    (0.20, 0.27, 0.38), (0.26, 0.31, 0.28),
)  # fmt: skip
SPORT_COLOURS = (
    (0.58, 0.59, 0.60),
    (0.12, 0.12, 0.13),
    (0.25, 0.26, 0.28),
    (0.13, 0.17, 0.30),
    (0.30, 0.33, 0.29),
    (0.40, 0.14, 0.18),
)


def picked(rng: np.random.Generator, colours: tuple) -> np.ndarray:
    """Linear RGB of one of `colours`, a little off."""
    colour = np.array(colours[rng.integers(len(colours))]) * rng.uniform(0.92, 1.08) * rng.uniform(0.97, 1.03, 3)
    return linear(np.clip(colour, 0.02, 0.96))


def cloth_colour(rng: np.random.Generator) -> np.ndarray:
    """Linear RGB of a dyed cloth: a wardrobe basic in four of ten, else any hue, muted or vivid."""
    choice, pick = rng.random(), rng.integers(len(BASICS))
    hue, saturation, value = rng.random(), rng.uniform(0.15, 0.75), rng.uniform(0.28, 0.92)
    jitter = rng.uniform(0.94, 1.06, 3)
    colour = np.array(BASICS[pick]) if choice < 0.4 else np.array(colorsys.hsv_to_rgb(hue, saturation, value))
    return linear(np.clip(colour * jitter, 0.02, 0.96))


def contrasted(colour: np.ndarray, other: np.ndarray) -> np.ndarray:
    """`other`, or a lighter or darker relative of `colour` if the two are too close to tell apart."""
    if np.abs(colour - other).max() >= 0.15:
        return other
    return colour * 0.22 if colour.mean() > 0.22 else np.minimum(colour * 1.5 + 0.35, 0.85)
