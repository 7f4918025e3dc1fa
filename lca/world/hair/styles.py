"""Hair styles by name: which cut each is, who wears it."""

from collections.abc import Callable

import numpy as np

from lca.world.hair.haircut import Haircut, Ribbons

TIPS = Ribbons(230, begin=(0.62, 0.88), length=(0.14, 0.28), rise=(0.0005, 0.0025), width=(0.0016, 0.0034), beyond=0.04)
"""Thin locks at the hairline."""
CURTAIN = Ribbons(
    340, begin=(0.15, 0.80), length=(0.20, 0.36), rise=(0.0005, 0.0026), width=(0.0016, 0.0042), beyond=0.09
)
"""Locks all over hanging hair, and its ragged ends."""


def textured(count: int, rise: float) -> Ribbons:
    """Short locks that stand up a little."""
    return Ribbons(count, (0.15, 0.85), (0.14, 0.28), (0.0018, 0.0040), (0.001, rise), segments=5, beyond=0.05)


def coils(count: int, radius: float, begin: tuple[float, float], length: tuple[float, float], turns: float) -> Ribbons:
    """Ringlets."""
    return Ribbons(
        count, begin, length, (0.0022, 0.0036), (0.0, 0.010), radius, turns, beyond=0.10, segments=int(5.4 * turns)
    )


def cut_of(style: str, rng: np.random.Generator) -> Haircut | None:
    """The cut of a style, with its own measures; None for a shaven head."""
    a, b, c, d = (float(x) for x in rng.random(4))
    return STYLES[style](a, b, c, d)


STYLES: dict[str, Callable[[float, float, float, float], Haircut | None]] = {
    "shaven": lambda a, b, c, d: None,
    "balding": lambda a, b, c, d: Haircut(
        0.006 + 0.003 * b, 0.004 + 0.004 * b, 0.002, bald=0.75 + 0.2 * c, ribbons=(TIPS,), fuzz=200
    ),
    "cropped": lambda a, b, c, d: Haircut(
        0.005 + 0.003 * b, 0.003 + 0.002 * c, 0.003, recede=0.12 * d, fuzz=700, fuzz_length=0.004
    ),
    "short": lambda a, b, c, d: Haircut(
        0.015 + 0.010 * b, 0.007 + 0.004 * c, 0.007, fringe=0.10 * d, recede=0.06 * a,
        ribbons=(TIPS, textured(330, 0.0030)),
    ),
    "side parting": lambda a, b, c, d: Haircut(
        0.017 + 0.010 * b, 0.008 + 0.005 * c, 0.009, part=(0.28 + 0.12 * a) * (1 if d < 0.5 else -1), recede=0.10 * a,
        ribbons=(TIPS, textured(240, 0.003)),
    ),
    "swept back": lambda a, b, c, d: Haircut(
        0.016 + 0.014 * b, 0.008 + 0.004 * c, 0.003, pole=1.25, recede=0.14 * d, ribbons=(TIPS, textured(300, 0.0026))
    ),
    "undercut": lambda a, b, c, d: Haircut(
        0.026 + 0.014 * b, 0.003, 0.009, pole=0.75, recede=0.08 * d, ribbons=(textured(330, 0.0034),), fuzz=250,
        fuzz_length=0.004,
    ),
    "curly": lambda a, b, c, d: Haircut(
        0.020 + 0.014 * b, 0.013 + 0.008 * b, 0.013, bumps=0.018, fringe=0.10 * c,
        ribbons=(coils(230 + int(60 * d), 0.0055 + 0.002 * a, (0.15, 0.92), (0.14, 0.26), 2.6),), fuzz=300, fuzz_length=0.008,
    ),
    "afro": lambda a, b, c, d: Haircut(
        0.040 + 0.045 * b, 0.034 + 0.042 * b, 0.018 + 0.015 * b, bumps=0.016, fuzz=2600, fuzz_length=0.008
    ),
    "bob": lambda a, b, c, d: Haircut(
        0.016 + 0.008 * b, 0.015 + 0.006 * b, part=0.30 * (2 * d - 1), drop=0.475 + 0.045 * c, opening=0.80 + 0.2 * a,
        tuck=0.018, ribbons=(CURTAIN,),
    ),
    "fringe bob": lambda a, b, c, d: Haircut(
        0.016 + 0.006 * b, 0.015, 0.007, pole=0.25, drop=0.46 + 0.05 * c, opening=0.86, fringe=0.26 + 0.08 * d, tuck=0.015,
        ribbons=(CURTAIN, TIPS),
    ),
    "long": lambda a, b, c, d: Haircut(
        0.013 + 0.007 * b, 0.013 + 0.005 * b, part=0.22 * (2 * d - 1), drop=0.24 + 0.16 * c, opening=0.80 + 0.25 * a,
        ribbons=(CURTAIN,),
    ),
    "long fringe": lambda a, b, c, d: Haircut(
        0.014 + 0.007 * b, 0.013, 0.007, pole=0.25, drop=0.26 + 0.14 * c, opening=0.85, fringe=0.25 + 0.08 * d,
        ribbons=(CURTAIN, TIPS),
    ),
    "long wavy": lambda a, b, c, d: Haircut(
        0.018 + 0.009 * b, 0.018 + 0.006 * b, part=0.25 * (2 * d - 1), drop=0.26 + 0.14 * c, opening=0.80 + 0.25 * a,
        wave=0.005 + 0.003 * a, ribbons=(CURTAIN,),
    ),
    "long curly": lambda a, b, c, d: Haircut(
        0.020 + 0.010 * b, 0.024 + 0.008 * b, part=0.2 * (2 * d - 1), drop=0.34 + 0.10 * c, opening=0.84, bumps=0.03,
        wave=0.006, ribbons=(coils(210, 0.0070 + 0.002 * a, (0.30, 0.70), (0.26, 0.42), 4.0),), fuzz=250, fuzz_length=0.010,
    ),
    "ponytail": lambda a, b, c, d: Haircut(
        0.006 + 0.005 * b, 0.005 + 0.003 * b, 0.004, pole=0.85 + 0.45 * a, tails="ponytail", tail_length=0.20 + 0.16 * c,
        wave=0.01 * (d > 0.5), ribbons=(TIPS, textured(160, 0.0018)),
    ),
    "bun": lambda a, b, c, d: Haircut(
        0.007 + 0.005 * b, 0.005 + 0.004 * b, 0.004, pole=0.45 + 0.75 * a, tails="bun", tail_length=0.28 + 0.14 * c,
        ribbons=(TIPS, textured(160, 0.0018)), fuzz=120, fuzz_length=0.008,
    ),
    "plaits": lambda a, b, c, d: Haircut(
        0.009 + 0.004 * b, 0.008 + 0.003 * b, 0.004, part=0.02, tails="plaits", tail_length=0.22 + 0.10 * c,
        ribbons=(TIPS, textured(160, 0.0018)),
    ),
    "cornrows": lambda a, b, c, d: Haircut(
        0.008 + 0.003 * b, 0.007 + 0.003 * b, 0.004, pole=1.45, ridges=int(22 + 10 * c), recede=0.05 * d, fuzz=150,
        fuzz_length=0.004,
    ),
    "locs": lambda a, b, c, d: Haircut(
        0.012, 0.013, part=0.04, drop=0.30 + 0.16 * c, opening=0.90 + 0.2 * a, tails="locs"
    ),
}  # fmt: skip
"""Name -> cut from four numbers in [0, 1)."""

UNDER_HATS = ("shaven", "balding", "cropped", "short", "bob", "long", "long wavy", "long curly", "plaits", "locs")
"""Styles that a hat can be put on."""
BEARDED = (
    "shaven",
    "balding",
    "cropped",
    "short",
    "side parting",
    "swept back",
    "undercut",
    "curly",
    "afro",
    "cornrows",
    "locs",
)
"""Styles that go with a beard more often than not."""
KINKY = {"afro": 1.0, "cornrows": 0.25, "locs": 0.8, "curly": 0.45, "long curly": 0.3, "cropped": 0.3}
"""How much of the strands' direction is lost to tight curls."""


def odds(dark: float, feminine: float, age: float) -> dict[str, float]:
    """Odds of each style: `dark` skin 0 to 1, `feminine` build 0 to 1, `age` in years.

    Tight curls and braids are more frequent with dark skin, long hair with a feminine build, bald crowns with a masculine
    build after 32; no style of the others is ever excluded.
    """
    long = 0.35 + 1.3 * feminine
    return {
        "shaven": 1.25 - 0.9 * feminine, "balding": max(0.0, age - 32) / 25 * (1.1 - feminine),
        "cropped": 1.2 - 0.7 * feminine, "short": 1.5 - 0.9 * feminine, "side parting": 1.3 - 0.7 * feminine,
        "swept back": 1.1 - 0.6 * feminine, "undercut": 1.0 - 0.5 * feminine, "curly": 0.6 + 0.8 * dark,
        "afro": 0.15 + 1.5 * dark**2, "bob": 0.9 * long, "fringe bob": 0.7 * long, "long": long, "long fringe": 0.7 * long,
        "long wavy": 0.9 * long, "long curly": (0.4 + 0.5 * dark) * long, "ponytail": 0.9 * long, "bun": 0.8 * long,
        "plaits": 0.45 * long, "cornrows": 0.10 + 1.0 * dark**2, "locs": 0.12 + 0.9 * dark**2,
    }  # fmt: skip
