"""Shapes of garments by kind: where they end, how much room they have, how they fall. Metres; see the classes for each number."""

from dataclasses import replace

from lca.world.body.draws import chosen
from lca.world.body.streams import stream
from lca.world.garments.footwear import Shoe
from lca.world.garments.skirts import Skirt
from lca.world.garments.tops import Top
from lca.world.garments.trousers import Trousers

Range = tuple[float, float]
SHORT, LONG = (0.10, 0.20), (0.452, 0.472)
"""Sleeves from the shoulder joint."""


def fit(sleeve: Range, hem: Range, neck: Range, ease: Range, taper: Range, **more: Range) -> dict[str, Range]:
    """The ranges of a top's sizes; `more` are those that not every kind has."""
    return {"sleeve": sleeve, "hem": hem, "neck": neck, "ease": ease, "taper": taper} | more


TOPS: dict[str, dict[str, Range]] = {
    "t-shirt": fit(SHORT, (0.1, 0.16), (0.004, 0.024), (0.01, 0.03), (-0.05, 0.45), cuff=(0.07, 0.088)),
    "long sleeve": fit(LONG, (0.09, 0.15), (0.004, 0.022), (0.008, 0.022), (0.2, 0.6), cuff=(0.038, 0.046)),
    "tank top": fit((-0.045, -0.015), (0.09, 0.14), (0.018, 0.045), (0.006, 0.018), (0.2, 0.8)),
    "polo": fit((0.13, 0.2), (0.1, 0.15), (0.004, 0.01), (0.01, 0.022), (0.2, 0.5), cuff=(0.066, 0.076)),
    "shirt": fit(LONG, (0.12, 0.17), (0.003, 0.008), (0.014, 0.028), (0.1, 0.45), cuff=(0.04, 0.048)),
    "blouse": fit(LONG, (0.11, 0.15), (0.003, 0.012), (0.018, 0.032), (0.1, 0.5), cuff=(0.045, 0.07)),
    "sweater": fit(LONG, (0.09, 0.13), (0.006, 0.018), (0.018, 0.034), (0.1, 0.4), band=(0.006, 0.006)),
    "turtleneck": fit(LONG, (0.09, 0.13), (0.0, 0.003), (0.006, 0.014), (0.4, 0.8), cuff=(0.036, 0.04)),
    "hoodie": fit(LONG, (0.1, 0.13), (0.01, 0.018), (0.024, 0.042), (-0.02, 0.2), band=(0.008, 0.008)),
    "zip hoodie": fit(
        LONG,
        (0.1, 0.13),
        (0.014, 0.022),
        (0.01, 0.018),
        (0.1, 0.3),
        band=(0.008, 0.008),
        opening=(0.03, 0.06),
        spread=(0.05, 0.16),
    ),
    "bomber": fit(
        LONG,
        (0.07, 0.1),
        (0.014, 0.02),
        (0.014, 0.024),
        (0.0, 0.2),
        band=(0.008, 0.008),
        opening=(0.03, 0.06),
        spread=(0.04, 0.12),
    ),
    "denim jacket": fit(
        LONG,
        (0.06, 0.1),
        (0.014, 0.022),
        (0.01, 0.016),
        (0.2, 0.4),
        cuff=(0.045, 0.05),
        opening=(0.03, 0.07),
        spread=(0.05, 0.16),
    ),
    "blazer": fit(
        LONG,
        (0.15, 0.175),
        (0.016, 0.024),
        (0.01, 0.014),
        (0.3, 0.5),
        cuff=(0.052, 0.058),
        opening=(0.035, 0.06),
        spread=(0.0, 0.12),
    ),
    "leather jacket": fit(
        LONG,
        (0.06, 0.1),
        (0.014, 0.022),
        (0.008, 0.014),
        (0.3, 0.5),
        cuff=(0.044, 0.048),
        opening=(0.04, 0.07),
        spread=(0.05, 0.16),
    ),
    "cardigan": fit(
        LONG,
        (0.11, 0.16),
        (0.016, 0.026),
        (0.01, 0.018),
        (0.1, 0.4),
        cuff=(0.042, 0.05),
        opening=(0.03, 0.06),
        spread=(0.05, 0.14),
    ),
    "overshirt": fit(
        LONG,
        (0.13, 0.17),
        (0.01, 0.018),
        (0.01, 0.018),
        (0.1, 0.3),
        cuff=(0.044, 0.05),
        opening=(0.03, 0.07),
        spread=(0.04, 0.16),
    ),
    "bodice": fit(SHORT, (0.0, 0.0), (0.012, 0.04), (0.003, 0.008), (0.6, 1.0), cuff=(0.066, 0.08)),
}
COLLAR = {
    "t-shirt": "rib", "long sleeve": "rib", "tank top": "none", "polo": "shirt", "shirt": "shirt", "blouse": "shirt",
    "sweater": "rib", "turtleneck": "roll", "hoodie": "hood", "zip hoodie": "hood", "bomber": "stand", "denim jacket": "lapel",
    "blazer": "lapel", "leather jacket": "stand", "cardigan": "none", "overshirt": "shirt", "bodice": "none",
}  # fmt: skip
THICK = {
    "sweater": 0.005,
    "hoodie": 0.006,
    "zip hoodie": 0.006,
    "cardigan": 0.005,
    "bomber": 0.005,
    "denim jacket": 0.004,
}


def leg(length: Range, ease: Range, taper: Range, rise: Range, **more: Range) -> dict[str, Range]:
    """The ranges of the sizes of trousers."""
    return {"length": length, "ease": ease, "taper": taper, "rise": rise} | more


LEGS: dict[str, dict[str, Range]] = {
    "slim jeans": leg((0.925, 0.948), (0.007, 0.011), (0.4, 0.6), (-0.03, 0.03), hem=(0.05, 0.056)),
    "straight jeans": leg((0.935, 0.955), (0.011, 0.016), (0.15, 0.3), (-0.03, 0.03), hem=(0.064, 0.074)),
    "wide jeans": leg((0.945, 0.96), (0.014, 0.02), (0.0, 0.1), (-0.02, 0.03), hem=(0.088, 0.115)),
    "chinos": leg((0.91, 0.95), (0.01, 0.016), (0.2, 0.35), (-0.02, 0.02), hem=(0.056, 0.066)),
    "corduroys": leg((0.93, 0.95), (0.012, 0.018), (0.15, 0.3), (-0.02, 0.02), hem=(0.064, 0.076)),
    "suit trousers": leg((0.945, 0.958), (0.013, 0.018), (0.12, 0.25), (0.0, 0.03), hem=(0.064, 0.074)),
    "wide trousers": leg((0.93, 0.965), (0.016, 0.024), (-0.05, 0.05), (0.0, 0.03), hem=(0.1, 0.14)),
    "joggers": leg((0.9, 0.93), (0.018, 0.028), (0.1, 0.25), (-0.02, 0.01), hem=(0.06, 0.07), band=(0.005, 0.005)),
    "leggings": leg((0.86, 0.92), (0.0005, 0.0015), (3.0, 3.0), (0.0, 0.04)),
    "cargo trousers": leg((0.935, 0.955), (0.018, 0.026), (0.05, 0.2), (-0.03, 0.01), hem=(0.07, 0.088)),
    "shorts": leg((0.32, 0.52), (0.012, 0.02), (0.0, 0.2), (-0.02, 0.02), hem=(0.098, 0.118)),
    "denim shorts": leg((0.27, 0.42), (0.01, 0.014), (0.1, 0.3), (-0.02, 0.03), hem=(0.094, 0.104)),
}
SKIRT_LENGTHS = {"mini": (0.33, 0.42), "knee": (0.47, 0.57), "long": (0.74, 0.88)}
SKIRT_STYLES: dict[str, dict[str, Range]] = {
    "pencil": {"flare": (-0.5, -0.25), "fold": (0.001, 0.002), "sharp": (0.0, 0.0)},
    "A-line": {"flare": (0.12, 0.32), "fold": (0.006, 0.014), "sharp": (0.0, 0.0)},
    "gathered": {"flare": (0.10, 0.30), "fold": (0.014, 0.026), "sharp": (0.0, 0.0)},
    "pleated": {"flare": (0.15, 0.30), "fold": (0.008, 0.013), "sharp": (0.8, 1.0)},
    "circle": {"flare": (0.40, 0.60), "fold": (0.016, 0.030), "sharp": (0.0, 0.0)},
}  # fmt: skip
SKIRT_ODDS = {"pencil": 0.18, "A-line": 0.32, "gathered": 0.2, "pleated": 0.16, "circle": 0.14}
PLEATS = {"pencil": (4, 6), "A-line": (6, 10), "gathered": (9, 15), "pleated": (16, 23), "circle": (7, 11)}
SHOES: dict[str, Shoe | None] = {
    "sneakers": Shoe(0.072, welt=0.004),
    "high-tops": Shoe(0.112, welt=0.004),
    "leather shoes": Shoe(0.070, point=0.5, arch=0.008),
    "flats": Shoe(0.040, throat=0.76, point=0.25, welt=0.0),
    "ankle boots": Shoe(0.105, point=0.2, arch=0.010, shaft=0.17, room=0.007),
    "tall boots": Shoe(0.105, point=0.35, arch=0.012, shaft=0.36, room=0.009),
    "bare feet": None,
}


def drawn(seed: int, place: str, ranges: dict[str, Range]) -> dict[str, float]:
    """One number of each range, each from its own stream."""
    return {name: float(stream(seed, f"{place}: {name}").uniform(low, high)) for name, (low, high) in ranges.items()}


def cut_top(seed: int, place: str, kind: str) -> Top:
    """The cut of a shirt, jacket or bodice of `kind`."""
    sizes = drawn(seed, place, TOPS[kind]) | {"phase": 6.28 * stream(seed, f"{place}: folds").random()}
    top = Top(**sizes, thick=THICK.get(kind, 0.003))
    deep = stream(seed, f"{place}: neckline")
    if kind in ("t-shirt", "long sleeve", "sweater", "bodice", "tank top", "cardigan") and deep.random() < 0.35:
        top = replace(top, vee=float(deep.uniform(0.04, 0.10)))
    if kind in ("shirt", "blouse", "bodice"):
        sleeve = chosen(seed, f"{place}: sleeve", {"long": 0.65, "short": 0.35} if kind != "bodice" else BODICE_SLEEVES)
        length = {"long": LONG, "short": (0.12, 0.22), "none": (-0.04, -0.02)}[sleeve]
        cuff = {"long": (0.040, 0.05), "short": (0.070, 0.085), "none": (0.0, 0.0)}[sleeve]
        top = replace(top, **drawn(seed, place, {"sleeve": length, "cuff": cuff}))
    return top


BODICE_SLEEVES = {"none": 0.40, "short": 0.38, "long": 0.22}


def cut_trousers(seed: int, kind: str) -> Trousers:
    """The cut of trousers of `kind`."""
    return Trousers(**drawn(seed, "bottom", LEGS[kind]), phase=6.28 * stream(seed, "bottom: folds").random())


def cut_skirt(seed: int, length: str) -> tuple[Skirt, str]:
    """A skirt of a length (a key of SKIRT_LENGTHS), and the name of its style."""
    odds = SKIRT_ODDS if length != "long" else SKIRT_ODDS | {"pencil": 0.08, "circle": 0.06}
    style = chosen(seed, "skirt: style", odds)
    sizes = drawn(seed, "skirt", SKIRT_STYLES[style] | {"length": SKIRT_LENGTHS[length]})
    if length == "long":
        sizes["flare"] = 0.6 * sizes["flare"]
    folds = stream(seed, "skirt: folds")
    return Skirt(**sizes, pleats=int(folds.integers(*PLEATS[style])), phase=6.28 * folds.random()), style
