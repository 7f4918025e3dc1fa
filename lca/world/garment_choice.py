"""Which clothes a person wears: cuts, prints and colours of shirt, trousers or skirt, and shoes."""

import numpy as np

from lca.world.cloth import PRINTS
from lca.world.figure import joint
from lca.world.materials import CLOTH, SHOE
from lca.world.paint import ROW
from lca.world.palette import SHOE_COLOURS, SOLE_COLOURS, cloth_colour
from lca.world.transfer import linear
from lca.world.wardrobe import Bottom, Top, waist

BOTTOMS = ("trousers", "wide trousers", "shorts", "skirt", "long skirt")


def sample_top(rng: np.random.Generator) -> tuple[Top, str]:
    """Cut of the shirt."""
    sleeve = ("tank", "short", "elbow", "long")[rng.choice(4, p=(0.15, 0.4, 0.12, 0.33))]
    length = {
        "tank": rng.uniform(-0.045, -0.02),
        "short": rng.uniform(0.10, 0.19),
        "elbow": rng.uniform(0.23, 0.30),
        "long": rng.uniform(0.44, 0.48),
    }
    neck, vee = rng.uniform(0.004, 0.045), rng.uniform(0.04, 0.10) * (rng.random() < 0.35)
    return Top(length[sleeve], rng.uniform(0.08, 0.145), neck, vee, rng.uniform(0.006, 0.026)), sleeve


def sample_bottom(rng: np.random.Generator) -> tuple[str, Bottom]:
    """Cut of trousers or skirt."""
    kind = BOTTOMS[rng.choice(5, p=(0.36, 0.16, 0.20, 0.18, 0.10))]
    full, a, pleats = waist() - joint("left_ankle")[1], rng.random(), int(rng.integers(5, 12))
    bottoms = {
        "trousers": Bottom(False, full - 0.02 + 0.02 * a, 0.008 + 0.006 * a, rng.uniform(0.056, 0.078), 0),
        "wide trousers": Bottom(False, full - 0.01, 0.012, rng.uniform(0.085, 0.115), 0),
        "shorts": Bottom(False, rng.uniform(0.30, 0.52), 0.014, rng.uniform(0.09, 0.11), 0),
        "skirt": Bottom(True, rng.uniform(0.36, 0.52), 0.006, rng.uniform(0.05, 0.12), pleats),
        "long skirt": Bottom(True, rng.uniform(0.58, 0.80), 0.006, rng.uniform(0.04, 0.11), pleats),
    }
    return kind, bottoms[kind]


def cloth_row(rng: np.random.Generator, shirt: bool, skirt: bool) -> tuple[np.ndarray, str]:
    """Colours, print and folds of a garment; trousers are plain more often."""
    row = np.zeros(ROW, np.float32)
    odds = (
        (0.20, 0.18, 0.06, 0.11, 0.09, 0.16, 0.05, 0.06, 0.05, 0.04)
        if shirt
        else (0.55, 0.03, 0.07, 0.10, 0.04, 0, 0.04, 0.12, 0, 0.05)
    )
    kind = int(rng.choice(len(PRINTS), p=odds))
    row[0], row[10] = CLOTH, kind
    row[1:4], row[4:7], row[7:10] = cloth_colour(rng), cloth_colour(rng), cloth_colour(rng)
    if np.abs(row[1:4] - row[4:7]).max() < 0.15:
        row[4:7] = np.where(row[1:4].mean() > 0.25, row[1:4] * 0.25, row[1:4] + 0.4)
    sizes = {
        "stripes": (0.028, 0.085),
        "pinstripes": (0.014, 0.03),
        "checks": (0.03, 0.07),
        "dots": (0.022, 0.055),
        "floral": (0.04, 0.08),
    }
    row[11] = rng.uniform(*sizes.get(PRINTS[kind], (0.03, 0.06)))
    row[12] = rng.uniform(0.12, 0.3) if PRINTS[kind] == "pinstripes" else rng.uniform(0.3, 0.6)
    row[13], row[14], row[15] = rng.integers(1 << 16), rng.uniform(0.6, 1.3), rng.uniform(0.04, 0.16)
    row[16:19] = rng.choice((0.0, 0.0, 0.055)), joint("spine3")[1] + rng.uniform(0.06, 0.11), 0.0
    row[18] = 0.032 if row[16] > 0 else rng.uniform(0.055, 0.085)
    row[19] = joint("spine3")[2] + 0.02
    row[20], row[21] = joint("left_shoulder")[0] + 0.005, joint("left_elbow")[0]
    row[22], row[23] = joint("left_knee")[1], joint("left_hip")[1] - 0.06
    row[24], row[25] = rng.uniform(0.0, 0.02), 8
    row[26:28] = (-0.1, 0.4) if shirt else (-0.8, 0.0)
    row[28], row[29] = float(skirt), joint("left_shoulder")[1] - 0.15
    return row, PRINTS[kind]


def shoe_row(rng: np.random.Generator) -> tuple[np.ndarray, float]:
    """Colours and style of the shoes, and the height of their collar."""
    row = np.zeros(ROW, np.float32)
    colours = [linear(SHOE_COLOURS[rng.integers(len(SHOE_COLOURS))]) for _ in range(2)]
    row[0], row[1:4], row[7:10] = SHOE, colours[0], colours[1]
    row[4:7] = linear(SOLE_COLOURS[rng.integers(len(SOLE_COLOURS))])
    row[10], row[11], row[13] = rng.integers(4), 0.02 + 0.008 * rng.random(), float(rng.random() < 0.7)
    row[14], row[15] = rng.uniform(0.01, 0.06), rng.uniform(10, 40)
    return row, float(rng.choice((0.072, 0.085, 0.12)))
