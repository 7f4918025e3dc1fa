"""The material rows of a person's skin, eyes, mouth, hair and headwear, from its traits."""

import numpy as np

from lca.formats.transfer import linear
from lca.world.body.figure import joint
from lca.world.body.streams import stream
from lca.world.hair.beard import KINDS, Beard
from lca.world.hair.haircut import Haircut
from lca.world.hair.scalp import HEAD_CENTRE
from lca.world.hair.styles import KINKY
from lca.world.paint import eye_columns as e
from lca.world.paint import hair_columns as h
from lca.world.paint import skin_columns as s
from lca.world.paint import wear_columns as w
from lca.world.paint.materials import (
    EYE,
    FRAME,
    HAIR,
    HEADWEAR,
    KIND,
    LASH,
    MOUTH,
    NUMBERS,
    PLAIN_COLOUR,
    SKIN,
    TEETH,
    triple,
)
from lca.world.paint.palette import EYE_COLOURS, cloth_colour
from lca.world.paint.skin import tone
from lca.world.person.traits import EYES, Traits

FRAMES = (
    ((0.05, 0.05, 0.055), 0.0), ((0.22, 0.12, 0.06), 1.0), ((0.62, 0.50, 0.28), 0.0), ((0.60, 0.61, 0.63), 0.0),
    ((0.50, 0.10, 0.12), 0.0), ((0.12, 0.18, 0.36), 0.0), ((0.70, 0.62, 0.52), 0.6),
)  # fmt: skip
"""Colour of a frame (sRGB) and share of its dark flecks."""


def skin_row(seed: int, who: Traits, cut: Haircut | None, beard: Beard) -> np.ndarray:
    """The skin (`lca.world.paint.skin_columns`)."""
    row = np.zeros(NUMBERS, np.float32)
    light, dark, old = 1 - who.dark, who.dark, float(np.clip((who.age - 38) / 40, 0, 1))
    rng = stream(seed, "skin")
    skin = tone(who.tone, stream(seed, "undertone").uniform(-1, 1)) * rng.uniform(0.96, 1.04)
    row[KIND], row[triple(s.TONE)] = SKIN, skin
    row[triple(s.FLUSHED_TONE)] = skin * np.array([0.97, 0.60 + 0.2 * dark, 0.58 + 0.2 * dark])
    row[s.FLUSH] = rng.uniform(0.30, 0.85) * (0.4 + 0.6 * light)
    row[s.MOLES], row[s.SEED] = rng.uniform(0, 0.9), rng.integers(1 << 16)
    row[s.PALM_LIGHTNESS], row[s.EYE_SHADE] = 0.75 * dark, rng.uniform(0.02, 0.22) + 0.16 * old
    row[s.FRECKLES] = freckles(seed, who)
    row[triple(s.HAIR_COLOUR)] = 0.55 * np.array(who.rgb) + 0.22 * who.grey + 0.05 * skin
    hair_on_skin(seed, who, cut, beard, row)
    row[triple(s.EYE_X)], row[triple(s.MOUTH_X)] = joint("left_eye"), (0.0, 0.5177, 0.160)
    row[s.MOUTH_WIDTH], row[s.CHIN_Y] = rng.uniform(0.0240, 0.0262), 0.481
    row[triple(s.HEAD_X)] = HEAD_CENTRE
    row[s.AGE_LINES] = old**1.2 * stream(seed, "lines").uniform(0.35, 0.8)
    lips_and_paint(seed, who, row, skin)
    return row


def hair_on_skin(seed: int, who: Traits, cut: Haircut | None, beard: Beard, row: np.ndarray) -> None:
    """Brows, beard, hair roots and the hairline into the skin's row."""
    brow = stream(seed, "brows")
    bushy = 1 - 0.35 * who.feminine
    row[s.BROW_THICKNESS] = brow.uniform(0.0036, 0.0062) * bushy + 0.0006
    row[s.BROW_HEIGHT], row[s.BROW_SLOPE] = brow.uniform(0.0205, 0.0250), brow.uniform(-0.0035, 0.0030)
    row[s.BROW_DENSITY], row[s.BROW_ARCH] = brow.uniform(0.65, 0.98), brow.uniform(0.001, 0.004)
    row[s.BEARD_DENSITY] = {"none": 0.0, "stubble": stream(seed, "stubble").uniform(0.20, 0.60)}.get(beard.kind, 0.85)
    row[s.BEARD] = KINDS[beard.kind]
    roots = {"shaven": 0.0, "covered": 0.9, "cropped": 0.9}.get(who.style, 0.5 if cut and cut.hangs else 0.85)
    if who.style == "shaven":
        black = row[triple(s.HAIR_COLOUR)].mean() < 0.05
        roots = stream(seed, "shaven").uniform(0.05, 0.65) * (0.35 + 0.65 * who.dark + 0.4 * black)
    row[s.SCALP_SHADOW] = roots
    row[s.HAIRLINE], row[s.TEMPLES], row[s.BALD] = (
        (cut.shift, cut.recede, cut.bald) if cut else (0.0, stream(seed, "temples").uniform(0, 0.15), 0.0)
    )


def freckles(seed: int, who: Traits) -> float:
    """Freckles: with fair skin, most with ginger hair."""
    rng = stream(seed, "freckles")
    chance = 0.9 if who.colour == "ginger" else 0.32 * (1 - who.dark)
    strength = rng.uniform(0.4, 1.0)
    return float(strength * (rng.random() < chance))


def lips_and_paint(seed: int, who: Traits, row: np.ndarray, skin: np.ndarray) -> None:
    """Lips, eye shadow, liner, blush and nails into the skin's row."""
    rng = stream(seed, "lips")
    row[s.UPPER_LIP], row[s.LOWER_LIP] = rng.uniform(0.0092, 0.0112), rng.uniform(0.0096, 0.0118)
    lips = skin * np.array([0.88, 0.60, 0.60]) + np.array([0.03, 0.004, 0.008])
    paint = stream(seed, "colours of make-up")
    hue = paint.uniform(0, 1)
    painted = linear((0.50 + 0.28 * hue, 0.12 + 0.20 * paint.random(), 0.16 + 0.22 * paint.random()))
    much = who.made_up
    strong = paint.uniform(0.35, 0.85)
    row[triple(s.LIP_COLOUR)] = lips + (painted - lips) * strong * (much > 0) * min(1.0, much + 0.2)
    shadows = (
        (0.36, 0.24, 0.20),
        (0.45, 0.30, 0.34),
        (0.30, 0.33, 0.45),
        (0.55, 0.42, 0.30),
        (0.20, 0.18, 0.20),
        (0.32, 0.42, 0.36),
    )
    shadow = linear(shadows[int(paint.integers(len(shadows)))])
    row[triple(s.SHADOW_COLOUR)] = shadow * (0.45 + 0.55 * (1 - who.dark))
    row[s.EYE_SHADOW], row[s.LINER] = 0.75 * much * paint.random(), 0.9 * (much > 0.3)
    row[s.BLUSH] = 0.8 * much * paint.random()
    nails = stream(seed, "nails")
    colour = linear(tuple(nails.uniform((0.35, 0.05, 0.10), (0.90, 0.55, 0.65))))
    row[s.POLISH] = (nails.random() < 0.15 + 0.5 * (much > 0)) * (who.feminine > 0.45)
    row[triple(s.POLISH_COLOUR)] = colour


def eye_row(seed: int, who: Traits) -> np.ndarray:
    """The eyes (`lca.world.paint.eye_columns`)."""
    row, rng = np.zeros(NUMBERS, np.float32), stream(seed, "iris")
    outer = linear(EYE_COLOURS[EYES.index(who.eyes)]) * rng.uniform(0.8, 1.25)
    row[KIND], row[triple(e.IRIS)] = EYE, outer
    row[triple(e.INNER_IRIS)] = 1.5 * outer + np.array([0.03, 0.015, 0.0])
    row[triple(e.CENTRE_X)] = joint("left_eye")
    row[e.IRIS_RADIUS], row[e.PUPIL_RADIUS] = rng.uniform(0.42, 0.47), rng.uniform(0.15, 0.22)
    row[e.SEED], row[e.YELLOWING] = rng.integers(1 << 16), max(0.0, (who.age - 50) / 60)
    return row


def mouth_rows(seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Inside of the mouth, and teeth (`lca.world.paint.eye_columns`)."""
    mouth, teeth, rng = np.zeros(NUMBERS, np.float32), np.zeros(NUMBERS, np.float32), stream(seed, "teeth")
    mouth[KIND], mouth[triple(e.TINT)] = MOUTH, rng.uniform(0.9, 1.2)
    white = rng.uniform(0, 1)
    teeth[KIND], teeth[triple(e.GUMS)] = TEETH, (0.42, 0.16, 0.15)
    teeth[triple(e.ENAMEL)] = 0.66, 0.60 + 0.04 * white, 0.47 + 0.12 * white
    return mouth, teeth


def lash_row(who: Traits) -> np.ndarray:
    """Lashes: dark, darker with mascara."""
    row = np.zeros(NUMBERS, np.float32)
    row[KIND] = LASH
    row[triple(PLAIN_COLOUR)] = (0.16 - 0.12 * (who.made_up > 0.3)) * np.array(who.rgb) + 0.01
    return row


def faded(who: Traits) -> np.ndarray:
    """The hair's colour where it is not yet grey: paler the greyer the rest."""
    return (1 - 0.45 * who.grey) * np.array(who.rgb) + 0.45 * who.grey * np.array([0.24, 0.22, 0.20])


def hair_row(seed: int, who: Traits) -> np.ndarray:
    """The hair (`lca.world.paint.hair_columns`)."""
    row, rng = np.zeros(NUMBERS, np.float32), stream(seed, "strands")
    root = faded(who)
    row[KIND], row[triple(h.ROOT)] = HAIR, root
    row[triple(h.TIP)] = root * rng.uniform(1.0, 1.6) + (0.015 if who.colour not in ("black", "grey", "white") else 0.0)
    row[h.STRANDS], row[h.CONTRAST], row[h.SEED] = rng.uniform(38, 60), rng.uniform(0.55, 0.95), rng.integers(1 << 16)
    kink = KINKY.get(who.style, 0.0)
    row[h.CONTRAST] *= 1 - 0.65 * kink * min(1.0, 4 * float(root.mean()))
    row[h.CURL] = 1.0 if "wavy" in who.style else 0.15
    row[h.GLOSS], row[h.EXPONENT] = rng.uniform(0.05, 0.10) * (1 - 0.75 * kink), 24
    row[h.GREY], row[h.KINK] = who.grey, kink
    if rng.random() < 0.10 and "long" in who.style:
        row[triple(h.TIP)], row[h.DIPPED] = linear((0.72, 0.55, 0.34)), 1.0
    return row


def beard_row(seed: int, who: Traits) -> np.ndarray:
    """A beard is coarser, duller and greyer than the hair."""
    row = hair_row(seed, who)
    rng = stream(seed, "beard colour")
    red = rng.uniform(0.0, 0.35) * (who.colour in ("brown", "chestnut", "dark blond", "blond"))
    row[triple(h.ROOT)] = faded(who) * np.array([1 + red, 1.0, 1 - 0.3 * red]) * 0.9
    row[triple(h.TIP)] = row[triple(h.ROOT)] * 1.25
    row[h.STRANDS], row[h.CONTRAST], row[h.GLOSS] = 42, 0.9, 0.035
    row[h.GREY], row[h.KINK], row[h.DIPPED] = min(1.0, who.grey * 1.3), 0.35 + 0.5 * (who.dark > 0.6), 0.0
    return row


def wear_rows(seed: int, who: Traits) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Frame and lens of the glasses, headwear (`lca.world.paint.wear_columns`)."""
    frame, lens, cloth = np.zeros(NUMBERS, np.float32), np.zeros(NUMBERS, np.float32), np.zeros(NUMBERS, np.float32)
    rng = stream(seed, "frame")
    colour, flecks = FRAMES[int(rng.integers(len(FRAMES)))]
    frame[KIND], frame[triple(w.COLOUR)], frame[triple(w.SECOND)] = FRAME, linear(colour), 0.03
    frame[w.FLECKS], frame[w.FLECK_SEED] = flecks, rng.integers(1 << 16)
    frame[w.SPECULAR], frame[w.EXPONENT] = 0.06, 60
    lens[KIND], lens[triple(w.COLOUR)] = FRAME, (0.012, 0.012, 0.013)
    lens[w.SPECULAR], lens[w.EXPONENT], lens[w.FADE] = 0.06, 150, 0.5 * (rng.random() < 0.3)
    rng = stream(seed, "headwear colours")
    cloth[KIND], cloth[triple(w.COLOUR)], cloth[triple(w.SECOND)] = HEADWEAR, cloth_colour(rng), cloth_colour(rng)
    pattern, size, band = {
        "beanie": (w.RIBBED, 26.0, 0.034 * (rng.random() < 0.4)), "cap": (w.PLAIN, 0.05, 0.0), "hat": (w.BAND, 0.05, 0.022),
        "wrap": (int(rng.choice([w.PLAIN, w.STRIPES, w.PAISLEY, w.PAISLEY])), 0.030, 0.0),
        "headscarf": (int(rng.choice([w.PLAIN, w.PLAIN, w.PLAIN, w.DOTS, w.PAISLEY])), 0.034, 0.0),
    }.get(who.headwear, (w.PLAIN, 0.05, 0.0))  # fmt: skip
    cloth[w.SPECULAR], cloth[w.SEED] = 0.012, rng.integers(1 << 16)
    cloth[w.PATTERN], cloth[w.SIZE], cloth[w.BAND_HEIGHT] = pattern, size, band
    cloth[w.FOLDS] = 1.2 * (who.headwear in ("wrap", "headscarf"))
    return frame, lens, cloth
