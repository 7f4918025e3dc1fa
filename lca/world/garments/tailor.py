"""Rows of cloth: which fabric, colours, print and sewn details a kind of garment has (`lca.world.paint.cloth_columns`)."""

from dataclasses import dataclass, field

import numpy as np
from jaxtyping import Float

from lca.world.body.draws import chosen
from lca.world.body.figure import joint
from lca.world.body.streams import stream
from lca.world.paint import cloth_columns as c
from lca.world.paint.materials import CLOTH, KIND, NUMBERS, triple
from lca.world.paint.palette import (
    CHINO_COLOURS,
    DENIM_COLOURS,
    LEATHER_COLOURS,
    SPORT_COLOURS,
    SUIT_COLOURS,
    cloth_colour,
    contrasted,
    picked,
)
from lca.world.paint.prints import PRINTS

Row = Float[np.ndarray, " numbers"]
Number = float | int

TEE = {
    "plain": 0.20, "stripes": 0.14, "logo": 0.15, "text": 0.13, "block": 0.06, "gradient": 0.05, "heather": 0.08, "dots": 0.04,
    "floral": 0.03, "tie-dye": 0.05, "camouflage": 0.03, "zigzag": 0.02, "leaves": 0.02,
}  # fmt: skip
SHIRT = {
    "plain": 0.26, "pinstripes": 0.16, "checks": 0.13, "tartan": 0.13, "floral": 0.11, "dots": 0.07, "stripes": 0.06,
    "leaves": 0.05, "zigzag": 0.03,
}  # fmt: skip
KNITTED = {"plain": 0.42, "stripes": 0.22, "zigzag": 0.12, "block": 0.10, "heather": 0.14}
SWEAT = {"plain": 0.36, "logo": 0.20, "text": 0.20, "block": 0.08, "heather": 0.08, "tie-dye": 0.06, "camouflage": 0.02}
DRESSY = {
    "plain": 0.26, "floral": 0.24, "dots": 0.14, "stripes": 0.07, "checks": 0.07, "gradient": 0.07, "leaves": 0.06,
    "tartan": 0.04, "zigzag": 0.05,
}  # fmt: skip
PLAIN = {"plain": 1.0}
SIZES = {
    "stripes": (0.022, 0.085), "pinstripes": (0.012, 0.03), "checks": (0.016, 0.06), "dots": (0.018, 0.05),
    "floral": (0.045, 0.10), "tartan": (0.06, 0.13), "zigzag": (0.04, 0.10), "camouflage": (0.07, 0.13),
    "tie-dye": (0.03, 0.06), "leaves": (0.06, 0.12),
}  # fmt: skip


@dataclass(frozen=True)
class Stuff:
    """How a kind of garment is made: fabric, odds of prints, colours to pick from (none: any dye), strength of folds, highlight
    (strength, exponent), unevenness of the threads, and fixed numbers of the row."""

    fabric: int = c.JERSEY
    prints: dict[str, float] = field(default_factory=lambda: PLAIN)
    colours: tuple | None = None
    folds: float = 1.0
    gloss: tuple[Number, Number] = (0.015, 8)
    weave: float = 0.08
    fixed: dict[int, Number] = field(default_factory=dict)


SILKY = (0.05, 22)
STUFFS: dict[str, Stuff] = {
    "t-shirt": Stuff(prints=TEE),
    "long sleeve": Stuff(prints=TEE),
    "tank top": Stuff(prints=TEE, folds=0.8),
    "polo": Stuff(prints={"plain": 0.5, "stripes": 0.3, "block": 0.2}, fixed={c.CLOSURE: c.PLACKET}),
    "shirt": Stuff(c.WOVEN, SHIRT, folds=1.15, fixed={c.CLOSURE: c.BUTTONS}),
    "blouse": Stuff(c.SATIN, DRESSY, folds=1.2, gloss=SILKY, weave=0.03, fixed={c.CLOSURE: c.BUTTONS}),
    "sweater": Stuff(c.KNIT, KNITTED, folds=0.8, weave=0.12, fixed={c.RIB: 0.045, c.GATHER: 1}),
    "turtleneck": Stuff(c.KNIT, KNITTED, folds=0.7, weave=0.12, fixed={c.RIB: 0.03}),
    "hoodie": Stuff(
        c.FLEECE, SWEAT, folds=1.0, weave=0.10, fixed={c.RIB: 0.05, c.GATHER: 1, c.POCKETS: c.KANGAROO, c.CORD: 1}
    ),
    "zip hoodie": Stuff(
        c.FLEECE, SWEAT, folds=1.0, weave=0.10, fixed={c.RIB: 0.05, c.GATHER: 1, c.POCKETS: c.SLANTED, c.CLOSURE: c.ZIP}
    ),
    "bomber": Stuff(
        c.SATIN, {"plain": 0.85, "camouflage": 0.15}, SPORT_COLOURS, 1.2, (0.05, 16), 0.03,
        {c.RIB: 0.05, c.GATHER: 1, c.POCKETS: c.SLANTED, c.CLOSURE: c.ZIP},
    ),
    "denim jacket": Stuff(
        c.DENIM, PLAIN, DENIM_COLOURS, 0.9, weave=0.12, fixed={c.YOKE: 1, c.CLOSURE: c.BUTTONS, c.GATHER: 1, c.POCKETS: c.CHEST}
    ),
    "blazer": Stuff(c.TWEED, {"plain": 0.75, "tartan": 0.1, "pinstripes": 0.15}, SUIT_COLOURS, 0.5, fixed={c.POCKETS: c.FLAPS}),
    "leather jacket": Stuff(
        c.LEATHER, PLAIN, LEATHER_COLOURS, 1.0, (0.10, 30), 0.05, {c.CLOSURE: c.ZIP, c.POCKETS: c.SLANTED}
    ),
    "cardigan": Stuff(c.KNIT, KNITTED, None, 0.8, weave=0.12, fixed={c.RIB: 0.03, c.CLOSURE: c.BUTTONS}),
    "overshirt": Stuff(c.WOVEN, SHIRT, folds=1.1, fixed={c.CLOSURE: c.BUTTONS, c.POCKETS: c.CHEST}),
    "jeans": Stuff(c.DENIM, PLAIN, DENIM_COLOURS, 1.1, weave=0.12, fixed={c.POCKETS: c.JEANS, c.CLOSURE: c.FLY}),
    "chinos": Stuff(c.WOVEN, PLAIN, CHINO_COLOURS, 1.0, fixed={c.POCKETS: c.SLANTED, c.CLOSURE: c.FLY}),
    "suit trousers": Stuff(
        c.TWEED, {"plain": 0.8, "pinstripes": 0.2}, SUIT_COLOURS, 0.7,
        fixed={c.POCKETS: c.SLANTED, c.CLOSURE: c.FLY, c.CREASE: 1},
    ),
    "wide trousers": Stuff(c.WOVEN, {"plain": 0.8, "pinstripes": 0.1, "checks": 0.05, "tartan": 0.05}, None, 1.1,
                           fixed={c.POCKETS: c.SLANTED}),
    "corduroys": Stuff(c.CORDUROY, PLAIN, CHINO_COLOURS, 0.9, fixed={c.POCKETS: c.SLANTED, c.CLOSURE: c.FLY}),
    "joggers": Stuff(c.FLEECE, PLAIN, SPORT_COLOURS, 1.1, weave=0.10, fixed={c.RIB: 0.04, c.CORD: 1, c.POCKETS: c.SLANTED}),
    "leggings": Stuff(c.JERSEY, {"plain": 0.8, "gradient": 0.1, "camouflage": 0.1}, None, 0.25, (0.03, 14), 0.03),
    "cargo trousers": Stuff(
        c.WOVEN, {"plain": 0.8, "camouflage": 0.2}, CHINO_COLOURS, 1.1, fixed={c.POCKETS: c.CARGO, c.CLOSURE: c.FLY}
    ),
    "shorts": Stuff(
        c.WOVEN,
        {"plain": 0.66, "stripes": 0.04, "floral": 0.06, "checks": 0.07, "tartan": 0.05, "leaves": 0.06, "camouflage": 0.06},
        fixed={c.POCKETS: c.SLANTED},
    ),
    "denim shorts": Stuff(c.DENIM, PLAIN, DENIM_COLOURS, 1.0, weave=0.12, fixed={c.POCKETS: c.JEANS, c.CLOSURE: c.FLY}),
    "skirt": Stuff(c.WOVEN, DRESSY, folds=0.8),
    "dress": Stuff(c.JERSEY, DRESSY, folds=0.9, gloss=(0.025, 12), weave=0.05),
    "socks": Stuff(c.KNIT, {"plain": 0.8, "stripes": 0.2}, None, 0.2, fixed={c.RIB: 0.02}),
}  # fmt: skip
"""Garments by kind."""
LIKE = {
    "mini skirt": "skirt", "knee skirt": "skirt", "long skirt": "skirt", "slim jeans": "jeans", "straight jeans": "jeans",
    "wide jeans": "jeans",
}  # fmt: skip
"""Kinds made as another kind."""


def cloth_row(seed: int, place: str, kind: str, layout: int) -> tuple[Row, str]:
    """The row of a garment of `kind` that person `seed` wears at `place`, and the name of its print."""
    stuff = STUFFS[LIKE.get(kind, kind)]
    row = np.zeros(NUMBERS, np.float32)
    printed = chosen(seed, f"{place}: print", stuff.prints)
    row[KIND], row[c.PRINT], row[c.LAYOUT], row[c.FABRIC] = CLOTH, PRINTS.index(printed), layout, stuff.fabric
    dye, size = stream(seed, f"{place}: colours"), stream(seed, f"{place}: pattern")
    colour = picked(dye, stuff.colours) if stuff.colours else cloth_colour(dye)
    second = contrasted(colour, cloth_colour(dye))
    row[triple(c.COLOUR)], row[triple(c.SECOND)] = colour, second
    row[triple(c.THIRD)] = contrasted(second, cloth_colour(dye))
    row[c.SIZE] = size.uniform(*SIZES.get(printed, (0.03, 0.06)))
    row[c.SHARE] = size.uniform(0.12, 0.3) if printed == "pinstripes" else size.uniform(0.3, 0.6)
    if printed == "pinstripes" and stuff.fabric == c.TWEED:
        row[c.SHARE], row[triple(c.SECOND)] = 0.07, colour + 0.35 * (0.8 - colour)
    row[c.SEED] = size.integers(1 << 15)
    row[c.FOLDS], row[c.WEAVE] = stuff.folds * size.uniform(1.1, 1.7), stuff.weave * size.uniform(0.5, 1.1)
    row[c.SPECULAR], row[c.EXPONENT] = stuff.gloss
    place_logo(row, size)
    trim = dye.random()
    row[triple(c.TRIM)] = trim_colour(trim, colour, second, stuff.fabric)
    row[c.GAP] = -1.0
    for column, number in stuff.fixed.items():
        row[column] = number
    return row, printed


def place_logo(row: Row, rng: np.random.Generator) -> None:
    """A small badge on the heart's side or a large one in the middle; a gradient from hem to chest."""
    small = rng.random() < 0.3
    row[c.LOGO_X], row[c.LOGO_Y] = 0.062 * small, joint("spine3")[1] + rng.uniform(0.05, 0.09) + 0.02 * small
    row[c.LOGO_RADIUS] = 0.028 if small else rng.uniform(0.05, 0.085)
    low = {c.TOP: -0.12, c.SKIRT: -0.7, c.LEGS: -0.8}[int(row[c.LAYOUT])]
    row[c.LOW], row[c.HIGH] = low, low + {c.TOP: 0.5, c.SKIRT: 0.6, c.LEGS: 0.8}[int(row[c.LAYOUT])]


def trim_colour(draw: float, colour: np.ndarray, second: np.ndarray, fabric: int) -> np.ndarray:
    """Of stitches, buttons, zips, cords and belts."""
    if fabric == c.DENIM:
        return np.array([0.42, 0.22, 0.07]) if draw < 0.7 else np.array([0.55, 0.53, 0.48])
    if draw < 0.35:
        return np.array([0.72, 0.71, 0.68])
    if draw < 0.6:
        return np.array([0.02, 0.02, 0.022])
    return second if draw < 0.8 else 0.45 * colour
