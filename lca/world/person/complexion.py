"""The material rows of a person's skin, eyes, mouth, hair and headwear, from its traits."""

import numpy as np

from lca.formats.transfer import linear
from lca.world.body.figure import joint
from lca.world.body.streams import stream
from lca.world.hair.beard import KINDS, Beard
from lca.world.hair.haircut import Cut
from lca.world.hair.scalp import HEAD_CENTRE
from lca.world.hair.styles import KINKY
from lca.world.paint.materials import EYE, FRAME, HAIR, HEADWEAR, LASH, MOUTH, NUMBERS, SKIN, TEETH
from lca.world.paint.palette import EYE_COLOURS, cloth_colour
from lca.world.paint.skin import tone
from lca.world.paint.wear import BAND, DOTS, PAISLEY, PLAIN, RIBBED, STRIPES
from lca.world.person.traits import EYES, Traits

FRAMES = (
    ((0.05, 0.05, 0.055), 0.0), ((0.22, 0.12, 0.06), 1.0), ((0.62, 0.50, 0.28), 0.0), ((0.60, 0.61, 0.63), 0.0),
    ((0.50, 0.10, 0.12), 0.0), ((0.12, 0.18, 0.36), 0.0), ((0.70, 0.62, 0.52), 0.6),
)  # fmt: skip
"""Colour of a frame (sRGB) and share of its dark flecks."""


def skin_row(seed: int, who: Traits, cut: Cut | None, beard: Beard) -> np.ndarray:
    """The skin (`lca.world.paint.skin`)."""
    row = np.zeros(NUMBERS, np.float32)
    light, dark, old = 1 - who.dark, who.dark, float(np.clip((who.age - 38) / 40, 0, 1))
    rng = stream(seed, "skin")
    skin = tone(who.tone, stream(seed, "undertone").uniform(-1, 1)) * rng.uniform(0.96, 1.04)
    row[0], row[1:4] = SKIN, skin
    row[4:7] = skin * np.array([0.97, 0.60 + 0.2 * dark, 0.58 + 0.2 * dark])
    row[7] = rng.uniform(0.30, 0.85) * (0.4 + 0.6 * light)
    row[9], row[10] = rng.uniform(0, 0.9), rng.integers(1 << 16)
    row[33], row[34] = 0.75 * dark, rng.uniform(0.02, 0.22) + 0.16 * old
    row[8] = freckles(seed, who)
    row[14:17] = 0.55 * np.array(who.rgb) + 0.22 * who.grey + 0.05 * skin
    brow = stream(seed, "brows")
    bushy = 1 - 0.35 * who.feminine
    row[17:20] = (
        brow.uniform(0.0036, 0.0062) * bushy + 0.0006,
        brow.uniform(0.0205, 0.0250),
        brow.uniform(-0.0035, 0.0030),
    )
    row[20], row[39] = brow.uniform(0.65, 0.98), brow.uniform(0.001, 0.004)
    row[21] = {"none": 0.0, "stubble": stream(seed, "stubble").uniform(0.20, 0.60)}.get(beard.kind, 0.85)
    row[41] = KINDS[beard.kind]
    row[22] = {"shaven": 0.0, "covered": 0.9, "cropped": 0.9}.get(who.style, 0.5 if cut and cut.hangs else 0.85)
    if who.style == "shaven":
        row[22] = stream(seed, "shaven").uniform(0.05, 0.65) * (0.35 + 0.65 * dark + 0.4 * (row[14:17].mean() < 0.05))
    row[23:26], row[26:29] = joint("left_eye"), (0.0, 0.5177, 0.160)
    row[29], row[32] = rng.uniform(0.0240, 0.0262), 0.481
    row[35:38] = HEAD_CENTRE
    row[38], row[40], row[54] = (
        (cut.shift, cut.recede, cut.bald) if cut else (0.0, stream(seed, "temples").uniform(0, 0.15), 0.0)
    )
    row[42] = old**1.2 * stream(seed, "lines").uniform(0.35, 0.8)
    lips_and_paint(seed, who, row, skin)
    return row


def freckles(seed: int, who: Traits) -> float:
    """Freckles: with fair skin, most with ginger hair."""
    rng = stream(seed, "freckles")
    chance = 0.9 if who.colour == "ginger" else 0.32 * (1 - who.dark)
    strength = rng.uniform(0.4, 1.0)
    return float(strength * (rng.random() < chance))


def lips_and_paint(seed: int, who: Traits, row: np.ndarray, skin: np.ndarray) -> None:
    """Lips, eye shadow, liner, blush and nails into the skin's row."""
    rng = stream(seed, "lips")
    row[30], row[31] = rng.uniform(0.0092, 0.0112), rng.uniform(0.0096, 0.0118)
    lips = skin * np.array([0.88, 0.60, 0.60]) + np.array([0.03, 0.004, 0.008])
    paint = stream(seed, "colours of make-up")
    hue = paint.uniform(0, 1)
    painted = linear((0.50 + 0.28 * hue, 0.12 + 0.20 * paint.random(), 0.16 + 0.22 * paint.random()))
    much = who.made_up
    strong = paint.uniform(0.35, 0.85)
    row[11:14] = lips + (painted - lips) * strong * (much > 0) * min(1.0, much + 0.2)
    shadows = (
        (0.36, 0.24, 0.20),
        (0.45, 0.30, 0.34),
        (0.30, 0.33, 0.45),
        (0.55, 0.42, 0.30),
        (0.20, 0.18, 0.20),
        (0.32, 0.42, 0.36),
    )
    row[43:46] = linear(shadows[int(paint.integers(len(shadows)))]) * (0.45 + 0.55 * (1 - who.dark))
    row[46], row[47], row[48] = 0.75 * much * paint.random(), 0.9 * (much > 0.3), 0.8 * much * paint.random()
    nails = stream(seed, "nails")
    colour = linear(tuple(nails.uniform((0.35, 0.05, 0.10), (0.90, 0.55, 0.65))))
    row[49], row[50:53] = (nails.random() < 0.15 + 0.5 * (much > 0)) * (who.feminine > 0.45), colour


def eye_row(seed: int, who: Traits) -> np.ndarray:
    """The eyes (`lca.world.paint.eye`)."""
    row, rng = np.zeros(NUMBERS, np.float32), stream(seed, "iris")
    outer = linear(EYE_COLOURS[EYES.index(who.eyes)]) * rng.uniform(0.8, 1.25)
    row[0], row[1:4], row[4:7] = EYE, outer, 1.5 * outer + np.array([0.03, 0.015, 0.0])
    row[7:10] = joint("left_eye")
    row[10:14] = rng.uniform(0.42, 0.47), rng.uniform(0.15, 0.22), rng.integers(1 << 16), max(0.0, (who.age - 50) / 60)
    return row


def mouth_rows(seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Inside of the mouth, and teeth (`lca.world.paint.eye`)."""
    mouth, teeth, rng = np.zeros(NUMBERS, np.float32), np.zeros(NUMBERS, np.float32), stream(seed, "teeth")
    mouth[0], mouth[1:4] = MOUTH, rng.uniform(0.9, 1.2)
    white = rng.uniform(0, 1)
    teeth[0], teeth[1:4], teeth[4:7] = TEETH, (0.66, 0.60 + 0.04 * white, 0.47 + 0.12 * white), (0.42, 0.16, 0.15)
    return mouth, teeth


def lash_row(who: Traits) -> np.ndarray:
    """Lashes: dark, darker with mascara."""
    row = np.zeros(NUMBERS, np.float32)
    row[0], row[1:4] = LASH, (0.16 - 0.12 * (who.made_up > 0.3)) * np.array(who.rgb) + 0.01
    return row


def faded(who: Traits) -> np.ndarray:
    """The hair's colour where it is not yet grey: paler the greyer the rest."""
    return (1 - 0.45 * who.grey) * np.array(who.rgb) + 0.45 * who.grey * np.array([0.24, 0.22, 0.20])


def hair_row(seed: int, who: Traits) -> np.ndarray:
    """The hair (`lca.world.paint.hair`)."""
    row, rng = np.zeros(NUMBERS, np.float32), stream(seed, "strands")
    root = faded(who)
    row[0], row[1:4] = HAIR, root
    row[4:7] = root * rng.uniform(1.0, 1.6) + (0.015 if who.colour not in ("black", "grey", "white") else 0.0)
    row[7], row[8], row[9] = rng.uniform(38, 60), rng.uniform(0.55, 0.95), rng.integers(1 << 16)
    kink = KINKY.get(who.style, 0.0)
    row[8] *= 1 - 0.65 * kink * min(1.0, 4 * float(root.mean()))
    row[10] = 1.0 if "wavy" in who.style else 0.15
    row[11], row[12] = rng.uniform(0.05, 0.10) * (1 - 0.75 * kink), 24
    row[13], row[14] = who.grey, kink
    if rng.random() < 0.10 and "long" in who.style:
        row[4:7], row[15] = linear((0.72, 0.55, 0.34)), 1.0
    return row


def beard_row(seed: int, who: Traits) -> np.ndarray:
    """A beard is coarser, duller and greyer than the hair."""
    row = hair_row(seed, who)
    rng = stream(seed, "beard colour")
    red = rng.uniform(0.0, 0.35) * (who.colour in ("brown", "chestnut", "dark blond", "blond"))
    row[1:4] = faded(who) * np.array([1 + red, 1.0, 1 - 0.3 * red]) * 0.9
    row[4:7] = row[1:4] * 1.25
    row[7], row[8], row[11] = 42, 0.9, 0.035
    row[13], row[14], row[15] = min(1.0, who.grey * 1.3), 0.35 + 0.5 * (who.dark > 0.6), 0.0
    return row


def wear_rows(seed: int, who: Traits) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Frame and lens of the glasses, headwear (`lca.world.paint.wear`)."""
    frame, lens, cloth = np.zeros(NUMBERS, np.float32), np.zeros(NUMBERS, np.float32), np.zeros(NUMBERS, np.float32)
    rng = stream(seed, "frame")
    colour, flecks = FRAMES[int(rng.integers(len(FRAMES)))]
    frame[0], frame[1:4], frame[4:7], frame[7] = FRAME, linear(colour), 0.03, flecks
    frame[8:11] = 0.06, 60, rng.integers(1 << 16)
    lens[0], lens[1:4], lens[8:12] = FRAME, (0.012, 0.012, 0.013), (0.06, 150, 0, 0.5 * (rng.random() < 0.3))
    rng = stream(seed, "headwear colours")
    cloth[0], cloth[1:4], cloth[4:7] = HEADWEAR, cloth_colour(rng), cloth_colour(rng)
    pattern, size, band = {
        "beanie": (RIBBED, 26.0, 0.034 * (rng.random() < 0.4)), "cap": (PLAIN, 0.05, 0.0), "hat": (BAND, 0.05, 0.022),
        "wrap": (int(rng.choice([PLAIN, STRIPES, PAISLEY, PAISLEY])), 0.030, 0.0),
        "headscarf": (int(rng.choice([PLAIN, PLAIN, PLAIN, DOTS, PAISLEY])), 0.034, 0.0),
    }.get(who.headwear, (PLAIN, 0.05, 0.0))  # fmt: skip
    cloth[8:14] = 0.012, rng.integers(1 << 16), pattern, size, band, 1.2 * (who.headwear in ("wrap", "headscarf"))
    return frame, lens, cloth
