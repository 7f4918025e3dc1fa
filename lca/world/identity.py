"""Who a synthetic person is: every random choice, drawn once from one generator.

Order of the draws, which must never change: shape, skin, eyes, brows and face paint, hair, shirt, bottom, prints, shoes.
"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from lca.world.cloth import PRINTS
from lca.world.figure import joint
from lca.world.hair import HEAD_CENTRE, Cut
from lca.world.materials import CLOTH, EYE, HAIR, LASH, MOUTH, NUMBERS, SHOE, SKIN, TEETH
from lca.world.palette import EYE_COLOURS, HAIR_COLOURS, SHOE_COLOURS, SOLE_COLOURS, cloth_colour
from lca.world.skin import tone
from lca.world.transfer import linear
from lca.world.wardrobe import Bottom, Top, waist

ROWS = ("skin", "eye", "mouth", "teeth", "lash", "hair", "shirt", "bottom", "shoes")
"""Rows of the material table."""
STYLES = (
    "shaven",
    "cropped",
    "short",
    "short swept",
    "bob",
    "fringe bob",
    "long",
    "long wavy",
    "curly",
    "afro",
    "bun",
    "ponytail",
)
BOTTOMS = ("trousers", "wide trousers", "shorts", "skirt", "long skirt")


@dataclass(frozen=True)
class Identity:
    """One person: `betas` of the shape, the table of materials, the cuts of hair and garments, words for the record."""

    betas: Float[np.ndarray, "100"]
    materials: Float[np.ndarray, "rows numbers"]
    hair: Cut | None
    hair_seed: int
    top: Top
    bottom: Bottom
    tucked: bool
    collar: float
    attributes: dict[str, str | float]


def sample_identity(seed: int) -> Identity:
    """The person of `seed`."""
    rng = np.random.default_rng(seed)
    rows = np.zeros((len(ROWS), NUMBERS), np.float32)
    rows[:, 0] = (SKIN, EYE, MOUTH, TEETH, LASH, HAIR, CLOTH, CLOTH, SHOE)
    betas = np.clip(rng.standard_normal(100), -2.2, 2.2).astype(np.float32)
    position = float(rng.uniform(0, 9))
    style, hair_name, cut = sample_hair(rng, position)
    rows[0] = skin_row(rng, position, HAIR_COLOURS[hair_name], style, cut)
    rows[1] = eye_row(rng, position)
    rows[2, 1:4] = rng.uniform(0.9, 1.2)
    rows[4, 1:4] = 0.15 * linear(HAIR_COLOURS[hair_name]) + 0.15 * rows[0, 1:4]
    rows[5] = hair_row(rng, HAIR_COLOURS[hair_name], style, hair_name)
    top, sleeve = sample_top(rng)
    kind, bottom = sample_bottom(rng)
    rows[6], shirt_words = cloth_row(rng, shirt=True, skirt=False)
    rows[7], bottom_words = cloth_row(rng, shirt=False, skirt=bottom.skirt)
    dress = bottom.skirt and rng.random() < 0.25
    if dress:
        rows[7, 1:28], rows[7, 19:24] = rows[6, 1:28], rows[7, 19:24].copy()
    tucked = bool((rng.random() < 0.2) | bottom.skirt)
    rows[8], collar = shoe_row(rng)
    attributes = {
        "skin_tone": round(position, 2), "hair": style, "hair_colour": hair_name, "sleeve": sleeve, "bottom": kind,
        "shirt_print": shirt_words, "bottom_print": shirt_words if dress else bottom_words, "dress": str(dress),
    }  # fmt: skip
    return Identity(betas, rows, cut, int(rng.integers(1 << 31)), top, bottom, tucked, collar, attributes)


def sample_hair(rng: np.random.Generator, position: float) -> tuple[str, str, Cut | None]:
    """Style, colour name and cut; darker skin has darker, curlier hair more often."""
    dark = position / 9
    odds = np.array([0.7, 0.9, 1.3, 1.0, 1.1, 0.8, 1.2, 0.9, 0.5 + 0.8 * dark, 0.2 + 1.6 * dark**2, 1.0, 1.0])
    style = STYLES[rng.choice(len(STYLES), p=odds / odds.sum())]
    fair = np.array([0.8, 1.0, 1.0, 0.6, 0.9 * (1 - dark), 0.9 * (1 - dark), 0.45 * (1 - dark), 0.4, 0.25, 0.12])
    colour = list(HAIR_COLOURS)[rng.choice(len(fair), p=fair / fair.sum())]
    a, b, c, d = rng.random(4)
    shift = 0.10 * (a - 0.6)
    cuts = {
        "shaven": None,
        "cropped": Cut(0.004 + 0.003 * b, shift=shift, locks=0),
        "short": Cut(0.010 + 0.008 * b, shift=shift, fringe=0.10 * c, locks=420),
        "short swept": Cut(0.016 + 0.012 * b, shift=shift, bumps=0.06, locks=420),
        "bob": Cut(0.016 + 0.006 * b, 0.47 + 0.05 * c, opening=0.95 + 0.2 * d, shift=shift),
        "fringe bob": Cut(0.014 + 0.006 * b, 0.46 + 0.05 * c, opening=0.85, fringe=0.30 + 0.1 * d),
        "long": Cut(0.012 + 0.006 * b, 0.22 + 0.14 * c, opening=1.0 + 0.4 * d, shift=shift),
        "long wavy": Cut(0.016 + 0.008 * b, 0.26 + 0.12 * c, wave=0.010, opening=1.0 + 0.3 * d, shift=shift),
        "curly": Cut(0.030 + 0.015 * b, bumps=0.020, fringe=0.08 * c, locks=500, shift=shift),
        "afro": Cut(0.045 + 0.035 * b, bumps=0.035, locks=0, shift=shift),
        "bun": Cut(0.006 + 0.004 * b, locks=160, shift=shift, tail="bun"),
        "ponytail": Cut(
            0.006 + 0.004 * b,
            locks=160,
            shift=shift,
            tail="ponytail",
            tail_length=0.18 + 0.18 * c,
            wave=0.01 * (d > 0.5),
        ),
    }
    return style, colour, cuts[style]


def skin_row(rng: np.random.Generator, position: float, hair: tuple, style: str, cut: Cut | None) -> np.ndarray:
    """The skin's numbers (`lca.world.skin`)."""
    row = np.zeros(NUMBERS, np.float32)
    light, dark = 1 - position / 9, position / 9
    skin = tone(position, rng.uniform(-1, 1))
    row[0], row[1:4] = SKIN, skin
    row[4:7] = skin * np.array([0.95, 0.52 + 0.2 * dark, 0.50 + 0.2 * dark])
    row[7] = rng.uniform(0.25, 0.85) * (0.4 + 0.6 * light)
    row[8] = rng.uniform(0.4, 1.0) * (rng.random() < 0.35 * light)
    row[9], row[10] = rng.uniform(0, 0.9), rng.integers(1 << 16)
    lips = skin * np.array([0.86, 0.52, 0.52]) + np.array([0.03, 0.0, 0.005])
    painted = linear(tuple(rng.uniform((0.45, 0.08, 0.12), (0.80, 0.30, 0.36))))
    row[11:14] = lips + (painted - lips) * (rng.uniform(0.3, 0.8) if rng.random() < 0.25 else 0)
    row[14:17] = 0.5 * linear(hair) + 0.06 * skin
    row[17:20] = rng.uniform(0.0032, 0.0065), rng.uniform(0.0215, 0.0265), rng.uniform(-0.004, 0.004)
    row[20], row[39] = rng.uniform(0.55, 0.95), rng.uniform(0.001, 0.004)
    bearded = rng.random() < 0.22 and style in ("shaven", "cropped", "short", "short swept", "afro", "curly")
    row[21] = rng.uniform(0.25, 0.85) if bearded else 0
    row[22] = {"shaven": rng.uniform(0.15, 0.7), "cropped": 0.85}.get(style, 0.75)
    eye = joint("left_eye")
    row[23:26], row[26:29] = eye, (0.0, 0.5177, 0.160)
    row[29:33] = rng.uniform(0.0240, 0.0262), rng.uniform(0.0095, 0.0112), rng.uniform(0.0098, 0.0118), 0.481
    row[33], row[34] = 0.75 * dark, rng.uniform(0.0, 0.30)
    row[35:38], row[38] = HEAD_CENTRE, cut.shift if cut else rng.uniform(-0.12, 0.03)
    return row


def eye_row(rng: np.random.Generator, position: float) -> np.ndarray:
    """Iris colour by the odds of the skin's tone; sizes vary little."""
    row = np.zeros(NUMBERS, np.float32)
    odds = np.array([1.0, 1.0, *([1.0 - position / 9] * (len(EYE_COLOURS) - 2))])
    outer = linear(EYE_COLOURS[rng.choice(len(EYE_COLOURS), p=odds / odds.sum())])
    row[0], row[1:4], row[4:7] = EYE, outer, 1.5 * outer + np.array([0.03, 0.015, 0.0])
    row[7:10] = joint("left_eye")
    row[10:13] = rng.uniform(0.42, 0.46), rng.uniform(0.15, 0.22), rng.integers(1 << 16)
    return row


def hair_row(rng: np.random.Generator, colour: tuple, style: str, name: str) -> np.ndarray:
    """Colour at root and tip, strands, curl and gloss."""
    row = np.zeros(NUMBERS, np.float32)
    root = linear(colour)
    row[0], row[1:4] = HAIR, root
    row[4:7] = root * rng.uniform(1.0, 1.6) + (0.02 if name not in ("black", "grey", "white") else 0.0)
    row[7], row[8], row[9] = rng.uniform(38, 60), rng.uniform(0.55, 0.95), rng.integers(1 << 16)
    kinky = {"afro": 1.0, "curly": 0.8, "cropped": 0.6}.get(style, 0.0)
    row[10] = 1.2 if "wavy" in style else 0.15
    row[11], row[12] = rng.uniform(0.05, 0.11) * (1 - 0.75 * kinky), 26
    row[13] = {"grey": 0.35, "white": 0.7}.get(name, rng.uniform(0, 0.4) * (rng.random() < 0.12))
    row[14] = kinky
    return row


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
    row = np.zeros(NUMBERS, np.float32)
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
    row = np.zeros(NUMBERS, np.float32)
    colours = [linear(SHOE_COLOURS[rng.integers(len(SHOE_COLOURS))]) for _ in range(2)]
    row[0], row[1:4], row[7:10] = SHOE, colours[0], colours[1]
    row[4:7] = linear(SOLE_COLOURS[rng.integers(len(SOLE_COLOURS))])
    row[10], row[11], row[13] = rng.integers(4), 0.02 + 0.008 * rng.random(), float(rng.random() < 0.7)
    row[14], row[15] = rng.uniform(0.01, 0.06), rng.uniform(10, 40)
    return row, float(rng.choice((0.072, 0.085, 0.12)))
