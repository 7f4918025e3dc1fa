"""What a person wears: every choice from its own named stream of the person's seed, so that one seed is one outfit for ever.

Choices and what they lean on (odds are multiplied, nothing is excluded unless it cannot be worn together):

- a dress or separates (`presentation` leans towards dresses and skirts above one half, away from them below);
- the shirt: on `presentation` (blouses) only;
- the jacket: none over hoodies and turtlenecks; blazers over shirts;
- the bottom: suit trousers with shirts and blazers, joggers with hoodies, shorts with tank tops and T-shirts, seldom skirts
  with hoodies; a blazer shares its cloth with suit trousers in two of three cases;
- shoes: leather shoes with suits, flats and tall boots with skirts and dresses, bare feet seldom and never with suits;
- tucked in: always with skirts, often shirts, seldom T-shirts, never hoodies or sweaters.

Hair, face, skin and body shape have no part in it. Colours and prints depend on the kind of garment alone.
"""

from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Float

from lca.world.body.draws import chosen, weighted
from lca.world.body.streams import stream
from lca.world.garments.cuts import COLLAR, SHOES, cut_skirt, cut_top, cut_trousers
from lca.world.garments.footwear import SOLE, Shoe
from lca.world.garments.skirts import Skirt
from lca.world.garments.tailor import cloth_row
from lca.world.garments.tops import Top, hem_height, layer
from lca.world.garments.trousers import Trousers
from lca.world.garments.wardrobe import waist
from lca.world.paint import cloth_columns as c
from lca.world.paint import shoe_columns as s
from lca.world.paint.materials import KIND, NUMBERS, SHOE, triple
from lca.world.paint.palette import LEATHER_COLOURS, SHOE_COLOURS, SOLE_COLOURS, picked

ROWS = ("shirt", "jacket", "bottom", "socks", "shoes")
"""Rows of the clothes' materials."""
OUTFITS = {"separates": 0.85, "dress": 0.15}
SHIRTS = {
    "t-shirt": 0.27, "long sleeve": 0.09, "tank top": 0.08, "shirt": 0.15, "blouse": 0.06, "polo": 0.06, "sweater": 0.11,
    "turtleneck": 0.04, "hoodie": 0.14,
}  # fmt: skip
JACKETS = {
    "none": 0.60, "zip hoodie": 0.07, "bomber": 0.06, "denim jacket": 0.07, "blazer": 0.08, "leather jacket": 0.04,
    "cardigan": 0.05, "overshirt": 0.05,
}  # fmt: skip
BOTTOMS = {
    "slim jeans": 0.11, "straight jeans": 0.11, "wide jeans": 0.06, "chinos": 0.11, "corduroys": 0.03, "suit trousers": 0.06,
    "wide trousers": 0.09, "joggers": 0.07, "leggings": 0.05, "cargo trousers": 0.05, "shorts": 0.09, "denim shorts": 0.04,
    "mini skirt": 0.04, "knee skirt": 0.05, "long skirt": 0.05,
}  # fmt: skip
FOOTWEAR = {
    "sneakers": 0.36, "high-tops": 0.11, "leather shoes": 0.11, "flats": 0.09, "ankle boots": 0.15, "tall boots": 0.07,
    "bare feet": 0.07,
}  # fmt: skip
SKIRTS = ("mini skirt", "knee skirt", "long skirt")
DRESS_LENGTHS = {"mini": 0.33, "knee": 0.36, "long": 0.31}
DRESS_WAISTS = {"natural": 0.6, "empire": 0.22, "dropped": 0.18}
LEAN_OF_BOTTOM: dict[str, dict[str, float]] = {
    "shirt": {"suit trousers": 2.0, "joggers": 0.3, "leggings": 0.4},
    "hoodie": {"joggers": 2.5, "suit trousers": 0.1, "mini skirt": 0.5, "knee skirt": 0.2, "long skirt": 0.3},
    "tank top": {"shorts": 2.0, "denim shorts": 2.0, "suit trousers": 0.2, "corduroys": 0.5},
    "t-shirt": {"shorts": 1.4, "denim shorts": 1.3},
    "sweater": {"shorts": 0.3, "denim shorts": 0.3},
    "turtleneck": {"shorts": 0.2, "denim shorts": 0.2, "suit trousers": 1.5},
    "blazer": {"suit trousers": 5.0, "joggers": 0.1, "shorts": 0.3, "denim shorts": 0.2, "cargo trousers": 0.2},
}
LEAN_OF_JACKET: dict[str, dict[str, float]] = {
    "shirt": {"blazer": 2.5, "overshirt": 0.2, "zip hoodie": 0.3},
    "blouse": {"blazer": 2.0, "overshirt": 0.2, "cardigan": 1.5},
    "tank top": {"blazer": 0.4, "bomber": 0.6},
    "sweater": {"cardigan": 0.0, "zip hoodie": 0.0, "leather jacket": 0.6},
    "hoodie": {name: 0.0 for name in JACKETS if name != "none"},
    "turtleneck": {"zip hoodie": 0.0, "cardigan": 0.3},
}
LEAN_OF_SHOES: dict[str, dict[str, float]] = {
    "suit trousers": {"leather shoes": 5.0, "sneakers": 0.5, "high-tops": 0.2, "bare feet": 0.0, "flats": 1.5},
    "joggers": {"leather shoes": 0.0, "flats": 0.2, "ankle boots": 0.3},
    "shorts": {"leather shoes": 0.3, "ankle boots": 0.3, "tall boots": 0.1, "bare feet": 1.8},
    "denim shorts": {"leather shoes": 0.2, "ankle boots": 0.8, "bare feet": 1.5},
    "skirt": {"leather shoes": 0.3, "flats": 3.0, "tall boots": 2.5, "bare feet": 1.2},
    "leggings": {"leather shoes": 0.1, "tall boots": 1.5, "flats": 1.5},
}
TUCKED = {
    "shirt": 0.45,
    "blouse": 0.5,
    "t-shirt": 0.18,
    "tank top": 0.2,
    "long sleeve": 0.2,
    "turtleneck": 0.5,
    "polo": 0.3,
}
BARE_CALVES = ("shorts", "denim shorts", "leggings", *SKIRTS)


@dataclass(frozen=True)
class Clothes:
    """An outfit: the cut of each garment (None: not worn), collars by kind, height of the socks above the ground (0: none), one
    row of material for each of ROWS, and words for the record."""

    shirt: Top
    shirt_collar: str
    jacket: Top | None
    jacket_collar: str
    trousers: Trousers | None
    skirt: Skirt | None
    shoe: Shoe | None
    socks: float
    materials: Float[np.ndarray, "rows numbers"]
    attributes: dict[str, str | float]


def sample_clothes(seed: int, presentation: float = 0.5) -> Clothes:
    """The outfit of person `seed`; `presentation` from 0 to 1 leans towards dresses, skirts, blouses and flats (0.5: neither)."""
    lean = (2 * presentation) ** 1.5
    worn = chosen(seed, "outfit", weighted(OUTFITS, {"dress": lean}))
    kinds = separates(seed, lean) if worn == "separates" else dress_kinds(seed, lean)
    rows = np.zeros((len(ROWS), NUMBERS), np.float32)
    prints = {}
    for place, layout in (("shirt", c.TOP), ("jacket", c.TOP), ("bottom", bottom_layout(kinds)), ("socks", c.LEGS)):
        if kinds[place] != "none":
            rows[ROWS.index(place)], prints[place] = cloth_row(seed, place, kinds[place], layout)
    rows[ROWS.index("shoes")] = shoe_row(seed, kinds["shoes"])
    words: dict[str, str | float] = {place: kinds[place] for place in ("shirt", "jacket", "bottom", "shoes")}
    words |= {f"{place}_print": prints[place] for place in ("shirt", "jacket", "bottom") if place in prints}
    if worn == "dress":
        words["bottom_print"] = prints["shirt"]
    clothes = cut_clothes(seed, kinds, rows, words)
    fill_rows(seed, clothes, kinds)
    return clothes


def separates(seed: int, lean: float) -> dict[str, str]:
    """Kinds of shirt, jacket, bottom, socks and shoes."""
    shirt = chosen(seed, "shirt", weighted(SHIRTS, {"blouse": lean}))
    jacket = chosen(seed, "jacket", weighted(JACKETS, LEAN_OF_JACKET.get(shirt, {})))
    odds = weighted(BOTTOMS, dict.fromkeys((*SKIRTS, "leggings"), lean))
    odds = weighted(weighted(odds, LEAN_OF_BOTTOM.get(shirt, {})), LEAN_OF_BOTTOM.get(jacket, {}))
    bottom = chosen(seed, "bottom", odds)
    return {"shirt": shirt, "jacket": jacket, "bottom": bottom} | feet(seed, bottom, lean)


def dress_kinds(seed: int, lean: float) -> dict[str, str]:
    """Kinds for a dress: bodice and skirt of one cloth."""
    odds = {"none": 0.8, "denim jacket": 0.06, "cardigan": 0.08, "leather jacket": 0.03, "blazer": 0.03}
    return {"shirt": "dress", "jacket": chosen(seed, "dress: jacket", odds), "bottom": "dress"} | feet(
        seed, "skirt", lean
    )


def feet(seed: int, bottom: str, lean: float) -> dict[str, str]:
    """Kinds of shoes and socks."""
    like = "skirt" if bottom in SKIRTS else bottom
    covered = {} if bottom in (*BARE_CALVES, "skirt") else {"tall boots": 0.0}
    odds = weighted(weighted(FOOTWEAR, {"flats": lean, "tall boots": lean}), LEAN_OF_SHOES.get(like, {}))
    shoes = chosen(seed, "shoes", weighted(odds, covered))
    socks = stream(seed, "socks").random() < (0.75 if bottom in ("shorts", "denim shorts", "leggings") else 0.3)
    visible = shoes in ("sneakers", "high-tops", "leather shoes") and bottom in (*BARE_CALVES, "skirt")
    return {"shoes": shoes, "socks": "socks" if socks and visible else "none"}


def bottom_layout(kinds: dict[str, str]) -> int:
    """How the bottom is unrolled."""
    return c.SKIRT if kinds["bottom"] in (*SKIRTS, "dress") else c.LEGS


def cut_clothes(seed: int, kinds: dict[str, str], rows: np.ndarray, words: dict[str, str | float]) -> Clothes:
    """Cuts that fit over each other."""
    skirt, trousers, jacket = None, None, None
    dress = kinds["shirt"] == "dress"
    shirt = cut_top(seed, "shirt", "bodice" if dress else kinds["shirt"])
    if bottom_layout(kinds) == c.SKIRT:
        length = chosen(seed, "dress: length", DRESS_LENGTHS) if dress else kinds["bottom"].split()[0]
        skirt, words["skirt_style"] = cut_skirt(seed, length)
    else:
        trousers = cut_trousers(seed, kinds["bottom"])
    tucked = stream(seed, "tucked").random() < TUCKED.get(kinds["shirt"], 0.0) or (
        skirt is not None and not loose(kinds)
    )
    if kinds["jacket"] != "none":
        shirt = replace(shirt, ease=min(shirt.ease, 0.012), taper=max(shirt.taper, 0.35), cuff=0.0)
    if dress and skirt is not None:
        skirt, shirt = joined(seed, skirt, shirt)
        words["dress"] = length_word(skirt)
    elif tucked:
        shirt = replace(shirt, hem=0.035, band=0.004)
        trousers = replace(trousers, under=0.010) if trousers else None
        skirt = replace(skirt, under=0.010) if skirt else None
    else:
        room = 0.008 + (trousers.ease if trousers else 0.006)
        shirt = replace(shirt, over=min(room, 0.024))
    if kinds["jacket"] != "none":
        jacket = cut_top(seed, "jacket", kinds["jacket"])
        jacket = replace(jacket, under=layer(shirt), over=max(shirt.over, 0.008))
    shoe = SHOES[kinds["shoes"]]
    if shoe is not None and shoe.shaft > 0 and trousers is not None and kinds["bottom"] not in BARE_CALVES:
        shoe = replace(shoe, shaft=0.0)
    socks = stream(seed, "socks: height").uniform(0.14, 0.28) if kinds["socks"] != "none" else 0.0
    words["tucked"] = str(bool(tucked))
    return Clothes(
        shirt, COLLAR["bodice" if dress else kinds["shirt"]], jacket, COLLAR.get(kinds["jacket"], "none"), trousers, skirt,
        shoe, socks, rows, words,
    )  # fmt: skip


def loose(kinds: dict[str, str]) -> bool:
    """Whether the shirt is never tucked in."""
    return kinds["shirt"] in ("hoodie", "sweater")


def joined(seed: int, skirt: Skirt, bodice: Top) -> tuple[Skirt, Top]:
    """Skirt and bodice of a dress, sewn together at the natural waist, under the bust or at the hips."""
    seam = {"natural": 0.02, "empire": 0.13, "dropped": -0.06}[chosen(seed, "dress: waist", DRESS_WAISTS)]
    hem = (hem_height(replace(bodice, hem=0.0)) - waist()) - seam + 0.03
    return replace(skirt, top=seam, under=0.004, ease=0.008), replace(bodice, hem=hem, band=0.002)


def length_word(skirt: Skirt) -> str:
    """mini, knee or long."""
    return "mini" if skirt.length < 0.44 else "knee" if skirt.length < 0.65 else "long"


def fill_rows(seed: int, clothes: Clothes, kinds: dict[str, str]) -> None:
    """The sizes of the cut written into the rows of material."""
    rows = clothes.materials
    for place, top in (("shirt", clothes.shirt), ("jacket", clothes.jacket)):
        if top is not None:
            row = rows[ROWS.index(place)]
            row[c.SLEEVE], row[c.LOWER] = top.sleeve, hem_height(top)
            row[c.GAP], row[c.SPREAD] = top.opening, top.spread
            if top.band >= 0:
                row[c.GATHER] = 1
    bottom = rows[ROWS.index("bottom")]
    if clothes.trousers is not None:
        bottom[c.UPPER], bottom[c.LOWER] = waist() + clothes.trousers.rise, waist() - clothes.trousers.length
    if clothes.skirt is not None:
        bottom[c.UPPER], bottom[c.LOWER] = waist() + clothes.skirt.top, waist() - clothes.skirt.length
    if kinds["shirt"] == "dress":
        keep = bottom.copy()
        bottom[:] = rows[ROWS.index("shirt")]
        for column in (c.LAYOUT, c.UPPER, c.LOWER, c.LOW, c.HIGH, c.GATHER):
            bottom[column] = keep[column]
    details(seed, clothes, kinds)


def details(seed: int, clothes: Clothes, kinds: dict[str, str]) -> None:
    """Belts, stripes, wear, and the cloth that a suit shares."""
    rows, rng = clothes.materials, stream(seed, "details")
    bottom = rows[ROWS.index("bottom")]
    belt, stripe, suit, wear = rng.random(4)
    if kinds["bottom"] in ("slim jeans", "straight jeans", "chinos", "suit trousers", "cargo trousers") and belt < 0.5:
        bottom[c.BELT] = 0.030
        bottom[triple(c.TRIM)] = picked(rng, LEATHER_COLOURS)
    if kinds["shirt"] == "dress" and belt < 0.25:
        bottom[c.BELT] = 0.032
    if kinds["bottom"] == "joggers" and stripe < 0.4:
        bottom[c.STRIPE] = 0.014
    if "jeans" in kinds["bottom"] or "denim" in kinds["bottom"]:
        bottom[c.WEAR] = 0.22 * wear * (wear > 0.25)
    if kinds["jacket"] == "blazer" and kinds["bottom"] == "suit trousers" and suit < 0.67:
        jacket = rows[ROWS.index("jacket")]
        for column in (*range(c.COLOUR, c.THIRD + 3), c.PRINT, c.SIZE, c.SHARE):
            jacket[column] = bottom[column]


def shoe_row(seed: int, kind: str) -> np.ndarray:
    """Colours and style of the shoes (`lca.world.paint.shoe_columns`)."""
    row, rng = np.zeros(NUMBERS, np.float32), stream(seed, "shoes: colours")
    leather = kind in ("leather shoes", "ankle boots", "tall boots", "flats")
    upper = picked(rng, LEATHER_COLOURS if leather and rng.random() < 0.85 else SHOE_COLOURS)
    row[KIND], row[triple(s.UPPER)], row[triple(s.ACCENT)] = SHOE, upper, picked(rng, SHOE_COLOURS)
    row[triple(s.SOLE)] = picked(rng, SOLE_COLOURS[2:] if leather else SOLE_COLOURS)
    styles = {
        "leather shoes": (s.LACED,), "ankle boots": (s.BOOT,), "tall boots": (s.BOOT,), "flats": (s.BALLET, s.PLAIN),
    }.get(kind, (s.PLAIN, s.CAP, s.SIDE_STRIPES, s.HEEL, s.PANELS, s.PANELS))  # fmt: skip
    row[s.STYLE] = styles[rng.integers(len(styles))]
    row[s.SOLE_HEIGHT] = SOLE + (0.006 if leather else rng.uniform(0.006, 0.014))
    row[s.SEED], row[s.LACES] = (
        rng.integers(1 << 15),
        float(kind in ("leather shoes", "high-tops", "sneakers") and rng.random() < 0.85),
    )
    if kind == "leather shoes":
        row[triple(s.ACCENT)] = 0.5 * upper
    row[s.SPECULAR], row[s.EXPONENT] = (rng.uniform(0.05, 0.12), 30) if leather else (rng.uniform(0.01, 0.04), 12)
    worn = SHOES[kind]
    row[s.BORDER] = worn.shaft + SOLE if worn is not None and worn.shaft > 0 else 0.0
    return row
